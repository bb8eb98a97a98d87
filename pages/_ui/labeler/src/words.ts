import type { Belief, LabelPage } from "./contract.ts";
import { shownAgain, type Hiding } from "./hiding.ts";
import { matters, type Preferences } from "./preferences.ts";
import type { Draft } from "./drafts.ts";

export const KINDS = { skip: "skipped", unsure: "unsure", bad: "bad" } as const;

export const UNDONE = "Undone. The model is as it was before.";

/** What is said after a preference was switched off, and on. */
export const TOGGLED: Record<keyof Preferences, readonly [string, string]> = {
  blind: ["Predictions are shown.", "Predictions are hidden, so that they do not influence you."],
  pixels: ["Images are smoothed.", "Images show their pixels."],
  contrast: ["Images have their own contrast.", "Faint images are given more contrast."],
  auto: ["A batch is saved when you press Enter or Save.", "A batch is saved automatically after its last image."],
};

/** What is said after a preference was switched. */
export const toggled = (preference: keyof Preferences, isOn: boolean, { hidden_share: share }: LabelPage): string =>
  preference === "blind" && !isOn ? shownAgain(share) : TOGGLED[preference][isOn ? 1 : 0];

interface Explanation {
  keys: string[];
  meaning: string;
  /** The preference that it changes. */
  preference?: keyof Preferences;
  /** What it means as you go, if that is something else. */
  asYouGo?: string;
}

const HELP: Explanation[] = [
  { keys: ["Enter"], meaning: "accept the prediction; save a finished batch", asYouGo: "accept the prediction" },
  { keys: ["⌫"], meaning: "undo, as far back as you like; Ctrl Z too" },
  { keys: ["Ctrl", "Y"], meaning: "redo what was undone" },
  { keys: ["S"], meaning: "skip: ask me again later" },
  { keys: ["U"], meaning: "unsure: I cannot tell" },
  { keys: ["X"], meaning: "bad image: not a proper one" },
  { keys: ["←", "→"], meaning: "look at another image of the batch" },
  { keys: ["L"], meaning: "list the answers given, to look at or correct" },
  { keys: ["H"], meaning: "hide or show predictions", preference: "blind" },
  { keys: ["P"], meaning: "show smooth images or their pixels", preference: "pixels" },
  { keys: ["V"], meaning: "give faint images more contrast, or not" },
  { keys: ["Z"], meaning: "look closer, step by step; Esc goes back" },
  { keys: ["A"], meaning: "save a batch automatically, or not", preference: "auto" },
  { keys: ["?"], meaning: "show or hide this list" },
];

/** What classes are found by where there are more of them than keys. */
export const FINDING: [string[], string][] = [
  [["1", "–", "5"], "label as one of the likeliest classes"],
  [["6", "–", "0"], "label as one of the classes used last"],
  [["A", "–", "Z"], "find a class by a part of its name"],
  [["↑", "↓"], "choose among the matches; Enter labels"],
  [["Esc"], "clear what is typed"],
];

/** What to do where classes have names to be found by. */
export const press = (isFinding: boolean): string =>
  isFinding ? "Type a part of the class’s name, or press a number. " : "Press the key of the class you see. ";

export const notFound = (query: string): string => `No class is like “${query.trim()}”.`;

/** Keys and their meanings. */
export function help(page: LabelPage): [string[], string][] {
  return HELP.filter(({ preference }) => !preference || matters(preference, page))
    .map(({ keys, meaning, asYouGo = meaning }) => [keys, page.as_you_go ? asYouGo : meaning]);
}

/** What is said in the place of an image that is not there. */
export const lackOf = (lack: string, why = "This image cannot be shown. Press X."): string =>
  lack === "late" ? "This image has not come yet. It is asked for again." : why;

/** An answer in a word. */
export const inShort = ({ kind, label }: Pick<Draft, "kind" | "label">): string =>
  kind === "label" ? label ?? "" : KINDS[kind];

/** How sure the model is of an image, in a few words. */
export function verdict(
  beliefs: Belief[], hiding: Hiding, isCalibrated: boolean, inSentence: (name: string) => string,
): string {
  const [best, second] = beliefs;
  if (hiding === "this") return "Prediction hidden for this one";
  if (hiding === "all") return "Predictions are hidden";
  if (!best) return "No prediction yet";
  if (isCalibrated && best.probability >= 0.9) return "The model is sure";
  const isFirst = best.probability >= 0.5 || best.probability >= 2 * (second?.probability ?? 0);
  return isFirst ? `The model leans towards ${inSentence(best.name)}` : "The model is undecided";
}

/** What the bars beside the classes mean. */
export const barsMean = (isCalibrated: boolean): string => isCalibrated
  ? "How likely each class is right, as the labels so far have it: each is left out in turn, and predicted by the others."
  : "A longer bar comes first. How likely it is right is known once there are some 30 labels.";

const NOTHING: Record<Hiding, string> = {
  none: "There is no prediction to accept.",
  this: "The prediction is hidden for this one.",
  all: "Predictions are hidden.",
};

/** Why Enter means nothing on an image. */
export const nothingToAccept = (hiding: Hiding, isFinding: boolean): string =>
  `${NOTHING[hiding]} ${
    isFinding ? "Type a part of the class’s name." : "Press the key of the class."}`;

export const count = (number: number, noun: string, ending = "s"): string => `${number} ${noun}${number === 1 ? "" : ending}`;
