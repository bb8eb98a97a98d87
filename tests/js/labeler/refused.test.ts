import assert from "node:assert/strict";
import { test } from "node:test";

import { settleRefused } from "../../../pages/_ui/labeler/src/refused.ts";
import { FakeShelf } from "../fakes.ts";
import { saying, Tab } from "./tab.ts";

/** A tab in which the answers to a batch were refused, and another batch is open. */
async function refused(shelf = new FakeShelf()): Promise<Tab> {
  const tab = new Tab(shelf);
  await tab.hear(saying("one", [1, 2]));
  tab.label("cat", "dog");
  const receipts = tab.receipt("refused", "No.");
  await tab.hear(saying("two", [3, 4], { receipts }));
  return tab;
}

const aside = (tab: Tab): [number, string | null][] => tab.desk.drafts.refused.map(({ item, label }) => [item, label]);

test("what is refused is set aside, and is there after a reload", async () => {
  const shelf = new FakeShelf();
  assert.deepEqual(aside(await refused(shelf)), [[1, "cat"], [2, "dog"]]);
  const again = new Tab(shelf);
  await again.hear(saying("two", [3, 4]));
  assert.deepEqual(aside(again), [[1, "cat"], [2, "dog"]]);
});

test("it can be sent again, to the batch it was given in", async () => {
  const tab = await refused();
  settleRefused(tab.desk, true);
  assert.deepEqual(aside(tab), []);
  assert.deepEqual(tab.told, [[1, "cat"], [2, "dog"]]);
  assert.equal(tab.message.kind === "submit" && tab.message.batch_id, "one");
});

test("refused once more, it is set aside once more", async () => {
  const tab = await refused();
  settleRefused(tab.desk, true);
  await tab.hear(saying("two", [3, 4], { receipts: tab.receipt("refused", "No.") }));
  assert.deepEqual(aside(tab), [[1, "cat"], [2, "dog"]]);
});

test("it can be discarded, and nothing is sent", async () => {
  const tab = await refused();
  const before = tab.sent.length;
  settleRefused(tab.desk, false);
  assert.deepEqual(aside(tab), []);
  assert.equal(tab.sent.length, before);
});

test("what was set aside by an older version is shown too", async () => {
  const shelf = new FakeShelf();
  shelf.setItem("labelspread:refused:old", '{"5": {"kind": "label", "label": "cat", "ms": 1, "round": 1, "at": 1}}');
  const tab = new Tab(shelf);
  await tab.hear(saying("two", [3, 4]));
  assert.deepEqual(aside(tab), [[5, "cat"]]);
});
