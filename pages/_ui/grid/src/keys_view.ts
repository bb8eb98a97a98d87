import { element, find, keycap } from "../../browser/dom.ts";
import { writes } from "../../labeler/src/keys.ts";
import type { Desk } from "./desk.ts";
import { HELP } from "./words.ts";

/** So many keys of classes stand in the list. */
const FEW = 3;

/** The list of keys. */
export class KeysView {
  readonly #list: HTMLElement;
  readonly #desk: Desk;

  constructor(list: HTMLElement, desk: Desk) {
    this.#list = list;
    this.#desk = desk;
  }

  get isOpen(): boolean {
    return !this.#list.hidden;
  }

  toggle(isOpen = !this.isOpen): void {
    this.#list.hidden = !isOpen;
    this.#say("");
    this.fill();
  }

  /** Say that keys do nothing else while the list is open. */
  sayItIsOpen(key: string): void {
    if (writes(key)) this.#say("Close this list to go on by key.");
  }

  fill(): void {
    const { data, keys: { map } } = this.#desk;
    const caps = data.classes.flatMap(({ name }) => map.keyOf(name)?.toUpperCase() ?? []);
    const forClasses = caps.length > FEW ? [...caps.slice(0, FEW - 1), "…"] : caps;
    const told: [string[], string][] = [...HELP];
    if (caps.length) told.splice(1, 0, [forClasses, "say what the chosen image is; that marks it"]);
    find(this.#list, "dl").replaceChildren(...told.flatMap(([keys, meaning]) => {
      const term = element("dt");
      term.append(...keys.map((key) => (key === "…" ? key : keycap(keys === forClasses ? key : this.#capOf(key)))));
      return [term, element("dd", "", meaning)];
    }));
  }

  /** Commands take Shift where their letters are classes. */
  #capOf(key: string): string {
    return /^[A-Z]$/.test(key) ? this.#desk.keys.map.capOf(key) : key;
  }

  #say(text: string): void {
    find(this.#list, ".says").textContent = text;
  }
}
