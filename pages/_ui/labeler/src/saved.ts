import type { Desk } from "./desk.ts";
import { count } from "./words.ts";

/** What is said of answers: how many are saved, and what is wrong if they are not. */
export interface SavedWords {
  text: string;
  /** Whether there is nothing that waits. */
  isAll: boolean;
  /** Why answers are not saved yet, if that is worth a word; else empty. */
  trouble: string;
}

export function savedWords(desk: Desk, isOnline: boolean): SavedWords {
  const { answers, data, outbox } = desk;
  const waiting = Object.keys(answers).length;
  const failure = outbox.failure(data.receipts) ?? "";
  const isLate = outbox.isBusy && (failure !== "" || outbox.isSlow || !isOnline);
  if (!isLate) return { text: text(desk, waiting), isAll: !waiting && !outbox.isBusy && data.saved > 0, trouble: "" };
  return {
    text: lateText(data.as_you_go ? waiting : 0),
    isAll: false,
    trouble: `${failure || "The server does not answer."} Your answers are kept in this browser and sent again.`,
  };
}

const lateText = (waiting: number): string =>
  waiting ? `Not saved yet: ${count(waiting, "answer")}` : "Not saved yet";

function text({ data, outbox: { message } }: Desk, waiting: number): string {
  if (message?.kind === "submit") return `Saving ${count(message.answers.length, "answer")} …`;
  const stored = count(data.saved, "answer");
  if (waiting) return `${count(waiting, "answer")} kept here, ${data.saved} saved`;
  return data.saved ? `✓ all ${stored} saved` : "Nothing to save yet";
}

/** Where the project stands. That something was undone is news until the next answer. */
export function summaryWords({ answers, data }: Pick<Desk, "answers" | "data">): string {
  const isOldNews = data.undone !== null && !data.as_you_go && Object.keys(answers).length > 0;
  return isOldNews ? "" : data.summary;
}
