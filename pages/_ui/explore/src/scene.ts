// What is drawn: the points, those that are chosen, and the names of classes among them.

import type { Place } from "./camera.ts";
import { inside, type Outline } from "./lasso.ts";
import { EVERYTHING, filtered, type Filter, type Marks, NO_CLASS, type Shown, STATES } from "./marks.ts";
import type { Points } from "./points.ts";
import { type Colour, STRENGTHS, type Tones } from "./raster.ts";

/** A class by its name and colour on the present ground. */
export interface Painted {
  name: string;
  colour: Colour;
}

/** Where a name is written, and how many items it stands for. */
export interface Tag {
  name: string;
  at: Place;
  weight: number;
}

/** An item that is drawn by itself, over all others. */
export interface Special {
  at: Place;
  colour: Colour;
  isAside: boolean;
}

const UNREACHED = STATES.indexOf("unreached");
const LABELLED = new Set(["labelled", "given"].map((state) => STATES.indexOf(state as "labelled")));
const ASIDE = new Set(["unsure", "bad"].map((state) => STATES.indexOf(state as "unsure")));
/** More items than this are not drawn by themselves. */
const MOST_SPECIALS = 4_000;
const TAG_CELLS = 24;
const MOST_TAGS = 40;

export class Scene {
  readonly points: Points;
  readonly marks: Marks;
  readonly classes: readonly Painted[];
  readonly grey: Colour;
  filter: Filter = EVERYTHING;
  shown: Shown;
  tones: Tones;
  specials: Special[] = [];
  tags: Tag[] = [];
  outline: Outline | null = null;
  /** A one for each place of the sorted order inside the outline; null where none is drawn. */
  #enclosed: Uint8Array | null = null;

  constructor(points: Points, marks: Marks, classes: readonly Painted[], grey: Colour) {
    this.points = points;
    this.marks = marks;
    this.classes = classes;
    this.grey = grey;
    this.tones = new Uint16Array(points.n);
    this.shown = filtered(marks, this.filter, classes.length);
    this.#paint();
  }

  /** The colours that tones stand for: those of classes, then grey. */
  get colours(): readonly Colour[] {
    return [...this.classes.map(({ colour }) => colour), this.grey];
  }

  show(filter: Filter): void {
    this.filter = filter;
    this.shown = filtered(this.marks, filter, this.classes.length);
    this.#paint();
  }

  /** Choose what is inside an outline; null lets go of it. */
  enclose(outline: Outline | null): void {
    this.outline = outline;
    this.#enclosed = outline ? inside(this.points, outline) : null;
    this.#paint();
  }

  /** The items that are shown, and inside the outline if there is one. */
  *chosen(): Generator<number> {
    for (let at = 0; at < this.points.n; at++) {
      const item = this.points.order[at] ?? 0;
      if (this.shown.is[item] === 1 && this.#enclosed?.[at] !== 0) yield item;
    }
  }

  get nChosen(): number {
    if (!this.#enclosed) return this.shown.count;
    let n = 0;
    for (const item of this.chosen()) n += Number(item >= 0);
    return n;
  }

  isShown(at: number): boolean {
    return (this.tones[at] ?? 0) > 0;
  }

  // eslint-disable-next-line complexity -- each array that is read counts as a branch
  #paint(): void {
    const { marks, points, tones } = this;
    const levels = STRENGTHS.length;
    const grey = this.classes.length;
    const specials: number[] = [];
    for (let at = 0; at < points.n; at++) {
      const item = points.order[at] ?? 0;
      const state = marks.states[item] ?? 0;
      const number = marks.classes[item] ?? NO_CLASS;
      const isGrey = number === NO_CLASS || number >= grey || ASIDE.has(state);
      // What is outside of the outline stands back.
      const level = this.#enclosed?.[at] === 0 ? 0 : levelOf(marks.leads[item] ?? 0, state);
      const isShown = this.shown.is[item] === 1;
      tones[at] = isShown ? 1 + (isGrey ? grey : number) * levels + level : 0;
      if (isShown && (LABELLED.has(state) || ASIDE.has(state)) && specials.length <= MOST_SPECIALS) specials.push(at);
    }
    this.specials = specials.length > MOST_SPECIALS ? [] : specials.map((at) => this.#special(at));
    this.tags = this.#namePlaces();
  }

  #special(at: number): Special {
    const item = this.points.order[at] ?? 0;
    const isAside = ASIDE.has(this.marks.states[item] ?? 0);
    const colour = this.classes[this.marks.classes[item] ?? NO_CLASS]?.colour ?? this.grey;
    return { at: { x: this.points.xs[at] ?? 0, y: this.points.ys[at] ?? 0 }, colour, isAside };
  }

  /** Each class is named where most of its items are. */
  #namePlaces(): Tag[] {
    const { classes, marks, points, shown } = this;
    if (classes.length > MOST_TAGS) return [];
    const counts = new Uint32Array(classes.length * TAG_CELLS * TAG_CELLS);
    const cell = (coordinate: number): number => Math.floor((coordinate * TAG_CELLS) / 65_536);
    for (let at = 0; at < points.n; at++) {
      const item = points.order[at] ?? 0;
      const number = marks.classes[item] ?? NO_CLASS;
      if (number >= classes.length || shown.is[item] !== 1) continue;
      const place = (number * TAG_CELLS + cell(points.ys[at] ?? 0)) * TAG_CELLS + cell(points.xs[at] ?? 0);
      counts[place] = (counts[place] ?? 0) + 1;
    }
    return classes.flatMap(({ name }, number) => tagOf(name, counts.subarray(number * TAG_CELLS ** 2, (number + 1) * TAG_CELLS ** 2)));
  }
}

function tagOf(name: string, counts: Uint32Array): Tag[] {
  const weight = counts.reduce((sum, one) => sum + one, 0);
  if (!weight) return [];
  const best = counts.reduce((found, one, place) => (one > (counts[found] ?? 0) ? place : found), 0);
  const middle = (number: number): number => ((number + 0.5) * 65_536) / TAG_CELLS;
  return [{ name, at: { x: middle(best % TAG_CELLS), y: middle(Math.floor(best / TAG_CELLS)) }, weight }];
}

/** The fainter the less the model is sure; what a person has said is drawn fully. */
function levelOf(lead: number, state: number): number {
  if (LABELLED.has(state)) return STRENGTHS.length - 1;
  if (state === UNREACHED) return 1;
  if (lead < 64) return 0;
  return lead < 128 ? 1 : lead < 208 ? 2 : 3;
}
