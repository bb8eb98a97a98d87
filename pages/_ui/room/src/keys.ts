/** What the presenter can ask for by a key. */
export type Command = "pause" | "names" | "hide" | "blank" | "fill" | "escape";

const KEYS = new Map<string, Command>([
  ["p", "pause"], ["n", "names"], ["h", "hide"], ["b", "blank"], [".", "blank"], ["f", "fill"], ["Escape", "escape"],
]);

export const commandOf = (key: string): Command | undefined => KEYS.get(key) ?? KEYS.get(key.toLowerCase());
