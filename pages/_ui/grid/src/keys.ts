// Which key means what here. What stands for a class, and when commands take Shift, is as on the label
// page.

import { isElsewhere } from "../../browser/keys.ts";
import type { Keymap, Press } from "../../labeler/src/keys.ts";
import type { Move } from "./layout.ts";

/** What a person can ask for, by key or by button. */
export type Wish =
  | "accept" | "undo" | "mark" | "closer" | "pixels" | "help" | "close" | "previous" | "following"
  | { move: Move } | { label: string };

const NAMED = new Map<string, Wish>([
  ["ArrowLeft", { move: "left" }], ["ArrowRight", { move: "right" }], ["ArrowUp", { move: "up" }],
  ["ArrowDown", { move: "down" }], ["Home", { move: "first" }], ["End", { move: "last" }],
  ["PageDown", "following"], ["PageUp", "previous"], ["]", "following"], ["[", "previous"], [" ", "mark"],
]);

/** Commands of the label page that there are here too; a bad image is a marked one. */
const SHARED = new Map<string, Wish>([
  ["accept", "accept"], ["undo", "undo"], ["bad", "mark"], ["zoom", "closer"], ["pixels", "pixels"],
  ["help", "help"], ["close", "close"],
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
export const goesOn = (wish: Wish): boolean => typeof wish === "object" && "move" in wish;
