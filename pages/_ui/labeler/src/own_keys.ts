import type { Store } from "../../browser/storage.ts";
import type { ShownClass } from "./contract.ts";
import { FindingKeymap } from "./finding_keys.ts";
import { isClassKey, Keymap, type OwnKeys } from "./keys.ts";
import { LastUsed } from "./last_used.ts";

/** The keys of a project: those that come with its classes, and those a person has chosen in this browser. */
export class ProjectKeys {
  map: Keymap | FindingKeymap = new Keymap([]);
  /** Where there are more classes than keys, the last ones used have some. */
  readonly used: LastUsed;
  readonly #name: string;
  readonly #store: Store;
  #classes: ShownClass[] = [];

  constructor(project: string, store: Store) {
    this.#name = `labelspread:keys:${project}`;
    this.#store = store;
    this.used = new LastUsed(project, store);
  }

  /** Take up the classes there are now; whether that changes any key. */
  update(classes: ShownClass[]): boolean {
    if (areSame(classes, this.#classes)) return false;
    this.#classes = classes;
    this.#mapAnew();
    return true;
  }

  /** Give a class a key; the class that had it takes over the old one. */
  choose(name: string, key: string): void {
    if (!isClassKey(key)) return;
    const chosen = new Map(this.#own);
    const holder = this.map.classOf(key);
    if (holder !== undefined && holder !== name) chosen.set(holder, this.map.keyOf(name));
    chosen.set(name, key);
    // Pairs, for a class may be called as every object's own parts are.
    this.#store.write(this.#name, [...chosen]);
    this.#mapAnew();
  }

  /** A class was used to label. */
  note(name: string): void {
    if (this.map.isFinding) this.used.note(name, this.names);
  }

  /** What the classes are called. */
  get names(): ReadonlySet<string> {
    return new Set(this.#classes.map(({ name }) => name));
  }

  /** Whether a person has chosen any. */
  get areOwn(): boolean {
    return this.#own.size > 0;
  }

  /** Go back to the keys that come with the classes. */
  reset(): void {
    this.#store.write(this.#name, null);
    this.#mapAnew();
  }

  get #own(): OwnKeys {
    const kept = this.#store.read(this.#name);
    return new Map(Array.isArray(kept) ? kept.filter(isPair) : []);
  }

  #mapAnew(): void {
    const map = new Keymap(this.#classes, this.#own);
    const haveAll = this.#classes.every(({ name }) => map.keyOf(name) !== null);
    this.map = haveAll ? map : new FindingKeymap(this.#classes, this.#own);
  }
}

function areSame(some: ShownClass[], others: ShownClass[]): boolean {
  return some.length === others.length
    && some.every(({ name, key, colour }, index) => {
      const other = others[index];
      return name === other?.name && key === other.key && colour === other.colour;
    });
}

function isPair(pair: unknown): pair is [string, string | null] {
  if (!Array.isArray(pair) || pair.length !== 2) return false;
  const [name, key] = pair as [unknown, unknown];
  return typeof name === "string" && (key === null || (typeof key === "string" && isClassKey(key)));
}
