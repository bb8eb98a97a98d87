// Written by `make contract` from the models of the server: make changes there.

export type Message = MapChoice;

/**
 * Everything the map's component shows.
 *
 * Attributes
 * ----------
 * root
 *     The address below which places, marks and images are; None where nothing sends them.
 * ink
 *     Whether images are ink on paper, and no photographs.
 */
export interface MapPage {
  project: string;
  root: string | null;
  ink: boolean;
  n_items: number;
  classes: MapClass[];
  state: MapState;
}
/**
 * A class, and the colour of its items on light and on dark pages.
 */
export interface MapClass {
  name: string;
  light: string;
  dark: string;
}
/**
 * What may change while a person looks at the map.
 *
 * Attributes
 * ----------
 * layout, marks
 *     Names for where items lie, and for what is said of them: another one where that is other.
 * is_plain
 *     Whether items lie by their principal components.
 * numbering, named
 *     Which number each image has, and what classes are called.
 * says
 *     A sentence that the person has to know; empty where there is none.
 * work
 *     The work on a better layout; None where nothing is under way.
 * can_improve
 *     Whether such work could be begun.
 */
export interface MapState {
  layout: string;
  marks: string;
  is_plain: boolean;
  numbering: string;
  named: number;
  says: string;
  work: MapWork | null;
  can_improve: boolean;
}
/**
 * How far a better layout has come; ``seconds_left`` is None while that is not known.
 */
export interface MapWork {
  stage: string;
  share: number;
  seconds_left: number | null;
}
/**
 * Some items, chosen on a map that a browser has drawn.
 *
 * Attributes
 * ----------
 * bits
 *     One for each item in the order of the data set, low bits first, in base 64.
 * numbering
 *     That of the page.
 */
export interface MapChoice {
  numbering: string;
  n_items: number;
  bits: string;
}
