import assert from "node:assert/strict";
import { test } from "node:test";

import { placeOf, placesOf } from "../../../pages/_ui/labeler/src/places.ts";
import { saying } from "./tab.ts";

const answered = (id: number, place: number) => ({
  id, place, smooth: "", pixels: "", answer: { batch_id: "one", item: id, said: "cat" },
});

const ids = (items: number[], ...beside: ReturnType<typeof answered>[]): number[] =>
  placesOf(saying("one", items, { beside })).map((place) => ("answered" in place ? place.answered.id : place.item.id));

test("a batch that is new is shown as it is", () => {
  assert.deepEqual(ids([4, 5, 6]), [4, 5, 6]);
});

test("images whose answers stand are where they were", () => {
  assert.deepEqual(ids([8, 9], answered(3, 3), answered(1, 0)), [1, 8, 9, 3]);
  assert.deepEqual(ids([9], answered(1, 0), answered(2, 1)), [1, 2, 9]);
});

test("an image to answer knows its place among all", () => {
  const page = saying("one", [8, 9], { beside: [answered(1, 0), answered(2, 2)] });
  assert.deepEqual([placeOf(page, 0), placeOf(page, 1)], [1, 3]);
});
