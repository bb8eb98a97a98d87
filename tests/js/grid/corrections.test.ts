import assert from "node:assert/strict";
import { test } from "node:test";

import type { GridPage } from "../../../pages/_ui/grid/src/contract.ts";
import { acceptWords, imageWords, leftWords, markWords } from "../../../pages/_ui/grid/src/words.ts";
import { saying, Tab } from "./tab.ts";

/** A grid of images that are answered, each in a batch of its own. */
function answered(batch: string, said: Record<number, string>, more: Partial<GridPage> = {}): GridPage {
  const page = saying(batch, Object.keys(said).map(Number), { corrects: true, ...more });
  return {
    ...page,
    among: { said: "chosen on the map", n_items: 9, n_open: 4, n_answered: 5 },
    items: page.items.map((item) => ({ ...item, answer: { batch_id: `of ${item.id}`, item: item.id, said: said[item.id] ?? "" } })),
  };
}

test("what is marked of answered images is corrected, and nothing else is sent", async () => {
  const tab = new Tab();
  await tab.hear(answered("one", { 5: "cat", 6: "cat", 7: "unsure" }));
  tab.click(0);
  tab.press({ label: "dog" });
  tab.click(1);
  tab.click(2);
  tab.press({ label: "cat" }, "accept");
  const { message } = tab;
  assert.equal(message.kind, "correct_many");
  assert.deepEqual(
    message.answers.map(({ batch_id: batch, answer }) => [batch, answer.item, answer.kind, answer.label]),
    [["of 5", 5, "label", "dog"], ["of 6", 6, "skip", null], ["of 7", 7, "label", "cat"]],
  );
  await tab.hear(answered("two", { 8: "cat" }, { receipts: tab.receipt("done") }));
  assert.deepEqual([tab.desk.waiting.all, tab.marks], [[], []]);
});

test("the class that an image has already takes its mark away", async () => {
  const tab = new Tab();
  await tab.hear(answered("one", { 5: "cat", 7: "unsure" }));
  tab.click(0, 1);
  tab.press({ move: "first" }, { label: "cat" });
  assert.deepEqual(tab.marks, [[7, "✕"]]);
});

test("without a mark the next ones are asked for, until others are there", async () => {
  const tab = new Tab();
  await tab.hear(answered("one", { 5: "cat" }));
  tab.press("accept");
  assert.deepEqual(tab.sent, []);
  assert.deepEqual(tab.asked.map(({ seen }) => seen), ["one"]);
  await tab.hear(answered("one", { 5: "cat" }));
  assert.notEqual(tab.desk.asking.wish, null);
  await tab.hear(answered("two", { 6: "cat" }));
  assert.equal(tab.desk.asking.wish, null);
});

test("the button says what becomes of answered images", () => {
  const asked = { name: "cat", corrects: true };
  assert.equal(acceptWords(asked, 9, 0, 0).join(""), "Go on: nothing to correct");
  assert.equal(acceptWords(asked, 7, 2, 0).join(""), "Correct 2, and go on");
});

test("where nothing is predicted, only what is marked is answered", async () => {
  const tab = new Tab();
  const more = { name: "", to_check: [{ name: "", count: 3 }] };
  await tab.hear(saying("one", [5, 6, 7], more));
  tab.press("accept");
  assert.deepEqual([tab.sent, tab.asked.map(({ seen }) => seen)], [[], ["one"]]);
  await tab.hear(saying("two", [5, 6, 7], more));
  tab.click(1);
  tab.press({ label: "dog" }, "accept");
  const { message } = tab;
  assert.equal(message.kind, "check");
  assert.deepEqual([message.name, message.items.map(({ item }) => item)], ["", [6]]);
  assert.deepEqual(message.answers.map(({ item, kind, label }) => [item, kind, label]), [[6, "label", "dog"]]);
});

test("what no label reaches is told of without a class", () => {
  const asked = { name: "", corrects: false };
  assert.equal(acceptWords(asked, 9, 0, 0).join(""), "Go on: nothing to answer");
  assert.equal(acceptWords(asked, 7, 2, 0).join(""), "Answer 2, and go on");
  assert.match(markWords(asked, [], undefined, false).told, /say what it is/);
  assert.equal(leftWords(1200, "", false), "1,200 left that no label reaches");
  const [item] = saying("one", [5]).items;
  assert.ok(item);
  assert.equal(imageWords({ ...item, chance: null }, "", undefined), "Image 5, predicted as nothing");
});
