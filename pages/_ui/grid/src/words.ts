import type { GridItem, GridPage, Message } from "./contract.ts";
import type { Mark } from "./marks.ts";

export const CHOOSE = "Choose an image first: click it, or use the arrow keys.";
export const TAKEN_BACK = "Taken back.";

/** What stands for a class where no label reaches an image. */
export const NOT_REACHED = "";

/** Names of classes that are longer than this are shortened within sentences. */
const LONG = 24;

export const ORDERS: Record<GridPage["order"], string> = { surest: "surest first", doubtful: "most doubtful first" };

/** The list of keys; those of classes come first. */
export const HELP: [string[], string][] = [
  [["Enter"], "accept all that are not marked, with the marks"],
  [["←", "↑", "→", "↓"], "go to an image; Home and End too"],
  [["Space", "X"], "mark the image, or take its mark away"],
  [["⌫"], "take back the last mark, or the last grid; Ctrl Z too"],
  [["]", "["], "the next class, or the one before; Page ↓ and ↑ too"],
  [["Z"], "look closer at the image; two clicks too, Esc goes back"],
  [["P"], "show smooth images or their pixels"],
  [["?"], "show or hide this list"],
];

/** A number as people read it, such as 1,204. */
export const grouped = (number: number): string => number.toLocaleString("en-US");

export const count = (number: number, noun: string): string => `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;

/** A share in full per cents; what is not all is never called that. */
export const percent = (share: number): string =>
  `${share < 1 ? Math.min(99, Math.round(100 * share)) : 100} %`;

/** As much of a long name as fits into a sentence. */
export const short = (name: string): string => (name.length > LONG ? `${name.slice(0, LONG - 1).trimEnd()}…` : name);

/** What is asked of the images on screen. */
type Asked = Pick<GridPage, "name" | "corrects">;

/** What the button says that accepts a grid: the main thing, which may be shortened, and the rest. */
export function acceptWords({ name, corrects }: Asked, accepted: number, marked: number, missing: number): [string, string] {
  if (corrects) return goOnWords("correct", marked);
  if (name === NOT_REACHED) return goOnWords("answer", marked);
  const rest = [...(marked ? [`${marked} marked`] : []), ...(missing ? [`${missing} not shown`] : [])];
  return [accepted ? `Accept ${accepted} as ${short(name ?? "")}` : "Go on", rest.map((part) => `, ${part}`).join("")];
}

/** The same where only what is marked counts. */
const goOnWords = (verb: "correct" | "answer", marked: number): [string, string] =>
  (marked ? [`${verb === "answer" ? "Answer" : "Correct"} ${marked}`, ", and go on"] : ["Go on", `: nothing to ${verb}`]);

/** What is said of the marks, and what is to be done about them. */
export interface MarkWords {
  told: string;
  hint: string;
}

/** `target` is the mark that the key of a class is for. Fingers have no keys. */
export function markWords({ name, corrects }: Asked, marks: readonly Mark[], target: Mark | undefined, isTouch: boolean): MarkWords {
  if (!marks.length) return { told: startWords(name ?? "", corrects, isTouch), hint: "" };
  const told = `Marked: ${marks.length}.`;
  if (!target) return { told, hint: "What has no class is asked about on the Label page." };
  if (target.name !== null) return { told, hint: `This one is ${short(target.name)}.` };
  const press = isTouch ? "Choose" : "Press the key of";
  return { told, hint: `${press} its class, or leave it: it is asked about on the Label page.` };
}

/** What to do while nothing is marked. */
function startWords(name: string, corrects: boolean, isTouch: boolean): string {
  if (name === NOT_REACHED) return `${isTouch ? "Tap an image" : "Click an image, or mark it by key,"} to say what it is.${isTouch ? "" : " Enter goes on."}`;
  const isNot = `what is not ${short(name)}`;
  if (isTouch) return corrects ? `Tap ${isNot}.` : `Tap ${isNot}, then accept the rest.`;
  return `Click ${isNot}, or mark it by key. Enter ${corrects ? "goes on" : "accepts the rest"}.`;
}

/** An image in words, for those who do not see it. */
export function imageWords({ id, chance, answer }: GridItem, name: string, mark: Mark | undefined): string {
  const said = name === NOT_REACHED ? "nothing" : name;
  const predicted = chance === null ? said : `${said}, ${percent(chance)}`;
  const told = answer
    ? `Image ${id}, answered: ${answer.said}; the model: ${predicted}`
    : `Image ${id}, predicted as ${predicted}`;
  return mark ? `${told}, marked as ${mark.name ?? (name === NOT_REACHED ? "skipped" : "wrong")}` : told;
}

/** How many images of the class there are to look at. */
export const leftWords = (left: number, name: string, corrects: boolean): string =>
  (corrects ? `${grouped(left)} answered` : `${grouped(left)} left ${name === NOT_REACHED ? "that no label reaches" : `as ${short(name)}`}`);

/** Of which images only some are shown. */
export const amongWords = ({ n_items: all, said }: NonNullable<GridPage["among"]>): string => `Only the ${count(all, "image")} ${said}`;

/** How answers are kept: how many, and what is wrong if they are not. */
export interface SavedWords {
  text: string;
  /** Whether there is nothing that waits. */
  isAll: boolean;
  /** Why answers are not saved yet, if that is worth a word; else empty. */
  trouble: string;
}

/** How things stand between the browser and the server. */
export interface Sending {
  message: Message | null;
  /** Answers of all grids that wait. */
  waiting: number;
  /** Images that are answered. */
  answered: number;
  failure: string | undefined;
  isLate: boolean;
}

export function savedWords({ message, waiting, answered, failure, isLate }: Sending): SavedWords {
  const isBusy = message !== null && message.kind !== "sync";
  if (isBusy && (failure !== undefined || isLate)) {
    return {
      text: waiting ? `Not saved yet: ${count(waiting, "answer")}` : "Not saved yet",
      isAll: false,
      trouble: `${failure ?? "The server does not answer."} Your answers are kept in this browser and sent again.`,
    };
  }
  if (waiting) return { text: `Saving ${count(waiting, "answer")} …`, isAll: false, trouble: "" };
  return { text: answered ? "✓ all saved" : "Nothing to save yet", isAll: !isBusy && answered > 0, trouble: "" };
}

/** What is said in the place of an image that is not there. */
export const lackOf = (lack: string): string => (lack === "late" ? "not here yet" : "cannot be shown");
