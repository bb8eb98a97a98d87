import assert from "node:assert/strict";
import { test } from "node:test";

import { summaryWords } from "../../../pages/_ui/labeler/src/saved.ts";
import { saying, Tab } from "./tab.ts";

async function tabWith(...items: number[]): Promise<Tab> {
  const tab = new Tab();
  await tab.hear(saying("one", items));
  return tab;
}

test("what was taken back is given again, the latest first", async () => {
  const tab = await tabWith(1, 2, 3);
  tab.label("cat", "dog");
  tab.press("undo", "undo");
  assert.deepEqual(tab.drafts("one"), []);
  tab.press("redo");
  assert.deepEqual(tab.drafts("one"), [[1, "cat"]]);
  tab.press("redo");
  assert.deepEqual(tab.drafts("one"), [[1, "cat"], [2, "dog"]]);
});

test("what the server has taken back is put back by it", async () => {
  const tab = new Tab();
  const undone = { batch_id: "zero", item: 9, said: "cat" };
  await tab.hear(saying("one", [9, 1], { undone }));
  tab.press("redo");
  assert.deepEqual({ ...tab.message, id: "" }, { v: 1, id: "", kind: "redo", project: "p", batch_id: "zero", item: 9 });
  assert.equal(tab.desk.isLocked, true);
  await tab.hear(saying("two", [1, 2], { receipts: tab.receipt("done") }));
  assert.equal(tab.desk.isLocked, false);
});

test("there is nothing to redo once something else was answered", async () => {
  const tab = await tabWith(1, 2, 3);
  tab.label("cat");
  tab.press("undo");
  tab.label("dog");
  tab.press("redo");
  assert.deepEqual(tab.drafts("one"), [[1, "dog"]]);
  assert.match(tab.desk.notice, /nothing to redo/);
});

test("that something was undone is said until something is answered, after a reload too", async () => {
  const undone = { batch_id: "zero", item: 9, said: "cat" };
  const page = saying("one", [9, 1], { undone, summary: "Undone. Round 1 is open again." });
  const tab = new Tab();
  await tab.hear(page);
  assert.equal(summaryWords(tab.desk), page.summary);
  tab.label("cat");
  assert.equal(summaryWords(tab.desk), "");
  tab.close();
  const reloaded = new Tab(tab.shelf);
  await reloaded.hear(page);
  assert.equal(summaryWords(reloaded.desk), "");
  reloaded.press("undo");
  assert.equal(summaryWords(reloaded.desk), page.summary);
});
