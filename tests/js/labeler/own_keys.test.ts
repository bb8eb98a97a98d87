import assert from "node:assert/strict";
import { test } from "node:test";

import { ProjectKeys } from "../../../pages/_ui/labeler/src/own_keys.ts";
import { Store } from "../../../pages/_ui/browser/storage.ts";
import { FakeShelf } from "../fakes.ts";

const named = (name: string, key: string | null) => ({ name, key, is_chosen: false, colour: null });
const CLASSES = [named("cat", "c"), named("dog", "d"), named("elk", "e")];

function keysOn(shelf: FakeShelf, project = "p"): ProjectKeys {
  const keys = new ProjectKeys(project, new Store(() => shelf));
  keys.update(CLASSES);
  return keys;
}

const told = (keys: ProjectKeys) => CLASSES.map(({ name }) => keys.map.keyOf(name));

test("before any is chosen, keys are those that come with the classes", () => {
  const keys = keysOn(new FakeShelf());
  assert.deepEqual(told(keys), ["c", "d", "e"]);
  assert.equal(keys.areOwn, false);
});

test("a chosen key is there after a reload, in this project alone", () => {
  const shelf = new FakeShelf();
  keysOn(shelf).choose("elk", "7");
  assert.deepEqual(told(keysOn(shelf)), ["c", "d", "7"]);
  assert.deepEqual(told(keysOn(shelf, "other")), ["c", "d", "e"]);
});

test("who loses a key gets the other's in exchange", () => {
  const keys = keysOn(new FakeShelf());
  keys.choose("dog", "c");
  assert.deepEqual(told(keys), ["d", "c", "e"]);
  keys.choose("elk", "c");
  assert.deepEqual(told(keys), ["d", "e", "c"]);
});

test("one can go back to the first keys", () => {
  const keys = keysOn(new FakeShelf());
  keys.choose("dog", "c");
  keys.reset();
  assert.deepEqual(told(keys), ["c", "d", "e"]);
});

test("what is no key is not taken, and what was damaged is left out", () => {
  const shelf = new FakeShelf();
  const keys = keysOn(shelf);
  for (const key of ["Enter", "?", "", "ß", "10"]) keys.choose("cat", key);
  assert.deepEqual(told(keys), ["c", "d", "e"]);
  for (const broken of ["{", "3", "[1, [2]]", '[["cat", "Enter"], ["dog"], ["elk", 5]]']) {
    shelf.setItem("labelspread:keys:p", broken);
    assert.deepEqual(told(keysOn(shelf)), ["c", "d", "e"], broken);
  }
});

test("new classes keep the keys that were chosen", () => {
  const keys = keysOn(new FakeShelf());
  keys.choose("cat", "k");
  assert.equal(keys.update([...CLASSES, named("fox", "f")]), true);
  assert.equal(keys.map.keyOf("cat"), "k");
  assert.equal(keys.map.keyOf("fox"), "f");
  assert.equal(keys.update([...CLASSES, named("fox", "f")]), false);
});

test("where a class has no key, only those that were chosen count, until all have one", () => {
  const shelf = new FakeShelf();
  const keys = keysOn(shelf);
  keys.update([...CLASSES, named("fox", null)]);
  assert.equal(keys.map.isFinding, true);
  assert.deepEqual(told(keys), [null, null, null]);
  keys.choose("dog", "c");
  assert.deepEqual(told(keys), [null, "c", null]);
  keys.choose("fox", "f");
  // Now the cat has none, whose key the dog has.
  assert.equal(keys.map.isFinding, true);
  keys.choose("cat", "7");
  assert.equal(keys.map.isFinding, false);
  assert.deepEqual(told(keys), ["7", "c", "e"]);
});

test("a class that gets another colour is shown anew", () => {
  const keys = keysOn(new FakeShelf());
  assert.equal(keys.update(CLASSES.map((each) => ({ ...each, colour: "red" as const }))), true);
});
