import { button, element, find, isWithin, keycap } from "../../browser/dom.ts";
import type { LabelPage, ShownItem } from "./contract.ts";
import { FindingKeymap } from "./finding_keys.ts";
import { digitOf } from "./keys.ts";
import { Names } from "./match.ts";
import type { NameTags } from "./name_tags.ts";
import type { ProjectKeys } from "./own_keys.ts";
import { slotsOf, type Slot } from "./slots.ts";
import { notFound, count } from "./words.ts";

/** An Enter so soon after a composed character has ended it in some browsers, and asks for no more. */
const ENDS_COMPOSING = 30;

/** Whoever takes the classes that are found. */
export interface Taker {
  readonly data: Pick<LabelPage, "batch_id" | "classes" | "named"> & { items: readonly unknown[] };
  readonly keys: ProjectKeys;
  readonly item: Pick<ShownItem, "id" | "beliefs"> | undefined;
  readonly preferences: { readonly blind: boolean };
  readonly canAnswer: boolean;
  perform(wish: { label: string }): void;
  say(notice: string): void;
}

/**
 * Finds a class among more than there are keys: ten are at hand in slots, the others by their name.
 * The field is a real one, so that a phone, an input method and a screen reader can use it.
 */
export class Finder {
  readonly #root: HTMLElement;
  readonly #desk: Taker;
  readonly #tags: NameTags;
  readonly #field: HTMLInputElement;
  #keys: FindingKeymap | null = null;
  #names = new Names([]);
  #slots: Slot[] = [];
  /** What the slots were filled for: they stay while that does. */
  #filledFor = "";
  #filledAt = 0;
  #item: number | undefined;
  #batch: string | null = null;
  #found: string[] = [];
  #marked = 0;
  #composedAt = -ENDS_COMPOSING;

