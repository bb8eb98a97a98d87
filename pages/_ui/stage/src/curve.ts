import { drawn } from "../../browser/dom.ts";
import type { ShownRound } from "./contract.ts";

const [WIDTH, HEIGHT, TOP, BOTTOM, SIDE] = [97, 14, 3.6, 10.2, 5];

export interface Point {
  x: number;
  y: number;
}

/** Room that a number needs beside another one. */
const GAP = 11;

/** From so many times as many labels at the end as at the beginning, an axis shows each doubling as long. */
const WIDE = 40;

/** Where numbers of labels are on an axis, 0 to 1: in proportion, or by their logarithms if they differ widely. */
export function scaleOf(first: number, last: number): (number: number) => number {
  if (isWide(first, last)) return (number) => Math.log(Math.max(number, first) / first) / Math.log(last / first);
  return (number) => (number - first) / (last - first || 1);
}

export const isWide = (first: number, last: number): boolean => first > 0 && last / first >= WIDE;

/** Where the rounds are on the curve: number of labels across, share right up. */
export function pointsOf(rounds: Pick<ShownRound, "labels" | "share">[]): Point[] {
  const [labels, shares] = [rounds.map((round) => round.labels), rounds.map((round) => round.share ?? 0)];
  const [first, last] = [labels[0] ?? 0, labels.at(-1) ?? 0];
  const [low, high] = [Math.min(...shares), Math.max(...shares)];
  const floor = BOTTOM - 0.8;
  const scale = scaleOf(first, last);
  return rounds.map((round) => ({
    x: SIDE + (WIDTH - 2 * SIDE) * scale(round.labels),
    y: floor - ((floor - TOP) * ((round.share ?? 0) - low)) / (high - low || 1),
  }));
}

/** Which of some places, ascending, have room for a number: one of them in any case, then the first ones. */
export function legible(places: number[], current: number, gap: number): number[] {
  const chosen: number[] = [];
  for (const index of [current, ...places.keys()]) {
    const place = places[index];
    if (place !== undefined && chosen.every((other) => Math.abs((places[other] ?? 0) - place) >= gap)) chosen.push(index);
  }
  return chosen.sort((one, other) => one - other);
}

/** The share right by the number of labels: all rounds on the axis, a point for those seen so far. */
export function drawCurve(rounds: ShownRound[], current: number, isGrowing: boolean): SVGElement {
  const points = pointsOf(rounds);
  const svg = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}` });
  svg.append(drawn("line", { x1: 0, x2: WIDTH, y1: BOTTOM, y2: BOTTOM }));
  const told = new Set(legible(points.map(({ x }) => x), current, GAP));
  rounds.forEach((round, index) => { svg.append(...drawRound(round, index, points, current, isGrowing, told.has(index))); });
  svg.append(...points.slice(0, current + 1).map(({ x, y }, index) =>
    drawn("circle", { cx: x, cy: y, r: index === current ? 1.2 : 0.8 })));
  return svg;
}

function drawRound(
  round: ShownRound, index: number, points: Point[], current: number, isGrowing: boolean, isTold: boolean,
): SVGElement[] {
  const [point, before] = [points[index], points[index - 1]];
  if (!point) return [];
  const when = index < current ? "seen" : index === current ? "now" : "later";
  const labels = drawn("text", { class: when, x: point.x, y: HEIGHT - 0.9 }, round.labels.toLocaleString("en"));
  const share = drawn("text", { class: `value ${when}`, x: point.x, y: point.y - 1.6 }, round.right);
  const texts = isTold ? [labels, share] : [];
  if (index > current) return texts.slice(0, 1);
  if (!before) return texts;
  const isNewest = isGrowing && index === current;
  const line = drawn("line", {
    class: isNewest ? "grown newest" : "grown", pathLength: 1,
    x1: before.x, y1: before.y, x2: point.x, y2: point.y,
  });
  return [...texts, line];
}
