import assert from "node:assert/strict";
import { test } from "node:test";

import { commandOf } from "../../../pages/_ui/stage/src/keys.ts";

test("clickers, arrows and the space bar step", () => {
  for (const key of ["ArrowRight", "PageDown", " "]) assert.equal(commandOf(key), "next");
  for (const key of ["ArrowLeft", "PageUp"]) assert.equal(commandOf(key), "back");
});

test("letters count in capitals too, and other keys mean nothing", () => {
  assert.equal(commandOf("P"), "play");
  assert.equal(commandOf("f"), "fullScreen");
  for (const key of ["b", "B", "."]) assert.equal(commandOf(key), "blank");
  for (const key of ["z", "1", "constructor"]) assert.equal(commandOf(key), undefined);
});
