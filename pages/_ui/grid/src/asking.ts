import type { Clock } from "../../browser/clock.ts";
import type { GridPage } from "./contract.ts";

/** Which images a person wants to see. */
export interface Shows {
  name: string | null;
  order: GridPage["order"];
  size: number;
}

/** After so many milliseconds the server is asked once more. */
export const AGAIN = 3000;
const TIMES = 5;

/** Asks the server for other images, until they come. It may have been away. */
export class Asking {
  /** What was asked for and has not come. */
  wish: Shows | null = null;
  readonly #clock: Clock;
  readonly #ask: (wish: Shows) => void;
  readonly #isRunUnderWay: () => boolean;
  #callOff = (): void => undefined;

  constructor(clock: Clock, ask: (wish: Shows) => void, isRunUnderWay: () => boolean) {
    this.#clock = clock;
    this.#ask = ask;
    this.#isRunUnderWay = isRunUnderWay;
  }

  send(wish: Shows): void {
    this.stop();
    this.wish = wish;
    this.#send(wish, TIMES);
  }

  /** See whether a page is what was asked for; a class of which nothing is left gives way to another. */
  take({ name, order, size, to_check: classes }: GridPage): void {
    const { wish } = this;
    if (wish?.order !== order || wish.size !== size) return;
    if (wish.name === name || !classes.some((one) => one.name === wish.name)) this.stop();
  }

  stop(): void {
    this.#callOff();
    this.wish = null;
  }

  #send(wish: Shows, times: number): void {
    this.#ask(wish);
    this.#await(wish, times - 1);
  }

  /** Ask again if nothing has come; not while a run is under way that may bring it. */
  #await(wish: Shows, times: number): void {
    this.#callOff = this.#clock.after(AGAIN, () => {
      if (this.#isRunUnderWay()) this.#await(wish, times);
      else if (times > 0) this.#send(wish, times);
      else this.stop();
    });
  }
}
