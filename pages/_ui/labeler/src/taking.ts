import type { Store } from "../../browser/storage.ts";
import type { LastAnswer } from "./contract.ts";
import type { Drafts } from "./drafts.ts";

/** Where an answer stands. */
export type Place = Pick<LastAnswer, "batch_id" | "item">;

/** An answer to be taken back, or the one that the server is about to store. */
type Wish = Place | "next" | null;

/**
 * What is to be taken back, as you go, once it is stored. It is kept in the browser until the server has
 * said what became of it: the page may be drawn anew meanwhile.
 */
export class Taking {
  readonly #store: Store;
  readonly #key: string;
  #wish: Wish = null;

  constructor(project: string, store: Store) {
    this.#store = store;
    this.#key = `labelspread:taking:${project}`;
  }

  get wish(): Wish {
    return this.#wish;
  }

  ask(wish: Wish): void {
    this.#wish = wish;
    this.#store.write(this.#key, wish === "next" ? null : wish);
  }

  /** The server is asked for it by a message of its own. */
  sent(): void {
    this.#wish = null;
  }

  /** It is known what became of it, or nobody asks any more. */
  end(): void {
    this.ask(null);
  }

  /** Go on with what was asked for before the page was drawn anew, unless that is over by now. */
  resume(drafts: Drafts, last: LastAnswer | null): void {
    const kept = this.#store.read(this.#key) as Place | null;
    if (kept === null) return;
    const isStored = last?.batch_id === kept.batch_id && last.item === kept.item;
    if (isStored || kept.item in drafts.all(kept.batch_id)) this.#wish = kept;
    else this.end();
  }
}
