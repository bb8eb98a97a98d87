import { button, childrenOf, element, find, keycap } from "../../browser/dom.ts";
import type { Desk } from "./desk.ts";
import { markWords } from "./words.ts";

/** Classes that are so many, or whose names are so long together, stand in a list. */
const FEW = 12;
const SHORT = 72;
const LONGEST = 18;

/** What is said of the marks, and the classes for the one that was marked last. */
export class Marked {
  readonly #line: HTMLElement;
  readonly #desk: Desk;

  constructor(line: HTMLElement, desk: Desk) {
    this.#line = line;
    this.#desk = desk;
  }

  /** Show the classes there are. */
  fill(): void {
    const { classes } = this.#desk.data;
    const length = classes.reduce((sum, { name }) => sum + Math.min(LONGEST, name.length), 0);
    const isShort = classes.length <= FEW && length <= SHORT;
    find(this.#line, ".classes").replaceChildren(...(isShort ? classes.map(({ name }) => this.#button(name)) : [this.#list()]));
  }

  #button(name: string): HTMLElement {
    const cap = this.#desk.keys.map.keyOf(name)?.toUpperCase();
    const each = button("", () => { this.#desk.perform({ label: name }); });
    each.dataset["name"] = name;
    each.title = `It is ${name}${cap ? ` (key ${cap})` : ""}`;
    if (cap && cap !== name.toUpperCase()) each.append(keycap(cap));
    each.append(element("span", "", name));
    return each;
  }

  #list(): HTMLElement {
    const list = element("select");
    list.ariaLabel = "Class of the image that was marked last";
    const none = element("option", "", "its class …");
    none.value = "";
    list.append(none, ...this.#desk.data.classes.map(({ name }) => {
      const option = element("option", "", name);
      option.value = name;
      return option;
    }));
    list.addEventListener("change", () => {
      if (list.value) this.#desk.perform({ label: list.value });
      list.blur();
    });
    return list;
  }

  show(): void {
    const { canMark, data, given, target } = this.#desk;
    const mark = given.find(({ item }) => item === target?.id);
    const { told, hint } = markWords(data, given, mark, matchMedia("(pointer: coarse)").matches);
    find(this.#line, ".told").textContent = told;
    find(this.#line, ".hint").textContent = hint;
    const classes = find(this.#line, ".classes");
    classes.hidden = !mark;
    for (const each of childrenOf(classes)) {
      if (each instanceof HTMLSelectElement) each.value = mark?.name ?? "";
      each.classList.toggle("chosen", mark !== undefined && mark.name === each.dataset["name"]);
      each.toggleAttribute("disabled", !canMark);
    }
  }
}
