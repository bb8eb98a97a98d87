/** What is used of `localStorage`. */
export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

const WHOSE = /(?:^|;\s*)labelspread_whose=([0-9a-f]{12})(?:;|$)/;

/** Who has this page, by their mark; undefined where nobody signs in. */
export const whoseOf = (cookies: string): string | undefined => WHOSE.exec(cookies)?.[1];

/**
 * The part of a shelf that is one person's own, where several sign in with the same browser.
 *
 * @param cookies - As `document.cookie` has them; they say whose page this is, where people sign in.
 */
export function ownShelf(shelf: Shelf, cookies: string): Shelf {
  const whose = whoseOf(cookies);
  if (whose === undefined) return shelf;
  const mark = `of:${whose}:`;
  return {
    get length() {
      return shelf.length;
    },
    key(index) {
      const key = shelf.key(index) ?? "";
      return key.startsWith(mark) ? key.slice(mark.length) : "";
    },
    getItem: (key) => shelf.getItem(mark + key),
    setItem(key, value) {
      shelf.setItem(mark + key, value);
    },
    removeItem(key) {
      shelf.removeItem(mark + key);
    },
  };
}

/** A small JSON store that survives a reload, or at least this page where storage is full or forbidden. */
export class Store {
  readonly #open: () => Shelf;
  readonly #unstored = new Map<string, unknown>();

  /** Only asking for the shelf may be forbidden already, hence a function. */
  constructor(open: () => Shelf) {
    this.#open = open;
  }

  /** What was written, as its writer knows it; null if there is nothing. */
  read(key: string): unknown {
    if (this.#unstored.has(key)) return this.#unstored.get(key);
    try {
      return JSON.parse(this.#open().getItem(key) ?? "null");
    } catch {
      return null;
    }
  }

  /** Keep a value; null removes it. */
  write(key: string, value: unknown): void {
    this.#unstored.delete(key);
    try {
      if (value === null) this.#open().removeItem(key);
      else this.#open().setItem(key, JSON.stringify(value));
    } catch {
      this.#unstored.set(key, value);
    }
  }

  keys(prefix: string): string[] {
    return [...new Set([...this.#stored(), ...this.#unstored.keys()])].filter((key) => key.startsWith(prefix));
  }

  #stored(): string[] {
    try {
      const shelf = this.#open();
      return Array.from({ length: shelf.length }, (_, index) => shelf.key(index) ?? "");
    } catch {
      return []; // Forbidden: the page itself holds all there is.
    }
  }
}
