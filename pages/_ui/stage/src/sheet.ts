// Draws the items of the graph and their links on a canvas.

import { element } from "../../browser/dom.ts";
import type { ShownGraph } from "./contract.ts";
import { type Colours, mixed, type Rgb, written } from "./colours.ts";
import type { Look } from "./looks.ts";
import { wordsOf } from "./numbers.ts";

/** A class is mixed into the ground by no more than this: ink has to be seen on it. */
const [STRONGEST, STRONGEST_DARK] = [0.75, 0.6];
const FAR = 65_535;
const SIDE = 0.94;
/** How much larger an item is that has a rim. */
const GROWN = 0.3;

/** Links between items that a label has reached have its colour. */
export interface Live {
  heard: Uint8Array;
  colour: Rgb;
}

const mid = (from: number, to: number, share: number): number => from + (to - from) * share;

export class Sheet {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #graph: ShownGraph;
  readonly #isInk: boolean;
  readonly #places: Uint16Array;
  readonly #links: Uint16Array;
  readonly #atlas = new Image();
  #inked: HTMLCanvasElement | null = null;
  #inkedIn = "";
  #unit = 1;
  #corner: [left: number, top: number] = [0, 0];

  constructor(canvas: HTMLCanvasElement, graph: ShownGraph, isInk: boolean) {
    const context = canvas.getContext("2d");
    if (!context) throw new Error("This browser draws no canvas.");
    this.#canvas = canvas;
    this.#context = context;
    this.#graph = graph;
    this.#isInk = isInk;
    this.#places = wordsOf(graph.places);
    this.#links = wordsOf(graph.links);
    this.#atlas.src = graph.atlas;
  }

  /** Resolves when the images are there, or cannot be had. */
  async ready(): Promise<void> {
    await this.#atlas.decode().catch(() => undefined);
  }

  /** Draw all items so far on the way from one look to another, 0 to 1. */
  paint(before: Look[], looks: Look[], share: number, live: Live | null, colours: Colours): void {
    if (!this.#fit()) return;
    this.#paintLinks(live, colours);
    looks.forEach((to, item) => { this.#paintItem(item, between(before[item] ?? to, to, share), colours); });
  }

  #fit(): boolean {
    const { clientWidth, clientHeight } = this.#canvas;
    const [width, height] = [Math.round(clientWidth * devicePixelRatio), Math.round(clientHeight * devicePixelRatio)];
    if (!width || !height) return false;
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      [this.#canvas.width, this.#canvas.height] = [width, height];
    }
    this.#context.clearRect(0, 0, width, height);
    this.#unit = Math.min(height, width / this.#graph.width);
    this.#corner = [(width - this.#unit * this.#graph.width) / 2, (height - this.#unit) / 2];
    return true;
  }

  #place(item: number): [x: number, y: number] {
    const [left, top] = this.#corner;
    return [
      left + ((this.#places[2 * item] ?? 0) / FAR) * this.#unit * this.#graph.width,
      top + ((this.#places[2 * item + 1] ?? 0) / FAR) * this.#unit,
    ];
  }

  #paintLinks(live: Live | null, { page, ink }: Colours): void {
    const [plain, lit] = [new Path2D(), new Path2D()];
    for (let place = 0; place < this.#links.length; place += 2) {
      const [one, other] = [this.#links[place] ?? 0, this.#links[place + 1] ?? 0];
      const path = live?.heard[one] && live.heard[other] ? lit : plain;
      path.moveTo(...this.#place(one));
      path.lineTo(...this.#place(other));
    }
    const context = this.#context;
    context.lineWidth = this.#unit * 0.0018;
    context.strokeStyle = written(mixed(page, ink, 0.16));
    context.stroke(plain);
    context.lineWidth = this.#unit * 0.003;
    context.strokeStyle = written(mixed(page, live?.colour ?? ink, 0.55));
    context.stroke(lit);
  }

  #paintItem(item: number, { colour, level, rim }: Look, colours: Colours): void {
    const context = this.#context;
    const [x, y] = this.#place(item);
    const side = this.#graph.tile * this.#unit * SIDE;
    const half = (side / 2) * (1 + GROWN * rim);
    context.beginPath();
    context.roundRect(x - half, y - half, 2 * half, 2 * half, half * 0.36);
    context.fillStyle = written(mixed(colours.surface, colour, level * (colours.isDark ? STRONGEST_DARK : STRONGEST)));
    context.fill();
    if (rim > 0.01) {
      context.lineWidth = side * 0.16 * rim;
      context.strokeStyle = written(mixed(colour, colours.ink, 0.45));
      context.stroke();
    }
    this.#paintImage(item, [x, y], half, level, colours);
  }

  #paintImage(item: number, [x, y]: [number, number], half: number, level: number, colours: Colours): void {
    const sheet = this.#isInk ? this.#inAll(colours) : this.#atlas;
    if (!sheet?.width) return;
    const { columns } = this.#graph;
    const pixels = sheet.width / columns;
    // A photograph leaves room for the colour around it.
    const inner = half * (this.#isInk ? 0.94 : 0.7);
    this.#context.globalAlpha = this.#isInk ? mid(0.55, 1, level) : 1;
    this.#context.drawImage(
      sheet, (item % columns) * pixels, Math.floor(item / columns) * pixels, pixels, pixels,
      x - inner, y - inner, 2 * inner, 2 * inner,
    );
    this.#context.globalAlpha = 1;
  }

  /** All images in the ink of the page. */
  #inAll({ ink }: Colours): HTMLCanvasElement | null {
    const colour = written(ink);
    if (this.#inkedIn === colour) return this.#inked;
    const { width, height } = this.#atlas;
    if (!this.#atlas.complete || !width) return null;
    const sheet = element("canvas");
    [sheet.width, sheet.height] = [width, height];
    const context = sheet.getContext("2d");
    if (!context) return null;
    context.drawImage(this.#atlas, 0, 0);
    context.globalCompositeOperation = "source-in";
    context.fillStyle = colour;
    context.fillRect(0, 0, width, height);
    [this.#inked, this.#inkedIn] = [sheet, colour];
    return sheet;
  }
}

/** A look on the way from one to another; what has no colour of its own takes that of the other. */
function between(from: Look, to: Look, share: number): Look {
  return {
    colour: mixed(from.level ? from.colour : to.colour, to.level ? to.colour : from.colour, share),
    level: mid(from.level, to.level, share),
    rim: mid(from.rim, to.rim, share),
  };
}
