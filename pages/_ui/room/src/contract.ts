// Written by `make contract` from the models of the server: make changes there.

export type Message = RoomWish;

/**
 * What stays as it is while the screen is shown.
 *
 * Attributes
 * ----------
 * figures
 *     Where figures are fetched from, and the room is paused and ended.
 * code, address
 *     What people type.
 * qr
 *     The same as a code for cameras: 1 is dark; a row a string.
 */
export interface RoomPage {
  project: string;
  title: string;
  figures: string;
  code: string;
  address: string;
  qr: string[];
}
/**
 * How things stand now.
 *
 * Attributes
 * ----------
 * joined
 *     How many people have come in.
 * names
 *     Who they are, the last one first, where that was asked for.
 * rate
 *     Answers a second, lately.
 * answers, labels, images
 *     Answers of people, images that have a label, and images there are.
 * share, known
 *     The share of all images that is right, 0 to 1, and what that is known from; None where
 *     nobody knows yet.
 * own
 *     The room's curve; its points are few enough to be drawn.
 * others
 *     What it races against.
 * coming
 *     Whether that is still being worked out.
 * matrix, bars
 *     One of the two at most.
 * ink
 *     Whether images are ink on paper, and no photographs.
 */
export interface RoomFigures {
  phase: "open" | "paused" | "ended";
  joined: number;
  names: string[];
  rate: number;
  answers: number;
  labels: number;
  images: number;
  share: number | null;
  known: string;
  own: ShownLine;
  others: ShownLine[];
  coming: boolean;
  matrix: ShownMatrix | null;
  bars: ShownBars | null;
  disputed: ShownDispute[];
  ink: boolean;
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
 * A name with its colour, on light and on dark pages.
 */
export interface ShownColour {
  name: string;
  light: string;
  dark: string;
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
 * An image of which people say different things.
 *
 * Attributes
 * ----------
 * image
 *     An address with the image in it.
 * votes
 *     What is said most often first.
 */
export interface ShownDispute {
  item: number;
  image: string;
  votes: ShownVote[];
}
/**
 * How many say that an image is of a class.
 */
export interface ShownVote {
  name: string;
  count: number;
}
/**
 * What the screen asks for.
 */
export interface RoomWish {
  phase: "open" | "paused" | "ended";
}
