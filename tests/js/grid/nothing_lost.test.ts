import assert from "node:assert/strict";
import { test } from "node:test";

import { saying, Tab, tabWith } from "./tab.ts";

/** The same browser after a reload, on a page that the server sends. */
async function reloaded(tab: Tab, page = saying("one", [1, 2, 3])): Promise<Tab> {
  tab.close();
  const anew = new Tab(tab.shelf);
  await anew.hear(page);
  return anew;
}

test("marks are there again after a reload", async () => {
  const tab = await tabWith(1, 2, 3);
  tab.click(2, 0);
  tab.press({ label: "dog" });
  const anew = await reloaded(tab);
  assert.deepEqual(anew.marks, [[3, "✕"], [1, "dog"]]);
});

test("marks go with their images when these are put together anew, and those of other images stay", async () => {
  const tab = await tabWith(1, 2, 3);
  tab.click(0, 1, 2);
  await tab.hear(saying("two", [2, 9]));
  assert.deepEqual(tab.marks, [[2, "✕"]]);
  tab.press("undo");
  await tab.hear(saying("one", [1, 2, 3]));
  assert.deepEqual(tab.marks, [[1, "✕"], [3, "✕"]]);
});

test("a mark is of a prediction: an image that is predicted as something else is not marked", async () => {
  const tab = await tabWith(1, 2, 3);
  tab.click(0);
  await tab.hear(saying("two", [1, 2], { name: "dog" }));
  assert.deepEqual(tab.marks, []);
});

test("a class that is gone is not given, but the mark stays", async () => {
  const tab = await tabWith(1, 2, 3);
  tab.click(0);
  tab.press({ label: "dog" });
  const anew = await reloaded(tab, saying("one", [1, 2, 3], { classes: [{ name: "cat", key: "1", is_chosen: false, colour: null }] }));
  assert.deepEqual(anew.marks, [[1, "✕"]]);
});

test("marks of grids of long ago are forgotten", async () => {
  const tab = await tabWith(1, 2, 3);
  for (let batch = 0; batch < 100; batch += 1) {
    await tab.hear(saying(`b${batch}`, [batch]));
    tab.click(0);
  }
  assert.ok(tab.shelf.length < 40, String(tab.shelf.length));
  assert.deepEqual(tab.marks, [[99, "✕"]]);
});

test("a grid is in the storage before it is sent, and until it has a receipt", async () => {
  const tab = await tabWith(1, 2, 3);
  tab.isOnline = false;
  tab.click(1);
  tab.press("accept");
  const { id } = tab.message;
  const anew = await reloaded(tab, saying("other", [1, 2, 3]));
  assert.deepEqual([anew.message.id, anew.told], [id, [[1, "cat"], [2, "skip"], [3, "cat"]]]);
  assert.equal(anew.desk.isLocked, true);
  assert.deepEqual(anew.marks, [], "its marks are on their way");
  await anew.hear(saying("two", [4, 5], { receipts: anew.receipt("done") }));
  assert.deepEqual([anew.desk.isLocked, anew.desk.waiting.all, anew.screen.ready], [false, [], "two"]);
  const last = await reloaded(anew, saying("two", [4, 5]));
  assert.deepEqual(last.sent, []);
});

test("several that wait are sent one after another, the oldest first", async () => {
  const tab = await tabWith(1, 2);
  const other = new Tab(tab.shelf);
  await other.hear(saying("two", [3, 4]));
  for (const one of [tab, other]) {
    one.isOnline = false;
    one.press("accept");
  }
  other.close();
  const anew = await reloaded(tab, saying("three", [5]));
  assert.equal(anew.check.batch_id, "one");
  await anew.hear(saying("three", [5], { receipts: anew.receipt("done") }));
  assert.equal(anew.check.batch_id, "two");
  await anew.hear(saying("three", [5], { receipts: anew.receipt("done") }));
  assert.equal(anew.desk.isLocked, false);
});

