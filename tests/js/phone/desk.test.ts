import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Store } from "../../../pages/_ui/browser/storage.ts";
import type { PhoneAnswers, PhoneClass, PhoneItem, PhonePage, PhoneSaid } from "../../../pages/_ui/phone/src/contract.ts";
import { ALIVE, Desk, RETRY_FIRST, RETRY_LAST, type Reply } from "../../../pages/_ui/phone/src/desk.ts";
import { FakeClock, FakeShelf, turns } from "../fakes.ts";

const CLASSES: PhoneClass[] = [{ name: "0", colour: null }, { name: "1", colour: null }];
const ZERO: PhoneSaid = { kind: "label", label: "0" };
const ONE: PhoneSaid = { kind: "label", label: "1" };

const itemOf = (item: number): PhoneItem => ({ item, batch: "b", image: `data:,${item}`, ink: true });

/** A server that stores each answer once, and can be out of reach before or after it has stored. */
class FakeRoom {
  stored = new Map<number, PhoneSaid>();
  sent: (PhoneAnswers | null)[] = [];
  phase: PhonePage["phase"] = "open";
  size = 3;
  most = 100;
  /** What becomes of the next messages; all that follow arrive. */
  fates: ("lost" | "unheard" | number)[] = [];

  readonly send = async (message: PhoneAnswers | null): Promise<Reply> => {
    await Promise.resolve();
    this.sent.push(message);
    const fate = this.fates.shift();
    if (fate === "lost") return { status: 0, page: null };
    if (typeof fate === "number") return { status: fate, page: null };
    for (const { item, said, was } of message?.answers ?? []) {
      if (!this.stored.has(item) || was) this.stored.set(item, said);
    }
    return fate === "unheard" ? { status: 0, page: null } : { status: 200, page: this.page(message) };
  };

  page(message: PhoneAnswers | null): PhonePage {
    const held = new Set(message?.has);
    const free = Array.from({ length: this.most }, (_, item) => item).filter((item) => !this.stored.has(item) && !held.has(item));
    const items = this.phase === "open" ? free.slice(0, Math.max(0, this.size - held.size)).map(itemOf) : [];
    return {
      title: "Digits", name: "Mia", phase: this.phase, items, said: this.stored.size, again: 1000, version: "v",
      classes: message?.version === "v" ? null : CLASSES,
      receipts: (message?.answers ?? []).map(({ n }) => ({ n, fate: "stored" })),
      done: this.phase === "open" && !items.length && !held.size,
    };
  }
}

let room: FakeRoom;
let clock: FakeClock;
let shelf: FakeShelf;

/** The image on the screen, as it is by now. */
const onScreen = (desk: Desk): number | undefined => desk.current?.item;

const opened = async (): Promise<Desk> => {
  const desk = new Desk(new Store(() => shelf), "K7QF", clock, room.send, () => undefined);
  desk.deliver();
  await turns();
  return desk;
};

beforeEach(() => {
  room = new FakeRoom();
  clock = new FakeClock();
  shelf = new FakeShelf();
});

test("the next image is there at once, and answers go on their way together while one is under way", async () => {
  const desk = await opened();
  assert.equal(onScreen(desk), 0);
  desk.answer(ZERO);
  assert.equal(onScreen(desk), 1, "before anything came back");
  desk.answer(ONE);
  desk.answer(ZERO);
  assert.equal(onScreen(desk), undefined, "all that was on the phone is answered");
  await turns();
  assert.deepEqual(room.sent.map((message) => message?.answers.length ?? 0), [0, 1, 2]);
  assert.deepEqual([...room.stored], [[0, ZERO], [1, ONE], [2, ZERO]]);
  assert.equal(onScreen(desk), 3);
  assert.deepEqual([desk.waiting, desk.said], [0, 3]);
});

test("what is lost on the way, or stored and not heard of, is sent again and counted once", async () => {
  const desk = await opened();
  room.fates = ["lost", "unheard", 503, "lost"];
  desk.answer(ONE);
  for (const delay of [RETRY_FIRST, 2 * RETRY_FIRST, 4 * RETRY_FIRST, 8 * RETRY_FIRST]) {
    await turns();
    assert.ok(desk.isCut);
    assert.equal(desk.waiting, 1);
    clock.pass(delay);
  }
  await turns();
  assert.ok(!desk.isCut);
  assert.deepEqual([[...room.stored], desk.waiting, desk.said], [[[0, ONE]], 0, 1]);
  assert.deepEqual(room.sent.slice(1).map((message) => message?.answers[0]?.n), [1, 1, 1, 1, 1]);
});

test("it is tried again more and more rarely, and not more rarely than that", async () => {
  const desk = await opened();
  room.fates = Array.from({ length: 20 }, () => "lost");
  desk.answer(ONE);
  await turns();
  for (let pass = 0; pass < 10; pass += 1) {
    clock.pass(RETRY_LAST);
    await turns();
  }
  const before = room.sent.length;
  clock.pass(RETRY_LAST - 1);
  await turns();
  assert.equal(room.sent.length, before);
  clock.pass(1);
  await turns();
  assert.equal(room.sent.length, before + 1);
});

