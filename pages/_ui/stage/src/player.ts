import type { Clock } from "../../browser/clock.ts";

export const PACE = 3000;
export const RESEND = 3000;

/** What shows the rounds. */
export interface Screen {
  /** Show the current round, which came from the left (-1), from the right (1) or anew (0). */
  show(step: number): void;
  showPace(): void;
  showLeaving(): void;
}

const never = (): void => undefined;

/** Which round is shown, and whether they go on by themselves. */
export class Player {
  current = 0;
  isPlaying = false;
  isLeaving = false;
  readonly #screen: Screen;
  readonly #clock: Clock;
  /** Tells the server that the presenter leaves. */
  readonly #tell: (round: number) => void;
  #count = 1;
  #callOffNext = never;
  #callOffLeave = never;

  constructor(screen: Screen, clock: Clock, tell: (round: number) => void) {
    this.#screen = screen;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Take up a run of so many rounds. */
  begin(count: number, current: number): void {
    this.#count = count;
    this.current = this.#within(current);
  }

  get last(): number {
    return this.#count - 1;
  }

  #within(index: number): number {
    return Math.min(Math.max(index, 0), this.last);
  }

  go(index: number): void {
    const to = this.#within(index);
    const step = Math.sign(to - this.current);
    if (!step) return;
    this.current = to;
    if (to === this.last) this.isPlaying = false;
    this.show(step);
  }

  next(): void {
    this.go(this.current + 1);
  }

  back(): void {
    this.go(this.current - 1);
  }

  play(isPlaying = !this.isPlaying): void {
    this.isPlaying = isPlaying && this.last > 0;
    if (this.isPlaying && this.current === this.last) this.go(0);
    this.#pace();
  }

  show(step: number): void {
    this.#screen.show(step);
    this.#pace();
  }

  #pace(): void {
    this.#callOffNext();
    if (this.isPlaying) this.#callOffNext = this.#clock.after(PACE, () => { this.next(); });
    this.#screen.showPace();
  }

  /** Tell the server until it takes the stage away: what is sent while the line is down is lost. */
  leave(): void {
    if (this.isLeaving) return;
    this.isLeaving = true;
    this.play(false);
    this.#screen.showLeaving();
    this.#goOnTelling();
  }

  #goOnTelling(): void {
    this.#tell(this.current);
    this.#callOffLeave = this.#clock.after(RESEND, () => { this.#goOnTelling(); });
  }

  stop(): void {
    this.#callOffNext();
    this.#callOffLeave();
  }
}
