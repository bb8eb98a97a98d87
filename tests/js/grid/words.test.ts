import assert from "node:assert/strict";
import { test } from "node:test";

import { acceptWords, imageWords, markWords, percent, savedWords, short, type Sending } from "../../../pages/_ui/grid/src/words.ts";

const REST: Sending = { message: null, waiting: 0, answered: 9, failure: undefined, isLate: false };
const CHECK = { v: 1, id: "m", project: "p", kind: "take_back_batch", batch_id: "b" } as const;

test("the button says what it will do", () => {
  assert.equal(acceptWords({ name: "3", corrects: false }, 48, 0, 0).join(""), "Accept 48 as 3");
  assert.equal(acceptWords({ name: "3", corrects: false }, 45, 2, 1).join(""), "Accept 45 as 3, 2 marked, 1 not shown");
  assert.equal(acceptWords({ name: "3", corrects: false }, 0, 24, 0).join(""), "Go on, 24 marked");
});

test("long names are shortened within sentences", () => {
  assert.equal(short("cat"), "cat");
  assert.equal(short("a rather long name of a class").length <= 24, true);
});

test("a share that is not all is not called that, and has no places that say nothing", () => {
  assert.deepEqual([1, 0.9996, 0.5, 0.004].map(percent), ["100 %", "99 %", "50 %", "0 %"]);
});

test("marks are told of with what to do about them", () => {
  const [left, given] = [{ item: 1, name: null }, { item: 2, name: "8" }];
  assert.match(markWords({ name: "3", corrects: false }, [], undefined, false).told, /^Click what is not 3/);
  assert.match(markWords({ name: "3", corrects: false }, [], undefined, true).told, /^Tap what is not 3/);
  assert.match(markWords({ name: "3", corrects: false }, [left], left, false).hint, /^Press the key of its class/);
  assert.equal(markWords({ name: "3", corrects: false }, [left, given], given, false).hint, "This one is 8.");
  assert.match(markWords({ name: "3", corrects: false }, [left], undefined, false).hint, /Label page/);
});

test("an image is told of with its mark", () => {
  const item = { id: 123, smooth: "", pixels: "", full: null, probability: 0.4, chance: 0.98, answer: null };
  assert.equal(imageWords(item, "3", undefined), "Image 123, predicted as 3, 98 %");
  assert.equal(imageWords(item, "3", { item: 123, name: "8" }), "Image 123, predicted as 3, 98 %, marked as 8");
  assert.equal(imageWords(item, "3", { item: 123, name: null }), "Image 123, predicted as 3, 98 %, marked as wrong");
  assert.equal(imageWords({ ...item, chance: null }, "3", undefined), "Image 123, predicted as 3");
});

test("what is saved is said, and what is not", () => {
  assert.deepEqual(savedWords(REST), { text: "✓ all saved", isAll: true, trouble: "" });
  assert.equal(savedWords({ ...REST, answered: 0 }).text, "Nothing to save yet");
  assert.equal(savedWords({ ...REST, message: CHECK, waiting: 48 }).text, "Saving 48 answers …");
  assert.equal(savedWords({ ...REST, message: CHECK }).isAll, false);
  const late = savedWords({ ...REST, message: CHECK, waiting: 96, isLate: true });
  assert.equal(late.text, "Not saved yet: 96 answers");
  assert.match(late.trouble, /^The server does not answer\. Your answers are kept/);
  assert.match(savedWords({ ...REST, message: CHECK, waiting: 1, failure: "The disk is full." }).trouble, /^The disk is full\./);
});
