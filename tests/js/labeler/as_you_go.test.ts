import assert from "node:assert/strict";
import { test } from "node:test";

import type { LabelPage } from "../../../pages/_ui/labeler/src/contract.ts";
import { saying, Tab } from "./tab.ts";

const going = (batch: string, items: number[], more: Partial<LabelPage> = {}): LabelPage =>
  saying(batch, items, { as_you_go: true, ...more });

test("each answer is sent at once, and nobody waits for it", async () => {
  const tab = new Tab();
  await tab.hear(going("a", [1, 2, 3]));
  tab.label("cat");
  assert.deepEqual(tab.told, [[1, "cat"]]);
  assert.equal(tab.desk.item?.id, 2);
  assert.equal(tab.desk.canAnswer, true);
});

test("answers given while a message is under way go in one message afterwards", async () => {
  const tab = new Tab();
  await tab.hear(going("a", [1, 2, 3, 4]));
  tab.label("cat", "dog", "cat");
  assert.equal(tab.sent.length, 1);
  await tab.hear(going("b", [3, 4, 5], { receipts: tab.receipt("done") }));
  assert.deepEqual(tab.told, [[2, "dog"], [3, "cat"]]);
  assert.deepEqual(tab.message.kind === "submit" && tab.message.batch_id, "a");
});

test("the image on screen stays when the new batch comes, and its keys stay live", async () => {
  const tab = new Tab();
  await tab.hear(going("a", [1, 2, 3]));
  tab.label("cat");
  tab.desk.update(going("b", [2, 3, 4], { receipts: tab.receipt("done") }));
  assert.equal(tab.desk.item?.id, 2);
  assert.equal(tab.screen.ready, "b");
  tab.label("dog");
  assert.deepEqual(tab.told, [[2, "dog"]]);
});

test("what is left of a batch is gone on with where the image on screen is", async () => {
  const tab = new Tab();
  await tab.hear(going("a", [1, 2, 3, 4, 5]));
  tab.label("cat", "dog");
  tab.desk.update(going("a", [2, 3, 4, 5], { receipts: tab.receipt("done") }));
  assert.equal(tab.desk.item?.id, 3);
  tab.label("cat");
  await tab.hear(going("a", [3, 4, 5], { receipts: tab.receipt("done") }));
  assert.equal(tab.desk.item.id, 4);
  assert.deepEqual(tab.told, [[3, "cat"]]);
});

test("what is under way counts as answered in the batch that follows", async () => {
  const tab = new Tab();
  await tab.hear(going("a", [1, 2, 3]));
  tab.label("cat", "dog");
  await tab.hear(going("b", [2, 3], { receipts: tab.receipt("done") }));
  assert.equal(tab.desk.item?.id, 3);
});

test("an answer that waits is taken back without asking the server", async () => {
  const tab = new Tab();
  await tab.hear(going("a", [1, 2, 3]));
  tab.label("cat", "dog");
  tab.press("undo");
  assert.deepEqual(tab.drafts("a"), [[1, "cat"]]);
  assert.equal(tab.desk.item?.id, 2);
});

test("an answer that is under way is taken back once it is stored", async () => {
  const tab = new Tab();
  await tab.hear(going("a", [1, 2, 3]));
  tab.label("cat");
  tab.press("undo");
  assert.equal(tab.desk.isLocked, true);
  const last = { batch_id: "a", item: 1, said: "cat" };
  await tab.hear(going("b", [2, 3], { receipts: tab.receipt("done"), last }));
  assert.equal(tab.message.kind === "undo" && tab.message.item, 1);
  await tab.hear(going("c", [2, 1], { receipts: tab.receipt("done") }));
  assert.equal(tab.desk.item?.id, 1);
  assert.match(tab.desk.notice, /^Undone/);
});

test("what was to be taken back still is when the page was drawn anew before the answer was stored", async () => {
  const before = new Tab();
  await before.hear(going("a", [1, 2, 3]));
  before.label("cat");
  before.press("undo");
  before.close();
  const tab = new Tab(before.shelf);
  await tab.hear(going("a", [1, 2, 3]));
  assert.equal(tab.desk.isLocked, true);
  assert.deepEqual(tab.told, [[1, "cat"]]);
  const last = { batch_id: "a", item: 1, said: "cat" };
  await tab.hear(going("b", [2, 3], { receipts: tab.receipt("done"), last }));
  assert.equal(tab.message.kind === "undo" && tab.message.item, 1);
  await tab.hear(going("c", [2, 1], { receipts: tab.receipt("done") }));
  assert.equal(tab.desk.item?.id, 1);
  assert.equal(tab.shelf.length, 0);
});

test("an undo whose receipt was never seen is asked for again, but not once something else was answered", async () => {
  const last = { batch_id: "a", item: 1, said: "cat" };
  const before = new Tab();
  await before.hear(going("b", [2, 3], { last }));
  before.press("undo");
  assert.equal(before.message.kind, "undo");
  before.close();
  const tab = new Tab(before.shelf);
  await tab.hear(going("b", [2, 3], { last }));
  assert.equal(tab.message.kind === "undo" && tab.message.item, 1);
  const later = new Tab(before.shelf);
  await later.hear(going("d", [4, 5], { last: { ...last, item: 3 } }));
  assert.equal(later.desk.isLocked, false);
  assert.equal(later.sent.length, 0);
});

test("refused answers are set aside, and the next ones go", async () => {
  const tab = new Tab();
  await tab.hear(going("a", [1, 2, 3]));
  tab.label("cat", "dog");
  await tab.hear(going("a", [1, 2, 3], { receipts: tab.receipt("refused", "No.") }));
  assert.match(tab.shelf.getItem("labelspread:refused:a") ?? "", /"label":"cat"/);
  assert.deepEqual(tab.told, [[2, "dog"]]);
});

test("after a reload the answers that no receipt was seen for are sent, the oldest batch first", async () => {
  const before = new Tab();
  await before.hear(going("a", [1, 2, 3]));
  before.isOnline = false;
  before.label("cat", "dog");
  before.close();
  const tab = new Tab(before.shelf);
  await tab.hear(going("b", [2, 3, 4]));
  assert.deepEqual(tab.told, [[1, "cat"], [2, "dog"]]);
  assert.equal(tab.desk.item?.id, 3);
});

test("another tab's drafts in any batch of the project concern this one", async () => {
  const tab = new Tab();
  await tab.hear(going("b", [1, 2]));
  assert.equal(tab.desk.concerns("labelspread:draft:p:a"), true);
  assert.equal(tab.desk.concerns("labelspread:draft:q:a"), false);
  assert.equal(tab.desk.concerns(null), false);
});
