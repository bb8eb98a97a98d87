import { identifier } from "../../browser/outbox.ts";
import type { Store } from "../../browser/storage.ts";
import type { CheckMessage } from "./contract.ts";

interface Kept {
  /** Its place in the order in which grids were accepted. */
  at: number;
  message: CheckMessage;
}

/** Grids that were accepted and have no receipt, and those that were refused. All tabs share them. */
export class Waiting {
  readonly prefix: string;
  readonly #refused: string;
  readonly #store: Store;

  constructor(project: string, store: Store) {
    this.prefix = `labelspread:grid:waiting:${project}:`;
    this.#refused = `labelspread:grid:refused:${project}:`;
    this.#store = store;
  }

  key(batch: string): string {
    return this.prefix + batch;
  }

  keep(message: CheckMessage): void {
    this.#put(this.prefix, message);
  }

  /** All that wait, the oldest first. */
  get all(): CheckMessage[] {
    return this.#under(this.prefix);
  }

  drop({ batch_id: batch }: CheckMessage): void {
    this.#store.write(this.key(batch), null);
  }

  /** Put what the server will not take out of the way, without destroying it. */
  setAside(message: CheckMessage): void {
    this.#put(this.#refused, message);
    this.drop(message);
  }

  get refused(): CheckMessage[] {
    return this.#under(this.#refused);
  }

  /** Let what was refused wait once more, by another name: the receipt for the old one is there. */
  revive(): void {
    for (const message of this.refused) this.keep({ ...message, id: identifier() });
    this.discardRefused();
  }

  discardRefused(): void {
    for (const key of this.#store.keys(this.#refused)) this.#store.write(key, null);
  }

  #put(prefix: string, message: CheckMessage): void {
    const kept: Kept = { at: 1 + Math.max(0, ...this.#kept(prefix).map(({ at }) => at)), message };
    this.#store.write(prefix + message.batch_id, kept);
  }

  #under(prefix: string): CheckMessage[] {
    return this.#kept(prefix).sort((one, other) => one.at - other.at).map(({ message }) => message);
  }

  #kept(prefix: string): Kept[] {
    return this.#store.keys(prefix).flatMap((key) => (this.#store.read(key) as Kept | null) ?? []);
  }
}
