// The map's component: all items of a project in two dimensions. Where they lie and what is said of them
// comes as numbers from addresses of its own (pages/_ui/map_route.py), never through Streamlit, and is
// looked at again while the page is open: a label given elsewhere colours the map anew.

import { find, isWithin } from "../../browser/dom.ts";
import { isDialogOpen, isElsewhere, isTyped } from "../../browser/keys.ts";
import { mounted, type Component, type Trigger } from "../../browser/mount.ts";
import { revive } from "../../browser/revive.ts";
import type { Place } from "./camera.ts";
import { Card } from "./card.ts";
import { Chart, type Listener } from "./chart.ts";
import type { MapPage, MapState, MapChoice } from "./contract.ts";
import type { Tool } from "./gestures.ts";
import { type Outline, packed } from "./lasso.ts";
import type { Filter } from "./marks.ts";
import { Panel, type Panelist } from "./panel.ts";
import type { Colour } from "./raster.ts";
import { Scene } from "./scene.ts";
import { Source } from "./source.ts";
import { layoutWords, summaryWords } from "./words.ts";

class Explore implements Component<MapPage>, Listener, Panelist {
  readonly #root: HTMLElement;
  readonly #chart: Chart;
  readonly #panel: Panel;
  readonly #card: Card;
  readonly #listening = new AbortController();
  readonly #sizes = new ResizeObserver(() => { this.#chart.resize(); });
  #source: Source | null = null;
  #data: MapPage | null = null;
  #state: MapState | null = null;
  #trigger: Trigger = () => undefined;

