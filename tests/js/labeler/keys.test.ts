import assert from "node:assert/strict";
import { test } from "node:test";

import { goesOn, Keymap, type Press } from "../../../pages/_ui/labeler/src/keys.ts";

const classes = (...names: [string, string | null][]) => names.map(([name, key]) => ({ name, key, is_chosen: false, colour: null }));
const DIGITS = new Keymap(classes(["0", "0"], ["1", "1"], ["2", "2"]));
const NAMED = new Keymap(classes(["cat", "c"], ["dog", "d"], ["none of these", null]));
const LETTERS = new Keymap(classes(..."ABCDEFGHIJKLMNOPQRSTUVWXYZ".split("").map(
  (name): [string, string] => [name, name.toLowerCase()])));

const press = (key: string, more: Partial<Press> = {}): Press => ({
  key, code: "", shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, isComposing: false, ...more,
});

test("a class's key labels with that class, in capitals too", () => {
  assert.deepEqual(DIGITS.wishOf(press("1")), { label: "1" });
  assert.deepEqual(NAMED.wishOf(press("C")), { label: "cat" });
});

test("the commands have their keys", () => {
  const asked = ["Enter", "Backspace", "s", "U", "x", "ArrowLeft", "ArrowRight", "h", "P", "V", "z", "a", "?"]
    .map((key) => NAMED.wishOf(press(key)));
  assert.deepEqual(asked,
    ["accept", "undo", "skip", "unsure", "bad", "back", "next", "blind", "pixels", "contrast", "zoom", "auto", "help"]);
});

test("where classes are letters, each letter is its class and commands take Shift", () => {
  assert.deepEqual(LETTERS.wishOf(press("s", { code: "KeyS" })), { label: "S" });
  assert.deepEqual(LETTERS.wishOf(press("d", { code: "KeyD" })), { label: "D" });
  assert.equal(LETTERS.wishOf(press("S", { code: "KeyS", shiftKey: true })), "skip");
  assert.deepEqual(LETTERS.wishOf(press("D", { code: "KeyD", shiftKey: true })), { label: "D" });
  assert.equal(LETTERS.capOf("S"), "⇧ S");
  assert.equal(DIGITS.capOf("S"), "S");
});

test("a class may have the key of a look, which then takes Shift, and no other command does", () => {
  const tools = new Keymap(classes(["zither", "z"], ["violin", "v"]));
  assert.deepEqual(tools.wishOf(press("z")), { label: "zither" });
  assert.equal(tools.wishOf(press("Z", { shiftKey: true })), "zoom");
  assert.equal(tools.wishOf(press("V", { shiftKey: true })), "contrast");
  assert.equal(tools.wishOf(press("s")), "skip");
  assert.deepEqual(["Z", "S"].map((letter) => tools.capOf(letter)), ["⇧ Z", "S"]);
  assert.deepEqual(NAMED.wishOf(press("z")), "zoom");
  assert.equal(LETTERS.wishOf(press("Z", { shiftKey: true })), "zoom");
});

test("with caps lock on, a letter is its class all the same", () => {
  assert.deepEqual(LETTERS.wishOf(press("S", { code: "KeyS" })), { label: "S" });
});

test("digits work on a French keyboard without Shift, and with it", () => {
  assert.deepEqual(DIGITS.wishOf(press("&", { code: "Digit1" })), { label: "1" });
  assert.deepEqual(DIGITS.wishOf(press("à", { code: "Digit0" })), { label: "0" });
  assert.deepEqual(DIGITS.wishOf(press("1", { code: "Digit1", shiftKey: true })), { label: "1" });
});

test("on other keyboards Shift and a digit is a sign, and means nothing", () => {
  assert.equal(DIGITS.wishOf(press("!", { code: "Digit1", shiftKey: true })), null);
});

