// Keys where there are more classes than keys: letters find a class by its name, and digits stand for
// the classes of the slots, as they are painted for the image on screen.

import type { ShownClass } from "./contract.ts";
import { digitOf, Keymap, writes, type OwnKeys, type Press, type Wish } from "./keys.ts";
import type { Slot } from "./slots.ts";

/** Keys that begin a character which other keys complete. */
const COMPOSING = new Set(["Dead", "Process", "Unidentified"]);

/** The keys while nothing is typed: of classes, those that a person has chosen for everybody or for this browser. */
export class FindingKeymap extends Keymap {
  override readonly isFinding = true;
  override readonly isShifted = true;
  readonly #slots = new Map<string, string | null>();

  constructor(classes: readonly ShownClass[], own: OwnKeys) {
    super(classes.map((each) => (each.is_chosen ? each : { ...each, key: null })), own);
  }

  /** Take up what digits stand for from now on. */
  show(slots: readonly Slot[]): void {
    for (const { key, name } of slots) this.#slots.set(key, name);
  }

  override wishOf(press: Press, isHelpOpen = false): Wish | null {
    const wish = super.wishOf(press, isHelpOpen);
    if (wish !== null || isHelpOpen || press.ctrlKey || press.altKey || press.metaKey) return wish;
    const label = this.#slots.get(digitOf(press));
    return typeof label === "string" ? { label } : null;
  }

  /** What means nothing else is written into the field. */
  override complaint(): string {
    return "";
  }

  /** Whether a key that asks for nothing writes into the field: whatever writes, but for the digits of slots. */
  types(press: Press): boolean {
    if (press.isComposing || COMPOSING.has(press.key)) return true;
    return !press.ctrlKey && !press.metaKey && writes(press.key) && digitOf(press) === "";
  }
}
