import { TOGGLED as ALL_TOGGLED } from "../../labeler/src/words.ts";
import type { Which } from "./cases.ts";
import type { Message, ReviewCase, ReviewPage, ShownSaid } from "./contract.ts";

export const TOGGLED = ALL_TOGGLED;

/** The lists there are, in their order. */
export const LISTS: readonly { which: Which; title: string; about: string }[] = [
  {
    which: "disputed", title: "Disputed",
    about: "People disagree about these images. Nothing is learned from them until you decide.",
  },
  {
    which: "contradicted", title: "Contradicted",
    about: "Each label is compared with what all other labels say of its image. The most suspicious come first.",
  },
  { which: "aside", title: "Unsure and bad", about: "Images without a label, since somebody was unsure or found them bad." },
  { which: "near", title: "Near-duplicates", about: "Two images that are nearly the same, with different labels." },
];

export const nothingToKeep = "This image has no label to keep.";
export const LEFT = "All others are looked at.";

const KINDS = { skip: "no answer", unsure: "unsure", bad: "bad image" } as const;

/** What is said of an image, in a word. */
export const inShort = ({ kind, label }: ShownSaid, which?: Which): string => {
  if (kind === "skip" && which === "disputed") return "disputed";
  return kind === "label" ? label ?? "" : KINDS[kind];
};

/** The same where there is hardly any room. */
export function inAWord(said: ShownSaid, which?: Which): string {
  if (said.kind === "skip" && which === "disputed") return "?";
  return said.kind === "bad" ? "bad" : inShort(said);
}

export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** What Enter does in each list. */
export const KEEP: Record<Which, string> = {
  disputed: "later", contradicted: "keep", aside: "leave as it is", near: "keep both",
};

/** What S does in each list. */
export const SKIP: Record<Which, string> = { disputed: "later", contradicted: "later", aside: "ask again", near: "later" };

/** Keys and their meanings, but for those of classes. */
export function help(which: Which): [string[], string][] {
  const enter = {
    disputed: "leave it for later",
    contradicted: "keep the label: it does not come up again",
    aside: "leave it as it is",
    near: "keep both labels: they do not come up again",
  }[which];
  const swap: [string[], string][] = which === "near" ? [[["Space"], "let keys be for the other image"]] : [];
  return [
    [["Enter"], enter],
    ...swap,
    [["U"], "unsure: I cannot tell"],
    [["X"], "bad image: not a proper one"],
    [["S"], which === "aside" ? "put it back among those that are asked about" : "leave it for later"],
    [["⌫"], "undo, as far back as you like; Ctrl Z too"],
    [["←", "→"], "look at another one"],
    [["[", "]"], "go to another list"],
    [["P"], "show smooth images or their pixels"],
    [["V"], "give faint images more contrast, or not"],
    [["Z"], "look closer, step by step; Esc goes back"],
    [["?"], "show or hide this list"],
  ];
}

/** What people say of an image, one after another. */
export function votesWords({ votes, missing }: Pick<ReviewCase, "votes" | "missing">, name: (label: string) => string): string {
  const each = votes.map(({ name: who, said }) => `${who}: ${said.label === null ? inShort(said) : name(said.label)}`);
  const more = missing ? [`${missing} more to answer`] : [];
  return [...each, ...more].join(" · ");
}

/** What decisions are kept: how many, and what is wrong if they are not. */
export interface SavedWords {
  text: string;
  /** Whether there is nothing that waits. */
  isAll: boolean;
  /** Why something is not saved yet, if that is worth a word; else empty. */
  trouble: string;
}

/** How things stand between the browser and the server. */
export interface Sending {
  message: Message | null;
  waiting: number;
  failure: string | undefined;
  isLate: boolean;
}

export function savedWords({ message, waiting, failure, isLate }: Sending): SavedWords {
  const isBusy = message !== null && message.kind !== "sync";
  if (isBusy && (failure !== undefined || isLate)) {
    return {
      text: `Not saved yet: ${count(waiting, "decision")}`,
      isAll: false,
      trouble: `${failure ?? "The server does not answer."} What you decided is kept in this browser and sent again.`,
    };
  }
  if (waiting) return { text: `Saving ${count(waiting, "decision")} …`, isAll: false, trouble: "" };
  return { text: "✓ all saved", isAll: true, trouble: "" };
}

/** How far a list is. */
export function progressWords({ cases, total }: Pick<ReviewPage, "cases" | "total">, decided: number): string {
  if (!cases.length) return "";
  const all = total > cases.length ? `${cases.length} (of ${total.toLocaleString("en")} in all)` : String(cases.length);
  return `${decided} of ${all} looked at`;
}
