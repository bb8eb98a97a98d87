import assert from "node:assert/strict";
import { test } from "node:test";

import { PATIENCE } from "../../../pages/_ui/grid/src/desk.ts";
import { AGAIN } from "../../../pages/_ui/browser/asking.ts";
import { saying, Tab, tabWith } from "./tab.ts";

test("a grid is accepted with one message, in which each image has its answer", async () => {
  const tab = await tabWith(7, 5, 3);
  tab.click(1, 2);
  tab.press({ label: "dog" });
  tab.clock.pass(3000);
  tab.press("accept");
  const answer = { ms: 1000, named: 3, hidden: false };
  assert.deepEqual({ ...tab.check, id: "" }, {
    v: 1, id: "", project: "p", kind: "check", batch_id: "one", name: "cat", numbering: "n", named: 3,
    items: [{ item: 7, probability: 0.9 }, { item: 5, probability: 0.9 }, { item: 3, probability: 0.9 }],
    answers: [
      { item: 7, kind: "label", label: "cat", ...answer },
      { item: 5, kind: "skip", label: null, ...answer },
      { item: 3, kind: "label", label: "dog", ...answer },
    ],
  });
});

test("nothing counts before the images can have been seen", async () => {
  const tab = new Tab();
  let come = (): void => undefined;
  tab.screen.images = new Promise((resolve) => { come = resolve; });
  await tab.hear(saying("one", [1, 2]));
  tab.click(0);
  tab.press("mark", { label: "dog" }, "accept");
  assert.deepEqual([tab.marks, tab.sent, tab.screen.ready], [[], [], null]);
  come();
  await tab.hear(saying("one", [1, 2]));
  assert.equal(tab.screen.ready, "one");
  tab.click(0);
  assert.deepEqual(tab.marks, [[1, "✕"]]);
});

test("the time before the images were painted, or while the page was hidden, is nobody's", async () => {
  const tab = await tabWith(1, 2);
  tab.clock.pass(60_000);
  tab.desk.restart();
  tab.clock.pass(500);
  tab.press("accept");
  assert.deepEqual(tab.check.answers.map(({ ms }) => ms), [250, 250]);
});

test("images on their way are waited for, and those that do not come are skipped", async () => {
  const tab = await tabWith(1, 2, 3);
  tab.screen.looks.set(2, "coming").set(3, "missing");
  tab.press("accept");
  assert.deepEqual(tab.sent, []);
  assert.match(tab.desk.notice, /1 image still to come/);
  const { shown } = tab.screen;
  tab.clock.pass(PATIENCE);
  assert.ok(tab.screen.shown > shown, "it is shown that one is missing");
  tab.press("accept");
  assert.deepEqual(tab.told, [[1, "cat"], [2, "skip"], [3, "skip"]]);
});

test("a key of a class marks the chosen image with it, and the predicted class takes the mark away", async () => {
  const tab = await tabWith(1, 2, 3);
  tab.press({ label: "dog" });
  assert.match(tab.desk.notice, /Choose an image first/);
  tab.press({ move: "right" }, { move: "right" }, { label: "dog" });
  assert.deepEqual(tab.marks, [[2, "dog"]]);
  tab.press({ move: "down" });
  assert.equal(tab.desk.current, 2, "there is none below the second, but one in the last row");
  tab.press("mark", "mark", { move: "left" }, { label: "cat" });
  assert.deepEqual(tab.marks, []);
});

test("a click marks, a second one takes the mark away, and with Shift all up to there are marked", async () => {
  const tab = await tabWith(1, 2, 3, 4, 5);
  tab.click(3, 3, 1);
  assert.deepEqual(tab.marks, [[2, "✕"]]);
  tab.press({ label: "dog" });
  tab.desk.click(3, true);
  assert.deepEqual(tab.marks, [[2, "dog"], [3, "✕"], [4, "✕"]]);
});

test("two clicks leave the mark of an image as it was, with its class", async () => {
  const tab = await tabWith(1, 2);
  tab.click(0);
  tab.press({ label: "dog" });
  tab.click(0);
  tab.desk.takeClickBack();
  assert.deepEqual(tab.marks, [[1, "dog"]]);
});

