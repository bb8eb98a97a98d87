import assert from "node:assert/strict";
import { test } from "node:test";

import { axisOf, shareAt } from "../../../pages/_ui/stage/src/chart.ts";
import { mixed, numbersOf } from "../../../pages/_ui/stage/src/colours.ts";
import { legible } from "../../../pages/_ui/stage/src/curve.ts";
import { short } from "../../../pages/_ui/stage/src/matrix.ts";
import { bytesOf, wordsOf } from "../../../pages/_ui/stage/src/numbers.ts";

test("an axis ends at 100 % and begins below what is lowest", () => {
  for (const lowest of [0, 0.1, 0.49, 0.51, 0.83, 0.97, 1]) {
    const marks = axisOf([lowest, 0.99]);
    assert.ok((marks[0] ?? 1) <= lowest && marks.at(-1) === 1, String(marks));
    assert.ok(marks.length >= 3 && marks.length <= 7);
  }
});

test("between two points a line has the share of the one before", () => {
  const line = { labels: [10, 20], shares: [0.5, 0.7] };
  assert.deepEqual([5, 10, 15, 20, 99].map((labels) => shareAt(line, labels)), [undefined, 0.5, 0.5, 0.7, 0.7]);
});

test("numbers keep their distance, and the current one is always there", () => {
  assert.deepEqual(legible([0, 2, 4, 20, 40], 1, 10), [1, 3, 4]);
  assert.deepEqual(legible([5], 0, 10), [0]);
});

test("numbers come as they were sent", () => {
  assert.deepEqual([...bytesOf(btoa("\u0000\u00ff\u0010"))], [0, 255, 16]);
  assert.deepEqual([...wordsOf(btoa("\u0001\u0000\u0000\u0001"))], [1, 256]);
});

test("colours are read as browsers and servers write them", () => {
  assert.deepEqual(numbersOf("#0a1bFF"), [10, 27, 255]);
  assert.deepEqual(numbersOf("rgb(1, 2, 3)"), [1, 2, 3]);
  assert.deepEqual(mixed([0, 0, 0], [10, 20, 100], 0.5), [5, 10, 50]);
});

test("a count has four characters at most", () => {
  assert.deepEqual([0, 7, 999, 1234, 9960, 70_000].map(short), ["", "7", "999", "1.2k", "10k", "70k"]);
});
