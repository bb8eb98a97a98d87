// The room's curve beside those of what it races against, at the same number of labels.

import { drawn, element } from "../../browser/dom.ts";
import { legible, type Point } from "../../stage/src/curve.ts";
import type { RoomFigures, ShownLine } from "./contract.ts";

const [WIDTH, HEIGHT] = [112, 86];
const [LEFT, RIGHT, TOP, BOTTOM] = [12, 109, 2.5, 76];
const FLOORS = [0.9, 0.8, 0.6, 0.4, 0.2, 0];
const STEPS = [5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000];
/** So many labels are on the axis at least. */
const LEAST = 50;
/** Room that a number needs beside another one. */
const GAP = 12;

/** How far the axis goes for so many labels: in few steps, so that the picture rarely changes its scale. */
export function reach(labels: number): number {
  let most = LEAST;
  while (most < labels) most *= 2;
  return most;
}

/** Up to where the share axis goes down: in few steps, for the same reason. */
export function floorOf(shares: number[]): number {
  const least = shares.length ? Math.min(...shares) : 0;
  return FLOORS.find((floor) => floor <= least) ?? 0;
}

/** The share of a line once there were so many labels, between its points as well; undefined before the first. */
export function shareAt({ labels, shares }: Pick<ShownLine, "labels" | "shares">, count: number): number | undefined {
  const after = labels.findIndex((number) => number >= count);
  if (after < 0) return undefined;
  if (labels[after] === count) return shares[after];
  if (after === 0) return undefined;
  const [low = 0, high = 0] = [labels[after - 1], labels[after]];
  const [one = 0, other = 0] = [shares[after - 1], shares[after]];
  return one + ((other - one) * (count - low)) / (high - low || 1);
}

/** A line up to so many labels. */
export function cut(line: ShownLine, count: number): ShownLine {
  const places = line.labels.flatMap((number, place) => (number <= count ? [place] : []));
  const of = (values: number[]): number[] => places.flatMap((place) => values[place] ?? []);
  return { ...line, labels: of(line.labels), shares: of(line.shares), low: of(line.low), high: of(line.high) };
}

export function drawRace(own: ShownLine, others: ShownLine[], labels: number): SVGElement {
  const svg = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}` });
  const most = reach(labels);
  const shown = [...others.map((line) => cut(line, most)), own];
  const floor = floorOf(shown.flatMap(({ shares }) => shares.slice(1)));
  const x = (number: number): number => LEFT + ((RIGHT - LEFT) * number) / most;
  const y = (share: number): number => BOTTOM - ((BOTTOM - TOP) * Math.max(share - floor, 0)) / (1 - floor);
  const step = (1 - floor) / (floor === 0.9 ? 5 : 4);
  for (let mark = floor; mark < 1 + step / 2; mark += step) {
    svg.append(
      drawn("line", { class: "grid", x1: LEFT, x2: RIGHT, y1: y(mark), y2: y(mark) }),
      drawn("text", { class: "mark", x: LEFT - 1.4, y: y(mark) + 1 }, `${Math.round(100 * mark)} %`),
    );
  }
  svg.append(...numbers(most, x));
  if (labels) svg.append(drawn("line", { class: "now", x1: x(labels), x2: x(labels), y1: TOP, y2: BOTTOM }));
  for (const line of shown) svg.append(...lineOf(line, x, y));
  return svg;
}

type Axis = (value: number) => number;

function numbers(most: number, x: Axis): SVGElement[] {
  const step = STEPS.find((one) => most / one <= 6) ?? most;
  const marks = Array.from({ length: Math.floor(most / step) + 1 }, (_, place) => place * step);
  const told = legible(marks.map(x), 0, GAP).map((place) => marks[place] ?? 0);
  return [
    ...told.map((number) => drawn("text", { x: x(number), y: BOTTOM + 4.4 }, number.toLocaleString("en"))),
    drawn("text", { x: (LEFT + RIGHT) / 2, y: HEIGHT - 0.8 }, "labelled images"),
  ];
}

const paint = ({ light, dark }: { light: string; dark: string }): string => `light-dark(${light}, ${dark})`;

function lineOf({ colour, labels, shares, low, high, own }: ShownLine, x: Axis, y: Axis): SVGElement[] {
  const places: Point[] = labels.map((number, place) => ({ x: x(number), y: y(shares[place] ?? 0) }));
  const edge = (values: number[]): string[] => labels.map((number, place) => `${x(number)},${y(values[place] ?? 0)}`);
  const path = drawn("polyline", { class: `line ${own ? "own" : ""}`, points: places.map((place) => `${place.x},${place.y}`).join(" ") });
  path.style.stroke = paint(colour);
  const last = places.at(-1);
  const parts = [path];
  if (low.length > 1) {
    const band = drawn("polygon", { class: "band", points: [...edge(high), ...edge(low).reverse()].join(" ") });
    band.style.fill = paint(colour);
    parts.unshift(band);
  }
  if (own && last) {
    const dot = drawn("circle", { cx: last.x, cy: last.y, r: 1.6 });
    dot.style.fill = paint(colour);
    parts.push(dot);
  }
  return parts;
}

/** The lines with what they have reached at this number of labels; each keeps its place. */
export function listRace(list: HTMLElement, { own, others, labels, coming }: RoomFigures): void {
  const rows = [own, ...others].map((line) => {
    const share = line.own ? line.shares.at(-1) : shareAt(line, labels);
    const row = element("li");
    const swatch = element("i");
    swatch.style.background = paint(line.colour);
    row.append(swatch, element("b", "", share === undefined ? "–" : `${(100 * share).toFixed(1)} %`), element("span", "", line.colour.name));
    return row;
  });
  const told = coming ? "The others are being worked out." : others.length ? "The others get right answers alone; means of several runs." : "";
  list.replaceChildren(...(own.shares.length || others.length ? rows : []), element("li", "told", told));
}
