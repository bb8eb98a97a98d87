// Written by `make contract` from the models of the server: make changes there.

export type Message = LeaveMessage;

/**
 * All rounds, and the one to begin with.
 *
 * Attributes
 * ----------
 * run
 *     A name for what is shown: another one for others.
 * ink
 *     Whether images are ink on paper, and no photographs.
 * right_of
 *     What the shares of the rounds are of.
 * coming
 *     Whether there is still more on its way.
 * graph, curve
 *     None where there is none, or not yet.
 */
export interface StagePage {
  run: string;
  title: string;
  current: number;
  ink: boolean;
  right_of: string;
  rounds: ShownRound[];
  coming: boolean;
  graph: ShownGraph | null;
  curve: ShownCurve | null;
}
/**
 * One round.
 *
 * Attributes
 * ----------
 * name, headline
 *     Its name, and what a screen reader says of it.
 * labels
 *     Labels by now, as printed.
 * share, right
 *     Share predicted correctly, 0 to 1, and the same in words; None and empty where the truth is
 *     not known.
 * asked, wrong
 *     What is said of the images that the model is unsure of; ``wrong`` once the truth is told.
 * known_as
 *     What the truth is here: ``true``, or what a person has ``labelled``.
 * matrix, bars
 *     One of the two at most.
 * identical
 *     Whether every figure is the published one; None where nothing was published.
 */
export interface ShownRound {
  name: string;
  headline: string;
  figures: ShownFigure[];
  labels: number;
  share: number | null;
  right: string;
  asked: string;
  wrong: string;
  known_as: "true" | "labelled";
  queries: ShownQuery[];
  matrix: ShownMatrix | null;
  bars: ShownBars | null;
  lesson: string;
  identical: boolean | null;
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
 * An image that the model is unsure of.
 *
 * Attributes
 * ----------
 * image
 *     An address with the image in it.
 * predicted, rival
 *     What the model says it is; and what else it may be, empty where that is nothing.
 * true
 *     What it is; empty where nobody knows.
 * right
 *     Whether the prediction is right; true where nobody knows.
 * alt, told
 *     The image in words, before and after the truth is told.
 */
export interface ShownQuery {
  image: string;
  predicted: string;
  rival: string;
  true: string;
  right: boolean;
  alt: string;
  told: string;
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
 * Bars in the place of a matrix, where there is none.
 */
export interface ShownBars {
  title: string;
  about: string;
  bars: ShownBar[];
  note: string;
}
/**
 * A bar, ``share`` of the longest one.
 */
export interface ShownBar {
  name: string;
  value: string;
  share: number;
}
/**
 * Items in two dimensions, and the links between them.
 *
 * Attributes
 * ----------
 * about
 *     What is shown, in a sentence.
 * things
 *     What its items are called.
 * places
 *     Two numbers of 16 bits an item, low byte first, in base 64: right and down, 0 to 65,535 on
 *     a sheet that is ``width`` times as wide as high.
 * tile
 *     The side of an item, as a share of the height.
 * links
 *     Two numbers of 16 bits a link, low byte first, in base 64: indices of items.
 * atlas, columns
 *     An address with all images in it, and how many stand in a row.
 * rounds
 *     One for each round of the page.
 * spreads
 *     Some of the first labels, those that reach far first.
 */
export interface ShownGraph {
  about: string;
  things: string;
  n_items: number;
  width: number;
  places: string;
  tile: number;
  links: string;
  atlas: string;
  columns: number;
  classes: ShownColour[];
  rounds: ShownBeliefs[];
  spreads: ShownSpread[];
}
/**
 * A name with its colour, on light and on dark pages.
 */
export interface ShownColour {
  name: string;
  light: string;
  dark: string;
}
/**
 * What is believed of the items of the graph in one round: a byte an item, in base 64.
 *
 * Attributes
 * ----------
 * classes
 *     Index of the class of each item; 255 where it has none.
 * leads
 *     By how much that class leads, 0 to 255.
 * labelled
 *     1 where there is a label.
 */
export interface ShownBeliefs {
  classes: string;
  leads: string;
  labelled: string;
}
/**
 * How one label spreads: the item that has it, the index of its class, and sweep by sweep.
 */
export interface ShownSpread {
  item: number;
  number: number;
  sweeps: ShownSweep[];
}
/**
 * How far one label has come after some sweeps.
 *
 * Attributes
 * ----------
 * sweeps
 *     How many.
 * reached
 *     How many items it has reached.
 * shares
 *     Of each item: how much of all that it ever hears is from this label and has arrived, 0 to
 *     255, a byte each in base 64.
 * heard
 *     1 for each item that it has reached, a byte each in base 64.
 */
export interface ShownSweep {
  sweeps: number;
  reached: number;
  shares: string;
  heard: string;
}
/**
 * Learning curves side by side, and what they are of.
 */
export interface ShownCurve {
  about: string;
  lines: ShownLine[];
}
/**
 * A learning curve.
 *
 * Attributes
 * ----------
 * colour, note
 *     Its name with its colour, and what it stands for in a few words.
 * labels, shares
 *     How many labels there were, and the share of all items that was right then, 0 to 1.
 * low, high
 *     Its 95 % interval; empty where there is none.
 * own
 *     Whether it is that of the run itself.
 */
export interface ShownLine {
  colour: ShownColour;
  note: string;
  labels: number[];
  shares: number[];
  low: number[];
  high: number[];
  own: boolean;
}
/**
 * The presenter has left; ``round`` was on the screen.
 */
export interface LeaveMessage {
  round: number;
}
