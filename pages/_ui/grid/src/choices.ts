import { element, find } from "../../browser/dom.ts";
import type { GridPage } from "./contract.ts";
import type { Desk } from "./desk.ts";
import { grouped, NOT_REACHED, ORDERS } from "./words.ts";

const CHECKED = "open";
const CORRECTED = "answered";

/** Which images are shown: of which class, in which order, and how many. */
export class Choices {
  readonly #desk: Desk;
  readonly #state: HTMLSelectElement;
  readonly #class: HTMLSelectElement;
  readonly #order: HTMLSelectElement;
  readonly #size: HTMLSelectElement;

  constructor(root: HTMLElement, desk: Desk) {
    this.#desk = desk;
    this.#state = find(root, ".among .state", HTMLSelectElement);
    this.#class = find(root, ".choices .class", HTMLSelectElement);
    this.#order = find(root, ".choices .order", HTMLSelectElement);
    this.#size = find(root, ".choices .size", HTMLSelectElement);
  }

  /** `chosen` hears when a pointer has chosen: the keys are for the images again. */
  listen(signal: AbortSignal, chosen: () => void): void {
    const asks: [HTMLSelectElement, (value: string) => void][] = [
      [this.#state, (state) => { this.#desk.ask({ name: null, corrects: state === CORRECTED }); }],
      [this.#class, (name) => { this.#desk.ask({ name }); }],
      [this.#order, (order) => { this.#desk.ask({ order: order as GridPage["order"] }); }],
      [this.#size, (size) => { this.#desk.ask({ size: Number(size) }); }],
    ];
    for (const [field, ask] of asks) {
      let isByKey = false;
      field.addEventListener("keydown", () => { isByKey = true; }, { signal });
      field.addEventListener("pointerdown", () => { isByKey = false; }, { signal });
      field.addEventListener("change", () => {
        ask(field.value);
        if (!isByKey) chosen();
      }, { signal });
    }
  }

  show(): void {
    const { data: { among, sizes, to_check: classes }, isLocked, shows } = this.#desk;
    fill(this.#state, stateOptions(among), shows.corrects ? CORRECTED : CHECKED);
    this.#state.disabled = isLocked;
    fill(this.#class, classes.map(({ name, count }) => [name, `${name === NOT_REACHED ? "not reached" : name} (${grouped(count)})`]), shows.name ?? "");
    fill(this.#order, Object.entries(ORDERS), shows.order);
    fill(this.#size, sizes.map((size) => [String(size), `${size} images`]), String(shows.size));
    for (const field of [this.#class, this.#order, this.#size]) {
      field.disabled = isLocked;
      field.hidden = !classes.length;
    }
  }
}

/** Which of the chosen images there are to look at, and how many. */
const stateOptions = (among: GridPage["among"]): [string, string][] =>
  among ? [[CHECKED, `not answered (${grouped(among.n_open)})`], [CORRECTED, `answered (${grouped(among.n_answered)})`]] : [];

/** Fill a field, unless it has all of it: one that is open would be closed. */
function fill(field: HTMLSelectElement, options: [string, string][], value: string): void {
  const isSame = field.length === options.length
    && options.every(([name, text], index) => field.options[index]?.value === name && field.options[index].text === text);
  if (!isSame) {
    field.replaceChildren(...options.map(([name, text]) => {
      const option = element("option", "", text);
      option.value = name;
      return option;
    }));
  }
  if (field.value !== value) field.value = value;
}
