import type { Clock } from "./clock.ts";

/** A number that grows whenever somebody does something, and after how many milliseconds to ask again. */
export interface Stand {
  news: number;
  every: number;
}

/** Asks how a project stands; null where the server does not say. */
export type AskStand = (address: string) => Promise<Stand | null>;

const EVERY = 2000;
const never = (): void => undefined;

/** Asks now and then, while somebody looks, so that what others say is seen without a reload. */
export class News {
  readonly #clock: Clock;
  readonly #ask: AskStand;
  readonly #onNews: (stand: Stand) => void;
  #address: string | null = null;
  #known = 0;
  #callOff = never;

  constructor(clock: Clock, ask: AskStand, onNews: (stand: Stand) => void) {
    this.#clock = clock;
    this.#ask = ask;
    this.#onNews = onNews;
  }

  /** What is known by now, and where to ask; null where nothing answers. */
  update(address: string | null, news: number): void {
    this.#known = address === this.#address ? Math.max(this.#known, news) : news;
    if (address === this.#address) return;
    this.#address = address;
    this.#wait(EVERY);
  }

  #wait(milliseconds: number): void {
    this.#callOff();
    this.#callOff = this.#address === null ? never : this.#clock.after(milliseconds, () => { void this.#look(); });
  }

  async #look(): Promise<void> {
    const address = this.#address;
    const stand = address === null ? null : await this.#ask(address).catch(() => null);
    if (address !== this.#address) return;
    if (stand !== null && stand.news > this.#known) {
      this.#known = stand.news;
      this.#onNews(stand);
    }
    this.#wait(stand?.every ?? 4 * EVERY);
  }

  /** The page is left: what is on it is for others, unless somebody is there again in a moment. */
  leave(say: (address: string) => void): void {
    if (this.#address !== null) say(`${this.#address}/left`);
  }

  stop(): void {
    this.#address = null;
    this.#callOff();
  }
}

/** Ask, unless nobody looks. */
export async function askStand(address: string): Promise<Stand | null> {
  if (document.hidden) return null;
  const answer = await fetch(address, { cache: "no-store" });
  return answer.ok ? await answer.json() as Stand : null;
}

/** Say that the page is left, which arrives though the page is gone by then. */
export const sayLeft = (address: string): void => { navigator.sendBeacon(address); };
