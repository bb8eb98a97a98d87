import assert from "node:assert/strict";
import { test } from "node:test";

import { hidingOf } from "../../../pages/_ui/labeler/src/hiding.ts";
import { FakeShelf } from "../fakes.ts";
import { saying, Tab } from "./tab.ts";

test("an answer is in the browser's storage before it is shown", async () => {
  const tab = new Tab();
  await tab.hear(saying("b", [1, 2]));
  const kept: [number, string][][] = [];
  tab.screen.show = () => { kept.push(tab.drafts("b")); };
  tab.label("cat");
  assert.deepEqual(kept, [[[1, "cat"]]]);
});

test("an answer goes on to the next image, and what was left out comes at the end", async () => {
  const tab = new Tab();
  await tab.hear(saying("b", [1, 2, 3]));
  tab.press("next");
  tab.label("cat", "dog");
  assert.equal(tab.desk.item?.id, 1);
});

test("a full batch is sent by itself, in the order of the answers and with their time", async () => {
  const tab = new Tab();
  await tab.hear(saying("b", [5, 3]));
  tab.clock.pass(700);
  tab.label("cat");
  tab.clock.pass(300);
  tab.press("skip");
  assert.deepEqual(tab.sent.length, 1);
  assert.deepEqual(tab.message.kind === "submit" && tab.message.answers, [
    { item: 5, kind: "label", label: "cat", ms: 700, named: 7, hidden: false },
    { item: 3, kind: "skip", label: null, ms: 300, named: 7, hidden: false },
  ]);
});

test("an answer tells whether predictions were hidden when it was given", async () => {
  const shelf = new FakeShelf();
  const before = new Tab(shelf);
  await before.hear(saying("b", [1, 2, 3]));
  // An older version did not note it.
  before.desk.drafts.put("b", 1, { kind: "label", label: "cat", ms: 1, round: 1 });
  before.close();
  const tab = new Tab(shelf);
  await tab.hear(saying("b", [1, 2, 3]));
  tab.press("blind");
  tab.label("cat");
  tab.press("blind");
  tab.label("dog");
  assert.deepEqual(tab.message.kind === "submit" && tab.message.answers.map(({ item, hidden }) => [item, hidden]),
    [[1, null], [2, true], [3, false]]);
});

test("who saves by hand sends with Enter, and nothing before", async () => {
  const tab = new Tab();
  await tab.hear(saying("b", [1]));
  tab.press("auto");
  tab.label("cat");
  assert.equal(tab.sent.length, 0);
  tab.press("accept");
  assert.equal(tab.sent.length, 1);
});

test("Enter takes the prediction, unless it is hidden", async () => {
  const tab = new Tab();
  await tab.hear(saying("b", [1, 2]));
  tab.press("blind", "accept");
  assert.deepEqual(tab.drafts("b"), []);
  assert.match(tab.desk.notice, /Predictions are hidden. Press the key/);
  tab.press("blind", "accept");
  assert.deepEqual(tab.drafts("b"), [[1, "cat"]]);
});

test("a prediction that is hidden by lot is not taken by Enter, and the answer says that it was hidden", async () => {
  const tab = new Tab();
  const { items, ...page } = saying("b", [1, 2], { hidden_share: 0.25 });
  await tab.hear({ ...page, items: items.map((item) => item.id === 1 ? { ...item, hidden: true, beliefs: [] } : item) });
  assert.equal(hidingOf(tab.desk), "this");
  tab.press("accept");
  assert.match(tab.desk.notice, /hidden for this one. Press the key/);
  tab.label("dog");
  assert.equal(hidingOf(tab.desk), "none");
  tab.press("blind");
  assert.equal(hidingOf(tab.desk), "all");
  tab.press("blind");
  assert.match(tab.desk.notice, /but for the 25 % that are hidden by lot/);
  tab.press("accept");
  assert.deepEqual(tab.message.kind === "submit" && tab.message.answers.map(({ item, label, hidden }) => [item, label, hidden]),
    [[1, "dog", true], [2, "cat", false]]);
});

test("where a project hides all predictions, nobody can have them shown", async () => {
  const tab = new Tab();
  await tab.hear(saying("b", [1], { hidden_share: 1 }));
  tab.press("blind");
  assert.deepEqual([hidingOf(tab.desk), tab.desk.preferences.blind], ["all", false]);
});

test("keys count only once the batch has been painted", async () => {
  const tab = new Tab();
  let come: () => void = () => undefined;
  tab.screen.images = new Promise((resolve) => { come = resolve; });
  await tab.hear(saying("b", [1, 2]));
  tab.label("cat");
  assert.deepEqual(tab.drafts("b"), []);
  assert.equal(tab.screen.ready, null);
  come();
  await tab.hear(saying("b", [1, 2]));
  tab.label("cat");
  assert.equal(tab.screen.ready, "b");
  assert.deepEqual(tab.drafts("b"), [[1, "cat"]]);
});

