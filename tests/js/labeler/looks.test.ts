import assert from "node:assert/strict";
import { test } from "node:test";

import type { LabelPage } from "../../../pages/_ui/labeler/src/contract.ts";
import { help } from "../../../pages/_ui/labeler/src/words.ts";
import { saying, Tab } from "./tab.ts";

/** A batch whose images are too large for the page's message. */
function large(more: Partial<LabelPage> = {}): LabelPage {
  const page = saying("one", [1, 2], { ink: false, ...more });
  const items = page.items.map((item) => {
    const address = `/pictures/p/${item.id}/ab`;
    return { ...item, smooth: address, pixels: address, full: `${address}/full` };
  });
  return { ...page, items };
}

const keysOf = (page: LabelPage): string[] => help(page).map(([keys]) => keys.join(" "));

test("large images have no pixels to show, and no key for that", async () => {
  const tab = new Tab();
  await tab.hear(large());
  tab.press("pixels");
  assert.equal(tab.desk.preferences.pixels, false);
  assert.ok(!keysOf(large()).includes("P"));
  await tab.hear(saying("two", [3]));
  tab.press("pixels");
  assert.equal(tab.desk.preferences.pixels, true);
  assert.ok(keysOf(saying("two", [3])).includes("P"));
});

test("more contrast is kept for the next visit, and said", async () => {
  const tab = new Tab();
  await tab.hear(large());
  tab.press("contrast");
  assert.match(tab.desk.notice, /more contrast/);
  assert.equal(new Tab(tab.shelf).desk.preferences.contrast, true);
});

test("what was kept before there was a preference leaves it as it is at first", () => {
  const tab = new Tab();
  tab.shelf.setItem("labelspread:view", '{"blind": true, "pixels": true, "auto": false}');
  assert.deepEqual(new Tab(tab.shelf).desk.preferences,
    { blind: true, pixels: true, contrast: false, auto: false });
});

test("the list has all keys that mean something", () => {
  assert.ok(["V", "Z"].every((key) => keysOf(large()).includes(key)));
  assert.ok(keysOf(large()).includes("A"));
  assert.ok(!keysOf(large({ as_you_go: true })).includes("A"));
});
