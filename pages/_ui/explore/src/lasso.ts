import type { Place } from "./camera.ts";
import type { Points } from "./points.ts";

/** A line that was drawn around some items; it closes by itself. */
export type Outline = readonly Place[];

/** Fewer corners enclose nothing. */
export const FEWEST = 3;

/** The rectangle between two corners. */
export const rectangle = ({ x: left, y: low }: Place, { x: right, y: high }: Place): Outline =>
  [{ x: left, y: low }, { x: right, y: low }, { x: right, y: high }, { x: left, y: high }];

/** Whether a place is inside: a ray from it crosses the outline an odd number of times. */
export function isInside(x: number, y: number, outline: Outline): boolean {
  let inside = false;
  let before = outline.at(-1);
  for (const corner of outline) {
    if (before && corner.y > y !== before.y > y) {
      const crossing = corner.x + ((y - corner.y) / (before.y - corner.y)) * (before.x - corner.x);
      if (x < crossing) inside = !inside;
    }
    before = corner;
  }
  return inside;
}

const isBetween = (x: number, y: number, low: Place, high: Place): boolean => x >= low.x && x <= high.x && y >= low.y && y <= high.y;

/** A one for each item inside, by its place in the sorted order. */
export function inside(points: Points, outline: Outline): Uint8Array {
  const found = new Uint8Array(points.n);
  if (outline.length < FEWEST) return found;
  const [xs, ys] = [outline.map(({ x }) => x), outline.map(({ y }) => y)];
  const low = { x: Math.min(...xs), y: Math.min(...ys) };
  const high = { x: Math.max(...xs), y: Math.max(...ys) };
  for (const [from, to] of points.between(low, high)) {
    for (let at = from; at < to; at++) {
      const [x, y] = [points.xs[at] ?? 0, points.ys[at] ?? 0];
      if (isBetween(x, y, low, high) && isInside(x, y, outline)) found[at] = 1;
    }
  }
  return found;
}

/** Leave out corners that are no farther than `reach` from the one before. */
export function thinned(outline: Outline, reach: number): Outline {
  const kept: Place[] = [];
  for (const corner of outline) {
    const last = kept.at(-1);
    if (!last || Math.hypot(corner.x - last.x, corner.y - last.y) > reach) kept.push(corner);
  }
  return kept;
}

/** A one for each chosen item, low bits first, in base 64: what the server is told. */
export function packed(n: number, items: Iterable<number>): string {
  const bytes = new Uint8Array(Math.ceil(n / 8));
  for (const item of items) bytes[item >> 3] = (bytes[item >> 3] ?? 0) | (1 << (item & 7));
  let text = "";
  const chunk = 0x2000;
  for (let start = 0; start < bytes.length; start += chunk) text += String.fromCharCode(...bytes.subarray(start, start + chunk));
  return btoa(text);
}
