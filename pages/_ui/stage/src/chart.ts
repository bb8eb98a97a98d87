// Learning curves side by side, as far as the labels of the current round go.

import { drawn, element, find } from "../../browser/dom.ts";
import type { ShownCurve, ShownLine } from "./contract.ts";
import { isWide, legible, scaleOf } from "./curve.ts";

const [WIDTH, HEIGHT] = [112, 70];
const [LEFT, RIGHT, TOP, BOTTOM] = [13, 106, 2.5, 61.5];
const FLOORS = [0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.2, 0];
const GAP = 6;
/** More lines are listed closer to each other. */
const MANY = 5;

/** Where an axis of shares begins, and its marks up to 1. */
export function axisOf(shares: number[]): number[] {
  const lowest = Math.min(...shares, 1);
  const floor = FLOORS.find((share) => share <= lowest) ?? 0;
  const tick = floor >= 0.95 ? 0.01 : floor >= 0.9 ? 0.02 : floor >= 0.8 ? 0.05 : floor >= 0.4 ? 0.1 : 0.2;
  const count = Math.round((1 - floor) / tick);
  return Array.from({ length: count + 1 }, (_, place) => 1 - (count - place) * tick)
    .map((mark) => Math.round(100 * mark) / 100);
}

/** The share of a line once there were so many labels; undefined before its first point. */
export function shareAt({ labels, shares }: Pick<ShownLine, "labels" | "shares">, upTo: number): number | undefined {
  const place = labels.findLastIndex((number) => number <= upTo);
  return place < 0 ? undefined : shares[place];
}

export class CurveScene {
  readonly #root: HTMLElement;
  #curve: ShownCurve | null = null;

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  begin(curve: ShownCurve | null): void {
    this.#curve = curve;
    find(this.#root, ".about").textContent = curve?.about ?? "";
  }

  show(labels: number, isGrowing: boolean): void {
    if (!this.#curve) return;
    const plot = find(this.#root, ".plot");
    plot.replaceChildren(this.#draw(this.#curve.lines, labels, isGrowing));
    plot.ariaLabel = `Learning curves up to ${labels} labels`;
    this.#list(this.#curve.lines, labels);
  }

  #list(lines: ShownLine[], labels: number): void {
    const known = lines.map((line) => ({ line, share: shareAt(line, labels) }));
    known.sort((one, other) => (other.share ?? -1) - (one.share ?? -1));
    this.#root.classList.toggle("crowded", lines.length > MANY);
    find(this.#root, ".lines").replaceChildren(...known.map(({ line: { colour, note, own }, share }) => {
      const row = element("li", own ? "own" : "");
      const swatch = element("i");
      swatch.style.background = paint(colour);
      const value = share === undefined ? "–" : `${(100 * share).toFixed(1)} %`;
      row.append(swatch, element("b", "", value), element("span", "name", colour.name), element("span", "means", note));
      return row;
    }));
  }

  #draw(lines: ShownLine[], labels: number, isGrowing: boolean): SVGElement {
    const svg = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}` });
    const marks = axisOf(lines.flatMap(({ shares }) => shares));
    const floor = marks[0] ?? 0;
    const numbers = [...new Set(lines.flatMap((line) => line.labels))].sort((one, other) => one - other);
    const [least = 1, last = 1] = [numbers[0], numbers.at(-1)];
    const isByDoubling = isWide(least, last);
    const scale = scaleOf(isByDoubling ? least : 0, last);
    const x = (number: number): number => LEFT + (RIGHT - LEFT) * scale(number);
    // An interval may be wider than all that is of interest.
    const y = (share: number): number => BOTTOM - ((BOTTOM - TOP) * Math.max(share - floor, 0)) / (1 - floor || 1);
    for (const mark of marks) {
      svg.append(
        drawn("line", { class: "grid", x1: LEFT, x2: RIGHT, y1: y(mark), y2: y(mark) }),
        drawn("text", { class: "mark", x: LEFT - 1.4, y: y(mark) + 0.9 }, `${Math.round(100 * mark)} %`),
      );
    }
    for (const number of legible(numbers.map(x), numbers.length - 1, GAP).map((place) => numbers[place] ?? 0)) {
      svg.append(drawn("text", { class: "number", x: x(number), y: BOTTOM + 3.6 }, number.toLocaleString("en")));
    }
    svg.append(drawn("text", { class: "number", x: (LEFT + RIGHT) / 2, y: HEIGHT - 1 }, `labels given${isByDoubling ? ", each doubling as long" : ""}`));
    for (const line of lines) svg.append(...bandOf(line, labels, x, y));
    for (const line of lines) svg.append(...lineOf(line, labels, x, y, isGrowing));
    return svg;
  }
}

type Axis = (value: number) => number;

const paint = ({ light, dark }: { light: string; dark: string }): string => `light-dark(${light}, ${dark})`;

function bandOf({ colour, labels, low, high }: ShownLine, upTo: number, x: Axis, y: Axis): SVGElement[] {
  const count = labels.filter((number) => number <= upTo).length;
  if (!low.length || count < 2) return [];
  const edge = (shares: number[]): string[] =>
    labels.slice(0, count).map((number, place) => `${x(number)},${y(shares[place] ?? 0)}`);
  const band = drawn("polygon", { class: "band", points: [...edge(high), ...edge(low).reverse()].join(" ") });
  band.style.fill = paint(colour);
  return [band];
}

function lineOf({ colour, labels, shares, own }: ShownLine, upTo: number, x: Axis, y: Axis, isGrowing: boolean): SVGElement[] {
  const count = labels.filter((number) => number <= upTo).length;
  const places = labels.slice(0, count).map((number, place) => [x(number), y(shares[place] ?? 0)] as const);
  const path = drawn("polyline", { class: `line ${own ? "own" : ""}`, points: places.map((place) => place.join()).join(" ") });
  path.style.stroke = paint(colour);
  const dots = places.map(([cx, cy], place) => {
    const isNewest = place === count - 1;
    const dot = drawn("circle", { class: isNewest && isGrowing ? "newest" : "", cx, cy, r: isNewest ? 1.15 : own ? 0.8 : 0.55 });
    dot.style.fill = paint(colour);
    return dot;
  });
  return [path, ...dots];
}
