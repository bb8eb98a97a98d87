import assert from "node:assert/strict";
import { test } from "node:test";

import { CALM, Follower } from "../../../pages/_ui/news/src/follower.ts";
import { FakeClock } from "../fakes.ts";

const EVERY = 2000;

function setUp() {
  const clock = new FakeClock();
  const page = { isInUse: false, drawn: [] as number[] };
  const follower = new Follower(clock, () => page.isInUse, () => page.drawn.push(clock.now()));
  const hear = (news: number): void => { follower.hear({ news, every: EVERY }); };
  return { clock, follower, hear, page };
}

test("the page runs at once when there is news, and not again before some time has passed", () => {
  const { clock, follower, hear, page } = setUp();
  hear(2);
  follower.update(2);
  clock.pass(EVERY);
  hear(3);
  assert.deepEqual(page.drawn, [0]);
  clock.pass(10 * EVERY);
  assert.equal(page.drawn[1], CALM * EVERY);
});

test("a page that is in use is left as it is until it is not", () => {
  const { clock, follower, hear, page } = setUp();
  page.isInUse = true;
  hear(2);
  clock.pass(60_000);
  assert.deepEqual(page.drawn, []);
  page.isInUse = false;
  clock.pass(1000);
  assert.equal(page.drawn.length, 1);
  follower.update(2);
  clock.pass(60_000);
  assert.equal(page.drawn.length, 1);
});

test("a page that was drawn for another reason need not be drawn again", () => {
  const { clock, follower, hear, page } = setUp();
  page.isInUse = true;
  hear(2);
  follower.update(2);
  page.isInUse = false;
  clock.pass(60_000);
  assert.deepEqual(page.drawn, []);
});

test("a run that began before the news is not enough, and one that never comes is asked for again", () => {
  const { clock, follower, hear, page } = setUp();
  hear(3);
  follower.update(2);
  clock.pass(CALM * EVERY);
  assert.equal(page.drawn.length, 2);
  follower.update(3);
  clock.pass(60_000);
  assert.equal(page.drawn.length, 2);
});

test("where it has ended nothing is drawn", () => {
  const { clock, follower, hear, page } = setUp();
  page.isInUse = true;
  hear(2);
  follower.stop();
  page.isInUse = false;
  clock.pass(60_000);
  assert.deepEqual(page.drawn, []);
});
