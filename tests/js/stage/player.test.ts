import assert from "node:assert/strict";
import { test } from "node:test";

import { PACE, Player, RESEND, type Screen } from "../../../pages/_ui/stage/src/player.ts";
import { FakeClock } from "../fakes.ts";

class FakeScreen implements Screen {
  readonly steps: number[] = [];
  readonly #inRound: number;
  constructor(inRound: number) {
    this.#inRound = inRound;
  }
  stepsOf(): number {
    return this.#inRound;
  }
  entryOf(_round: number, from: number): number {
    return from < 0 ? this.#inRound - 1 : 0;
  }
  paces = 0;
  isLeaving = false;
  show(step: number): void {
    this.steps.push(step);
  }
  showPace(): void {
    this.paces += 1;
  }
  showLeaving(): void {
    this.isLeaving = true;
  }
}

function setUp(count: number, current = 0, inRound = 1) {
  const clock = new FakeClock();
  const screen = new FakeScreen(inRound);
  const told: number[] = [];
  const player = new Player(screen, clock, (round) => told.push(round));
  player.begin(count, current);
  return { clock, player, screen, told };
}

test("a round that there is not becomes the nearest", () => {
  assert.equal(setUp(5, 9).player.current, 4);
  assert.equal(setUp(5, -2).player.current, 0);
});

test("steps stay within the rounds, and say where they come from", () => {
  const { player, screen } = setUp(3);
  player.back();
  player.next();
  player.go(99);
  player.next();
  player.go(0);
  assert.deepEqual(screen.steps, [1, 1, -1]);
});

test("playing goes from round to round and ends at the last", () => {
  const { clock, player } = setUp(3);
  player.play();
  clock.pass(PACE - 1);
  assert.equal(player.current, 0);
  clock.pass(1);
  assert.equal(player.current, 1);
  clock.pass(10 * PACE);
  assert.equal(player.current, 2);
  assert.equal(player.isPlaying, false);
});

test("playing from the last round begins with the first", () => {
  const { player } = setUp(3, 2);
  player.play();
  assert.equal(player.current, 0);
  assert.equal(player.isPlaying, true);
});

test("a step by hand gives the new round its full time", () => {
  const { clock, player } = setUp(4);
  player.play();
  clock.pass(PACE - 1);
  player.next();
  clock.pass(PACE - 1);
  assert.equal(player.current, 1);
  clock.pass(1);
  assert.equal(player.current, 2);
});

test("a pause lasts", () => {
  const { clock, player } = setUp(4);
  player.play();
  player.play();
  clock.pass(10 * PACE);
  assert.equal(player.current, 0);
});

test("one round alone does not play", () => {
  const { player } = setUp(1);
  player.play();
  assert.equal(player.isPlaying, false);
});

test("who leaves is told of until the stage is taken away", () => {
  const { clock, player, screen, told } = setUp(4, 2);
  player.leave();
  player.leave();
  clock.pass(2 * RESEND);
  assert.deepEqual(told, [2, 2, 2]);
  assert.equal(screen.isLeaving, true);
  player.stop();
  clock.pass(10 * RESEND);
  assert.equal(told.length, 3);
});

test("a round is told step by step, forth and back, and a jump begins it anew", () => {
  const { player } = setUp(3, 0, 2);
  const at = () => [player.current, player.step];
  const seen = [at()];
  for (const go of ["next", "next", "next", "back", "back", "back", "back", "end"] as const) {
    player[go]();
    seen.push(at());
  }
  assert.deepEqual(seen, [[0, 0], [0, 1], [1, 0], [1, 1], [1, 0], [0, 1], [0, 0], [0, 0], [2, 0]]);
  assert.equal(player.isAtEnd, false);
  player.next();
  assert.equal(player.isAtEnd, true);
  player.go(0);
  assert.deepEqual(at(), [0, 0]);
});

test("playing goes through all steps", () => {
  const { clock, player } = setUp(2, 0, 2);
  player.play();
  clock.pass(2 * PACE);
  assert.deepEqual([player.current, player.step, player.isPlaying], [1, 0, true]);
  clock.pass(PACE);
  assert.deepEqual([player.step, player.isPlaying], [1, false]);
});