test("answers that were not sent survive a reload, are sent first, and are not asked again", async () => {
  const desk = await opened();
  room.fates = ["lost"];
  desk.answer(ONE);
  await turns();
  const again = await opened();
  assert.deepEqual([...room.stored], [[0, ONE]]);
  assert.equal(onScreen(again), 1);
  assert.equal(again.waiting, 0);
  again.answer(ZERO);
  await turns();
  const numbers = room.sent.flatMap((message) => message?.answers.map(({ n }) => n) ?? []);
  assert.equal(new Set(numbers).size, 2, "a number is never used for another answer");
});

test("a full or forbidden storage keeps nothing from being sent", async () => {
  shelf.isFull = true;
  const desk = await opened();
  desk.answer(ONE);
  await turns();
  assert.deepEqual([...room.stored], [[0, ONE]]);
});

test("the last image comes back with what was said of it, and something else takes that back", async () => {
  const desk = await opened();
  assert.ok(!desk.canGoBack);
  desk.answer(ONE);
  await turns();
  desk.back();
  assert.deepEqual([onScreen(desk), desk.before, desk.canGoBack], [0, ONE, false]);
  desk.answer(ZERO);
  assert.equal(onScreen(desk), 1);
  await turns();
  assert.deepEqual([[...room.stored], desk.said], [[[0, ZERO]], 1]);
  assert.deepEqual(room.sent.at(-1)?.answers[0]?.was, ONE);
  desk.back();
  const before = room.sent.length;
  desk.answer(ZERO);
  await turns();
  assert.ok(room.sent.slice(before).every((message) => !message?.answers.length), "the same again is nothing new");
  assert.equal(onScreen(desk), 1);
});

test("an answer that was taken back before it was sent is sent as both, in order", async () => {
  const desk = await opened();
  room.fates = ["lost"];
  desk.answer(ONE);
  desk.back();
  desk.answer(ZERO);
  await turns();
  clock.pass(RETRY_FIRST);
  await turns();
  assert.deepEqual([...room.stored], [[0, ZERO]]);
});

test("a break and the end are said, what is under way is stored, and it goes on by itself", async () => {
  const desk = await opened();
  room.phase = "paused";
  desk.answer(ONE);
  await turns();
  assert.deepEqual([desk.current, desk.rest, room.stored.size], [undefined, "break", 1]);
  room.phase = "open";
  clock.pass(1000);
  await turns();
  assert.equal(onScreen(desk), 1);
  room.phase = "ended";
  clock.pass(ALIVE);
  await turns();
  assert.deepEqual([desk.current, desk.rest], [undefined, "over"]);
});

test("a phone that nobody knows asks for a name, and keeps what was said until then", async () => {
  const desk = await opened();
  room.fates = [401];
  desk.answer(ONE);
  await turns();
  assert.deepEqual([desk.rest, desk.waiting], ["name", 1]);
  clock.pass(RETRY_LAST);
  await turns();
  assert.equal(room.stored.size, 0, "nothing is sent meanwhile");
  desk.joined(room.page(null));
  await turns();
  assert.deepEqual([[...room.stored], desk.rest, desk.waiting], [[[0, ONE]], "wait", 0]);
});

test("a room that is gone is said to be, and nothing is sent to it any more", async () => {
  const desk = await opened();
  room.fates = [404];
  desk.answer(ONE);
  await turns();
  assert.deepEqual([desk.rest, desk.waiting, desk.canGoBack], ["gone", 0, false]);
  const before = room.sent.length;
  clock.pass(10 * RETRY_LAST);
  await turns();
  assert.equal(room.sent.length, before);
});

test("what the server will never understand is not sent for ever", async () => {
  const desk = await opened();
  room.fates = [400];
  desk.answer(ONE);
  await turns();
  assert.deepEqual([desk.waiting, desk.isCut], [0, false]);
});

test("a phone without images asks for some now and then, one that rests says that it is there", async () => {
  room.most = 0;
  const desk = await opened();
  assert.equal(desk.rest, "done");
  room.most = 100;
  clock.pass(1000);
  await turns();
  assert.equal(onScreen(desk), 0);
  const before = room.sent.length;
  clock.pass(ALIVE);
  await turns();
  assert.equal(room.sent.length, before + 1);
});

test("a thousand answers over a line that fails half of the time come in once each", async () => {
  let seed = 1;
  const chance = (): number => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  room.most = 1000;
  room.size = 6;
  const given = new Map<number, PhoneSaid>();
  let desk = await opened();
  for (let step = 0; given.size < 1000 && step < 20000; step += 1) {
    if (chance() < 0.5) room.fates = [chance() < 0.5 ? "lost" : "unheard"];
    if (chance() < 0.01) desk = await opened();
    const { current } = desk;
    if (current && !given.has(current.item)) {
      const said = chance() < 0.5 ? ZERO : ONE;
      given.set(current.item, said);
      desk.answer(said);
    }
    await turns();
    clock.pass(RETRY_LAST);
    await turns();
  }
  room.fates = [];
  for (let pass = 0; pass < 5; pass += 1) {
    clock.pass(RETRY_LAST);
    await turns();
  }
  assert.equal(given.size, 1000);
  assert.deepEqual(new Map([...room.stored].sort(([one], [other]) => one - other)), new Map([...given].sort(([one], [other]) => one - other)));
});
