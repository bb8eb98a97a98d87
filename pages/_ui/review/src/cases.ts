// How a case stands: what was said of it, what is said by now, and what is on its way.

import type { Message, ReviewCase, ReviewItem, ReviewPage, ShownSaid } from "./contract.ts";

export type Which = ReviewPage["which"];

/** What there is to do: the messages that change something. */
export type Doing = Exclude<Message, { kind: "sync" }>;

/** How a case stands. */
export interface Standing {
  /** What is said of each of its images. */
  said: ShownSaid[];
  isKept: boolean;
}

/** How a case stands once all that waits is stored. */
export function standingOf(one: ReviewCase, waiting: readonly Doing[]): Standing {
  const [first] = one.items;
  let isKept = one.is_kept;
  const said = new Map(one.items.map(({ id, now }) => [id, now]));
  for (const message of waiting) {
    if (message.kind === "judge") {
      const { item, kind, label } = message.answer;
      if (said.has(item)) said.set(item, { kind, label });
    } else if (message.item === first?.id && (message.beside ?? null) === besideOf(one)) isKept = message.kind === "keep";
  }
  return { said: one.items.map(({ id, now }) => said.get(id) ?? now), isKept };
}

/** The image beside the one that is asked about, if there is one. */
export const besideOf = ({ items }: ReviewCase): number | null => items[1]?.id ?? null;

/** The images of which something else is said by now. */
export const changedOf = (one: ReviewCase, { said }: Standing): ReviewItem[] =>
  one.items.filter(({ was }, place) => !areSame(was, said[place]));

export const areSame = (one: ShownSaid, other: ShownSaid | undefined): boolean =>
  one.kind === other?.kind && one.label === other.label;
