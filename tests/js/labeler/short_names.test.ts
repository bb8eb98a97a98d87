import assert from "node:assert/strict";
import { test } from "node:test";

import { shortNames } from "../../../pages/_ui/labeler/src/short_names.ts";
import { randomNumbers } from "../fakes.ts";

const short = (names: string[], limit: number) => names.map((name) => shortNames(names, limit).get(name));

test("a name that has room stays as it is", () => {
  assert.deepEqual(short(["cat", "a dozen more"], 12), ["cat", "a dozen more"]);
});

test("a name that is known by its beginning keeps that", () => {
  assert.deepEqual(short(["hippopotamus", "rhinoceros"], 8), ["hippopo…", "rhinoce…"]);
});

test("names that begin alike keep their ends", () => {
  assert.deepEqual(short(["Common buckeye, adult", "Common buckeye, larva"], 12), ["Common b…ult", "Common b…rva"]);
});

test("names that begin and end alike keep what stands between", () => {
  const names = ["left upper lobe of the lung", "left lower lobe of the lung"];
  for (const limit of [9, 12, 16]) {
    const shown = short(names, limit);
    assert.equal(new Set(shown).size, 2);
    assert.match(shown[0] ?? "", /u/);
    assert.match(shown[1] ?? "", /low/);
  }
});

test("a short form is no other class's name", () => {
  const shown = short(["hippopo…", "hippopotamus"], 8);
  assert.equal(new Set(shown).size, 2);
});

test("nothing that a reader takes for one letter is cut in two", () => {
  const shown = short(["👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀 one", "👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀 two"], 6);
  assert.equal(new Set(shown).size, 2);
  for (const form of shown) assert.doesNotMatch(form ?? "", /\u200d…|[\ud800-\udbff](?![\udc00-\udfff])/);
});

test("no two names ever become the same, and none is longer than it may be", () => {
  const random = randomNumbers(7);
  const pick = (from: string) => from.charAt(Math.floor(random() * from.length));
  for (let round = 0; round < 200; round += 1) {
    const length = 12 + Math.floor(random() * 30);
    const names = [...new Set(Array.from({ length: 30 }, () =>
      // Mostly the same letters: the worst there can be.
      Array.from({ length }, () => (random() < 0.9 ? "a" : pick("ab…")))
        .join("")))];
    const limit = 5 + Math.floor(random() * 20);
    const shown = shortNames(names, limit);
    assert.equal(new Set(shown.values()).size, names.length);
    for (const form of shown.values()) assert.ok(form.length <= limit, form);
  }
});
