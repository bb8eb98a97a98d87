import type { Store } from "./storage.ts";

/** How a person likes to work. */
export interface Preferences {
  blind: boolean;
  pixels: boolean;
  auto: boolean;
}

const NAME = "labelspread:view";

/** Preferences, kept from one visit to the next. */
export class KeptPreferences {
  all: Preferences;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    this.all = { blind: false, pixels: false, auto: true, ...(store.read(NAME) as Partial<Preferences> | null) };
  }

  /** Turn one into its opposite; what it is now. */
  toggle(preference: keyof Preferences): boolean {
    this.all = { ...this.all, [preference]: !this.all[preference] };
    this.#store.write(NAME, this.all);
    return this.all[preference];
  }
}