test("a grid that could not be stored is sent again by the same name", async () => {
  const tab = await tabWith(1, 2);
  tab.press("accept");
  await tab.hear(saying("one", [1, 2], { receipts: tab.receipt("failed", "The disk is full.") }));
  assert.equal(tab.desk.isLocked, true);
  tab.clock.pass(3000);
  assert.deepEqual(tab.sent.map(({ id }) => id), [tab.message.id, tab.message.id]);
});

test("what the server says of a grid that is stored is shown", async () => {
  const tab = await tabWith(1, 2);
  tab.press("accept");
  const text = "1 image had been answered differently before; that answer stands.";
  await tab.hear(saying("two", [3], { receipts: tab.receipt("done", text) }));
  assert.equal(tab.desk.notice, text);
});

test("a refused grid is kept with its marks, and sent again by another name, or thrown away", async () => {
  const tab = await tabWith(1, 2);
  tab.click(0);
  tab.press("accept");
  const { id } = tab.message;
  const receipts = tab.receipt("refused", "The images have changed.");
  await tab.hear(saying("one", [1, 2], { receipts }));
  assert.deepEqual([tab.desk.isLocked, tab.desk.notice], [false, "The images have changed."]);
  assert.deepEqual([tab.marks, tab.desk.waiting.refused.length], [[[1, "✕"]], 1]);
  tab.desk.settleRefused(true);
  assert.notEqual(tab.message.id, id);
  assert.equal(tab.check.batch_id, "one");
  await tab.hear(saying("one", [1, 2], { receipts: [...receipts, ...tab.receipt("refused")] }));
  const anew = await reloaded(tab);
  assert.equal(anew.desk.waiting.refused.length, 1);
  anew.desk.settleRefused(false);
  assert.deepEqual([anew.desk.waiting.refused, anew.sent], [[], []]);
});

test("a receipt that comes once another project is open is for its own", async () => {
  const tab = await tabWith(1, 2);
  tab.press("accept");
  const refused = tab.receipt("refused", "No.");
  await tab.hear(saying("two", [1], { project: "q" }));
  assert.equal(tab.desk.isLocked, true);
  await tab.hear(saying("two", [1], { project: "q", receipts: refused }));
  assert.deepEqual([tab.desk.isLocked, tab.desk.waiting.refused], [false, []]);
  await tab.hear(saying("one", [1, 2]));
  assert.deepEqual([tab.desk.waiting.refused.length, tab.desk.waiting.all], [1, []]);
});

test("with a full storage the page holds what it has", async () => {
  const tab = await tabWith(1, 2);
  tab.shelf.isFull = true;
  tab.click(1);
  tab.press("accept");
  assert.deepEqual(tab.told, [[1, "cat"], [2, "skip"]]);
  tab.clock.pass(3000);
  assert.equal(tab.sent.length, 2);
  await tab.hear(saying("two", [3], { receipts: tab.receipt("done") }));
  assert.deepEqual(tab.desk.waiting.all, []);
});

test("marks of another tab are shown, and what it has sent is not sent once more", async () => {
  const tab = await tabWith(1, 2);
  const other = new Tab(tab.shelf);
  await other.hear(saying("one", [1, 2]));
  const { shown } = other.screen;
  tab.click(0);
  other.desk.hearOf(tab.desk.marks.key("one"), false);
  assert.ok(other.screen.shown > shown);
  assert.deepEqual(other.marks, tab.marks);
  tab.press("accept");
  other.desk.sendWaiting();
  assert.equal(other.message.kind, "check");
  await tab.hear(saying("two", [3], { receipts: tab.receipt("done") }));
  other.desk.hearOf(tab.desk.waiting.key("one"), true);
  assert.equal(other.message.kind, "sync");
});

test("whoever comes back to a tab asks how things stand, unless something is under way", async () => {
  const tab = await tabWith(1, 2);
  tab.desk.sync();
  assert.equal(tab.message.kind, "sync");
  assert.equal(tab.desk.isLocked, false);
  tab.press("accept");
  tab.desk.sync();
  assert.equal(tab.message.kind, "check");
});
