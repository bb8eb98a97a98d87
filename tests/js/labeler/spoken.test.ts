import assert from "node:assert/strict";
import { test } from "node:test";

import { Spoken } from "../../../pages/_ui/labeler/src/spoken.ts";
import { saying, Tab } from "./tab.ts";

/** A tab, and what its screen reader has said. */
function listening(): { tab: Tab; said: string[] } {
  const tab = new Tab();
  const spoken = new Spoken();
  const said: string[] = [];
  const speak = (): void => {
    const words = spoken.next(tab.desk);
    if (words !== null) said.push(words);
  };
  tab.screen.show = speak;
  tab.screen.setReady = (batch) => { if (batch !== null) speak(); };
  return { tab, said };
}

test("each answer is said, and which image comes next with what the model thinks of it", async () => {
  const { tab, said } = listening();
  await tab.hear(saying("b", [1, 2, 3]));
  tab.label("cat");
  tab.press("skip");
  assert.deepEqual(said, [
    "Image 1 of 3. The model is sure.",
    "cat. Image 2 of 3. The model is sure.",
    "skipped. Image 3 of 3. The model is sure.",
  ]);
});

test("that a batch is saved is said with the first image of the next one", async () => {
  const { tab, said } = listening();
  await tab.hear(saying("b", [1]));
  tab.label("dog");
  await tab.hear(saying("c", [7, 8], { saved: 1, receipts: tab.receipt("done") }));
  assert.deepEqual(said.slice(1), ["dog.", "1 answer saved. Image 1 of 2. The model is sure."]);
});

test("an image that is gone back to is said with its answer", async () => {
  const { tab, said } = listening();
  await tab.hear(saying("b", [1, 2]));
  tab.label("cat");
  tab.press("back");
  assert.equal(said.at(-1), "Image 1 of 2, cat. The model is sure.");
});

test("a hidden prediction is not said", async () => {
  const { tab, said } = listening();
  await tab.hear(saying("b", [1, 2]));
  tab.press("blind");
  tab.press("next");
  assert.equal(said.at(-1), "Image 2 of 2. Predictions are hidden.");
});

test("that nothing is left is said, and nothing is said twice", async () => {
  const { tab, said } = listening();
  await tab.hear(saying("b", [1]));
  tab.screen.show();
  tab.screen.show();
  tab.label("cat");
  await tab.hear(saying(null, [], { saved: 1, receipts: tab.receipt("done") }));
  tab.screen.show();
  assert.deepEqual(said, ["Image 1 of 1. The model is sure.", "cat.", "1 answer saved. No image is left to answer."]);
});
