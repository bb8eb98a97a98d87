import type { Clock } from "../../browser/clock.ts";
import type { Stand } from "../../browser/news.ts";

/** Between two runs of the page there are so many times the milliseconds after which news is asked for: about six seconds. */
export const CALM = 3;
/** After so many milliseconds it is looked again whether the page is under somebody's hands. */
export const LOOK = 1000;

/** Has the page run once more when others have done something: seldom, and never under somebody's hands. */
export class Follower {
  readonly #clock: Clock;
  readonly #isBusy: () => boolean;
  readonly #redraw: () => void;
  /** What the page is to know; null where it knows all. */
  #wanted: Stand | null = null;
  #drawnAt = -Infinity;
  #callOff = (): void => undefined;

  constructor(clock: Clock, isBusy: () => boolean, redraw: () => void) {
    this.#clock = clock;
    this.#isBusy = isBusy;
    this.#redraw = redraw;
  }

  /** Somebody has done something. */
  hear(stand: Stand): void {
    this.#wanted = stand;
    this.#look();
  }

  /** The page was drawn, whoever wanted that. */
  update(news: number): void {
    if (this.#wanted !== null && news >= this.#wanted.news) this.stop();
  }

  stop(): void {
    this.#wanted = null;
    this.#callOff();
  }

  /** What is sent while the server is away is lost, so it is sent again until the page was drawn. */
  #look(): void {
    this.#callOff();
    if (this.#wanted === null) return;
    const wait = this.#drawnAt + CALM * this.#wanted.every - this.#clock.now();
    if (wait <= 0 && !this.#isBusy()) {
      this.#drawnAt = this.#clock.now();
      this.#redraw();
    }
    this.#callOff = this.#clock.after(Math.max(wait, LOOK), () => { this.#look(); });
  }
}
