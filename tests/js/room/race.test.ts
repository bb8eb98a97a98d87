import assert from "node:assert/strict";
import { test } from "node:test";

import type { ShownLine } from "../../../pages/_ui/room/src/contract.ts";
import { commandOf, HELP } from "../../../pages/_ui/room/src/keys.ts";
import { cut, floorOf, reach, shareAt } from "../../../pages/_ui/room/src/race.ts";

const LINE: ShownLine = {
  colour: { name: "This room", light: "#000000", dark: "#ffffff" }, note: "", own: true,
  labels: [10, 20, 40], shares: [0.4, 0.6, 0.8], low: [0.3, 0.5, 0.7], high: [0.5, 0.7, 0.9],
};

test("the axis grows by doubling, so that the picture rarely jumps", () => {
  assert.deepEqual([0, 50, 51, 100, 101, 900].map(reach), [50, 50, 100, 100, 200, 1600]);
});

test("the shares begin at one of few floors, below all that is shown", () => {
  assert.deepEqual([[0.95, 0.99], [0.89], [0.61, 0.9], [0.1], []].map(floorOf), [0.9, 0.8, 0.6, 0, 0]);
});

test("what a line has reached is known between its points, and not before or behind them", () => {
  assert.deepEqual([5, 10, 41].map((count) => shareAt(LINE, count)), [undefined, 0.4, undefined]);
  assert.ok(Math.abs((shareAt(LINE, 30) ?? 0) - 0.7) < 1e-12);
  assert.equal(shareAt({ labels: [], shares: [] }, 10), undefined);
});

test("a line is cut with its interval", () => {
  const { labels, low, high } = cut(LINE, 25);
  assert.deepEqual([labels, low, high], [[10, 20], [0.3, 0.5], [0.5, 0.7]]);
});

test("each key that is told of does something", () => {
  for (const [keys] of HELP) for (const key of keys) assert.ok(commandOf(key === "Esc" ? "Escape" : key), key);
});

test("keys are those of the stage, however they are written", () => {
  assert.deepEqual(["P", "n", "Escape", ".", "B", "?", "x"].map(commandOf), ["pause", "names", "escape", "blank", "blank", "help", undefined]);
});
