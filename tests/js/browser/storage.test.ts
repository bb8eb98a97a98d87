import assert from "node:assert/strict";
import { test } from "node:test";

import { ownShelf, Store } from "../../../pages/_ui/browser/storage.ts";
import { FakeShelf } from "../fakes.ts";

test("what was written is read again by the next page", () => {
  const shelf = new FakeShelf();
  new Store(() => shelf).write("a", { some: [1, "two"] });
  assert.deepEqual(new Store(() => shelf).read("a"), { some: [1, "two"] });
});

test("null removes", () => {
  const shelf = new FakeShelf();
  const store = new Store(() => shelf);
  store.write("a", 1);
  store.write("a", null);
  assert.equal(store.read("a"), null);
  assert.equal(shelf.length, 0);
});

test("what somebody else has spoiled counts as nothing", () => {
  const shelf = new FakeShelf();
  shelf.setItem("a", "{no JSON");
  assert.equal(new Store(() => shelf).read("a"), null);
});

test("where storage is full, the page itself remembers, and what it holds is listed too", () => {
  const shelf = new FakeShelf();
  const store = new Store(() => shelf);
  store.write("draft:1", "old");
  shelf.isFull = true;
  store.write("draft:1", "new");
  store.write("draft:2", "more");
  assert.equal(store.read("draft:1"), "new");
  assert.deepEqual(store.keys("draft:").sort(), ["draft:1", "draft:2"]);
});

test("once there is room again, a value goes into the storage", () => {
  const shelf = new FakeShelf();
  const store = new Store(() => shelf);
  shelf.isFull = true;
  store.write("a", 1);
  shelf.isFull = false;
  store.write("a", 2);
  assert.equal(shelf.getItem("a"), "2");
  assert.equal(store.read("a"), 2);
});

test("where storage is forbidden, the page itself remembers", () => {
  const store = new Store(() => { throw new Error("SecurityError"); });
  store.write("a", 1);
  assert.equal(store.read("a"), 1);
  assert.deepEqual(store.keys(""), ["a"]);
  store.write("a", null);
  assert.equal(store.read("a"), null);
});

test("keys of others are not listed", () => {
  const shelf = new FakeShelf();
  shelf.setItem("streamlit", "1");
  const store = new Store(() => shelf);
  store.write("labelspread:draft:p:b", 1);
  assert.deepEqual(store.keys("labelspread:"), ["labelspread:draft:p:b"]);
});

test("what waits for one person is not there for another who signs in with the same browser", () => {
  const shelf = new FakeShelf();
  const of = (cookies: string): Store => new Store(() => ownShelf(shelf, cookies));
  const [anna, eve] = ["a=b; labelspread_whose=0123456789ab", "labelspread_whose=ba9876543210; c=d"];
  of(anna).write("draft:1", "hers");
  of("").write("draft:2", "nobody's");
  assert.equal(of(anna).read("draft:1"), "hers");
  assert.deepEqual(of(anna).keys("draft:"), ["draft:1"]);
  assert.equal(of(eve).read("draft:1"), null);
  assert.deepEqual(of(eve).keys("draft:"), []);
  assert.deepEqual(of("").keys("draft:"), ["draft:2"]);
  of(anna).write("draft:1", null);
  assert.equal(shelf.length, 1);
});

test("a cookie that is none changes nothing", () => {
  const shelf = new FakeShelf();
  for (const cookies of ["labelspread_whose=", "labelspread_whose=zz", "xlabelspread_whose=0123456789ab"]) {
    assert.equal(ownShelf(shelf, cookies), shelf);
  }
});
