import type { LabelClass } from "./contract.ts";

/** What a person can ask for, by key or by button. */
export type Command =
  | "accept" | "undo" | "skip" | "unsure" | "bad" | "back" | "next" | "submit"
  | "blind" | "pixels" | "auto" | "help" | "close";

/** A command, or the class to label the image with. */
export type Wish = Command | { label: string };

const COMMANDS = new Map<string, Command>([
  ["Enter", "accept"], ["Backspace", "undo"], ["ArrowLeft", "back"], ["ArrowRight", "next"],
  ["s", "skip"], ["u", "unsure"], ["x", "bad"], ["h", "blind"], ["p", "pixels"], ["a", "auto"],
  ["?", "help"],
]);

/** Keys that go on while they are held. */
const HELD = new Set<string>(["back", "next"]);

/** What a key asks for; null if it means nothing here. */
export function wishOf(key: string, classes: LabelClass[], isHelpOpen: boolean): Wish | null {
  if (isHelpOpen) return key === "?" || key === "Escape" ? "close" : null;
  const letter = key.toLowerCase();
  const label = classes.find((one) => one.key === letter);
  if (label) return { label: label.name };
  return COMMANDS.get(key) ?? COMMANDS.get(letter) ?? null;
}

/** Whether a key that is held down asks again and again. */
export const goesOn = (wish: Wish): boolean => typeof wish === "string" && HELD.has(wish);
