import assert from "node:assert/strict";
import { test } from "node:test";

import { Reloader } from "../../../pages/_ui/browser/reload.ts";
import { FakeClock, turns } from "../fakes.ts";

/** An image that loads, or does not, as it is told. */
class FakeImage {
  dataset: Record<string, string> = {};
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  asked = 0;
  #src = "";

  get src(): string {
    return this.#src;
  }

  set src(address: string) {
    this.#src = address;
    this.asked += 1;
  }

  get lack(): string | undefined {
    return this.dataset["lack"];
  }
}

/** Images of a page, and a server that has all, nothing, or is away. */
class Network {
  answer: true | string | null = true;
  questions = 0;
  changes = 0;
  readonly clock = new FakeClock();
  readonly reloader = new Reloader(
    this.clock,
    () => {
      this.questions += 1;
      return Promise.resolve(this.answer);
    },
    () => { this.changes += 1; },
  );

  load(address = "/pictures/p/1/ab"): FakeImage {
    const image = new FakeImage();
    this.reloader.load(image, address);
    return image;
  }

  async fail(image: FakeImage): Promise<void> {
    image.onerror?.();
    await turns();
  }

  async pass(milliseconds: number): Promise<void> {
    this.clock.pass(milliseconds);
    await turns();
  }
}

test("an image that comes is asked for once, and nobody is told", () => {
  const network = new Network();
  const image = network.load();
  image.onload?.();
  assert.deepEqual([image.asked, image.lack, network.changes], [1, undefined, 0]);
});

test("an image that failed while the server was away comes once it is back", async () => {
  const network = new Network();
  network.answer = null;
  const image = network.load();
  await network.fail(image);
  assert.deepEqual([image.lack, network.changes], ["late", 1]);
  await network.pass(4000);
  assert.equal(image.asked, 1, "nothing is loaded from a server that does not answer");
  network.answer = true;
  await network.pass(16_000);
  assert.equal(image.asked, 2);
  image.onload?.();
  assert.deepEqual([image.lack, network.changes], [undefined, 2]);
  const { questions } = network;
  await network.pass(60_000);
  assert.equal(network.questions, questions);
});

test("the pause grows, and being online again ends it", async () => {
  const network = new Network();
  network.answer = null;
  const image = network.load();
  await network.fail(image);
  for (let second = 0; second < 60; second += 1) await network.pass(1000);
  assert.ok(network.questions < 10, String(network.questions));
  network.answer = true;
  network.reloader.retry();
  await turns();
  assert.equal(image.asked, 2);
});

test("what the server does not have is broken at once, and the server says why", async () => {
  const network = new Network();
  network.answer = "The bucket is away.";
  const image = network.load();
  await network.fail(image);
  assert.deepEqual([image.lack, image.dataset["why"], image.asked], ["broken", "The bucket is away.", 1]);
  await network.pass(60_000);
  assert.equal(network.questions, 1);
});

test("what comes and cannot be read is broken after some attempts", async () => {
  const network = new Network();
  const image = network.load();
  for (let times = 0; times < 3; times += 1) await network.fail(image);
  assert.deepEqual([image.lack, image.dataset["why"], image.asked], ["broken", undefined, 3]);
});

test("an image within the message is broken, and no server is asked", async () => {
  const network = new Network();
  const image = network.load("data:,");
  await network.fail(image);
  assert.deepEqual([image.lack, network.questions], ["broken", 0]);
});

test("images that are not shown any more are not asked for", async () => {
  const network = new Network();
  network.answer = null;
  const [one, other] = [network.load(), network.load()];
  await network.fail(one);
  await network.fail(other);
  network.reloader.keep([other]);
  network.answer = true;
  await network.pass(1000);
  assert.deepEqual([one.asked, other.asked], [1, 2]);
  network.reloader.stop();
  await network.pass(60_000);
  assert.deepEqual([one.asked, other.asked], [1, 2]);
});
