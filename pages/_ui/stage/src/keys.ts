import { PACE } from "./player.ts";

/** What the presenter can ask for. */
export type Command = "next" | "back" | "first" | "last" | "play" | "fullScreen" | "help" | "escape" | "leave";

const KEYS = new Map<string, Command>([
  ["ArrowRight", "next"], [" ", "next"], ["PageDown", "next"], ["ArrowLeft", "back"], ["PageUp", "back"],
  ["Home", "first"], ["End", "last"], ["p", "play"], ["f", "fullScreen"], ["?", "help"], ["Escape", "escape"],
]);

/** What a key asks for; undefined if nothing. */
export const commandOf = (key: string): Command | undefined => KEYS.get(key) ?? KEYS.get(key.toLowerCase());

/** Keys and their meanings. */
export const HELP: [string[], string][] = [
  [["→", "Space"], "next round"],
  [["←"], "back"],
  [["Home", "End"], "first and last round"],
  [["P"], `play, ${PACE / 1000} s per round, and pause`],
  [["F"], "full screen"],
  [["?"], "show or hide this list"],
  [["Esc"], "leave"],
];
