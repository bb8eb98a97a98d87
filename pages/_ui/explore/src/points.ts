// Where the items lie, sorted into cells of a grid, so that those in view and those near the pointer are
// found without a look at all others.

import { SIDE, type Place } from "./camera.ts";

const PER_CELL = 16;
const MOST_CELLS = 256;

export class Points {
  readonly n: number;
  /** Cells a side. */
  readonly cells: number;
  /** The item at each place of the sorted order. */
  readonly order: Uint32Array;
  /** Where each cell begins in that order, row by row from below; one more at the end. */
  readonly starts: Uint32Array;
  readonly xs: Uint16Array;
  readonly ys: Uint16Array;

  /** `places` has two numbers an item, right and up. */
  // eslint-disable-next-line complexity -- each array that is read counts as a branch
  constructor(places: Uint16Array) {
    this.n = places.length >> 1;
    this.cells = Math.max(1, Math.min(MOST_CELLS, Math.ceil(Math.sqrt(this.n / PER_CELL))));
    const { n, cells } = this;
    const cellOf = new Uint32Array(n);
    this.starts = new Uint32Array(cells * cells + 1);
    for (let i = 0; i < n; i++) {
      const cell = this.#line(places[2 * i + 1] ?? 0) * cells + this.#line(places[2 * i] ?? 0);
      cellOf[i] = cell;
      this.starts[cell + 1] = (this.starts[cell + 1] ?? 0) + 1;
    }
    for (let cell = 0; cell < cells * cells; cell++) this.starts[cell + 1] = (this.starts[cell + 1] ?? 0) + (this.starts[cell] ?? 0);
    const next = this.starts.slice();
    this.order = new Uint32Array(n);
    this.xs = new Uint16Array(n);
    this.ys = new Uint16Array(n);
    for (let i = 0; i < n; i++) {
      const cell = cellOf[i] ?? 0;
      const at = next[cell] ?? 0;
      next[cell] = at + 1;
      this.order[at] = i;
      this.xs[at] = places[2 * i] ?? 0;
      this.ys[at] = places[2 * i + 1] ?? 0;
    }
  }

  /** The row or column of a coordinate. */
  #line(coordinate: number): number {
    return Math.min(this.cells - 1, Math.max(0, Math.floor((coordinate * this.cells) / SIDE)));
  }

  /** Stretches of the sorted order that hold all items between two corners, and some around. */
  *between(low: Place, high: Place): Generator<[number, number]> {
    const [left, right] = [this.#line(low.x), this.#line(high.x)];
    for (let row = this.#line(low.y); row <= this.#line(high.y); row++) {
      const from = this.starts[row * this.cells + left] ?? 0;
      const to = this.starts[row * this.cells + right + 1] ?? 0;
      if (to > from) yield [from, to];
    }
  }

  /** The place in the order of the item nearest to a place, no farther than `reach`; -1 for none. */
  nearest({ x, y }: Place, reach: number, isShown: (at: number) => boolean): number {
    let best = -1;
    let least = reach * reach;
    for (const [from, to] of this.between({ x: x - reach, y: y - reach }, { x: x + reach, y: y + reach })) {
      for (let at = from; at < to; at++) {
        const [right, up] = [(this.xs[at] ?? 0) - x, (this.ys[at] ?? 0) - y];
        const squared = right * right + up * up;
        if (squared <= least && isShown(at)) {
          best = at;
          least = squared;
        }
      }
    }
    return best;
  }
}
