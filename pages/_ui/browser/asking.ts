import type { Clock } from "./clock.ts";

/** After so many milliseconds the server is asked once more. */
export const AGAIN = 3000;
const TIMES = 5;

/** Asks the server to show something else, until it comes. It may have been away. */
export class Asking<Wish> {
  /** What was asked for and has not come. */
  wish: Wish | null = null;
  readonly #clock: Clock;
  readonly #ask: (wish: Wish) => void;
  readonly #isRunUnderWay: () => boolean;
  #callOff = (): void => undefined;

  constructor(clock: Clock, ask: (wish: Wish) => void, isRunUnderWay: () => boolean) {
    this.#clock = clock;
    this.#ask = ask;
    this.#isRunUnderWay = isRunUnderWay;
  }

  send(wish: Wish): void {
    this.stop();
    this.wish = wish;
    this.#send(wish, TIMES);
  }

  stop(): void {
    this.#callOff();
    this.wish = null;
  }

  #send(wish: Wish, times: number): void {
    this.#ask(wish);
    this.#await(wish, times - 1);
  }

  /** Ask again if nothing has come; not while a run is under way that may bring it. */
  #await(wish: Wish, times: number): void {
    this.#callOff = this.#clock.after(AGAIN, () => {
      if (this.#isRunUnderWay()) this.#await(wish, times);
      else if (times > 0) this.#send(wish, times);
      else this.stop();
    });
  }
}
