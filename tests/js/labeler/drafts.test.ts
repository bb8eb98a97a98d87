import assert from "node:assert/strict";
import { test } from "node:test";

import { Drafts, type Draft } from "../../../pages/_ui/labeler/src/drafts.ts";
import { Store } from "../../../pages/_ui/browser/storage.ts";
import { FakeShelf } from "../fakes.ts";

const labelled = (label: string): Omit<Draft, "at"> => ({ kind: "label", label, ms: 500, round: 1 });
const sent = (item: number, label: string) => ({ item, kind: "label", label, ms: 500, named: null, hidden: null } as const);

function tabs() {
  const shelf = new FakeShelf();
  const open = (project = "p") => new Drafts(project, new Store(() => shelf));
  return { shelf, open };
}

test("a draft is in the storage as soon as it was put", () => {
  const { open } = tabs();
  open().put("b", 7, labelled("cat"));
  assert.equal(open().all("b")[7]?.label, "cat");
});

test("drafts are in the order in which they were given, whatever their numbers, over all batches", () => {
  const { open } = tabs();
  const drafts = open();
  drafts.put("late", 30, labelled("a"));
  drafts.put("early", 4, labelled("b"));
  drafts.put("late", 5, labelled("c"));
  assert.deepEqual(drafts.everywhere().map(({ item }) => item), [30, 4, 5]);
  assert.deepEqual(drafts.inOrder("late").map(({ item }) => item), [30, 5]);
  assert.deepEqual(drafts.batches(), ["late", "early"]);
});

test("an answer that is changed becomes the latest", () => {
  const { open } = tabs();
  const drafts = open();
  drafts.put("b", 1, labelled("a"));
  drafts.put("b", 2, labelled("b"));
  drafts.put("b", 1, labelled("c"));
  assert.deepEqual(drafts.inOrder("b").map(({ item, label }) => [item, label]), [[2, "b"], [1, "c"]]);
});

test("what is stored is dropped, and what another tab has changed meanwhile stays", () => {
  const { open } = tabs();
  const [one, other] = [open(), open()];
  one.put("b", 1, labelled("cat"));
  one.put("b", 2, labelled("cat"));
  other.put("b", 2, labelled("dog"));
  other.put("b", 3, labelled("cow"));
  one.settle("b", [sent(1, "cat"), sent(2, "cat")]);
  assert.deepEqual(other.inOrder("b").map(({ item, label }) => [item, label]), [[2, "dog"], [3, "cow"]]);
});

test("a draft of another kind with the same label was changed too", () => {
  const { open } = tabs();
  const drafts = open();
  drafts.put("b", 1, { kind: "skip", label: null, ms: 1, round: 1 });
  drafts.settle("b", [{ item: 1, kind: "bad", label: null, ms: 1, named: null, hidden: null }]);
  assert.equal(drafts.all("b")[1]?.kind, "skip");
});

test("a batch whose drafts are all stored leaves nothing in the storage", () => {
  const { open, shelf } = tabs();
  const drafts = open();
  drafts.put("b", 1, labelled("cat"));
  drafts.settle("b", [sent(1, "cat")]);
  assert.equal(shelf.length, 0);
});

test("refused drafts are set aside and not destroyed, beside those refused before", () => {
  const { open, shelf } = tabs();
  const drafts = open();
  drafts.put("b", 1, labelled("cat"));
  drafts.put("b", 2, labelled("dog"));
  drafts.put("b", 3, labelled("cow"));
  drafts.setAside("b", [1]);
  drafts.setAside("b", [3, 99]);
  assert.deepEqual(drafts.inOrder("b").map(({ item }) => item), [2]);
  const aside = JSON.parse(shelf.getItem("labelspread:refused:b") ?? "{}") as Record<string, Draft>;
  assert.deepEqual(Object.entries(aside).map(([item, { label }]) => [item, label]), [["1", "cat"], ["3", "cow"]]);
});

test("drafts of another project are none of ours", () => {
  const { open } = tabs();
  open("q").put("b", 1, labelled("cat"));
  assert.deepEqual(open("p").everywhere(), []);
});

test("where storage is full, answers are kept all the same", () => {
  const { open, shelf } = tabs();
  const drafts = open();
  shelf.isFull = true;
  drafts.put("b", 1, labelled("cat"));
  drafts.put("b", 2, labelled("dog"));
  assert.deepEqual(drafts.everywhere().map(({ label }) => label), ["cat", "dog"]);
});
