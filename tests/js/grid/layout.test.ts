import assert from "node:assert/strict";
import { test } from "node:test";

import { CAPTION, GAP, LARGEST, layoutOf, movedTo, type Layout, type Move } from "../../../pages/_ui/grid/src/layout.ts";
import { randomNumbers } from "../fakes.ts";

const LEAST = 44;

/** Whether a number of squares fit, however many stand beside one another. */
function canFit(n: number, side: number, caption: number, { width, height }: { width: number; height: number }): boolean {
  const columns = Math.floor((width + GAP) / (side + GAP));
  return columns > 0 && Math.ceil(n / columns) * (side + caption + GAP) - GAP <= height;
}

const lower = ({ columns, side, isCaptioned }: Layout, n: number): number =>
  Math.ceil(n / columns) * (side + (isCaptioned ? CAPTION : 0) + GAP) - GAP;

test("all images fit into the room, as large as they can be", () => {
  const random = randomNumbers(1);
  for (let times = 0; times < 5000; times += 1) {
    const n = 1 + Math.floor(random() * 120);
    const room = { width: 300 + Math.floor(random() * 2200), height: 100 + Math.floor(random() * 1300) };
    const layout = layoutOf(n, room, LEAST);
    const { columns, fits, isCaptioned, side, width } = layout;
    const told = JSON.stringify({ n, room, layout });
    assert.ok(columns * (width + GAP) - GAP <= room.width, told);
    assert.ok(width >= side && columns <= n + columns * Number(!fits), told);
    if (fits) {
      assert.ok(lower(layout, n) <= room.height, told);
      assert.ok(side === LARGEST || !canFit(n, side + 1, isCaptioned ? CAPTION : 0, room), told);
    } else assert.ok(side >= LEAST && !canFit(n, LEAST, 0, room), told);
  }
});

test("a desktop shows all of a grid at once", () => {
  for (const n of [24, 48, 96, 120]) {
    const { fits, side } = layoutOf(n, { width: 1200, height: 516 }, LEAST);
    assert.ok(fits && side > 56, String(n));
  }
});

test("rows are as full as can be", () => {
  assert.equal(layoutOf(24, { width: 1200, height: 516 }, LEAST).columns, 8);
  assert.equal(layoutOf(3, { width: 1200, height: 516 }, LEAST).columns, 3);
});

test("on a phone they are large enough for a finger, and the page is moved", () => {
  const { columns, fits, side, width } = layoutOf(120, { width: 358, height: 400 }, 56);
  assert.deepEqual([columns, fits, side, width], [5, false, 66, 66]);
});

test("a room without any width or height has a layout all the same", () => {
  const { columns, side } = layoutOf(5, { width: 0, height: -20 }, LEAST);
  assert.deepEqual([columns, side], [1, LEAST]);
});

test("keys lead from image to image, and nowhere beyond", () => {
  // Ten in rows of four: the last row has two.
  const cases: [number, Move, number][] = [
    [-1, "right", 0], [-1, "up", 0], [-1, "last", 9], [0, "left", 0], [0, "up", 0], [0, "right", 1], [3, "right", 4],
    [1, "down", 5], [5, "down", 9], [7, "down", 9], [8, "down", 8], [9, "right", 9], [9, "up", 5], [6, "first", 0], [6, "last", 9],
  ];
  for (const [from, move, to] of cases) assert.equal(movedTo(from, move, 10, 4), to, `${from} ${move}`);
});
