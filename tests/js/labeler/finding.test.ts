import assert from "node:assert/strict";
import { test } from "node:test";

import { FindingKeymap } from "../../../pages/_ui/labeler/src/finding_keys.ts";
import type { Press } from "../../../pages/_ui/labeler/src/keys.ts";
import { LastUsed } from "../../../pages/_ui/labeler/src/last_used.ts";
import { slotsOf } from "../../../pages/_ui/labeler/src/slots.ts";
import { Store } from "../../../pages/_ui/browser/storage.ts";
import { FakeShelf } from "../fakes.ts";
import { saying, Tab } from "./tab.ts";

const NAMES = Array.from({ length: 40 }, (_, index) => `class ${index}`);
const ALL = new Set(NAMES);
const CLASSES = NAMES.map((name, index) => ({ name, key: index < 10 ? String(index) : null, is_chosen: false, colour: null }));
const none = () => undefined;

const press = (key: string, more: Partial<Press> = {}): Press => ({
  key, code: "", shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, isComposing: false, ...more,
});

function keymap(own: [string, string | null][] = [], likely: string[] = [], used: (string | null)[] = []): FindingKeymap {
  const keys = new FindingKeymap(CLASSES, new Map(own));
  keys.show(slotsOf(likely, used, (key) => keys.classOf(key)));
  return keys;
}

// ---- slots

test("the likeliest classes have 1 to 5, the last used ones 6 to 0, and what is not there is left empty", () => {
  const slots = slotsOf(["a", "b"], ["c", null, "a"], none);
  assert.deepEqual(slots.map(({ key, name }) => `${key}${name ?? ""}`), ["1a", "2b", "3", "4", "5", "6c", "7", "8a", "9", "0"]);
  assert.deepEqual(slots.map(({ isLikely }) => isLikely), [1, 1, 1, 1, 1, 0, 0, 0, 0, 0].map(Boolean));
});

test("a digit that was chosen for a class stays with it, and the likeliest go to the others", () => {
  const slots = slotsOf(["a", "b"], ["c", "d"], (key) => ({ 1: "x", 7: "y" })[key]);
  assert.deepEqual(slots.slice(0, 3).map(({ name }) => name), ["x", "a", "b"]);
  assert.deepEqual(slots.slice(5, 8).map(({ name }) => name), ["c", "y", null]);
});

// ---- the last used

function lastUsed(shelf = new FakeShelf()): LastUsed {
  return new LastUsed("p", new Store(() => shelf));
}

test("a class keeps its slot, and a new one takes that of the one used longest ago", () => {
  const used = lastUsed();
  for (const name of ["class 1", "class 2", "class 3", "class 4", "class 5", "class 1"]) used.note(name, ALL);
  used.note("class 6", ALL);
  assert.deepEqual(used.slots(ALL), ["class 1", "class 6", "class 3", "class 4", "class 5"]);
  assert.deepEqual(used.inOrder(ALL).slice(0, 3), ["class 6", "class 1", "class 5"]);
});

test("they are there after a reload, in this project alone", () => {
  const shelf = new FakeShelf();
  lastUsed(shelf).note("class 3", ALL);
  assert.deepEqual(lastUsed(shelf).slots(ALL), ["class 3", null, null, null, null]);
  assert.deepEqual(new LastUsed("other", new Store(() => shelf)).inOrder(ALL), []);
});

test("a class that is no more leaves its slot to the next one", () => {
  const used = lastUsed();
  for (const name of ["class 1", "gone", "class 2"]) used.note(name, new Set([...ALL, "gone"]));
  assert.deepEqual(used.slots(ALL), ["class 1", null, "class 2", null, null]);
  used.note("class 9", ALL);
  assert.deepEqual(used.slots(ALL), ["class 1", "class 9", "class 2", null, null]);
});

test("what was damaged is left out", () => {
  const shelf = new FakeShelf();
  for (const broken of ["{", "3", "[[1, 2]]", '[["class 1", "x"], null, ["class 2"]]', '{"0": 1}']) {
    shelf.setItem("labelspread:used:p", broken);
    assert.deepEqual(lastUsed(shelf).inOrder(ALL), [], broken);
    lastUsed(shelf).note("class 1", ALL);
    assert.deepEqual(lastUsed(shelf).inOrder(ALL), ["class 1"], broken);
  }
});

