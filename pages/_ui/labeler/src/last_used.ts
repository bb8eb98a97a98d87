import type { Store } from "../../browser/storage.ts";

/** A class in a slot, and how late it was used; the later, the higher. */
type Use = readonly [string, number];

const SLOTS = 5;

/**
 * The classes that were used last in a project, in this browser. Each keeps its slot while it is among
 * them, so that a key is learned; a new one takes that of the one that was used longest ago.
 */
export class LastUsed {
  readonly #key: string;
  readonly #store: Store;

  constructor(project: string, store: Store) {
    this.#key = `labelspread:used:${project}`;
    this.#store = store;
  }

  /** By slot; null where there is none yet, or its class is not among these. */
  slots(classes: ReadonlySet<string>): (string | null)[] {
    return this.#read(classes).map((use) => use?.[0] ?? null);
  }

  /** The latest first. */
  inOrder(classes: ReadonlySet<string>): string[] {
    return this.#read(classes).filter((use) => use !== null).sort((one, other) => other[1] - one[1]).map(([name]) => name);
  }

  /** A class was used. */
  note(name: string, classes: ReadonlySet<string>): void {
    const uses = this.#read(classes);
    const times = uses.map((use) => use?.[1] ?? -1);
    const held = uses.findIndex((use) => use?.[0] === name);
    const slot = held < 0 ? times.indexOf(Math.min(...times)) : held;
    this.#store.write(this.#key, uses.with(slot, [name, Math.max(...times) + 1]));
  }

  #read(classes: ReadonlySet<string>): (Use | null)[] {
    const kept = this.#store.read(this.#key);
    const uses: unknown[] = Array.isArray(kept) ? kept : [];
    return Array.from({ length: SLOTS }, (_, slot) => {
      const use = uses[slot];
      return isUse(use) && classes.has(use[0]) ? use : null;
    });
  }
}

function isUse(use: unknown): use is Use {
  if (!Array.isArray(use) || use.length !== 2) return false;
  const [name, time] = use as [unknown, unknown];
  return typeof name === "string" && Number.isSafeInteger(time);
}
