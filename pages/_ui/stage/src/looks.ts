// How each item of the graph is painted.

import type { ShownBeliefs, ShownGraph, ShownSpread, ShownSweep } from "./contract.ts";
import type { Colours, Rgb } from "./colours.ts";
import { bytesOf } from "./numbers.ts";

export const NO_CLASS = 255;
/** How much colour an item has that a label has reached, but hears next to nothing of it. */
const HEARD = 0.16;
const [LEAST_SURE, SUREST] = [0.22, 0.85];
const LABELLED = 0.6;

/** Its colour, how much of it, and how thick its rim is, 0 to 1. */
export interface Look {
  colour: Rgb;
  level: number;
  rim: number;
}

/** What is shown: the labels, one of them on its way, or what all together say. */
export type Moment =
  | { kind: "labels" | "all" }
  | { kind: "one"; label: ShownSpread; sweep: ShownSweep | undefined };

export function looksOf(graph: ShownGraph, beliefs: ShownBeliefs, moment: Moment, colours: Colours): Look[] {
  const look = moment.kind === "one" ? oneLabel(graph, moment, colours) : allLabels(graph, beliefs, moment.kind, colours);
  return Array.from({ length: graph.n_items }, (_, item) => look(item));
}

type Looking = (item: number) => Look;

function oneLabel(graph: ShownGraph, { label, sweep }: Extract<Moment, { kind: "one" }>, colours: Colours): Looking {
  const colour = colourOf(graph, label.number, colours);
  const [shares, heard] = [bytesOf(sweep?.shares ?? ""), bytesOf(sweep?.heard ?? "")];
  return (item) => {
    if (item === label.item) return { colour, level: 1, rim: 1 };
    // The root brings out small shares.
    return { colour, level: heard[item] ? Math.max(HEARD, Math.sqrt((shares[item] ?? 0) / 255)) : 0, rim: 0 };
  };
}

function allLabels(graph: ShownGraph, beliefs: ShownBeliefs, kind: "labels" | "all", colours: Colours): Looking {
  const [classes, leads, labelled] = [bytesOf(beliefs.classes), bytesOf(beliefs.leads), bytesOf(beliefs.labelled)];
  return (item) => {
    const number = classes[item] ?? NO_CLASS;
    const colour = colourOf(graph, number, colours);
    if (labelled[item]) return { colour, level: 1, rim: LABELLED };
    if (kind === "labels" || number === NO_CLASS) return { colour, level: 0, rim: 0 };
    return { colour, level: LEAST_SURE + ((SUREST - LEAST_SURE) * (leads[item] ?? 0)) / 255, rim: 0 };
  };
}

export function colourOf({ classes }: ShownGraph, number: number, { isDark, ink, of }: Colours): Rgb {
  const found = classes[number];
  return found ? of(isDark ? found.dark : found.light) : ink;
}
