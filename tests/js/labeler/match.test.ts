import assert from "node:assert/strict";
import { test } from "node:test";

import { folded, isSlip, Names } from "../../../pages/_ui/labeler/src/match.ts";

const find = (names: string[], query: string, favourites: string[] = []) => new Names(names).find(query, favourites);

test("the better a name fits, the further up it stands", () => {
  const names = ["scathe", "crane at sea", "cold ant trap", "black cat", "cat", "caterpillar", "coat"];
  assert.deepEqual(find(names, "cat"),
    ["cat", "caterpillar", "black cat", "cold ant trap", "scathe", "crane at sea", "coat"]);
});

test("neither case nor diacritics nor signs between words matter", () => {
  for (const query of ["ECUREUIL", "écureuil", "e\u0301cureuil"]) assert.deepEqual(find(["Écureuil roux", "elk"], query), ["Écureuil roux"]);
  for (const query of ["american crow", "American_Crow", "am cr"]) assert.deepEqual(find(["american_crow"], query), ["american_crow"]);
  assert.deepEqual(find(["Łódź", "Ørsted", "Straße"], "lod"), ["Łódź"]);
  assert.deepEqual(find(["Łódź", "Ørsted", "Straße"], "strasse"), ["Straße"]);
  assert.equal(folded("  ﬁne   Ｗork "), "fine work");
});

test("names that differ by signs only are told apart", () => {
  assert.equal(find(["C", "C++", "C#"], "c#")[0], "C#");
  assert.equal(find(["C", "C++", "C#"], "c")[0], "C");
  assert.deepEqual(find(["(a)", "[a]"], "["), ["[a]"]);
});

test("two or three letters reach a name of several words", () => {
  const names = ["blue jay", "blue junco", "black-billed cuckoo", "bald eagle", "barn owl"];
  assert.equal(find(names, "bj")[0], "blue jay");
  assert.equal(find(names, "bbc")[0], "black-billed cuckoo");
  assert.equal(find(names, "jun")[0], "blue junco");
  assert.equal(find(names, "bl ja")[0], "blue jay");
  assert.equal(find(["BlueJay", "BarnOwl"], "bo")[0], "BarnOwl");
  assert.equal(find(["BlueJay", "BarnOwl"], "barnowl")[0], "BarnOwl");
  assert.equal(find(["n02123045 tabby", "n02124075 mau"], "tab")[0], "n02123045 tabby");
});

test("letters that follow one another, or begin words, go before scattered ones", () => {
  assert.deepEqual(find(["gateway arch", "grand new arch", "great wall arch"], "gwarch"), ["great wall arch", "gateway arch", "grand new arch"]);
});

test("one slip is forgiven where nothing else matches, and no more", () => {
  const names = ["sparrow", "house sparrow", "swallow", "crow"];
  for (const query of ["sparow", "sprarow", "spqrrow", "psarrow", "sparrrow"]) {
    assert.ok(find(names, query).includes("sparrow"), query);
  }
  assert.deepEqual(find(names, "spqrr"), ["sparrow", "house sparrow"]);
  assert.deepEqual(find(names, "crown"), ["crow"]);
  assert.deepEqual(find(names, "spqrrqw"), []);
  assert.deepEqual(find(names, "zq"), []);
  assert.deepEqual([isSlip("ab", "ab"), isSlip("ab", "ba"), isSlip("abc", "cba")], [true, true, false]);
});

test("of names that fit alike favourites come first, then their order in the list", () => {
  const names = ["cab", "cake", "camel", "can"];
  assert.deepEqual(find(names, "ca"), names);
  assert.deepEqual(find(names, "ca", ["can", "cake"]), ["can", "cake", "cab", "camel"]);
  assert.equal(find(names, "cab", ["can"])[0], "cab");
});

test("blanks alone list all, the favourites first", () => {
  assert.deepEqual(find(["a", "b", "c"], " ", ["c"]), ["c", "a", "b"]);
});

test("names in other scripts and of signs are found as they are", () => {
  assert.deepEqual(find(["קול", "Ель", "東京塔"], "京"), ["東京塔"]);
  assert.deepEqual(find(["קול", "Ель", "東京塔"], "ел"), ["Ель"]);
  assert.deepEqual(find(["__proto__", "constructor"], "proto"), ["__proto__"]);
});