test("keys do nothing to a batch that is being saved", async () => {
  const tab = new Tab();
  await tab.hear(saying("b", [1]));
  tab.label("cat", "dog");
  tab.press("undo");
  assert.deepEqual(tab.drafts("b"), [[1, "cat"]]);
});

test("drafts stay until a receipt says that they are stored", async () => {
  const tab = new Tab();
  await tab.hear(saying("b", [1]));
  tab.label("cat");
  await tab.hear(saying("b", [1]));
  await tab.hear(saying("b", [1], { receipts: [{ id: "another", outcome: "done", text: "" }] }));
  assert.deepEqual(tab.drafts("b"), [[1, "cat"]]);
  await tab.hear(saying("c", [2], { receipts: tab.receipt("done") }));
  assert.deepEqual(tab.drafts("b"), []);
  assert.equal(tab.outbox.message, null);
});

test("a message that was lost is sent again, the same", async () => {
  const tab = new Tab();
  await tab.hear(saying("b", [1]));
  tab.isOnline = false;
  tab.label("cat");
  assert.equal(tab.sent.length, 0);
  tab.isOnline = true;
  tab.clock.pass(3000);
  assert.deepEqual(tab.sent, [tab.message]);
});

test("what could not be stored is kept and sent again", async () => {
  const tab = new Tab();
  await tab.hear(saying("b", [1]));
  tab.label("cat");
  await tab.hear(saying("b", [1], { receipts: tab.receipt("failed", "The disk is full.") }));
  assert.deepEqual(tab.drafts("b"), [[1, "cat"]]);
  assert.equal(tab.desk.isLocked, true);
  tab.clock.pass(3000);
  assert.equal(tab.sent.length, 2);
});

test("a refused answer to the batch on screen stays, to be changed", async () => {
  const tab = new Tab();
  await tab.hear(saying("b", [1]));
  tab.label("cat");
  await tab.hear(saying("b", [1], { receipts: tab.receipt("refused", "No class cat.") }));
  assert.equal(tab.desk.notice, "No class cat.");
  assert.equal(tab.desk.isLocked, false);
  tab.label("dog");
  assert.deepEqual(tab.told, [[1, "dog"]]);
});

test("refused drafts of an older batch are set aside, and stop nobody", async () => {
  const tab = new Tab();
  await tab.hear(saying("old", [1]));
  tab.label("cat");
  await tab.hear(saying("new", [2]));
  await tab.hear(saying("new", [2], { receipts: tab.receipt("refused") }));
  assert.deepEqual(tab.drafts("old"), []);
  assert.match(tab.shelf.getItem("labelspread:refused:old") ?? "", /"label":"cat"/);
  tab.label("dog");
  assert.deepEqual(tab.told, [[2, "dog"]]);
});

test("drafts of an older batch are sent as soon as they are found, before those on screen", async () => {
  const before = new Tab();
  await before.hear(saying("old", [1, 2]));
  before.label("cat");
  before.close();
  const tab = new Tab(before.shelf);
  await tab.hear(saying("new", [7]));
  assert.deepEqual(tab.told, [[1, "cat"]]);
  tab.label("dog");
  assert.deepEqual(tab.told, [[1, "cat"]]);
  await tab.hear(saying("new", [7], { receipts: tab.receipt("done") }));
  assert.deepEqual(tab.told, [[7, "dog"]]);
});

test("a reload in the middle of a batch goes on where it was", async () => {
  const before = new Tab();
  await before.hear(saying("b", [1, 2, 3]));
  before.label("cat", "dog");
  before.close();
  const tab = new Tab(before.shelf);
  await tab.hear(saying("b", [1, 2, 3]));
  assert.equal(tab.desk.item?.id, 3);
  tab.label("cat");
  assert.deepEqual(tab.told, [[1, "cat"], [2, "dog"], [3, "cat"]]);
});

test("a reload after a full batch, before its message arrived, sends it", async () => {
  const before = new Tab();
  await before.hear(saying("b", [1]));
  before.isOnline = false;
  before.label("cat");
  before.close();
  const tab = new Tab(before.shelf);
  await tab.hear(saying("b", [1]));
  assert.deepEqual(tab.told, [[1, "cat"]]);
});

test("an answer that another tab changed after it was sent stays, and is sent too", async () => {
  const shelf = new FakeShelf();
  const [tab, other] = [new Tab(shelf), new Tab(shelf)];
  await tab.hear(saying("b", [1, 2]));
  await other.hear(saying("b", [1, 2]));
  tab.label("cat", "cat");
  other.press("back");
  other.label("dog");
  assert.equal(tab.desk.concerns("labelspread:draft:p:b"), true);
  await tab.hear(saying("c", [3], { receipts: tab.receipt("done") }));
  assert.deepEqual(tab.told, [[2, "dog"]]);
});

