import assert from "node:assert/strict";
import { test } from "node:test";

import { columnsFor, found } from "../../../pages/_ui/phone/src/choices.ts";

const named = (...names: string[]): { name: string; colour: null }[] => names.map((name) => ({ name, colour: null }));

test("short names stand in at most two rows, long ones in two columns", () => {
  const digits = Array.from({ length: 10 }, (_, number) => String(number));
  assert.deepEqual([digits, digits.slice(0, 3), ["left", "right"], ["left", "middle", "right"]].map(columnsFor), [5, 3, 2, 1]);
  assert.equal(columnsFor(["T-shirt", "Trouser", "Pullover", "Dress"]), 2);
});

test("a class is found by any part of its name, without accents, and first by how it begins", () => {
  const classes = named("pear", "Appel", "Épi", "apricot");
  const names = (typed: string): string[] => found(classes, typed).map(({ name }) => name);
  assert.deepEqual(names(" AP "), ["Appel", "apricot"]);
  assert.deepEqual(names("p"), ["pear", "Appel", "Épi", "apricot"]);
  assert.deepEqual(names("epi"), ["Épi"]);
  assert.deepEqual(names("x"), []);
  assert.equal(names("").length, 4);
});
