import assert from "node:assert/strict";
import { test } from "node:test";

import { pointsOf, scaleOf } from "../../../pages/_ui/stage/src/curve.ts";

test("more labels are further right, in proportion, and a larger share is higher", () => {
  const points = pointsOf([{ labels: 10, share: 0.5 }, { labels: 20, share: 0.9 }, { labels: 40, share: 0.7 }]);
  const [x, y] = [points.map((point) => point.x), points.map((point) => point.y)];
  const [first = 0, second = 0, third = 0] = x;
  assert.ok(Math.abs((second - first) / (third - first) - 1 / 3) < 1e-12);
  const [low = 0, high = 0, middle = 0] = y;
  assert.ok(Math.abs(middle - (low + high) / 2) < 1e-12 && high < low);
});

test("one round, or rounds that are all alike, stand somewhere", () => {
  for (const rounds of [[{ labels: 5, share: 1 }], [{ labels: 5, share: 1 }, { labels: 5, share: 1 }]]) {
    for (const { x, y } of pointsOf(rounds)) assert.ok(Number.isFinite(x) && Number.isFinite(y));
  }
});

test("numbers of labels that differ widely are placed by their logarithms", () => {
  const even = scaleOf(10, 100);
  assert.deepEqual([10, 55, 100].map(even), [0, 0.5, 1]);
  const wide = scaleOf(10, 1000);
  assert.ok([10, 100, 1000].map(wide).every((place, index) => Math.abs(place - index / 2) < 1e-12));
  assert.ok([0, 5].map(scaleOf(0, 1000)).every(Number.isFinite) && wide(0) === 0);
});
