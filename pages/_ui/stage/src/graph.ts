// The graph: its items in two dimensions, what is believed of them, and how one label comes to all others.

import { element, find } from "../../browser/dom.ts";
import type { ShownGraph, ShownRound, ShownSpread, StagePage } from "./contract.ts";
import { coloursOf } from "./colours.ts";
import { colourOf, type Look, looksOf, type Moment } from "./looks.ts";
import { bytesOf } from "./numbers.ts";
import { type Live, Sheet } from "./sheet.ts";
import { saidOf } from "./words.ts";

/** Milliseconds in which colours change. */
const FADE = 600;
/** Milliseconds after which the page has taken on the colours of another theme. */
const THEME = 100;
/** Classes in the legend where not all have room. */
const LEGEND = 9;

export class GraphScene {
  readonly #root: HTMLElement;
  readonly #canvas: HTMLCanvasElement;
  readonly #resized: ResizeObserver;
  #graph: ShownGraph | null = null;
  #sheet: Sheet | null = null;
  #rounds: ShownRound[] = [];
  #rightOf = "";
  /** Which of the labels is followed. */
  #which = 0;
  #round = 0;
  #moment: Moment = { kind: "labels" };
  #looks: Look[] = [];
  #before: Look[] = [];
  #since = 0;
  #frame = 0;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.#canvas = find(root, "canvas", HTMLCanvasElement);
    this.#resized = new ResizeObserver(() => { this.#renew(); });
    this.#resized.observe(this.#canvas);
  }

  /** Take up a graph; resolves when its images are there. */
  async begin({ graph, rounds, ink, right_of: rightOf }: StagePage): Promise<void> {
    this.#graph = graph;
    this.#rounds = rounds;
    this.#rightOf = rightOf;
    this.#which = 0;
    this.#looks = [];
    this.#sheet = graph && new Sheet(this.#canvas, graph, ink);
    if (graph) this.#fillLegend(graph);
    await this.#sheet?.ready();
  }

  get #label(): ShownSpread | undefined {
    return this.#graph?.spreads[this.#which];
  }

  /** The labels, one of them alone, sweep by sweep, and all together. */
  get steps(): number {
    const label = this.#label;
    return label ? label.sweeps.length + 3 : 2;
  }

  another(): void {
    this.#which = (this.#which + 1) % Math.max(this.#graph?.spreads.length ?? 1, 1);
  }

  #momentAt(step: number): Moment {
    const label = this.#label;
    if (step === 0) return { kind: "labels" };
    if (!label || step >= this.steps - 1) return { kind: "all" };
    return { kind: "one", label, sweep: label.sweeps[step - 2] };
  }

  /** Show a step of a round, and say what is to be seen. */
  show(round: number, step: number): string {
    const graph = this.#graph;
    if (!graph) return "";
    this.#round = round;
    this.#moment = this.#momentAt(step);
    const looks = this.#looksNow();
    this.#before = this.#looks.length ? this.#looks : looks;
    this.#looks = looks;
    this.#since = performance.now();
    this.#draw();
    this.#showFigures(graph);
    const said = saidOf(graph, this.#moment, this.#rounds[round]?.labels ?? 0);
    this.#canvas.ariaLabel = said;
    return said;
  }

  #looksNow(): Look[] {
    const beliefs = this.#graph?.rounds[this.#round];
    return this.#graph && beliefs ? looksOf(this.#graph, beliefs, this.#moment, coloursOf(this.#root)) : [];
  }

  #showFigures(graph: ShownGraph): void {
    const figures = this.#figures(graph);
    find(this.#root, ".figures").replaceChildren(...figures.map(([value, caption]) => {
      const box = element("div");
      box.append(element("dt", "", caption), element("dd", "value", value));
      return box;
    }));
  }

  #figures({ n_items: all }: ShownGraph): [value: string, caption: string][] {
    const moment = this.#moment;
    if (moment.kind === "one") {
      const { sweeps, reached } = moment.sweep ?? { sweeps: 0, reached: 1 };
      return [[String(sweeps), sweeps === 1 ? "sweep" : "sweeps"], [String(reached), `of ${all} reached`]];
    }
    const { labels = 0, right = "" } = this.#rounds[this.#round] ?? {};
    const given: [string, string] = [labels.toLocaleString("en"), labels === 1 ? "label" : "labels"];
    return moment.kind === "all" && right ? [given, [right, `right of ${this.#rightOf}`]] : [given];
  }

  #fillLegend({ classes }: ShownGraph): void {
    const rest = classes.length - LEGEND;
    const entries = (rest > 1 ? classes.slice(0, LEGEND) : classes).map(({ name, light, dark }) => {
      const entry = element("li");
      const swatch = element("i");
      swatch.style.background = `light-dark(${light}, ${dark})`;
      entry.append(swatch, element("span", "", name));
      return entry;
    });
    if (rest > 1) entries.push(element("li", "more", `and ${rest} more`));
    find(this.#root, ".legend").replaceChildren(...entries);
  }

  /** Draw all anew, in another size or in other colours. */
  #renew(): void {
    if (!this.#looks.length) return;
    this.#looks = this.#before = this.#looksNow();
    this.#draw();
  }

  /** Take on the colours of another theme. */
  recolour(): void {
    setTimeout(() => { this.#renew(); }, THEME);
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const share = isStill ? 1 : Math.min(1, (performance.now() - this.#since) / FADE);
    this.#sheet?.paint(this.#before, this.#looks, share * (2 - share), this.#live(), coloursOf(this.#root));
    if (share < 1) this.#frame = requestAnimationFrame(() => { this.#draw(); });
  }

  #live(): Live | null {
    const moment = this.#moment;
    if (!this.#graph || moment.kind !== "one") return null;
    const colour = colourOf(this.#graph, moment.label.number, coloursOf(this.#root));
    return { heard: bytesOf(moment.sweep?.heard ?? ""), colour };
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#resized.disconnect();
  }
}
