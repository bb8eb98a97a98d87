import assert from "node:assert/strict";
import { test } from "node:test";

import { Line, PATIENCE, type Exchange } from "../../../pages/_ui/browser/line.ts";
import { isFree, isRunUnderWay } from "../../../pages/_ui/browser/streamlit.ts";
import { FakeClock, turns } from "../fakes.ts";

interface Asked {
  message: unknown;
  answer: (heard: Exchange | null) => void;
  fail: () => void;
}

function setUp() {
  const clock = new FakeClock();
  const asked: Asked[] = [];
  const heard: Exchange[] = [];
  const triggers: { at: number; name: string; value: unknown }[] = [];
  const page = { testScriptState: "notRunning", testConnectionState: "CONNECTED" };
  const line = new Line<Exchange>(
    clock,
    (_, message) => new Promise((answer, fail) => { asked.push({ message, answer, fail: () => { fail(new Error("away")); } }); }),
    (exchange) => heard.push(exchange),
    () => isRunUnderWay(page),
    () => isFree(page),
  );
  const send = (name: string, value: unknown): void => { triggers.push({ at: clock.now(), name, value }); };
  line.update("/talk/p", send);
  return { asked, clock, heard, line, page, send, triggers };
}

const exchange = (news: number, calm = 0): Exchange => ({ page: { news }, calm });

test("a message goes as a request, and all else as a trigger", () => {
  const { asked, line, triggers } = setUp();
  line.trigger("message", "m");
  line.trigger("ask", "classes");
  assert.deepEqual(asked.map(({ message }) => message), ["m"]);
  assert.deepEqual(triggers.map(({ name }) => name), ["ask"]);
});

test("where nothing listens a message goes as a trigger", () => {
  const { asked, line, send, triggers } = setUp();
  line.update(null, send);
  line.trigger("message", "m");
  assert.equal(asked.length, 0);
  assert.deepEqual(triggers.map(({ name, value }) => [name, value]), [["message", "m"]]);
});

test("where the server does not talk this way the page's own way is taken", async () => {
  const { asked, line, triggers } = setUp();
  line.trigger("message", "m");
  asked[0]?.answer(null);
  await turns();
  assert.deepEqual(triggers.map(({ name, value }) => [name, value]), [["message", "m"]]);
});

test("figures are drawn after an answer, but not again before the server is calm", async () => {
  const { asked, clock, line, triggers } = setUp();
  for (const news of [1, 2, 3]) {
    line.trigger("message", news);
    asked.at(-1)?.answer(exchange(news, 5000));
    await turns();
    clock.pass(1000);
  }
  clock.pass(60_000);
  assert.deepEqual(triggers.map(({ at, name }) => [at, name]), [[0, "redraw"], [5000, "redraw"]]);
});

test("a run under way is not begun anew for the figures", async () => {
  const { asked, clock, line, page, triggers } = setUp();
  page.testScriptState = "running";
  line.trigger("message", "m");
  asked[0]?.answer(exchange(1));
  await turns();
  clock.pass(10_000);
  assert.equal(triggers.length, 0);
  page.testScriptState = "notRunning";
  clock.pass(100);
  assert.deepEqual(triggers.map(({ name }) => name), ["redraw"]);
});

test("while the server is away no figures are asked for", async () => {
  const { asked, clock, line, page, triggers } = setUp();
  line.trigger("message", "m");
  asked[0]?.answer({ ...exchange(1), calm: 500 });
  await turns();
  clock.pass(1);
  line.redraw();
  page.testConnectionState = "PINGING_SERVER";
  clock.pass(10_000);
  assert.equal(triggers.length, 1);
  page.testConnectionState = "CONNECTED";
  clock.pass(100);
  assert.deepEqual(triggers.map(({ name }) => name), ["redraw", "redraw"]);
});

test("an answer that was overtaken by that to a later message is not heard", async () => {
  const { asked, heard, line } = setUp();
  line.trigger("message", "one");
  line.trigger("message", "two");
  asked[1]?.answer(exchange(2));
  await turns();
  asked[0]?.answer(exchange(1));
  await turns();
  assert.deepEqual(heard.map(({ page }) => page?.news), [2]);
});

test("a request is under way until it is answered, the server is away, or nobody waits any more", async () => {
  const { asked, clock, line } = setUp();
  line.trigger("message", "one");
  assert.ok(line.isUnderWay);
  asked[0]?.answer(exchange(1));
  await turns();
  assert.ok(!line.isUnderWay);
  line.trigger("message", "two");
  asked[1]?.fail();
  await turns();
  assert.ok(!line.isUnderWay);
  line.trigger("message", "three");
  clock.pass(PATIENCE);
  assert.ok(!line.isUnderWay);
});

test("a run that tells how things stood before the last answer is overtaken, for a while", async () => {
  const { asked, clock, line, send } = setUp();
  line.trigger("message", "m");
  asked[0]?.answer(exchange(7));
  await turns();
  assert.ok(line.isOvertaken(6));
  assert.ok(!line.isOvertaken(7));
  clock.pass(PATIENCE);
  assert.ok(!line.isOvertaken(6), "a database that was put back has fewer events");
  line.trigger("message", "m");
  asked[1]?.answer(exchange(9));
  await turns();
  line.update("/talk/another", send);
  assert.ok(!line.isOvertaken(1));
});
