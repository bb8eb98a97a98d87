/** What the presenter can ask for by a key. */
export type Command = "pause" | "names" | "hide" | "blank" | "fill" | "help" | "escape";

const KEYS = new Map<string, Command>([
  ["p", "pause"], ["n", "names"], ["h", "hide"], ["b", "blank"], [".", "blank"], ["f", "fill"], ["?", "help"],
  ["Escape", "escape"],
]);

export const commandOf = (key: string): Command | undefined => KEYS.get(key) ?? KEYS.get(key.toLowerCase());

/** Keys and their meanings. */
export const HELP: readonly [string[], string][] = [
  [["P"], "a break, or go on"],
  [["N"], "who is in the room"],
  [["H"], "hide or show results"],
  [["B", "."], "blank the screen; any key brings it back"],
  [["F"], "full screen"],
  [["?"], "show or hide this list"],
  [["Esc"], "leave"],
];
