import type { Clock } from "../../pages/_ui/browser/clock.ts";
import type { Shelf } from "../../pages/_ui/browser/storage.ts";

/** A `localStorage` that can be full. Those who hold the same shelf are tabs of one browser. */
export class FakeShelf implements Shelf {
  isFull = false;
  readonly #values = new Map<string, string>();

  get length(): number {
    return this.#values.size;
  }

  key(index: number): string | null {
    return [...this.#values.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.#values.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    if (this.isFull) throw new Error("QuotaExceededError");
    this.#values.set(key, value);
  }

  removeItem(key: string): void {
    this.#values.delete(key);
  }
}

interface Timer {
  at: number;
  action: () => void;
}

/** Time that passes when it is told to. */
export class FakeClock implements Clock {
  #now = 0;
  #timers: Timer[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, action: () => void): () => void {
    const timer = { at: this.#now + milliseconds, action };
    this.#timers.push(timer);
    return () => { this.#timers = this.#timers.filter((other) => other !== timer); };
  }

  /** Let time pass; what is due in it is done at its time, in order. */
  pass(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#now = next.at;
      next.action();
    }
    this.#now = end;
  }

  #next(end: number): Timer | undefined {
    const [next] = this.#timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
    this.#timers = this.#timers.filter((timer) => timer !== next);
    return next;
  }
}

/** Let all that waits for nothing but its turn have its turn. */
export const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
