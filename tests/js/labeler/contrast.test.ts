import assert from "node:assert/strict";
import { test } from "node:test";

import { rangeOf, stretch } from "../../../pages/_ui/labeler/src/contrast.ts";

const greys = (...values: number[]): number[] => values.flatMap((value) => [value, value, value, 255]);

/** What a browser makes of a grey, 0 to 255, with such a filter. */
function filtered(filter: string, grey: number): number {
  const [a = 1, b = 1] = [...filter.matchAll(/[\d.]+/g)].map(Number);
  const bright = Math.min(1, (grey / 255) * a);
  return Math.round(255 * Math.min(1, Math.max(0, (bright - 0.5) * b + 0.5)));
}

test("the range of an image is from its darkest to its lightest grey", () => {
  assert.deepEqual(rangeOf(greys(90, 100, 110, 120)), [90, 120]);
  assert.deepEqual(rangeOf(greys(0, 255)), [0, 255]);
});

test("a few pixels that stand out do not count", () => {
  const many = Array.from({ length: 2000 }, (_, index) => 100 + (index % 20));
  assert.deepEqual(rangeOf(greys(0, ...many, 255)), [100, 119]);
});

test("colours count as bright as they look", () => {
  const [low, high] = rangeOf([255, 0, 0, 255, 0, 255, 0, 255]);
  assert.deepEqual([low, high], [77, 150]);
});

test("the range is spread over all greys, whether it is dark or light", () => {
  const near = (grey: number): number => Math.round(grey / 10);
  for (const [low, high] of [[100, 140], [3, 30], [220, 255], [0, 255]] as const) {
    const filter = stretch([low, high]);
    const found = [low, (low + high) / 2, high].map((grey) => near(filtered(filter, grey)));
    assert.deepEqual(found, [0, 128, 255].map(near));
  }
});

test("an image of one grey is left as it is", () => {
  assert.equal(stretch(rangeOf(greys(7, 7, 8))), "");
  assert.equal(stretch(rangeOf([])), "brightness(1.0000) contrast(1.0000)");
});
