import assert from "node:assert/strict";
import { test } from "node:test";

import type { Message, ShownReceipt } from "../../../pages/_ui/labeler/src/contract.ts";
import { LOOK, PROTOCOL, RESEND_FIRST, RESEND_LAST, SLOW } from "../../../pages/_ui/browser/outbox.ts";
import { Outbox } from "../../../pages/_ui/labeler/src/outbox.ts";
import { isRunUnderWay } from "../../../pages/_ui/browser/streamlit.ts";
import { FakeClock } from "../fakes.ts";

const UNDO = { kind: "undo", project: "p", batch_id: "b", item: 1 } as const;
const SYNC = { kind: "sync", project: "p" } as const;

function setUp() {
  const clock = new FakeClock();
  const sent: { at: number; message: Message }[] = [];
  const slow: number[] = [];
  const page = { testScriptState: "notRunning", testConnectionState: "CONNECTED" };
  const outbox = new Outbox(clock, () => slow.push(clock.now()), () => isRunUnderWay(page));
  outbox.trigger = (name, message) => {
    assert.equal(name, "message");
    sent.push({ at: clock.now(), message: message as Message });
  };
  const receipt = (outcome: ShownReceipt["outcome"], text = ""): ShownReceipt => ({ id: outbox.message?.id ?? null, outcome, text });
  return { clock, outbox, page, receipt, sent, slow };
}

test("a message has the protocol's version and an id of its own", () => {
  const { outbox, sent } = setUp();
  outbox.send(UNDO);
  outbox.send(UNDO);
  const [one, other] = sent.map(({ message }) => message);
  assert.equal(one?.v, PROTOCOL);
  assert.match(one.id, /^[0-9a-f]{32}$/);
  assert.notEqual(one.id, other?.id);
});

test("a message is sent again with the same id until its receipt comes, and later each time", () => {
  const { clock, outbox, receipt, sent } = setUp();
  outbox.send(UNDO);
  clock.pass(60_000);
  assert.equal(new Set(sent.map(({ message }) => message.id)).size, 1);
  const waits = sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0));
  assert.deepEqual(waits, [3000, 4500, 6750, 10_125, RESEND_LAST, RESEND_LAST]);
  assert.equal(outbox.take([receipt("done")])?.message.kind, "undo");
  const { length } = sent;
  clock.pass(60_000);
  assert.equal(sent.length, length);
});

test("a message is not sent into a run that is under way, however long it takes", () => {
  const { clock, outbox, page, receipt, sent } = setUp();
  outbox.send(UNDO);
  page.testScriptState = "rerunRequested";
  clock.pass(RESEND_FIRST);
  page.testScriptState = "running";
  clock.pass(600_000);
  assert.equal(sent.length, 1);
  page.testScriptState = "notRunning";
  assert.equal(outbox.take([receipt("done")])?.outcome, "done");
  clock.pass(600_000);
  assert.equal(sent.length, 1);
});

test("a run that has just ended is given a moment to bring its receipt", () => {
  const { clock, outbox, page, sent } = setUp();
  outbox.send(UNDO);
  page.testScriptState = "running";
  clock.pass(RESEND_FIRST + LOOK - 1);
  page.testScriptState = "notRunning";
  clock.pass(LOOK);
  assert.equal(sent.length, 1);
  clock.pass(1);
  assert.deepEqual(sent.map(({ at }) => at), [0, RESEND_FIRST + 2 * LOOK]);
});

for (const [name, page] of Object.entries({
  "a run whose connection is gone": { testScriptState: "running", testConnectionState: "PINGING_SERVER" },
  "a run that was stopped": { testScriptState: "stopRequested", testConnectionState: "CONNECTED" },
  "a page that does not say how it stands": { testScriptState: undefined, testConnectionState: undefined },
})) {
  test(`${name} holds no message up`, () => {
    const { clock, outbox, page: stand, sent } = setUp();
    Object.assign(stand, page);
    outbox.send(UNDO);
    clock.pass(RESEND_FIRST);
    assert.equal(sent.length, 2);
  });
}

test("a receipt for something else ends nothing", () => {
  const { clock, outbox, sent } = setUp();
  outbox.send(UNDO);
  assert.equal(outbox.take([{ id: "another", outcome: "done", text: "" }, { id: null, outcome: "done", text: "" }]), null);
  clock.pass(3000);
  assert.equal(sent.length, 2);
});

test("a message that could not be stored is kept, and goes on being sent", () => {
  const { clock, outbox, receipt, sent } = setUp();
  outbox.send(UNDO);
  const failed = receipt("failed", "The disk is full.");
  assert.equal(outbox.take([failed]), null);
  assert.equal(outbox.failure([failed]), "The disk is full.");
  clock.pass(3000);
  assert.equal(sent.length, 2);
  assert.equal(outbox.take([receipt("done")])?.outcome, "done");
});

test("a refused message is not sent again", () => {
  const { clock, outbox, receipt, sent } = setUp();
  outbox.send(UNDO);
  assert.equal(outbox.take([receipt("refused", "No such batch.")])?.text, "No such batch.");
  clock.pass(60_000);
  assert.equal(sent.length, 1);
  assert.equal(outbox.message, null);
});

test("a question how things stand gives way to what must be done", () => {
  const { clock, outbox, sent } = setUp();
  outbox.send(SYNC);
  assert.equal(outbox.isBusy, false);
  outbox.send(UNDO);
  assert.equal(outbox.isBusy, true);
  clock.pass(3000);
  assert.deepEqual(sent.map(({ message }) => message.kind), ["sync", "undo", "undo"]);
});

test("it is said once when a message takes long, and not when it does not", () => {
  const { clock, outbox, receipt, slow } = setUp();
  outbox.send(UNDO);
  clock.pass(SLOW - 1);
  assert.equal(outbox.isSlow, false);
  outbox.take([receipt("done")]);
  clock.pass(10_000);
  assert.deepEqual(slow, []);
  outbox.send(UNDO);
  clock.pass(10_000);
  assert.equal(outbox.isSlow, true);
  assert.equal(slow.length, 1);
});

test("when the line is back, the message goes at once and then waits as usual", () => {
  const { clock, outbox, sent } = setUp();
  outbox.resend();
  assert.equal(sent.length, 0);
  outbox.send(UNDO);
  clock.pass(1000);
  outbox.resend();
  assert.deepEqual(sent.map(({ at }) => at), [0, 1000]);
  clock.pass(4500);
  assert.deepEqual(sent.map(({ at }) => at), [0, 1000, 5500]);
});

test("a trigger that was renewed is the one that is used", () => {
  const { clock, outbox, sent } = setUp();
  outbox.send(UNDO);
  const renewed: unknown[] = [];
  outbox.trigger = (_, message) => renewed.push(message);
  clock.pass(3000);
  assert.equal(sent.length, 1);
  assert.deepEqual(renewed, [outbox.message]);
});

test("a message says whose the page is on which it was written", () => {
  const clock = new FakeClock();
  const sent: unknown[] = [];
  const outbox = new Outbox(clock, () => undefined, () => false, "0123456789ab");
  outbox.trigger = (_, message) => sent.push(message);
  outbox.send(UNDO);
  assert.deepEqual(sent, [{ ...outbox.message, whose: "0123456789ab" }]);
});
