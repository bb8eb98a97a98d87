import { button, element, find, keycap } from "../../browser/dom.ts";
import type { ShownClass } from "./contract.ts";
import { isClassKey, placedKey, writes, type Press } from "./keys.ts";
import type { NameTags } from "./name_tags.ts";
import type { ProjectKeys } from "./own_keys.ts";
import { FINDING } from "./words.ts";

const FEW = 2;

/** Whoever has keys. */
export interface KeyHolder {
  readonly data: { readonly classes: ShownClass[] };
  readonly keys: ProjectKeys;
  perform(wish: { label: string }): void;
  say(notice: string): void;
}

/** The classes with their keys, and the list of keys, in which those of classes can be changed. */
export class KeysView {
  readonly #root: HTMLElement;
  readonly #desk: KeyHolder;
  readonly #help: () => [string[], string][];
  readonly #tags: NameTags;
  /** The class that is about to get another key. */
  #choosing: string | null = null;

  /** `help` tells of the keys that are not those of classes. */
  constructor(root: HTMLElement, desk: KeyHolder, tags: NameTags, help: () => [string[], string][]) {
    this.#root = root;
    this.#help = help;
    this.#desk = desk;
    this.#tags = tags;
    this.#find(".change").onclick = () => { this.#toggleChange(); };
    this.#find(".reset").onclick = () => {
      this.#desk.keys.reset();
      this.#changed();
    };
  }

  #find(selector: string): HTMLElement {
    return find(this.#root, selector);
  }

  get isOpen(): boolean {
    return !this.#find(".keys").hidden;
  }

  toggle(isOpen = !this.isOpen): void {
    this.#find(".keys").hidden = !isOpen;
    this.#find(".own").hidden = true;
    this.#choosing = null;
    this.#say("");
    this.fill();
  }

  /** Say that keys do not label while the list is open. */
  sayItIsOpen(key: string): void {
    if (writes(key)) this.#say("Close this list to label by key.");
  }

  fill(): void {
    this.#fillClasses();
    this.#fillCaps();
    this.#fillHelp();
    this.#fillOwn();
  }

  #fillClasses(): void {
    const { data: { classes }, keys: { map } } = this.#desk;
    const isNamed = classes.some(({ name }) => name.toLowerCase() !== map.keyOf(name));
    this.#root.classList.toggle("named", isNamed);
    // The slots stand there then.
    if (map.isFinding) return;
    this.#find(".classes").replaceChildren(...classes.map(({ name }) => {
      const cap = map.keyOf(name)?.toUpperCase();
      const each = button("", () => { this.#desk.perform({ label: name }); });
      each.dataset["name"] = name;
      each.title = `Label as ${name}${cap ? ` (key ${cap})` : ""}`;
      if (isNamed && cap) each.append(keycap(cap));
      const tag = element("span");
      this.#tags.write(tag, name);
      each.append(tag);
      if (this.#tags.length !== "short") each.ariaLabel = cap ? `${cap}, ${name}` : name;
      return each;
    }));
  }

  /** Commands take Shift where their letters are classes. */
  #fillCaps(): void {
    this.#root.classList.toggle("shifted", this.#desk.keys.map.isShifted);
    for (const cap of this.#root.querySelectorAll<HTMLElement>("kbd[data-letter]")) {
      cap.textContent = this.#desk.keys.map.capOf(cap.dataset["letter"] ?? "");
    }
  }

  #fillHelp(): void {
    const { data, keys: { map } } = this.#desk;
    const caps = data.classes.flatMap(({ name }) => map.keyOf(name)?.toUpperCase() ?? []);
    const [first, last] = [caps[0], caps.at(-1)];
    const isRun = caps.every((cap, place) => !place || follows(cap, caps[place - 1] ?? ""));
    const some = first && last && isRun ? [first, "–", last] : [...caps.slice(0, FEW), "…"];
    const forClasses = caps.length > FEW ? some : caps;
    const ofClasses: [string[], string][] = map.isFinding ? FINDING : [[forClasses, "label and go on"]];
    const told = [...ofClasses, ...this.#help()];
    this.#find(".keys dl").replaceChildren(...told.flatMap(([keys, meaning]) => {
      const term = element("dt");
      // Of several keys that are pressed together, one is Ctrl, and the others stay as they are.
      const isCommand = keys.length === 1;
      term.append(...keys.map((key) => (
        "–…".includes(key) ? `${key} ` : keycap(isCommand && isClassLetter(key, meaning) ? map.capOf(key) : key)
      )));
      return [term, element("dd", "", meaning)];
    }));
  }

  // ---- keys of one's own

  #toggleChange(): void {
    const own = this.#find(".own");
    own.hidden = !own.hidden;
    this.#choosing = null;
    this.#fillOwn();
  }

  #fillOwn(): void {
    const { data, keys } = this.#desk;
    const isOpen = !this.#find(".own").hidden;
    this.#find(".keys dl").hidden = isOpen;
    this.#find(".change").textContent = isOpen ? "Show all keys" : "Change the keys of classes";
    this.#find(".reset").hidden = !isOpen || !keys.areOwn;
    this.#find(".own ul").replaceChildren(...(isOpen ? data.classes : []).map(({ name }) => {
      const isChosen = this.#choosing === name;
      const each = button(isChosen ? "choosing" : "", () => { this.#choose(name); });
      each.append(keycap(isChosen ? "…" : keys.map.keyOf(name)?.toUpperCase() ?? "–"), element("span", "", name));
      each.ariaPressed = String(isChosen);
      const entry = element("li");
      entry.append(each);
      return entry;
    }));
  }

  #choose(name: string): void {
    this.#choosing = name;
    this.#say(`Press the new key of ${name}: a digit or a letter from A to Z.`);
    this.#fillOwn();
  }

  /** Take a key for the class that is to get one; whether it was for that. */
  takes(press: Press): boolean {
    const name = this.#choosing;
    if (name === null || press.ctrlKey || press.altKey || press.metaKey) return false;
    if (press.key === "Escape") this.#choosing = null;
    const written = press.key.toLowerCase();
    const key = isClassKey(written) ? written : placedKey(press);
    if (isClassKey(key)) {
      this.#desk.keys.choose(name, key);
      this.#choosing = null;
    }
    this.#changed();
    return true;
  }

  #changed(): void {
    if (this.#choosing === null) this.#say("");
    this.fill();
    this.#desk.say("");
  }

  #say(text: string): void {
    this.#find(".keys .says").textContent = text;
  }
}

/** Whether a key in the list is the letter of a command. */
const isClassLetter = (key: string, meaning: string): boolean => /^[A-Z]$/.test(key) && meaning !== "label and go on";

/** Whether a key stands right after another one, as 0 does after 9 on a keyboard. */
const follows = (key: string, before: string): boolean =>
  key.length === 1 && ((before === "9" && key === "0") || key.charCodeAt(0) === before.charCodeAt(0) + 1);
