import { identifier, PROTOCOL } from "../../browser/outbox.ts";
import type { CheckMessage, CorrectManyMessage, GridPage, SubmittedAnswer } from "./contract.ts";
import type { Mark } from "./marks.ts";
import { NOT_REACHED } from "./words.ts";

/** What the server is told of a grid that a person accepts. */
export interface Accepted {
  page: GridPage;
  /** What its images are predicted as. */
  name: string;
  marks: readonly Mark[];
  /** Images that were not to be seen: nobody has accepted them. */
  unseen: ReadonlySet<number>;
  /** Milliseconds that all of it took. */
  took: number;
}

export function checkOf({ page, name, marks, unseen, took }: Accepted): CheckMessage {
  const marked = new Map(marks.map((mark) => [mark.item, mark]));
  // Where nothing is predicted, there is nothing to accept.
  const items = name === NOT_REACHED ? page.items.filter(({ id }) => marked.has(id)) : page.items;
  const ms = Math.round(took / items.length);
  const answer = (item: number): SubmittedAnswer => {
    const mark = marked.get(item);
    const label = mark ? mark.name : name;
    const isSkipped = label === null || (!mark && unseen.has(item));
    return { item, kind: isSkipped ? "skip" : "label", label: isSkipped ? null : label, ms, named: page.named, hidden: false };
  };
  return {
    v: PROTOCOL,
    id: identifier(),
    project: page.project,
    kind: "check",
    batch_id: page.batch_id,
    name,
    numbering: page.numbering,
    named: page.named,
    items: items.map(({ id, probability }) => ({ item: id, probability })),
    answers: items.map(({ id }) => answer(id)),
  };
}

/** What the server is told of answers that a person has corrected; null where there are none. */
export function correctionsOf(page: GridPage, marks: readonly Mark[]): CorrectManyMessage | null {
  const standing = new Map(page.items.map(({ id, answer }) => [id, answer]));
  const answers = marks.flatMap(({ item, name }) => {
    const before = standing.get(item);
    const kind: SubmittedAnswer["kind"] = name === null ? "skip" : "label";
    const answer = { item, kind, label: name, ms: null, named: page.named, hidden: null };
    return before ? [{ batch_id: before.batch_id, answer }] : [];
  });
  if (!answers.length) return null;
  return {
    v: PROTOCOL,
    id: identifier(),
    project: page.project,
    kind: "correct_many",
    batch_id: page.batch_id,
    numbering: page.numbering,
    named: page.named,
    answers,
  };
}
