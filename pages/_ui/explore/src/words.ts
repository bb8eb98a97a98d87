import { NO_CLASS, type Marks, type StateName, STATES } from "./marks.ts";
import type { MapState, MapWork } from "./contract.ts";

/** A number as people read it, such as 1,204. */
export const grouped = (number: number): string => number.toLocaleString("en-US");

export const count = (number: number, noun: string): string => `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;

/** What each state is called beside its box. */
export const STATE_WORDS: Record<StateName, string> = {
  predicted: "predicted",
  labelled: "labelled by a person",
  given: "label came along",
  unsure: "answered unsure",
  bad: "bad image",
  unreached: "reached by no label",
};

/** Parts of what is predicted, by how far the most probable class leads; ranks from 0 to 255. */
export const SURENESS: [string, readonly [number, number]][] = [
  ["all", [0, 255]],
  ["most doubtful 1 %", [0, 2]],
  ["most doubtful 10 %", [0, 25]],
  ["more doubtful half", [0, 127]],
  ["surer half", [128, 255]],
  ["surest 10 %", [230, 255]],
];

/** An item in words: what it is said to be, and by whom. */
export function pointWords(marks: Marks, item: number, names: readonly string[]): string {
  const state = STATES[marks.states[item] ?? 0] ?? "unreached";
  const number = marks.classes[item] ?? NO_CLASS;
  const name = names[number] ?? "no class";
  const surer = Math.min(99, Math.floor(100 * (marks.ranks[item] ?? 0) / 255));
  const words: Record<StateName, string> = {
    predicted: `predicted: ${name}, surer than ${surer} % of the others`,
    labelled: `labelled: ${name}`,
    given: `came with the label ${name}`,
    unsure: `answered unsure; predicted: ${name}`,
    bad: "a bad image",
    unreached: "no label reaches it yet",
  };
  return words[state];
}

/** How many images there are, and how the map is read. */
export const summaryWords = (n: number, isGrey: boolean): string =>
  `${count(n, "image")}${isGrey ? "" : " · faint where the model is unsure · rimmed where a person has labelled"}`;

/** How items are laid out, and how far a better way has come. */
export function layoutWords({ is_plain: isPlain, work, can_improve: canImprove }: Pick<MapState, "is_plain" | "work" | "can_improve">): string {
  if (work) return `${work.stage}${leftWords(work)}`;
  if (!isPlain) return "Similar images lie close together";
  return canImprove ? "First two principal components" : "First two principal components: a plain map";
}

const leftWords = ({ seconds_left: left }: MapWork): string => {
  if (left === null) return "";
  return left < 120 ? ` · ${Math.ceil(left)} s left` : ` · ${Math.ceil(left / 60)} min left`;
};

/** What the button says that opens images in the grid. */
export const openWords = (n: number): string => (n ? `Open ${n === 1 ? "it" : `these ${grouped(n)}`} in the grid` : "Nothing to open");

/** What stands above that button. */
export function chosenWords(n: number, isChosen: boolean, isFiltered: boolean): string {
  if (isChosen) return `${count(n, "image")} chosen.`;
  return isFiltered ? `${count(n, "image")} shown.` : "Drag a line around images with the lasso, or choose what to show above.";
}
