import assert from "node:assert/strict";
import { test } from "node:test";

import { fitted, steps, Zoom, type Fit, type Point } from "../../../pages/_ui/labeler/src/zoom.ts";

const PLACE = { width: 400, height: 400 };
const MIDDLE = { x: 0, y: 0 };
const fit = (width: number, height: number, pixels = 1): Fit =>
  ({ stage: PLACE, image: fitted({ width, height }, PLACE), pixels });
const WIDE = fit(300, 200);

/** The point of the image, in its own size, that is at a point of the stage. */
const under = ({ scale, x, y }: Zoom, point: Point): Point =>
  ({ x: (point.x - x) / scale, y: (point.y - y) / scale });

test("an image fits in its proportions, and fills the place while its size is not known", () => {
  assert.deepEqual(fitted({ width: 300, height: 150 }, PLACE), { width: 400, height: 200 });
  assert.deepEqual(fitted({ width: 8, height: 512 }, PLACE), { width: 6.25, height: 400 });
  assert.deepEqual(fitted({ width: 0, height: 0 }, PLACE), PLACE);
});

test("what is under the pointer stays there", () => {
  const zoom = new Zoom();
  const pointer = { x: 90, y: -40 };
  for (const factor of [2, 1.3, 1.1]) {
    const before = under(zoom, pointer);
    zoom.magnify(factor, pointer, WIDE);
    const after = under(zoom, pointer);
    assert.ok(Math.hypot(after.x - before.x, after.y - before.y) < 1e-9);
  }
});

test("no edge comes into the stage, and what is lower than the stage stays in its middle", () => {
  const zoom = new Zoom();
  zoom.magnify(1.2, MIDDLE, WIDE);
  zoom.move(1000, 1000, WIDE);
  assert.deepEqual([zoom.x, zoom.y], [(1.2 * 400 - 400) / 2, 0]);
  zoom.magnify(1 / 1.2, { x: 200, y: 0 }, WIDE);
  assert.deepEqual([zoom.scale, zoom.x, zoom.y, zoom.isOn], [1, 0, 0, false]);
});

test("nothing is smaller than it fits, nor larger than is of use", () => {
  const zoom = new Zoom();
  zoom.magnify(0.1, MIDDLE, WIDE);
  assert.equal(zoom.scale, 1);
  zoom.magnify(1000, MIDDLE, WIDE);
  assert.equal(zoom.scale, 8);
  zoom.magnify(1000, MIDDLE, fit(300, 200, 10));
  assert.equal(zoom.scale, 20);
});

test("a key leads closer step by step, and then back", () => {
  const zoom = new Zoom();
  const seen = [1, 2, 3, 4, 5].map(() => {
    zoom.step(MIDDLE, fit(300, 200, 7));
    return Math.round(zoom.scale);
  });
  assert.deepEqual(seen, [2, 4, 7, 1, 2]);
  zoom.reset();
  zoom.magnify(2.5, MIDDLE, WIDE);
  zoom.step(MIDDLE, WIDE);
  assert.equal(zoom.scale, 4);
});

test("full pixels have a step only where they are closer than the others", () => {
  assert.deepEqual(steps(fit(300, 200, 1.5)), [1, 2, 4]);
  assert.deepEqual(steps(fit(300, 200, 4.1)), [1, 2, 4]);
  assert.deepEqual(steps(fit(300, 200, 9)), [1, 2, 4, 9]);
});

test("one step makes a narrow image a quarter as wide as the stage", () => {
  for (const [width, height] of [[8, 600], [600, 8]] as const) {
    const narrow = fit(width, height);
    const zoom = new Zoom();
    zoom.step(MIDDLE, narrow);
    const short = Math.min(narrow.image.width, narrow.image.height);
    assert.ok(Math.abs(short * zoom.scale - 100) < 1e-9);
  }
});
