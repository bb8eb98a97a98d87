import type { Store } from "../../browser/storage.ts";
import type { LabelPage } from "./contract.ts";
import { isSmall } from "./pictures.ts";

/** How a person likes to work. */
export interface Preferences {
  blind: boolean;
  pixels: boolean;
  contrast: boolean;
  auto: boolean;
}

const NAME = "labelspread:view";

const FIRST: Preferences = { blind: false, pixels: false, contrast: false, auto: true };

export const isPreference = (wish: string): wish is keyof Preferences => wish in FIRST;

/** Whether a preference changes anything on a page. */
export function matters(preference: keyof Preferences, { as_you_go: isAsYouGo, hidden_share: hiddenShare, items }: LabelPage): boolean {
  if (preference === "auto") return !isAsYouGo;
  if (preference === "blind") return hiddenShare < 1;
  return preference !== "pixels" || items.some(isSmall);
}

/** Preferences, kept from one visit to the next. */
export class KeptPreferences {
  all: Preferences;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    this.all = { ...FIRST, ...(store.read(NAME) as Partial<Preferences> | null) };
  }

  /** Turn one into its opposite; what it is now. */
  toggle(preference: keyof Preferences): boolean {
    this.all = { ...this.all, [preference]: !this.all[preference] };
    this.#store.write(NAME, this.all);
    return this.all[preference];
  }
}
