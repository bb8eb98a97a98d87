// Written by `make contract` from the models of the server: make changes there.

export type Message = CheckMessage | CorrectManyMessage | TakeBackBatchMessage | SyncMessage;

/**
 * Everything the grid's component shows.
 *
 * Attributes
 * ----------
 * v
 *     The protocol's version.
 * name
 *     The class whose images are shown; None where there is nothing to check, and empty where no
 *     label reaches them.
 * sizes
 *     How many images can be shown at once.
 * batch_id
 *     What the answers to these images are to be called.
 * numbering, named
 *     Go back with the answers: which number each image has, and what classes are called.
 * to_check
 *     Classes with images to check, in the order of all classes.
 * n_to_check
 *     Images to check, of all classes.
 * answered
 *     Images with an answer in force, and ``n_items`` there are in all.
 * nothing_yet
 *     Why there is nothing to check, in a sentence; empty where there is something.
 * last
 *     What an undo would take back; None where there is nothing.
 * receipts
 *     The last ones, oldest first.
 * among
 *     What alone is shown; None where that is all images.
 * corrects
 *     Whether images with an answer are shown, to be corrected.
 */
export interface GridPage {
  v: number;
  project: string;
  ink: boolean;
  classes: ShownClass[];
  named: number;
  numbering: string;
  name: string | null;
  order: "surest" | "doubtful";
  size: number;
  sizes: number[];
  batch_id: string;
  items: GridItem[];
  to_check: ToCheck[];
  n_to_check: number;
  answered: number;
  n_items: number;
  nothing_yet: string;
  last: CheckedBatch | null;
  receipts: ShownReceipt[];
  among: ShownChoice | null;
  corrects: boolean;
}
/**
 * A class to label with.
 *
 * Attributes
 * ----------
 * key
 *     What labels an image with it; None where it has to be found by its name.
 * is_chosen
 *     Whether a person has given it this key, for everybody.
 * colour
 *     What it is marked with; None where it is not.
 */
export interface ShownClass {
  name: string;
  key: string | null;
  is_chosen: boolean;
  colour: ("red" | "orange" | "yellow" | "green" | "teal" | "blue" | "violet" | "pink") | null;
}
/**
 * An image to check.
 *
 * Attributes
 * ----------
 * smooth, pixels, full
 *     As of an image to label.
 * probability
 *     What the model gives the class it is shown as, 0 to 1.
 * chance
 *     How likely that is right, 0 to 1; None while labels have not said.
 * answer
 *     The answer it has, where answered images are shown to be corrected.
 */
export interface GridItem {
  id: number;
  smooth: string;
  pixels: string;
  full: string | null;
  probability: number;
  chance: number | null;
  answer: LastAnswer | null;
}
/**
 * An answer by name, and what it says, in a word.
 */
export interface LastAnswer {
  batch_id: string;
  item: number;
  said: string;
}
/**
 * How many images are predicted as a class and to be checked.
 */
export interface ToCheck {
  name: string;
  count: number;
}
/**
 * A grid that was answered last, of which answers are in force.
 *
 * Attributes
 * ----------
 * said
 *     What it was, in a few words.
 */
export interface CheckedBatch {
  batch_id: string;
  said: string;
}
/**
 * What became of a message; ``failed`` ones are sent again.
 */
export interface ShownReceipt {
  id: string | null;
  outcome: "done" | "refused" | "failed";
  text: string;
}
/**
 * The images that a person has chosen elsewhere, of which some are shown.
 *
 * Attributes
 * ----------
 * said
 *     What they are, such as "chosen on the map".
 * n_items, n_open, n_answered
 *     All of them; those to be checked; and those with an answer, to be corrected.
 */
export interface ShownChoice {
  said: string;
  n_items: number;
  n_open: number;
  n_answered: number;
}
/**
 * Answers to all images of a grid, as it was on screen.
 *
 * Attributes
 * ----------
 * name
 *     The class that is predicted; empty where nothing is.
 * numbering, named
 *     Those of the page.
 */
export interface CheckMessage {
  v: number;
  id: string;
  project: string;
  kind: "check";
  batch_id: string;
  name: string;
  numbering: string;
  named: number;
  /**
   * @minItems 1
   * @maxItems 1000
   */
  items: CheckedItem[];
  /**
   * @minItems 1
   * @maxItems 1000
   */
  answers: SubmittedAnswer[];
}
/**
 * An image of a grid, and what the model had said of it, 0 to 1.
 */
export interface CheckedItem {
  item: number;
  probability: number;
}
/**
 * One answer, as the browser sends it.
 */
export interface SubmittedAnswer {
  item: number;
  kind: "label" | "skip" | "unsure" | "bad";
  label: string | null;
  ms: number | null;
  named: number | null;
  hidden: boolean | null;
}
/**
 * Give some answers that were shown in a grid another content.
 *
 * Attributes
 * ----------
 * batch_id
 *     What the grid is called.
 * numbering, named
 *     Those of the page.
 */
export interface CorrectManyMessage {
  v: number;
  id: string;
  project: string;
  kind: "correct_many";
  batch_id: string;
  numbering: string;
  named: number;
  /**
   * @minItems 1
   * @maxItems 1000
   */
  answers: Correction[];
}
/**
 * What an answer was given in, and what it is to be.
 */
export interface Correction {
  batch_id: string;
  answer: SubmittedAnswer;
}
/**
 * Tell me how things stand: another tab may have changed them.
 */
export interface SyncMessage {
  v: number;
  id: string;
  project: string;
  kind: "sync";
}
/**
 * Take back all answers to this batch.
 */
export interface TakeBackBatchMessage {
  v: number;
  id: string;
  project: string;
  kind: "take_back_batch";
  batch_id: string;
}
