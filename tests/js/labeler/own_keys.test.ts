import assert from "node:assert/strict";
import { test } from "node:test";

import { ProjectKeys } from "../../../pages/_ui/labeler/src/own_keys.ts";
import { Store } from "../../../pages/_ui/labeler/src/storage.ts";
import { FakeShelf } from "../fakes.ts";

const CLASSES = [{ name: "cat", key: "c" }, { name: "dog", key: "d" }, { name: "elk", key: null }];

function keysOn(shelf: FakeShelf, project = "p"): ProjectKeys {
  const keys = new ProjectKeys(project, new Store(() => shelf));
  keys.update(CLASSES);
  return keys;
}

const told = (keys: ProjectKeys) => CLASSES.map(({ name }) => keys.map.keyOf(name));

test("before any is chosen, keys are those that come with the classes", () => {
  const keys = keysOn(new FakeShelf());
  assert.deepEqual(told(keys), ["c", "d", null]);
  assert.equal(keys.areOwn, false);
});

test("a chosen key is there after a reload, in this project alone", () => {
  const shelf = new FakeShelf();
  keysOn(shelf).choose("elk", "7");
  assert.deepEqual(told(keysOn(shelf)), ["c", "d", "7"]);
  assert.deepEqual(told(keysOn(shelf, "other")), ["c", "d", null]);
});

test("who loses a key gets the other's in exchange", () => {
  const keys = keysOn(new FakeShelf());
  keys.choose("dog", "c");
  assert.deepEqual(told(keys), ["d", "c", null]);
  keys.choose("elk", "c");
  assert.deepEqual(told(keys), ["d", null, "c"]);
});

test("one can go back to the first keys", () => {
  const keys = keysOn(new FakeShelf());
  keys.choose("dog", "c");
  keys.reset();
  assert.deepEqual(told(keys), ["c", "d", null]);
});

test("what is no key is not taken, and what was damaged is left out", () => {
  const shelf = new FakeShelf();
  const keys = keysOn(shelf);
  for (const key of ["Enter", "?", "", "ß", "10"]) keys.choose("cat", key);
  assert.deepEqual(told(keys), ["c", "d", null]);
  for (const broken of ["{", "3", "[1, [2]]", '[["cat", "Enter"], ["dog"], ["elk", 5]]']) {
    shelf.setItem("labelspread:keys:p", broken);
    assert.deepEqual(told(keysOn(shelf)), ["c", "d", null], broken);
  }
});

test("new classes keep the keys that were chosen", () => {
  const keys = keysOn(new FakeShelf());
  keys.choose("cat", "k");
  assert.equal(keys.update([...CLASSES, { name: "fox", key: "f" }]), true);
  assert.equal(keys.map.keyOf("cat"), "k");
  assert.equal(keys.map.keyOf("fox"), "f");
  assert.equal(keys.update([...CLASSES, { name: "fox", key: "f" }]), false);
});
