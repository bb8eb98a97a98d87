import assert from "node:assert/strict";
import { test } from "node:test";

import { isElsewhere } from "../../../pages/_ui/browser/keys.ts";
import { goesOn, wishOf } from "../../../pages/_ui/labeler/src/keys.ts";

const DIGITS = ["0", "1", "2"].map((name) => ({ name, key: name }));
const LETTERS = [{ name: "cat", key: "q" }, { name: "dog", key: null }];
const PLAIN = { isComposing: false, ctrlKey: false, altKey: false, metaKey: false };

test("a class's key labels with that class, in capitals too", () => {
  assert.deepEqual(wishOf("1", DIGITS, false), { label: "1" });
  assert.deepEqual(wishOf("Q", LETTERS, false), { label: "cat" });
});

test("the commands have their keys", () => {
  const asked = ["Enter", "Backspace", "s", "U", "x", "ArrowLeft", "ArrowRight", "h", "P", "a", "?"]
    .map((key) => wishOf(key, LETTERS, false));
  assert.deepEqual(asked,
    ["accept", "undo", "skip", "unsure", "bad", "back", "next", "blind", "pixels", "auto", "help"]);
});

test("a class goes before a command of the same key", () => {
  assert.deepEqual(wishOf("s", [{ name: "sun", key: "s" }], false), { label: "sun" });
});

test("a key without a meaning is left to others, and so is what every object has by birth", () => {
  for (const key of ["7", "z", "Escape", "constructor", "__proto__", "toString"]) {
    assert.equal(wishOf(key, LETTERS, false), null);
  }
});

test("while the help is open, keys close it or do nothing", () => {
  assert.equal(wishOf("?", DIGITS, true), "close");
  assert.equal(wishOf("Escape", DIGITS, true), "close");
  assert.equal(wishOf("1", DIGITS, true), null);
  assert.equal(wishOf("Enter", DIGITS, true), null);
});

test("only moving goes on while a key is held", () => {
  assert.equal(goesOn("next"), true);
  assert.equal(goesOn("back"), true);
  assert.equal(goesOn("undo"), false);
  assert.equal(goesOn({ label: "1" }), false);
});

test("keys of the browser, of the system and of a character being composed are not ours", () => {
  assert.equal(isElsewhere(PLAIN), false);
  for (const held of ["isComposing", "ctrlKey", "altKey", "metaKey"]) {
    assert.equal(isElsewhere({ ...PLAIN, [held]: true }), true);
  }
});