test("each label is noted once its answer is stored, and none where all classes have keys", async () => {
  const tab = new Tab();
  await tab.hear(saying("b", [1, 2], { classes: CLASSES }));
  tab.label("class 7");
  tab.press("skip");
  assert.deepEqual(tab.desk.keys.used.inOrder(ALL), ["class 7"]);
  const few = new Tab();
  await few.hear(saying("b", [1]));
  few.label("cat");
  assert.equal(few.shelf.getItem("labelspread:used:p"), null);
});

// ---- keys

test("digits are the classes of their slots, on a French keyboard too", () => {
  const keys = keymap([], ["class 30"], ["class 31"]);
  assert.deepEqual(keys.wishOf(press("1")), { label: "class 30" });
  assert.deepEqual(keys.wishOf(press("6")), { label: "class 31" });
  assert.deepEqual(keys.wishOf(press("&", { code: "Digit1" })), { label: "class 30" });
  assert.deepEqual(keys.wishOf(press("1", { code: "Numpad1" })), { label: "class 30" });
  assert.equal(keys.wishOf(press("2")), null);
});

test("digits stand for what is painted last, and for nothing that was there before", () => {
  const keys = keymap([], ["class 30", "class 31"]);
  keys.show(slotsOf(["class 5"], [], none));
  assert.deepEqual(keys.wishOf(press("1")), { label: "class 5" });
  assert.equal(keys.wishOf(press("2")), null);
});

test("the keys that come with the classes mean nothing, those that a person has chosen do", () => {
  const keys = keymap([["class 33", "k"], ["class 34", "3"], ["class 35", "s"]], ["class 1", "class 2", "class 4"]);
  assert.deepEqual(keys.wishOf(press("k")), { label: "class 33" });
  assert.deepEqual(keys.wishOf(press("3")), { label: "class 34" });
  assert.deepEqual(keys.wishOf(press("s")), { label: "class 35" });
  assert.deepEqual(keys.wishOf(press("4")), { label: "class 4" });
  assert.equal(keys.keyOf("class 0"), null);
});

test("commands take Shift, and what has a name needs none", () => {
  const keys = keymap();
  const shift = { shiftKey: true };
  assert.deepEqual(["S", "U", "X", "H", "Z"].map((key) => keys.wishOf(press(key, shift))), ["skip", "unsure", "bad", "blind", "zoom"]);
  assert.deepEqual(["s", "S", "z"].map((key) => keys.wishOf(press(key))), [null, null, null]);
  assert.deepEqual(["Enter", "Backspace", "ArrowLeft", "ArrowRight", "?"].map((key) => keys.wishOf(press(key))),
    ["accept", "undo", "back", "next", "help"]);
  assert.equal(keys.wishOf(press("z", { ctrlKey: true })), "undo");
  assert.equal(keys.capOf("S"), "⇧ S");
});

test("letters, signs and what is composed begin to find; digits and chords do not", () => {
  const keys = keymap();
  for (const key of ["a", "É", "ж", "東", "(", " ", "Dead", "Process"]) assert.equal(keys.types(press(key)), true, key);
  for (const key of ["1", "Shift", "F5", "Tab", "ArrowDown"]) assert.equal(keys.types(press(key)), false, key);
  assert.equal(keys.types(press("c", { ctrlKey: true })), false);
});

test("while the help is open, keys close it or do nothing", () => {
  const keys = keymap([], ["class 1"]);
  assert.equal(keys.wishOf(press("?"), true), "close");
  assert.equal(keys.wishOf(press("1"), true), null);
});

test("a key that was chosen for everybody labels while nothing is typed", () => {
  const chosen = CLASSES.map((each, index) => (index === 30 ? { ...each, key: "q", is_chosen: true } : each));
  const keys = new FindingKeymap(chosen, new Map());
  assert.deepEqual(keys.wishOf(press("q")), { label: "class 30" });
  assert.equal(keys.wishOf(press("0")), null);
  assert.equal(new FindingKeymap(chosen, new Map([["class 2", "q"]])).keyOf("class 30"), null);
});
