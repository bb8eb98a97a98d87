// Which key means what here. What stands for a class, and when commands take Shift, is as on the label
// page.

import { isElsewhere } from "../../browser/keys.ts";
import type { Keymap, Press } from "../../labeler/src/keys.ts";

/** What a person can ask for, by key or by button. */
export type Wish =
  | "keep" | "undo" | "skip" | "unsure" | "bad" | "back" | "next" | "swap" | "pixels" | "contrast" | "zoom"
  | "help" | "close" | "following" | "previous" | { label: string };

const NAMED = new Map<string, Wish>([
  [" ", "swap"], ["PageDown", "following"], ["PageUp", "previous"], ["]", "following"], ["[", "previous"],
]);

/** Commands of the label page that there are here too. */
const SHARED = new Map<string, Wish>([
  ["accept", "keep"], ["undo", "undo"], ["skip", "skip"], ["unsure", "unsure"], ["bad", "bad"], ["back", "back"],
  ["next", "next"], ["pixels", "pixels"], ["contrast", "contrast"], ["zoom", "zoom"], ["help", "help"], ["close", "close"],
]);

/** What a key asks for; null if it means nothing here. */
export function wishOf(press: Press, map: Pick<Keymap, "wishOf">, isHelpOpen = false): Wish | null {
  const named = isHelpOpen || isElsewhere(press) ? undefined : NAMED.get(press.key);
  if (named) return named;
  const wish = map.wishOf(press, isHelpOpen);
  if (typeof wish === "string") return SHARED.get(wish) ?? null;
  return wish && "label" in wish ? { label: wish.label } : null;
}

/** Whether a key that is held down asks again and again. */
export const goesOn = (wish: Wish): boolean => wish === "back" || wish === "next";
