// Written by `make contract` from the models of the server: make changes there.

export type Message = LeaveMessage;

/**
 * All rounds of a run, and the one to begin with.
 */
export interface StagePage {
  run: string;
  title: string;
  current: number;
  rounds: ShownRound[];
}
/**
 * One round of the run.
 *
 * Attributes
 * ----------
 * name, headline
 *     Its name, and what a screen reader says of it.
 * labels
 *     Labels by now, as printed.
 * share, right
 *     Share predicted correctly of the unlabelled, 0 to 1, and the same in words.
 * asked, wrong
 *     What is said of the images that the model asks about.
 * identical
 *     Whether every figure is the published one.
 */
export interface ShownRound {
  name: string;
  headline: string;
  figures: ShownFigure[];
  labels: number;
  share: number;
  right: string;
  asked: string;
  wrong: string;
  queries: ShownQuery[];
  matrix: ShownMatrix;
  lesson: string;
  identical: boolean;
}
/**
 * A large figure; ``change`` is since the round before, and empty in the first.
 */
export interface ShownFigure {
  value: string;
  caption: string;
  change: string;
  trend: "" | "better" | "worse";
}
/**
 * An image that the model asked about; ``image`` is a data URL, ``alt`` says it in words.
 */
export interface ShownQuery {
  image: string;
  predicted: string;
  true: string;
  right: boolean;
  alt: string;
}
/**
 * The confusion matrix: rows are true classes, columns predicted ones.
 *
 * Attributes
 * ----------
 * levels
 *     How strong each cell is painted: above zero where the two agree, below zero elsewhere.
 * note
 *     What stands out, in a sentence or none.
 */
export interface ShownMatrix {
  classes: string[];
  counts: number[][];
  levels: number[][];
  note: string;
}
/**
 * The presenter has left; ``round`` was on the screen.
 */
export interface LeaveMessage {
  round: number;
}