test("undo takes back marks one by one, the last one first, and then the last grid", async () => {
  const tab = new Tab();
  await tab.hear(saying("two", [4, 5, 6], { last: { batch_id: "one", said: "3 images as cat" } }));
  tab.click(0, 1);
  // That its class was given makes it the last one.
  tab.desk.choose(0);
  tab.press({ label: "dog" }, "undo");
  assert.deepEqual([tab.marks, tab.desk.current], [[[5, "✕"]], 0]);
  tab.press("undo");
  assert.deepEqual([tab.marks, tab.sent], [[], []]);
  tab.press("undo");
  assert.deepEqual({ ...tab.message, id: "" }, { v: 1, id: "", project: "p", kind: "take_back_batch", batch_id: "one" });
  tab.press("undo", "accept");
  tab.click(0);
  assert.equal(tab.sent.length, 1, "meanwhile nothing else counts");
  await tab.hear(saying("three", [1, 2, 3], { receipts: tab.receipt("done") }));
  assert.deepEqual([tab.desk.isLocked, tab.desk.notice], [false, "Taken back."]);
});

test("where all is checked the last grid can be taken back all the same", async () => {
  const tab = new Tab();
  const page = saying("two", [], { name: null, to_check: [], nothing_yet: "All is checked." });
  await tab.hear({ ...page, last: { batch_id: "one", said: "3 images as cat" } });
  tab.press("accept", "mark", { label: "dog" });
  assert.deepEqual(tab.sent, []);
  tab.press("undo");
  assert.equal(tab.message.kind, "take_back_batch");
});

test("other images are asked for again until they come", async () => {
  const tab = await tabWith(1, 2);
  tab.desk.ask({ size: 96 });
  assert.deepEqual(tab.asked, [{ name: "cat", order: "surest", size: 96, corrects: false, is_all: false, seen: null }]);
  assert.equal(tab.desk.shows.size, 96);
  await tab.hear(saying("one", [1, 2]));
  tab.clock.pass(AGAIN);
  assert.equal(tab.asked.length, 2);
  await tab.hear(saying("two", [1, 2, 3], { size: 96 }));
  tab.clock.pass(60_000);
  assert.equal(tab.asked.length, 2);
});

test("a server that shows something else is not asked for ever", async () => {
  const tab = await tabWith(1, 2);
  tab.desk.ask({ name: "dog" });
  tab.clock.pass(60_000);
  assert.equal(tab.asked.length, 5);
  assert.equal(tab.desk.shows.name, "cat");
});

test("a run that may bring other images is not asked for them again, however long it takes", async () => {
  const tab = await tabWith(1, 2);
  tab.desk.ask({ size: 96 });
  tab.isRunUnderWay = true;
  tab.clock.pass(600_000);
  assert.equal(tab.asked.length, 1);
  tab.isRunUnderWay = false;
  tab.clock.pass(AGAIN);
  assert.equal(tab.asked.length, 2);
});

test("a class of which nothing is left gives way to another one, and is not asked for again", async () => {
  const tab = await tabWith(1, 2);
  tab.desk.ask({ name: "dog" });
  await tab.hear(saying("one", [1, 2], { to_check: [{ name: "cat", count: 2 }] }));
  tab.clock.pass(60_000);
  assert.equal(tab.asked.length, 1);
});

test("keys lead through the classes, also before the images of one have come", async () => {
  const tab = new Tab();
  const names = ["cat", "dog", "eel"];
  await tab.hear(saying("one", [1], { to_check: names.map((name) => ({ name, count: 1 })) }));
  tab.press("following", "following", "following", "previous");
  assert.deepEqual(tab.asked.map(({ name }) => name), ["dog", "eel", "cat", "eel"]);
});

test("how a person likes to see images is kept", async () => {
  const tab = await tabWith(1);
  tab.press("pixels");
  const reloaded = new Tab(tab.shelf);
  await reloaded.hear(saying("one", [1]));
  assert.equal(reloaded.desk.hasPixels, true);
});

test("where classes have other names, images that were marked stay so, and nobody says what they are", async () => {
  const tab = new Tab();
  await tab.hear(saying("one", [1, 2, 3]));
  tab.click(1);
  tab.press({ label: "dog" });
  await tab.hear(saying("two", [1, 2, 3], { named: 9, name: "dog" }));
  assert.deepEqual(tab.marks, [[2, "✕"]]);
});
