import assert from "node:assert/strict";
import { test } from "node:test";

import { News, type Stand } from "../../../pages/_ui/browser/news.ts";
import { FakeClock, turns } from "../fakes.ts";

function setUp() {
  const clock = new FakeClock();
  const server: { stand: Stand | null; asked: string[] } = { stand: { news: 1, every: 2000 }, asked: [] };
  const heard: number[] = [];
  const news = new News(
    clock,
    (address) => { server.asked.push(address); return Promise.resolve(server.stand); },
    () => heard.push(clock.now()),
  );
  const pass = async (milliseconds: number): Promise<void> => {
    for (let passed = 0; passed < milliseconds; passed += 500) {
      clock.pass(500);
      await turns();
    }
  };
  return { clock, heard, news, pass, server };
}

test("what others have done is heard of once", async () => {
  const { heard, news, pass, server } = setUp();
  news.update("/talk/p", 1);
  await pass(4000);
  assert.deepEqual(heard, []);
  server.stand = { news: 2, every: 2000 };
  await pass(10_000);
  assert.equal(heard.length, 1);
});

test("what this page knows already is no news", async () => {
  const { heard, news, pass, server } = setUp();
  news.update("/talk/p", 1);
  news.update("/talk/p", 5);
  server.stand = { news: 5, every: 2000 };
  await pass(10_000);
  assert.deepEqual(heard, []);
});

test("it asks as often as the server wants, and less often where it does not answer", async () => {
  const { news, pass, server } = setUp();
  news.update("/talk/p", 1);
  server.stand = { news: 1, every: 4000 };
  await pass(12_000);
  assert.equal(server.asked.length, 3);
  server.stand = null;
  await pass(16_000);
  assert.equal(server.asked.length, 5);
});

test("where nothing listens, or once it has ended, it asks nothing", async () => {
  const { news, pass, server } = setUp();
  news.update(null, 1);
  await pass(10_000);
  news.update("/talk/p", 1);
  news.stop();
  await pass(10_000);
  assert.deepEqual(server.asked, []);
});

test("it says where the page was left, and nothing where nothing listens", () => {
  const { news } = setUp();
  const said: string[] = [];
  const say = (address: string): void => { said.push(address); };
  news.leave(say);
  news.update("/talk/p", 1);
  news.leave(say);
  assert.deepEqual(said, ["/talk/p/left"]);
});
