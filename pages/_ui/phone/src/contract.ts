// Written by `make contract` from the models of the server: make changes there.

export type Message = PhoneJoin | PhoneAnswers;

/**
 * How a room stands for one phone.
 *
 * Attributes
 * ----------
 * classes
 *     None where the phone knows them already.
 * version
 *     Names the classes.
 * done
 *     Whether all is answered.
 * said
 *     How many images the person has answered.
 * again
 *     Milliseconds after which to ask again, where the phone has no images.
 */
export interface PhonePage {
  title: string;
  name: string;
  phase: "open" | "paused" | "ended";
  classes: PhoneClass[] | null;
  version: string;
  items: PhoneItem[];
  receipts: PhoneReceipt[];
  done: boolean;
  said: number;
  again: number;
}
/**
 * A class that an image can be.
 */
export interface PhoneClass {
  name: string;
  colour: ("red" | "orange" | "yellow" | "green" | "teal" | "blue" | "violet" | "pink") | null;
}
/**
 * An image that is asked about.
 *
 * Attributes
 * ----------
 * batch
 *     Sent back with the answer.
 * image
 *     The address of the picture.
 * ink
 *     Whether it is ink on paper, and no photograph.
 */
export interface PhoneItem {
  item: number;
  batch: string;
  image: string;
  ink: boolean;
}
/**
 * What became of an answer, by its number.
 */
export interface PhoneReceipt {
  n: number;
  fate: "stored" | "kept" | "refused";
}
/**
 * Answers on their way, and what the phone has: ``has`` images, and classes by their version.
 *
 * None of ``has`` is sent once more.
 */
export interface PhoneAnswers {
  /**
   * @maxItems 50
   */
  answers: PhoneSent[];
  /**
   * @maxItems 60
   */
  has: number[];
  version: string;
}
/**
 * One answer.
 *
 * Attributes
 * ----------
 * n
 *     A number of the phone's own, named in the receipt.
 * ms
 *     How long the image was looked at.
 * was
 *     What the person said of it before, which this takes back.
 */
export interface PhoneSent {
  n: number;
  item: number;
  batch: string;
  said: PhoneSaid;
  ms: number;
  was: PhoneSaid | null;
}
/**
 * What somebody says of an image; ``label`` is a class where it is one.
 */
export interface PhoneSaid {
  kind: "label" | "unsure";
  label: string | null;
}
/**
 * Somebody says who they are.
 */
export interface PhoneJoin {
  name: string;
}
