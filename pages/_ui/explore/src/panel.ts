// What is chosen beside the map: states, classes, how sure the model is; and the way to the grid.

import { element, find } from "../../browser/dom.ts";
import type { MapClass } from "./contract.ts";
import { EVERYTHING, type Filter, leavesOut, type StateName } from "./marks.ts";
import type { Scene } from "./scene.ts";
import { chosenWords, grouped, openWords, STATE_WORDS, SURENESS } from "./words.ts";

/** In the order in which they are listed. */
const LISTED: readonly StateName[] = ["predicted", "labelled", "given", "unsure", "bad", "unreached"];
/** States that are listed only where there are such items. */
const RARE: ReadonlySet<StateName> = new Set(["given", "unsure", "bad", "unreached"]);

export interface Panelist {
  filter(filter: Filter): void;
  chooseView(): void;
  letGo(): void;
  open(): void;
}

export class Panel {
  filter: Filter = EVERYTHING;
  readonly #root: HTMLElement;
  readonly #panelist: Panelist;
  readonly #sure: HTMLSelectElement;

  constructor(root: HTMLElement, panelist: Panelist, signal: AbortSignal) {
    this.#root = root;
    this.#panelist = panelist;
    this.#sure = find(root, ".sure select", HTMLSelectElement);
    this.#sure.replaceChildren(...SURENESS.map(([name], place) => {
      const option = element("option", "", name);
      option.value = String(place);
      return option;
    }));
    find(root, ".states").append(...LISTED.map((state) => this.#box(state, STATE_WORDS[state], () => { this.#toggleState(state); })));
    const on = (selector: string, act: () => void): void => { find(root, selector).addEventListener("click", act, { signal }); };
    this.#sure.addEventListener("change", () => { this.#change({ ranks: SURENESS[Number(this.#sure.value)]?.[1] ?? [0, 255] }); }, { signal });
    on(".class-head .all", () => { this.#change({ hidden: new Set() }); });
    on(".class-head .none", () => { this.#hideAll(); });
    on(".choose .view", () => { panelist.chooseView(); });
    on(".choose .clear", () => { panelist.letGo(); });
    on(".open", () => { panelist.open(); });
  }

  #classes: readonly MapClass[] = [];

  /** List the classes; a filter by classes that are others by now is let go of. */
  list(classes: readonly MapClass[], isDark: boolean): void {
    const isOther = classes.map(({ name }) => name).join("\n") !== this.#classes.map(({ name }) => name).join("\n");
    this.#classes = classes;
    if (isOther) this.filter = { ...this.filter, hidden: new Set() };
    const rows = classes.map(({ name, light, dark }, number) => {
      const row = element("li");
      const box = this.#box(String(number), name, () => { this.#toggleClass(number); });
      const dot = element("i");
      dot.style.setProperty("--dot", isDark ? dark : light);
      box.querySelector("span")?.before(dot);
      row.append(box);
      return row;
    });
    find(this.#root, ".classes").replaceChildren(...rows);
  }

  #box(name: string, text: string, onChange: () => void): HTMLLabelElement {
    const label = element("label");
    const box = element("input");
    box.type = "checkbox";
    box.name = name;
    box.checked = true;
    box.addEventListener("change", onChange);
    const words = element("span", "", text);
    words.title = text;
    label.append(box, words, element("small"));
    return label;
  }

  #toggleState(state: StateName): void {
    this.#change({ states: toggled(this.filter.states, state) });
  }

  #toggleClass(number: number): void {
    this.#change({ hidden: toggled(this.filter.hidden, number) });
  }

  /** Hide all classes, and what has none. */
  #hideAll(): void {
    this.#change({ hidden: new Set([...this.#classes.keys(), this.#classes.length]) });
  }

  #change(change: Partial<Filter>): void {
    this.filter = { ...this.filter, ...change };
    this.#panelist.filter(this.filter);
  }

  show(scene: Scene | null): void {
    const { hidden, states } = this.filter;
    for (const row of this.#root.querySelectorAll(".states label")) {
      const box = find(row, "input", HTMLInputElement);
      const n = scene?.shown.byState[box.name as StateName] ?? 0;
      box.checked = states.has(box.name as StateName);
      row.toggleAttribute("hidden", n === 0 && RARE.has(box.name as StateName));
      find(row, "small").textContent = scene ? grouped(n) : "";
    }
    this.#root.querySelectorAll(".classes label").forEach((row, number) => {
      find(row, "input", HTMLInputElement).checked = !hidden.has(number);
      find(row, "small").textContent = scene ? grouped(scene.shown.byClass[number] ?? 0) : "";
    });
    this.#showChosen(scene);
  }

  #showChosen(scene: Scene | null): void {
    const isEnclosed = Boolean(scene?.outline);
    const n = scene?.nChosen ?? 0;
    find(this.#root, ".foot .told").textContent = scene ? chosenWords(n, isEnclosed, leavesOut(this.filter)) : "";
    find(this.#root, ".choose .clear").hidden = !isEnclosed;
    const open = find(this.#root, ".open", HTMLButtonElement);
    open.disabled = n === 0;
    open.textContent = openWords(n);
  }
}

function toggled<T>(values: ReadonlySet<T>, value: T): ReadonlySet<T> {
  const others = new Set(values);
  if (!others.delete(value)) others.add(value);
  return others;
}

