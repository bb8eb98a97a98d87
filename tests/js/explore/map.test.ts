import assert from "node:assert/strict";
import { test } from "node:test";

import { Camera, SIDE } from "../../../pages/_ui/explore/src/camera.ts";
import { inside, isInside, packed, rectangle } from "../../../pages/_ui/explore/src/lasso.ts";
import { EVERYTHING, filtered, leavesOut, Marks, NO_CLASS } from "../../../pages/_ui/explore/src/marks.ts";
import { Points } from "../../../pages/_ui/explore/src/points.ts";
import { layoutWords, openWords, pointWords } from "../../../pages/_ui/explore/src/words.ts";

/** Places that are spread without a pattern, the same each time. */
function scattered(n: number): Uint16Array {
  let state = 12_345;
  return Uint16Array.from({ length: 2 * n }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 16;
  });
}

/** Marks of items, each as class, state, lead and rank. */
function marked(...items: [number, number, number, number][]): Marks {
  const n = items.length;
  const buffer = new ArrayBuffer(5 * n);
  const bytes = new Uint8Array(buffer);
  items.forEach(([name, ...rest], place) => {
    bytes[2 * place] = name & 255;
    bytes[2 * place + 1] = name >> 8;
    rest.forEach((value, plane) => { bytes[(2 + plane) * n + place] = value; });
  });
  return new Marks(buffer);
}

test("sorting into cells loses no item and moves none", () => {
  const places = scattered(5000);
  const points = new Points(places);
  assert.deepEqual([...points.order].sort((one, other) => one - other), [...Array(5000).keys()]);
  for (let at = 0; at < 5000; at++) {
    const item = points.order[at] ?? -1;
    assert.deepEqual([points.xs[at], points.ys[at]], [places[2 * item], places[2 * item + 1]]);
  }
});

test("the nearest item is the one that a look at all of them finds", () => {
  const places = scattered(2000);
  const points = new Points(places);
  const wanted = scattered(50);
  for (let one = 0; one < 50; one++) {
    const [x, y] = [wanted[2 * one] ?? 0, wanted[2 * one + 1] ?? 0];
    const far = (item: number): number => Math.hypot((places[2 * item] ?? 0) - x, (places[2 * item + 1] ?? 0) - y);
    const best = [...Array(2000).keys()].reduce((found, item) => (far(item) < far(found) ? item : found), 0);
    const near = points.nearest({ x, y }, 4000, () => true);
    if (far(best) > 4000) assert.equal(near, -1);
    else assert.equal(far(points.order[near] ?? -1), far(best));
  }
  assert.equal(points.nearest({ x: 0, y: 0 }, SIDE, () => false), -1);
});

test("what a lasso holds is what lies inside of its line", () => {
  const places = scattered(3000);
  const points = new Points(places);
  const triangle = [{ x: 10_000, y: 10_000 }, { x: 50_000, y: 20_000 }, { x: 20_000, y: 60_000 }];
  const found = inside(points, triangle);
  const sides = (x: number, y: number): boolean[] => triangle.map((one, place) => {
    const other = triangle[(place + 1) % 3] ?? one;
    return (other.x - one.x) * (y - one.y) - (other.y - one.y) * (x - one.x) > 0;
  });
  for (let at = 0; at < points.n; at++) {
    const isWithin = new Set(sides(points.xs[at] ?? 0, points.ys[at] ?? 0)).size === 1;
    assert.equal(found[at] === 1, isWithin);
  }
  assert.equal(isInside(5, 5, rectangle({ x: 0, y: 0 }, { x: 9, y: 9 })), true);
  assert.deepEqual([...inside(points, triangle.slice(0, 2))].some(Boolean), false);
});

test("items are packed as one bit each, low bits first", () => {
  assert.equal(packed(12, [0, 3, 8]), btoa(String.fromCharCode(0b1001, 0b1)));
  assert.equal(atob(packed(100_001, [100_000])).length, 12_501);
});

test("the place under the pointer stays there while the map grows", () => {
  const camera = new Camera();
  camera.resize(900, 600);
  const at = { x: 200, y: 450 };
  const before = camera.toMap(at);
  camera.zoomAt(3, at);
  assert.ok(Math.abs(camera.toMap(at).x - before.x) < 1e-6);
  const { x, y } = camera.toScreen(camera.toMap({ x: 11, y: 22 }));
  assert.ok(Math.hypot(x - 11, y - 22) < 1e-6);
  camera.fit();
  const [low, high] = camera.view;
  assert.ok(low.x <= 0 && low.y <= 0 && high.x >= SIDE && high.y >= SIDE);
});

test("a filter by class, state and certainty leaves out what it says, and counts go on", () => {
  const marks = marked([0, 1, 9, 0], [1, 1, 90, 255], [1, 2, 90, 255], [NO_CLASS, 0, 0, 255]);
  assert.equal(leavesOut(EVERYTHING), false);
  assert.deepEqual([...filtered(marks, EVERYTHING, 2).is], [1, 1, 1, 1]);
  const some = filtered(marks, { ...EVERYTHING, hidden: new Set([0]) }, 2);
  assert.deepEqual([[...some.is], some.count, [...some.byClass]], [[0, 1, 1, 1], 3, [1, 2, 1]]);
  assert.deepEqual([...filtered(marks, { ...EVERYTHING, hidden: new Set([2]) }, 2).is], [1, 1, 1, 0]);
  assert.deepEqual([...filtered(marks, { ...EVERYTHING, ranks: [0, 25] }, 2).is], [1, 0, 0, 0]);
  assert.deepEqual([...filtered(marks, { ...EVERYTHING, states: new Set(["labelled"] as const) }, 2).is], [0, 0, 1, 0]);
});

test("an item is told of by what it is, and none is surer than all others", () => {
  const marks = marked([0, 1, 9, 254], [1, 2, 90, 255], [NO_CLASS, 0, 0, 255], [1, 5, 0, 255], [1, 1, 9, 255]);
  const told = [0, 1, 2, 3, 4].map((item) => pointWords(marks, item, ["cat", "dog"]));
  assert.deepEqual(told, [
    "predicted: cat, surer than 99 % of the others", "labelled: dog", "no label reaches it yet", "a bad image",
    "predicted: dog, surer than 99 % of the others",
  ]);
  assert.deepEqual([openWords(0), openWords(1), openWords(1234)], ["Nothing to open", "Open it in the grid", "Open these 1,234 in the grid"]);
  const work = { stage: "Laying out the map", share: 0.5, seconds_left: 119.2 };
  assert.equal(layoutWords({ is_plain: true, can_improve: false, work }), "Laying out the map · 120 s left");
});