  constructor(root: HTMLElement, desk: Taker, tags: NameTags) {
    this.#root = root;
    this.#desk = desk;
    this.#tags = tags;
    this.#field = find(root, ".query", HTMLInputElement);
    this.#field.addEventListener("input", () => { this.#search(); });
    this.#field.addEventListener("compositionend", (event) => { this.#composedAt = event.timeStamp; });
    const matches = this.#find(".matches");
    // The field keeps the keyboard.
    matches.addEventListener("pointerdown", (event) => { event.preventDefault(); });
    matches.addEventListener("click", (event) => { this.#onClick(event); });
  }

  #find(selector: string): HTMLElement {
    return find(this.#root, selector);
  }

  get #query(): string {
    return this.#field.value;
  }

  /** Take up the classes and keys there are now. */
  update(): void {
    const { data, keys: { map } } = this.#desk;
    this.#keys = map instanceof FindingKeymap ? map : null;
    this.#names = new Names(this.#keys ? data.classes.map(({ name }) => name) : []);
    this.#filledFor = "";
    this.#root.classList.toggle("finding", this.#keys !== null);
    this.#find(".finder").hidden = this.#keys === null;
    this.#clear();
    this.focus();
  }

  // ---- what is on screen

  show(): void {
    const { data, item } = this.#desk;
    if (!this.#keys) return;
    this.#find(".finder").hidden = !data.items.length;
    this.#fillSlots(this.#keys);
    // What is typed before a batch has come is for its first image, and is not to begin in its middle.
    if (item?.id !== this.#item && data.batch_id === this.#batch) this.#clear();
    this.#item = item?.id;
    this.#batch = data.batch_id;
  }

  /** Have the keys go into the field, unless something else on the page has them. */
  focus(): void {
    const root = this.#root.getRootNode() as ShadowRoot | Document;
    const isFree = root.activeElement === null || root.activeElement === this.#root;
    // On a phone that would bring up its keyboard, over the slots.
    if (this.#keys && isFree && matchMedia("(pointer: fine)").matches) this.#field.focus({ preventScroll: true });
  }

  get #likely(): string[] {
    const { item, preferences } = this.#desk;
    return preferences.blind ? [] : item?.beliefs.map(({ name }) => name) ?? [];
  }

  /** Fill the slots anew for another image; for the same one they stay, for somebody has read them. */
  #fillSlots(keys: FindingKeymap): void {
    const { data: { named }, item, keys: { used, names }, preferences } = this.#desk;
    const wanted = `${item?.id ?? ""} ${preferences.blind} ${named}`;
    if (wanted === this.#filledFor) return;
    this.#filledFor = wanted;
    this.#filledAt = performance.now();
    this.#slots = slotsOf(this.#likely, used.slots(names), (key) => keys.classOf(key));
    keys.show(this.#slots);
    this.#find(".classes").replaceChildren(...this.#slots.map((slot) => this.#slot(slot)));
  }

  #slot({ key, name }: Slot): HTMLElement {
    const each = button(name === null ? "empty" : "", () => { if (name !== null) this.#label(name); });
    each.append(keycap(key));
    if (name === null) {
      each.ariaLabel = `${key}, no class yet`;
      return each;
    }
    const tag = element("span");
    this.#tags.write(tag, name);
    each.append(tag);
    each.dataset["name"] = name;
    each.ariaLabel = `${key}, ${name}`;
    each.title = `Label as ${name} (key ${key})`;
    return each;
  }

  // ---- what is typed

  /** Whether something is typed into the field. */
  isField(event: Event): boolean {
    return event.composedPath()[0] === this.#field;
  }

  /** What becomes of a key: done with, to be written by the browser, or not for the field. */
  hear(event: KeyboardEvent): "done" | "written" | null {
    if (!this.#keys) return null;
    if (event.isComposing) return "written";
    if (this.#query !== "") return this.#hearWithin(event);
    return this.#isForNone(event) ? "done" : null;
  }

  #hearWithin(event: KeyboardEvent): "done" | "written" {
    const act = this.#acts.get(event.key);
    if (!act || event.ctrlKey || event.metaKey || event.altKey) {
      if (!event.ctrlKey && !event.metaKey && !isMoving(event.key)) this.#field.focus({ preventScroll: true });
      return "written";
    }
    act(event);
    return "done";
  }

  /** What keys mean while something is typed; all others edit it. */
  readonly #acts = new Map<string, (event: KeyboardEvent) => void>([
    ["Enter", (event) => { this.#enter(event); }],
    ["Escape", () => { this.#clear(); }],
    ["ArrowDown", () => { this.#mark(1); }],
    ["ArrowUp", () => { this.#mark(-1); }],
  ]);

  /** A key that asks for nothing else begins to find a class; whether it does. */
  begins(event: KeyboardEvent): boolean {
    if (!this.#keys?.types(event)) return false;
    this.#field.focus({ preventScroll: true });
    return true;
  }

  /** Whether the key of a slot is for none: no class is there, or another one when it was pressed. */
  #isForNone(event: KeyboardEvent): boolean {
    const slot = this.#slots.find(({ key }) => key === digitOf(event));
    if (!slot || event.ctrlKey || event.altKey || event.metaKey) return false;
    const isLate = slot.isLikely && event.timeStamp < this.#filledAt;
    if (slot.name !== null && !isLate) return false;
    if (!event.repeat) this.#desk.say(isLate ? "That key was for the image before." : `No class is at ${slot.key} now.`);
    return true;
  }

  #enter(event: KeyboardEvent): void {
    if (event.repeat || event.timeStamp - this.#composedAt < ENDS_COMPOSING) return;
    const name = this.#found[this.#marked];
    if (name === undefined) this.#desk.say(notFound(this.#query));
    else this.#label(name);
  }

  /** Label with a class; what was typed stays while nothing can be labelled. */
  #label(name: string): void {
    if (!this.#desk.canAnswer) return;
    this.#clear();
    this.#desk.perform({ label: name });
  }

  #onClick(event: Event): void {
    if (!isWithin(event, "[role=option]") || !(event.target instanceof Element)) return;
    const name = event.target.closest<HTMLElement>("[role=option]")?.dataset["name"];
    if (name !== undefined) this.#label(name);
  }

  #clear(): void {
    if (this.#query === "" && !this.#found.length) return;
    this.#field.value = "";
    this.#search();
  }

  #search(): void {
    const { keys: { used, names } } = this.#desk;
    const favourites = new Set([...this.#likely, ...used.inOrder(names)]);
    this.#found = this.#query === "" ? [] : this.#names.find(this.#query, [...favourites]);
    this.#marked = 0;
    this.#showFound();
  }

  #mark(step: number): void {
    const { length } = this.#found;
    if (!length) return;
    this.#marked = (this.#marked + step + length) % length;
    this.#showFound();
  }

  #showFound(): void {
    const { length } = this.#found;
    const isSearching = this.#query !== "";
    this.#root.classList.toggle("searching", isSearching);
    this.#find(".nothing").textContent = isSearching && !length ? notFound(this.#query) : "";
    this.#find(".tally").textContent = length > 1 ? count(length, "match", "es") : "";
    this.#field.ariaExpanded = String(length > 0);
    if (length) this.#field.setAttribute("aria-activedescendant", `match-${this.#marked}`);
    else this.#field.removeAttribute("aria-activedescendant");
    this.#fillMatches();
  }

  /** As many at a time as there is room for, the marked one among them. */
  #fillMatches(): void {
    const room = Number(getComputedStyle(this.#root).getPropertyValue("--matches")) || 1;
    const first = this.#marked - (this.#marked % room);
    const matches = this.#find(".matches");
    matches.replaceChildren(...this.#found.slice(first, first + room).map((name, place) => this.#match(name, first + place)));
    this.fitNames();
  }

  /** The marked one has less room than the others. */
  fitNames(): void {
    for (const kind of [".matches :not(.marked) > span", ".matches .marked > span"]) {
      this.#tags.fit(kind, this.#root.querySelectorAll<HTMLElement>(kind));
    }
  }

  #match(name: string, place: number): HTMLElement {
    const isMarked = place === this.#marked;
    const each = element("li", isMarked ? "marked" : "");
    const tag = element("span");
    this.#tags.write(tag, name);
    each.append(tag);
    if (isMarked) each.append(keycap("Enter"));
    each.id = `match-${place}`;
    each.role = "option";
    each.ariaSelected = String(isMarked);
    each.ariaSetSize = String(this.#found.length);
    each.ariaPosInSet = String(place + 1);
    each.ariaLabel = name;
    each.title = name;
    each.dataset["name"] = name;
    return each;
  }
}

/** Whether a key only goes somewhere else, and writes or deletes nothing. */
const isMoving = (key: string): boolean => /^(Tab|Shift|Control|Alt|Meta|CapsLock|F\d+)$/.test(key);