test("undo takes drafts back one by one, and then asks the server", async () => {
  const tab = new Tab();
  const last = { batch_id: "a", item: 9, said: "cat" };
  await tab.hear(saying("b", [1, 2, 3], { last }));
  tab.label("cat", "dog");
  tab.press("undo");
  assert.equal(tab.desk.item?.id, 2);
  tab.press("undo");
  assert.deepEqual(tab.drafts("b"), []);
  tab.press("undo");
  assert.deepEqual({ ...tab.message, id: "" }, { v: 1, id: "", kind: "undo", project: "p", batch_id: "a", item: 9 });
  tab.label("cat");
  assert.deepEqual(tab.drafts("b"), []);
});

test("an undo whose receipt a restarted server has forgotten ends when it is seen to be done", async () => {
  const tab = new Tab();
  const last = { batch_id: "a", item: 9, said: "cat" };
  await tab.hear(saying("b", [1], { last }));
  tab.press("undo");
  await tab.hear(saying("b", [1], { last }));
  assert.equal(tab.message.kind, "undo");
  await tab.hear(saying("a2", [9, 1]));
  assert.equal(tab.outbox.message, null);
});

test("a question how things stand waits for nothing and stops nothing", async () => {
  const tab = new Tab();
  await tab.hear(saying("b", [1]));
  tab.desk.sync();
  tab.desk.sync();
  assert.deepEqual(tab.sent.map(({ kind }) => kind), ["sync"]);
  tab.label("cat");
  tab.desk.sync();
  assert.deepEqual(tab.sent.map(({ kind }) => kind), ["sync", "submit"]);
});

test("the image on screen keeps what was read of it when the same batch comes anew", async () => {
  const tab = new Tab();
  await tab.hear(saying("b", [1, 2]));
  const again = saying("b", [1, 2]);
  for (const item of again.items) item.beliefs = [{ name: "dog", probability: 1 }];
  await tab.hear(again);
  assert.equal(tab.desk.item?.beliefs[0]?.name, "cat");
  assert.equal(tab.desk.data.items[1]?.beliefs[0]?.name, "dog");
});

test("where images are compared by something else, what is said of the one on screen is new", async () => {
  const tab = new Tab();
  await tab.hear(saying("b", [1, 2]));
  tab.label("cat");
  tab.press("back");
  const again = saying("b", [1, 2], { compared: "embeddings" });
  for (const item of again.items) item.beliefs = [{ name: "dog", probability: 1 }];
  await tab.hear(again);
  assert.equal(tab.desk.item?.beliefs[0]?.name, "dog");
  assert.deepEqual(tab.drafts("b"), [[1, "cat"]]);
});

test("another project begins with its own drafts; those of the first wait for their own", async () => {
  const tab = new Tab();
  await tab.hear(saying("b", [1, 2]));
  tab.label("cat");
  await tab.hear(saying("x", [1, 2], { project: "q" }));
  assert.equal(tab.screen.projects, 2);
  assert.deepEqual(tab.desk.answers, {});
  assert.equal(tab.outbox.message, null);
  await tab.hear(saying("b", [1, 2]));
  assert.deepEqual(tab.drafts("b"), [[1, "cat"]]);
});

test("preferences are kept for the next visit", async () => {
  const before = new Tab();
  await before.hear(saying("b", [1]));
  before.press("pixels", "blind");
  assert.deepEqual(new Tab(before.shelf).desk.preferences, { blind: true, pixels: true, contrast: false, auto: true });
});

test("when all is answered there is nothing to do, and undo still works", async () => {
  const tab = new Tab();
  await tab.hear(saying(null, [], { last: { batch_id: "a", item: 9, said: "cat" } }));
  tab.label("cat");
  tab.press("next", "submit", "accept");
  assert.equal(tab.sent.length, 0);
  assert.equal(tab.screen.ready, "none");
  tab.press("undo");
  assert.equal(tab.message.kind, "undo");
});

test("where classes have other names, what was read of an image is read anew, and nothing old is given again", async () => {
  const tab = new Tab();
  await tab.hear(saying("b", [1, 2]));
  tab.label("cat");
  tab.press("undo");
  const renamed = saying("b", [1, 2], { named: 8 });
  const items = renamed.items.map((item) => ({ ...item, beliefs: [{ name: "dog", probability: 0.9 }] }));
  await tab.hear({ ...renamed, items });
  tab.press("redo");
  assert.deepEqual(tab.drafts("b"), []);
  tab.press("accept");
  assert.deepEqual(tab.drafts("b"), [[1, "dog"]]);
});
