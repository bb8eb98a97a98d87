// What is said of a case, in a line or two.

import { changedOf, type Standing, type Which } from "./cases.ts";
import type { ReviewCase, ShownSaid } from "./contract.ts";
import { inShort, votesWords } from "./words.ts";

type Name = (label: string) => string;

/** What a case is about, or what has become of it. */
export function verdictWords(which: Which, one: ReviewCase, standing: Standing, name: Name): string {
  const were = one.items.map(({ was }) => told(was, name));
  if (changedOf(one, standing).length) return becomeWords(standing, name);
  if (standing.isKept) return which === "near" ? "Both labels are kept." : `Kept as ${were.join()}.`;
  if (which === "disputed") return `${[...new Set(one.votes.map(({ said }) => told(said, name)))].join(" or ")}?`;
  if (which === "near") return `Nearly the same, labelled ${were.join(" and ")}.`;
  if (which === "aside") return were[0] === "unsure" ? "Somebody was unsure." : "Somebody found this image bad.";
  return `Labelled ${were.join()}. The others say ${name(one.other ?? "")}.`;
}

function becomeWords({ said }: Standing, name: Name): string {
  const names = said.map((now) => told(now, name));
  if (names.length > 1) return `Now ${names.join(" and ")}.`;
  return said[0]?.kind === "skip" ? "Put back: it may be asked about again." : `It is ${names.join()} now.`;
}

const told = (said: ShownSaid, name: Name): string => (said.label === null ? inShort(said) : name(said.label));

/** Why it is there, and what to do. */
export function becauseWords(which: Which, one: ReviewCase, isDecided: boolean, name: Name): string {
  const { other } = one;
  if (which === "disputed") {
    const votes = votesWords(one, name);
    return isDecided || other === null ? votes : `${votes}. The model would say ${name(other)}, so that key is outlined.`;
  }
  if (isDecided) return "⌫ takes that back; another key changes it.";
  if (which === "near") return "One of them is wrong, or what tells them apart is very small.";
  if (which === "contradicted") return "Without its own label the model would say so, because of these labelled images:";
  return other === null
    ? "No label has reached it, so the model cannot say what it is."
    : `The model would say ${name(other)}. These labelled images speak most for it:`;
}