test("letters of other scripts count by their place", () => {
  for (const key of ["с", "ψ", "ב", "ؤ"]) {
    assert.deepEqual(NAMED.wishOf(press(key, { code: "KeyC" })), { label: "cat" }, key);
  }
  assert.equal(NAMED.wishOf(press("ы", { code: "KeyS" })), "skip");
  assert.equal(NAMED.wishOf(press("؟", { code: "Slash", shiftKey: true })), "help");
});

test("a Latin letter is what it says, wherever its key is", () => {
  // The key left of S writes Q on a French keyboard, and there A is a command.
  assert.equal(NAMED.wishOf(press("q", { code: "KeyA" })), null);
  assert.equal(NAMED.wishOf(press("a", { code: "KeyQ" })), "auto");
});

test("undo and redo are where they are in other programs, on every layout", () => {
  assert.equal(DIGITS.wishOf(press("z", { ctrlKey: true })), "undo");
  assert.equal(DIGITS.wishOf(press("z", { metaKey: true })), "undo");
  assert.equal(DIGITS.wishOf(press("Z", { ctrlKey: true, shiftKey: true })), "redo");
  assert.equal(DIGITS.wishOf(press("y", { ctrlKey: true })), "redo");
  assert.equal(DIGITS.wishOf(press("я", { code: "KeyZ", ctrlKey: true })), "undo");
  assert.equal(DIGITS.wishOf(press("z", { ctrlKey: true, altKey: true })), null);
});

test("a key without a meaning is left to others, and so is what every object has by birth", () => {
  for (const key of ["7", "k", "Escape", "constructor", "__proto__", "toString"]) {
    assert.equal(NAMED.wishOf(press(key)), null);
  }
  for (const held of ["ctrlKey", "altKey", "metaKey"]) {
    assert.equal(DIGITS.wishOf(press("1", { [held]: true })), null);
  }
});

test("a class may be called as every object's own parts are", () => {
  const odd = new Keymap(classes(["__proto__", "p"], ["constructor", "c"]));
  assert.deepEqual(odd.wishOf(press("p")), { label: "__proto__" });
  assert.deepEqual(odd.wishOf(press("c")), { label: "constructor" });
  assert.equal(odd.keyOf("toString"), null);
});

test("a key that means nothing says so, and why", () => {
  assert.match(NAMED.complaint(press("ж")), /^Ж is no key here/);
  assert.match(NAMED.complaint(press(" ")), /^Space/);
  assert.match(NAMED.complaint(press("Process")), /input method/);
  assert.match(NAMED.complaint(press("a", { isComposing: true })), /input method/);
  const mixed = new Keymap(classes(["s", "s"], ["t", "t"]));
  assert.match(mixed.complaint(press("u")), /Hold Shift/);
});

test("keys that write nothing are not worth a word", () => {
  for (const key of ["Shift", "F5", "Tab", "Dead", "CapsLock"]) assert.equal(NAMED.complaint(press(key)), "");
  assert.equal(NAMED.complaint(press("c", { ctrlKey: true })), "");
});

test("keys of one's own go before those that come with the classes", () => {
  const own = new Keymap(classes(["cat", "c"], ["dog", "d"]), new Map([["dog", "c"]]));
  assert.deepEqual(own.wishOf(press("c")), { label: "dog" });
  assert.equal(own.keyOf("cat"), null);
  assert.equal(own.wishOf(press("d")), null);
  assert.equal(new Keymap(classes(["cat", "c"]), new Map([["cat", null]])).keyOf("cat"), null);
});

test("while the help is open, keys close it or do nothing", () => {
  assert.equal(DIGITS.wishOf(press("?"), true), "close");
  assert.equal(DIGITS.wishOf(press("Escape"), true), "close");
  assert.equal(DIGITS.wishOf(press("1"), true), null);
  assert.equal(DIGITS.wishOf(press("Enter"), true), null);
});

test("only moving goes on while a key is held", () => {
  assert.equal(goesOn("next"), true);
  assert.equal(goesOn("back"), true);
  assert.equal(goesOn("undo"), false);
  assert.equal(goesOn({ label: "1" }), false);
});
