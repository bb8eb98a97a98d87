import { identifier } from "./outbox.ts";
import type { Store } from "./storage.ts";

interface Kept<Message> {
  /** Its place in the order in which messages were to be sent. */
  at: number;
  message: Message;
}

/** Messages that have no receipt yet, and those that were refused. All tabs of a browser share them. */
export class Waiting<Message extends { id: string }> {
  readonly prefix: string;
  readonly #refused: string;
  readonly #store: Store;
  readonly #nameOf: (message: Message) => string;

  /**
   * @param kind What the messages are about.
   * @param nameOf What a message is kept by: of those by the same name the last one counts.
   */
  constructor(kind: string, project: string, store: Store, nameOf: (message: Message) => string) {
    this.prefix = `labelspread:${kind}:waiting:${project}:`;
    this.#refused = `labelspread:${kind}:refused:${project}:`;
    this.#store = store;
    this.#nameOf = nameOf;
  }

  /** What a message by this name is kept under. */
  key(name: string): string {
    return this.prefix + name;
  }

  keep(message: Message): void {
    this.#put(this.prefix, message);
  }

  /** All that wait, the oldest first. */
  get all(): Message[] {
    return this.#under(this.prefix);
  }

  drop(message: Message): void {
    this.#store.write(this.key(this.#nameOf(message)), null);
  }

  /** Put what the server will not take out of the way, without destroying it. */
  setAside(message: Message): void {
    this.#put(this.#refused, message);
    this.drop(message);
  }

  get refused(): Message[] {
    return this.#under(this.#refused);
  }

  /** Let what was refused wait once more, by another id: the receipt for the old one is there. */
  revive(): void {
    for (const message of this.refused) this.keep({ ...message, id: identifier() });
    this.discardRefused();
  }

  discardRefused(): void {
    for (const key of this.#store.keys(this.#refused)) this.#store.write(key, null);
  }

  #put(prefix: string, message: Message): void {
    const kept: Kept<Message> = { at: 1 + Math.max(0, ...this.#kept(prefix).map(({ at }) => at)), message };
    this.#store.write(prefix + this.#nameOf(message), kept);
  }

  #under(prefix: string): Message[] {
    return this.#kept(prefix).sort((one, other) => one.at - other.at).map(({ message }) => message);
  }

  #kept(prefix: string): Kept<Message>[] {
    return this.#store.keys(prefix).flatMap((key) => (this.#store.read(key) as Kept<Message> | null) ?? []);
  }
}