  constructor(parent: HTMLElement) {
    const { signal } = this.#listening;
    this.#root = find(parent, ".explore");
    const canvas = find(this.#root, "canvas", HTMLCanvasElement);
    this.#chart = new Chart(canvas, this, signal);
    this.#panel = new Panel(find(this.#root, "aside"), this, signal);
    this.#card = new Card(find(this.#root, ".card"));
    this.#sizes.observe(canvas);
    this.#listen(signal);
  }

  update(data: MapPage, trigger: Trigger): void {
    const isOther = data.project !== this.#data?.project || data.root !== this.#data.root;
    this.#trigger = trigger;
    this.#data = data;
    this.#followTheme();
    if (isOther) {
      this.#source?.stop();
      this.#chart.show(null);
      this.#source = data.root === null ? null : new Source(data.root, (state) => { this.#hear(state); }, (problem) => { this.#say(problem); });
      if (!this.#source) this.#say("The map is sent by Labelspread's own server only: start it with “make run”.");
    }
    this.#source?.take(data.state);
    this.#hear(data.state);
    this.#root.dataset["shown"] = "";
  }

  destroy(): void {
    this.#listening.abort();
    this.#sizes.disconnect();
    this.#source?.stop();
    this.#chart.stop();
    void revive();
  }

  // ---- what comes from the server

  /** How things stand, and whatever has come of the map by now. */
  #hear(state: MapState): void {
    const data = this.#data;
    if (!data) return;
    if (state.named !== data.state.named || state.numbering !== data.state.numbering) this.#trigger("act", "look");
    this.#state = state;
    this.#showHead(data, state);
    const found = this.#source?.found;
    const scene = this.#chart.scene;
    if (!found || (scene?.points === found.points && scene.marks === found.marks)) return;
    this.#build();
  }

  #build(): void {
    const found = this.#source?.found;
    const data = this.#data;
    if (!found || !data || found.marks.n !== found.points.n) return;
    const before = this.#chart.scene;
    const isDark = this.#root.classList.contains("dark");
    const classes = data.classes.map(({ name, light, dark }) => ({ name, colour: channels(isDark ? dark : light) }));
    const scene = new Scene(found.points, found.marks, classes, isDark ? [120, 130, 146] : [140, 148, 162]);
    scene.show(this.#panel.filter);
    if (before?.outline && before.points === scene.points) scene.enclose(before.outline);
    this.#say("");
    this.#chart.show(scene);
    this.#panel.show(scene);
    this.#root.dataset["ready"] = `${found.layout} ${found.name}`;
  }

  #showHead(data: MapPage, state: MapState): void {
    find(this.#root, ".summary").textContent = summaryWords(data.n_items, state.says !== "");
    find(this.#root, ".says").hidden = !state.says;
    find(this.#root, ".says").textContent = state.says;
    find(this.#root, ".layout .told").textContent = layoutWords(state);
    const bar = find(this.#root, "progress", HTMLProgressElement);
    bar.hidden = !state.work;
    bar.value = state.work?.share ?? 0;
    const work = find(this.#root, ".work");
    work.hidden = !state.work && !state.can_improve;
    work.textContent = state.work ? "Stop" : "Lay out a better map";
  }

  #say(words: string): void {
    if (words && this.#chart.scene) return;
    find(this.#root, ".moment").textContent = words;
  }

  // ---- what a person does

  pointed(item: number, at: Place, isPinned: boolean): void {
    const [source, scene, data] = [this.#source, this.#chart.scene, this.#data];
    if (!source?.found || !scene || !data) return;
    void this.#card.show({ item, at, isPinned }, scene, source, data.ink);
  }

  chosen(outline: Outline | null): void {
    this.#chart.scene?.enclose(outline);
    this.#chart.renew();
    this.#panel.show(this.#chart.scene);
  }

  filter(filter: Filter): void {
    this.#chart.scene?.show(filter);
    this.#chart.renew();
    this.#panel.show(this.#chart.scene);
  }

  chooseView(): void {
    this.#chart.chooseView();
  }

  letGo(): void {
    this.chosen(null);
    this.#card.hide();
  }

  open(): void {
    const { scene } = this.#chart;
    if (!scene || !this.#state) return;
    const { n } = scene.points;
    const choice: MapChoice = { numbering: this.#state.numbering, n_items: n, bits: packed(n, scene.chosen()) };
    this.#trigger("choose", choice);
  }

  #use(tool: Tool): void {
    this.#chart.gestures.use(tool);
    for (const name of ["move", "lasso"]) find(this.#root, `.tools .${name}`).ariaPressed = String(name === tool);
  }

  #listen(signal: AbortSignal): void {
    const on = (selector: string, act: () => void): void => { find(this.#root, selector).addEventListener("click", act, { signal }); };
    on(".tools .move", () => { this.#use("move"); });
    on(".tools .lasso", () => { this.#use("lasso"); });
    on(".tools .in", () => { this.#chart.zoomMiddle(1.4); });
    on(".tools .out", () => { this.#chart.zoomMiddle(1 / 1.4); });
    on(".tools .fit", () => { this.#chart.fit(); });
    on(".work", () => {
      this.#trigger("act", this.#state?.work ? "stop" : "improve");
      this.#source?.hurry();
    });
    document.addEventListener("keydown", (event) => { this.#onKey(event); }, { signal });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#source?.hurry(); }, { signal });
    find(this.#root, ".theme-probe").addEventListener("transitionend", () => { this.#followTheme(); }, { signal });
    // A click must not leave the focus on a button of the map, where the space bar would press it again.
    find(this.#root, ".tools").addEventListener("pointerdown", (event) => { if (isWithin(event, "button")) event.preventDefault(); }, { signal });
  }

  #onKey(event: KeyboardEvent): void {
    if (isElsewhere(event) || isTyped(event) || isDialogOpen() || event.key.toLowerCase() !== "l") return;
    this.#use(this.#chart.gestures.tool === "lasso" ? "move" : "lasso");
  }

  #followTheme(): void {
    const { backgroundColor, color } = getComputedStyle(find(this.#root, ".theme-probe"));
    const [red = 0, green = 0, blue = 0] = (backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
    this.#root.classList.toggle("dark", 0.3 * red + 0.59 * green + 0.11 * blue < 128);
    this.#chart.ink = { ink: color, page: backgroundColor };
    this.#panel.list(this.#data?.classes ?? [], this.#root.classList.contains("dark"));
    this.#panel.show(this.#chart.scene);
    if (this.#chart.scene) this.#build();
  }
}

/** Red, green and blue of a colour such as #2563eb. */
const channels = (colour: string): Colour =>
  [1, 3, 5].map((place) => Number.parseInt(colour.slice(place, place + 2), 16)) as unknown as Colour;

export default mounted((parent) => new Explore(parent));
