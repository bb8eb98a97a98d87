// What is said of each item, as the server sends it: core/service/exploring.py says what each number is.

export const STATES = ["unreached", "predicted", "labelled", "given", "unsure", "bad"] as const;
export type StateName = (typeof STATES)[number];
export const NO_CLASS = 65_535;

export class Marks {
  readonly n: number;
  readonly classes: Uint16Array;
  readonly states: Uint8Array;
  readonly leads: Uint8Array;
  readonly ranks: Uint8Array;

  constructor(buffer: ArrayBuffer) {
    const n = this.n = Math.floor(buffer.byteLength / 5);
    this.classes = new Uint16Array(buffer, 0, n);
    const [states, leads, ranks] = [2, 3, 4].map((plane) => new Uint8Array(buffer, plane * n, n));
    const none = new Uint8Array();
    this.states = states ?? none;
    this.leads = leads ?? none;
    this.ranks = ranks ?? none;
  }
}

/** Which items a person wants to see. */
export interface Filter {
  /** Classes that are left out. */
  hidden: ReadonlySet<number>;
  states: ReadonlySet<StateName>;
  /** Ranks by lead, both included; only what is predicted has one. */
  ranks: readonly [number, number];
}

export const EVERYTHING: Filter = { hidden: new Set(), states: new Set(STATES), ranks: [0, 255] };

/** Whether a filter leaves anything out. */
export const leavesOut = ({ hidden, states, ranks: [low, high] }: Filter): boolean =>
  hidden.size > 0 || states.size < STATES.length || low > 0 || high < 255;

/** What of all items is shown, and how many there are of each class and state. */
export interface Shown {
  /** A one for each item that is shown. */
  is: Uint8Array;
  count: number;
  /** By class, whatever the filter says of classes; what has none is last. */
  byClass: Uint32Array;
  byState: Record<StateName, number>;
}

// eslint-disable-next-line complexity -- each array that is read counts as a branch
export function filtered(marks: Marks, filter: Filter, nClasses: number): Shown {
  const is = new Uint8Array(marks.n);
  const byClass = new Uint32Array(nClasses + 1);
  const byNumber = new Uint32Array(STATES.length);
  const isWanted = STATES.map((state) => filter.states.has(state));
  const isClassShown = Array.from({ length: nClasses + 1 }, (_, place) => !filter.hidden.has(place));
  const [low, high] = filter.ranks;
  const isRanked = low > 0 || high < 255;
  const predicted = STATES.indexOf("predicted");
  let count = 0;
  for (let item = 0; item < marks.n; item++) {
    const state = marks.states[item] ?? 0;
    const place = Math.min(marks.classes[item] ?? nClasses, nClasses);
    byClass[place] = (byClass[place] ?? 0) + 1;
    byNumber[state] = (byNumber[state] ?? 0) + 1;
    const rank = marks.ranks[item] ?? 0;
    const isInRange = !isRanked || (state === predicted && rank >= low && rank <= high);
    if (!isInRange || isWanted[state] !== true || isClassShown[place] !== true) continue;
    is[item] = 1;
    count += 1;
  }
  const byState = Object.fromEntries(STATES.map((state, number) => [state, byNumber[number] ?? 0])) as Record<StateName, number>;
  return { is, count, byClass, byState };
}
