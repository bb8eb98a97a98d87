import type { StagePage } from "./contract.ts";
import { PACE } from "./player.ts";

/** What the presenter can ask for. */
export type Command =
  "next" | "back" | "first" | "last" | "play" | "graph" | "label" | "curve" | "guess" | "blank" | "fullScreen"
  | "help" | "escape" | "leave";

const KEYS = new Map<string, Command>([
  ["ArrowRight", "next"], [" ", "next"], ["PageDown", "next"], ["ArrowLeft", "back"], ["PageUp", "back"],
  ["Home", "first"], ["End", "last"], ["p", "play"], ["g", "graph"], ["n", "label"], ["c", "curve"], ["t", "guess"],
  ["b", "blank"], [".", "blank"], ["f", "fullScreen"], ["?", "help"], ["Escape", "escape"],
]);

/** What a key asks for; undefined if nothing. Remotes send PageUp, PageDown and the full stop. */
export const commandOf = (key: string): Command | undefined => KEYS.get(key) ?? KEYS.get(key.toLowerCase());

/** Keys and their meanings, for what there is to be shown. */
export function helpOf({ rounds, graph, curve }: StagePage): [string[], string][] {
  const isTold = rounds.some((round) => round.queries.length);
  const help: [string[], string, unknown?][] = [
    [["→", "Space", "PgDn"], isTold ? "the truth, then the next round" : "on"],
    [["←", "PgUp"], "back"],
    [["Home", "End"], isTold ? "first and last round" : "first and last"],
    [["P"], `play, ${PACE / 1000} s a step, and pause`],
    [["T"], "truth at once, or on the next key", isTold],
    [["G"], "the graph; → spreads a label", graph],
    [["N"], "in the graph: another label", graph],
    [["C"], "learning curves", isTold && curve],
    [["B", "."], "blank the screen"],
    [["F"], "full screen"],
    [["?"], "show or hide this list"],
    [["Esc"], "leave"],
  ];
  return help.filter(([, , isThere = true]) => isThere).map(([keys, meaning]) => [keys, meaning]);
}
