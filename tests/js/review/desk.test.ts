import assert from "node:assert/strict";
import { test } from "node:test";

import type { ReviewCase, ReviewItem } from "../../../pages/_ui/review/src/contract.ts";
import { becauseWords, verdictWords } from "../../../pages/_ui/review/src/telling.ts";
import { votesWords } from "../../../pages/_ui/review/src/words.ts";
import { asking, image, saying, Tab } from "./tab.ts";

const three = [asking(image(1)), asking(image(2)), asking(image(3))];

async function tabWith(cases = three, more = {}): Promise<Tab> {
  const tab = new Tab();
  await tab.hear(saying("list", cases, more));
  return tab;
}

test("one key decides and leads on to the next, and the oldest decision is sent first", async () => {
  const tab = await tabWith();
  tab.clock.pass(700);
  tab.press("keep", { label: "dog" }, "bad");
  assert.deepEqual(tab.told, [["keep", 1, null], ["judge", 2, "dog"], ["judge", 3, "bad"]]);
  assert.equal(tab.desk.decided, 3);
  const { id, ...sent } = tab.sent[0] ?? { id: "" };
  assert.ok(id);
  assert.deepEqual(sent, { v: 1, kind: "keep", project: "p", item: 1, beside: null, label: "cat", against: "dog", score: 1.5 });
  assert.equal(tab.sent.length, 1, "one at a time");
  await tab.hear(saying("list", three, { receipts: tab.receipt() }));
  assert.equal(tab.sent.length, 2);
  assert.deepEqual(tab.told.map(([kind]) => kind), ["judge", "judge"]);
});

test("the key of the label that is there keeps it", async () => {
  const tab = await tabWith();
  tab.press({ label: "cat" });
  assert.deepEqual(tab.told, [["keep", 1, null]]);
});

test("undo takes back what was decided last, one after the other", async () => {
  const tab = await tabWith();
  tab.press({ label: "dog" }, "keep", "undo");
  assert.deepEqual([tab.desk.current, tab.desk.decided], [1, 1]);
  tab.press("undo");
  assert.deepEqual([tab.desk.current, tab.desk.decided], [0, 0]);
  assert.deepEqual(tab.told, [["judge", 1, "dog"], ["keep", 2, null], ["unkeep", 2, null], ["judge", 1, "cat"]]);
  tab.press("undo");
  assert.match(tab.desk.notice, /nothing to undo/);
});

test("after a reload what waits is there and is sent, and what was decided can be undone", async () => {
  const tab = await tabWith();
  tab.press({ label: "dog" });
  tab.desk.stop();
  const anew = new Tab(tab.shelf);
  await anew.hear(saying("other", three));
  assert.equal(anew.sent[0]?.kind, "judge");
  assert.equal(anew.desk.current, 1, "it begins at the first one that is open");
  anew.press("undo");
  assert.deepEqual(anew.told, [["judge", 1, "dog"], ["judge", 1, "cat"]]);
});

test("what the server refuses is set aside, and can be sent again", async () => {
  const tab = await tabWith();
  tab.press({ label: "dog" });
  await tab.hear(saying("list", three, { receipts: tab.receipt("refused") }));
  assert.deepEqual([tab.told, tab.desk.waiting.refused.length], [[], 1]);
  tab.desk.settleRefused(true);
  assert.deepEqual(tab.told, [["judge", 1, "dog"]]);
});

test("of near-duplicates both are kept, or the one that was chosen is changed", async () => {
  const cases = [asking(image(1), image(2, "dog")), asking(image(3), image(4, "dog"))];
  const tab = await tabWith(cases, { which: "near" });
  tab.press("keep", "swap", { label: "cat" });
  assert.deepEqual(tab.told, [["keep", 1, 2], ["judge", 4, "cat"]]);
});

test("unsure images are given a label, put back, or left", async () => {
  const cases = [asking(image(1, null)), asking(image(2, null)), asking(image(3, null))];
  const tab = await tabWith(cases, { which: "aside" });
  tab.press("keep", "skip", { label: "dog" });
  assert.deepEqual(tab.told, [["judge", 2, "skip"], ["judge", 3, "dog"]]);
  assert.equal(tab.desk.decided, 3);
  tab.press("undo", "undo", "undo");
  assert.deepEqual(tab.told.slice(2), [["judge", 3, "unsure"], ["judge", 2, "unsure"]]);
  assert.equal(tab.desk.decided, 0);
});

test("another list is asked for until it comes, and no key counts meanwhile", async () => {
  const tab = await tabWith();
  tab.press("following");
  assert.deepEqual(tab.asked, [{ which: "aside", item: null, is_anew: false }]);
  tab.press("keep");
  assert.deepEqual(tab.told, []);
  tab.clock.pass(3000);
  assert.equal(tab.asked.length, 2);
  await tab.hear(saying("next", [asking(image(9, null))], { which: "aside" }));
  assert.deepEqual([tab.desk.isHeld, tab.screen.ready], [false, "next"]);
  tab.desk.show("aside");
  assert.deepEqual(tab.asked.at(-1), { which: "aside", item: null, is_anew: true });
});

test("reasons that are missing are asked for once, some cases ahead", async () => {
  const later = { ...asking(image(3)), for_other: null, for_given: null };
  const tab = await tabWith([asking(image(1)), asking(image(2)), later]);
  tab.desk.wantReasons();
  tab.desk.wantReasons();
  assert.deepEqual(tab.asked, [{ which: "contradicted", item: 3, is_anew: false }]);
});

test("of images that people disagree about the votes are told, a key decides, and Enter leaves it for later", async () => {
  const said = (label: string) => ({ kind: "label", label }) as const;
  const open = (id: number): ReviewItem => ({ ...image(id), was: { kind: "skip", label: null }, now: { kind: "skip", label: null } });
  const disputed = (id: number): ReviewCase => ({
    ...asking(open(id)), votes: [{ name: "Ann", said: said("cat") }, { name: "Bob", said: said("dog") }], missing: 1,
  });
  const tab = new Tab();
  await tab.hear(saying("l1", [disputed(1), disputed(2)], { which: "disputed", lists: ["disputed", "contradicted"] }));
  const [one] = tab.desk.data.cases;
  assert.ok(one);
  assert.equal(verdictWords("disputed", one, tab.desk.standing(one), (name) => name), "cat or dog?");
  assert.equal(votesWords(one, (name) => name), "Ann: cat · Bob: dog · 1 more to answer");
  const because = (other: string | null, isDecided = false): string =>
    becauseWords("disputed", { ...one, other }, isDecided, (name) => name);
  assert.equal(because("dog"), `${because(null)}. The model would say dog, so that key is outlined.`);
  assert.equal(because("dog", true), because(null));
  tab.press("keep");
  assert.deepEqual([tab.desk.current, tab.desk.decided, tab.sent.length], [1, 0, 0]);
  tab.press({ label: "dog" });
  assert.deepEqual(tab.told, [["judge", 2, "dog"]]);
  tab.press("undo", "following");
  assert.equal(tab.asked.at(-1)?.which, "contradicted");
});
