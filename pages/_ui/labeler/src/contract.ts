// Written by `make contract` from the models of the server: make changes there.

export type Message =
  SubmitMessage | UndoMessage | RedoMessage | CorrectMessage | TakeBackMessage | SyncMessage;

/**
 * Everything the label page's component shows.
 *
 * Attributes
 * ----------
 * v
 *     The protocol's version.
 * named
 *     What the classes are called: the number of the last change of that. Answers tell it.
 * batch_id
 *     The batch that waits for answers; None when all items are answered.
 * ink
 *     Whether images are ink on paper, and no photographs.
 * compared
 *     What images are compared by. When that changes, so does what the model says of each.
 * coming
 *     Whether there are images that the model does not know yet, and nobody is asked about.
 * others
 *     How many images are on other people's screens, where there is nothing else left.
 * calibrated
 *     Whether labels have said how likely predictions are right.
 * hidden_share
 *     The share of questions whose prediction is hidden by lot, 0 to 1.
 * as_you_go
 *     Whether the model learns after each answer.
 * round_size
 *     Answers in a round.
 * answered
 *     Answers in force in this round.
 * saved
 *     Answers in force in the project.
 * beside
 *     Images of the batch whose answers stand, where it is open again after an undo.
 * summary
 *     One line on where the project stands.
 * last
 *     The answer that an undo would take back.
 * undone
 *     The answer that a redo would put back; None once something new was answered.
 * receipts
 *     The last ones, oldest first.
 * news
 *     Another number, and a larger one, whenever somebody did something.
 * post
 *     Where messages can be sent to without a run of the page; None where nothing listens.
 */
export interface LabelPage {
  v: number;
  project: string;
  news: number;
  post: string | null;
  question: string;
  classes: ShownClass[];
  named: number;
  batch_id: string | null;
  ink: boolean;
  compared: string;
  coming: boolean;
  others: number;
  calibrated: boolean;
  hidden_share: number;
  as_you_go: boolean;
  round: number;
  round_size: number;
  answered: number;
  items: ShownItem[];
  beside: AnsweredItem[];
  saved: number;
  summary: string;
  last: LastAnswer | null;
  undone: LastAnswer | null;
  receipts: ShownReceipt[];
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
 * An image to label.
 *
 * Attributes
 * ----------
 * smooth, pixels
 *     The address of the image, smoothed and as it is; small ones are within it.
 * full
 *     The address of the image in full size, where it is larger.
 * why
 *     Why it is asked about, in a few words.
 * hidden
 *     Whether it has a prediction that is hidden; then nothing of that is sent.
 * blind
 *     Whether it is hidden since it would tell what others have said; else it is by lot.
 * beliefs
 *     The most probable classes, the most probable first: as many as there are keys for them where
 *     classes have to be found, which is more than are drawn. Empty where no label reaches, or it
 *     is hidden.
 */
export interface ShownItem {
  id: number;
  smooth: string;
  pixels: string;
  full: string | null;
  why: string;
  hidden: boolean;
  blind: boolean;
  beliefs: Belief[];
}
/**
 * A class the model thinks of, and how likely it is right, 0 to 1.
 *
 * While the page is not ``calibrated`` that is the share that the model gives it, which says which
 * class comes first and by how much, and not how often that is right.
 */
export interface Belief {
  name: string;
  probability: number;
}
/**
 * An image of a batch that is open again whose answer stands.
 *
 * Attributes
 * ----------
 * place
 *     Where it stood among all images of the batch, from 0; those to answer take the places left.
 * answer
 *     The answer; it can be corrected by its name.
 */
export interface AnsweredItem {
  id: number;
  place: number;
  smooth: string;
  pixels: string;
  answer: LastAnswer;
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
 * What became of a message; ``failed`` ones are sent again.
 */
export interface ShownReceipt {
  id: string | null;
  outcome: "done" | "refused" | "failed";
  text: string;
}
/**
 * Give the answer to this item of this batch another content, whatever came after it.
 */
export interface CorrectMessage {
  v: number;
  id: string;
  project: string;
  kind: "correct";
  batch_id: string;
  answer: SubmittedAnswer;
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
 * What the server answers to a message that was sent without a run of the page.
 *
 * Attributes
 * ----------
 * receipt
 *     What became of the message.
 * page
 *     How things stand since; None where a run of the page has to say it.
 * calm
 *     Milliseconds for which figures are not to be drawn again.
 */
export interface Exchanged {
  receipt: ShownReceipt;
  page: LabelPage | null;
  calm: number;
}
/**
 * Put back the answer to this item of this batch, the one that was undone last.
 */
export interface RedoMessage {
  v: number;
  id: string;
  project: string;
  kind: "redo";
  batch_id: string;
  item: number;
}
/**
 * Answers to a batch, all of them or some.
 */
export interface SubmitMessage {
  v: number;
  id: string;
  project: string;
  kind: "submit";
  batch_id: string;
  /**
   * @minItems 1
   * @maxItems 1000
   */
  answers: SubmittedAnswer[];
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
 * Take back the answer to this item of this batch by itself, whatever came after it.
 */
export interface TakeBackMessage {
  v: number;
  id: string;
  project: string;
  kind: "take_back";
  batch_id: string;
  item: number;
}
/**
 * Take back the answer to this item of this batch, the last one in force.
 */
export interface UndoMessage {
  v: number;
  id: string;
  project: string;
  kind: "undo";
  batch_id: string;
  item: number;
}
