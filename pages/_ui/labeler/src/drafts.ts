import type { Store } from "../../browser/storage.ts";
import type { SubmittedAnswer } from "./contract.ts";

export type AnswerKind = SubmittedAnswer["kind"];

/** An answer that is not in the store yet. */
export interface Draft {
  kind: AnswerKind;
  label: string | null;
  /** Milliseconds that it took. */
  ms: number;
  /** What the classes were called then; drafts of older versions do not say. */
  named?: number | undefined;
  /** The round it was given in. */
  round: number;
  /** Whether predictions were hidden when it was given; older versions did not note it. */
  hidden?: boolean | undefined;
  /** Its place in the order in which answers were given, for an object keeps numbers sorted. */
  at: number;
}

/** A draft with the place it belongs to. */
export interface Placed extends Draft {
  item: number;
  batch: string;
}

export type ByItem = Record<string, Draft>;

/** Answers that are not in the store yet, by batch. All tabs of a browser share them. */
export class Drafts {
  readonly prefix: string;
  readonly #store: Store;
  /** Answers that were refused, set aside. Older versions did not name the project. */
  readonly #refused = "labelspread:refused:";

  constructor(project: string, store: Store) {
    this.prefix = `labelspread:draft:${project}:`;
    this.#store = store;
  }

  key(batch: string): string {
    return this.prefix + batch;
  }

  /** Whether a name in the storage is of a batch, or of any where none is given. */
  isKeyOf(name: string, batch: string): boolean {
    return batch ? name === this.key(batch) : name.startsWith(this.prefix);
  }

  all(batch: string): ByItem {
    return (this.#store.read(this.key(batch)) ?? {}) as ByItem;
  }

  /** The drafts of a batch, the oldest first. */
  inOrder(batch: string): Placed[] {
    return placed(this.all(batch), batch);
  }

  /** The drafts of a batch as the server takes them, the oldest first. */
  toSend(batch: string): SubmittedAnswer[] {
    return this.inOrder(batch)
      .map(({ item, kind, label, ms, named = null, hidden = null }) => ({ item, kind, label, ms, named, hidden }));
  }

  put(batch: string, item: number, answer: Omit<Draft, "at">): void {
    const at = 1 + (this.everywhere().at(-1)?.at ?? 0);
    this.#store.write(this.key(batch), { ...this.all(batch), [item]: { ...answer, at } });
  }

  drop(batch: string, items: number[]): void {
    const dropped = new Set(items);
    const rest = Object.entries(this.all(batch)).filter(([item]) => !dropped.has(Number(item)));
    this.#store.write(this.key(batch), rest.length ? Object.fromEntries(rest) : null);
  }

  /** Drop what is stored now; what another tab has changed since it was sent stays. */
  settle(batch: string, answers: SubmittedAnswer[]): void {
    const now = this.all(batch);
    const isAsSent = ({ item, kind, label }: SubmittedAnswer): boolean =>
      now[item]?.kind === kind && now[item].label === label;
    this.drop(batch, answers.filter(isAsSent).map(({ item }) => item));
  }

  /** Put drafts that the server will never take out of the way, without destroying them. */
  setAside(batch: string, items: number[]): void {
    const refused = this.#refused + batch;
    const aside = Object.entries(this.all(batch)).filter(([item]) => items.includes(Number(item)));
    this.#store.write(refused, { ...(this.#store.read(refused) as ByItem | null), ...Object.fromEntries(aside) });
    this.drop(batch, items);
  }

  /** What was set aside, the oldest first. */
  get refused(): Placed[] {
    return this.#under(this.#refused);
  }

  /** Make drafts of what was set aside, so that it is sent again; what is answered anew meanwhile stays. */
  revive(): void {
    for (const { batch, item, kind, label, ms, named, hidden, round } of this.refused) {
      if (!(item in this.all(batch))) this.put(batch, item, { kind, label, ms, named, hidden, round });
    }
    this.discardRefused();
  }

  /** Throw away what was set aside. */
  discardRefused(): void {
    for (const key of this.#store.keys(this.#refused)) this.#store.write(key, null);
  }

  /** All drafts of the project, the oldest first. */
  everywhere(): Placed[] {
    return this.#under(this.prefix);
  }

  #under(prefix: string): Placed[] {
    return this.#store
      .keys(prefix)
      .flatMap((key) => placed((this.#store.read(key) ?? {}) as ByItem, key.slice(prefix.length)))
      .sort((one, other) => one.at - other.at);
  }

  /** The batches that have drafts, the one with the oldest first. */
  batches(): string[] {
    return [...new Set(this.everywhere().map(({ batch }) => batch))];
  }
}

function placed(drafts: ByItem, batch: string): Placed[] {
  return Object.entries(drafts)
    .map(([item, draft]) => ({ ...draft, item: Number(item), batch }))
    .sort((one, other) => one.at - other.at);
}
