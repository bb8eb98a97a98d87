// Written by `make contract` from the models of the server: make changes there.

export type Message = JudgeMessage | KeepMessage | UnkeepMessage | SyncMessage;

/**
 * Everything the review page's component shows.
 *
 * Attributes
 * ----------
 * v
 *     The protocol's version.
 * named
 *     What the classes are called: the number of the last change of that.
 * which
 *     The list that is shown.
 * lists
 *     Those there are for this person.
 * list_id
 *     Names it: another one when it was made anew.
 * total
 *     How many cases there are in all, of which these are the first.
 * nothing
 *     Why there is nothing to look at, in a sentence; empty where there is something.
 * receipts
 *     The last ones, oldest first.
 */
export interface ReviewPage {
  v: number;
  project: string;
  question: string;
  ink: boolean;
  classes: ShownClass[];
  named: number;
  which: "contradicted" | "aside" | "near" | "disputed";
  lists: ("contradicted" | "aside" | "near" | "disputed")[];
  list_id: string;
  cases: ReviewCase[];
  total: number;
  nothing: string;
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
 * One image, or two near-duplicates.
 *
 * Attributes
 * ----------
 * other, score
 *     The class that others speak for, and how suspicious the label is.
 * is_kept
 *     Whether its label, or both of them, are kept though others contradict them.
 * likely
 *     The most probable classes, the most probable first.
 * for_other, for_given
 *     Images that are labelled as the class that others speak for, and as its own, the weightiest
 *     first; None where that was not looked at yet.
 * votes
 *     What people say of an image that they disagree about.
 * missing
 *     How many more people are to answer it.
 */
export interface ReviewCase {
  items: ReviewItem[];
  other: string | null;
  score: number;
  is_kept: boolean;
  likely: string[];
  for_other: ReviewItem[] | null;
  for_given: ReviewItem[] | null;
  votes: ShownVote[];
  missing: number;
}
/**
 * An image that is looked at once more.
 *
 * Attributes
 * ----------
 * smooth, pixels, full
 *     As of an image to label.
 * was, now
 *     What was said of it when the list was made, and what is said of it now.
 */
export interface ReviewItem {
  id: number;
  smooth: string;
  pixels: string;
  full: string | null;
  was: ShownSaid;
  now: ShownSaid;
}
/**
 * What is said of an image; ``skip`` where nothing is.
 */
export interface ShownSaid {
  kind: "label" | "skip" | "unsure" | "bad";
  label: string | null;
}
/**
 * What a person says of an image that several people answer.
 */
export interface ShownVote {
  name: string;
  said: ShownSaid;
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
 * Say of an image that was looked at once more what it is.
 *
 * Attributes
 * ----------
 * batch_id
 *     What the answer is noted under where there is none to be corrected.
 */
export interface JudgeMessage {
  v: number;
  id: string;
  project: string;
  kind: "judge";
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
 * Keep a label though others contradict it.
 *
 * Attributes
 * ----------
 * label, against
 *     The class that it names, and the one that others speak for.
 * score
 *     How suspicious it is.
 */
export interface KeepMessage {
  v: number;
  id: string;
  project: string;
  item: number;
  beside: number | null;
  kind: "keep";
  label: string;
  against: string;
  score: number;
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
 * Take back that a label is kept.
 */
export interface UnkeepMessage {
  v: number;
  id: string;
  project: string;
  item: number;
  beside: number | null;
  kind: "unkeep";
}
