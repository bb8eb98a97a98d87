import assert from "node:assert/strict";
import { test } from "node:test";

import { goesOn, wishOf, type Wish } from "../../../pages/_ui/grid/src/keys.ts";
import { Keymap, type Press } from "../../../pages/_ui/labeler/src/keys.ts";

const press = (key: string, more: Partial<Press> = {}): Press =>
  ({ key, code: "", shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, isComposing: false, ...more });

const classes = (...keys: string[]) => keys.map((key) => ({ name: `class ${key}`, key, is_chosen: false, colour: null }));
const DIGITS = new Keymap(classes("0", "1", "2"));

test("keys mean what the list of keys says", () => {
  const cases: [string, Wish | null][] = [
    ["Enter", "accept"], ["Backspace", "undo"], [" ", "mark"], ["x", "mark"], ["X", "mark"], ["z", "closer"], ["p", "pixels"],
    ["?", "help"], ["PageDown", "following"], ["PageUp", "previous"], ["]", "following"], ["[", "previous"],
    ["ArrowUp", { move: "up" }], ["End", { move: "last" }], ["1", { label: "class 1" }],
    ["s", null], ["u", null], ["h", null], ["9", null], ["F5", null],
  ];
  for (const [key, wish] of cases) assert.deepEqual(wishOf(press(key), DIGITS), wish, key);
});

test("what the browser does with Alt or Ctrl is left to it, but for undo", () => {
  assert.equal(wishOf(press("ArrowLeft", { altKey: true }), DIGITS), null);
  assert.equal(wishOf(press("End", { ctrlKey: true }), DIGITS), null);
  assert.equal(wishOf(press("z", { ctrlKey: true }), DIGITS), "undo");
  assert.equal(wishOf(press("z", { metaKey: true }), DIGITS), "undo");
  assert.equal(wishOf(press("y", { ctrlKey: true }), DIGITS), null, "there is nothing to redo");
});

test("a letter that stands for a class is that, and the command takes Shift", () => {
  const map = new Keymap(classes("x", "z"));
  assert.deepEqual(wishOf(press("x"), map), { label: "class x" });
  assert.equal(wishOf(press("X", { shiftKey: true }), map), "mark");
  assert.equal(wishOf(press("Z", { shiftKey: true }), map), "closer");
});

test("while the list of keys is open, keys close it or do nothing", () => {
  assert.equal(wishOf(press("?"), DIGITS, true), "close");
  assert.equal(wishOf(press("Escape"), DIGITS, true), "close");
  for (const key of ["Enter", "1", " ", "ArrowLeft"]) assert.equal(wishOf(press(key), DIGITS, true), null, key);
});

test("a key that is held goes on from image to image, and does nothing else twice", () => {
  assert.equal(goesOn({ move: "left" }), true);
  for (const wish of ["accept", "undo", "mark", { label: "dog" }] satisfies Wish[]) assert.equal(goesOn(wish), false);
});
