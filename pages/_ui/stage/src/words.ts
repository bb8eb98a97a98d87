// What is to be seen in the graph, in words.

import type { ShownGraph } from "./contract.ts";
import type { Moment } from "./looks.ts";

const counted = (number: number, noun: string): string => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

export function saidOf(graph: ShownGraph, moment: Moment, labels: number): string {
  if (moment.kind === "one") return oneLabel(graph, moment);
  if (moment.kind === "labels") {
    const told = labels ? `${counted(labels, "label")} so far: the coloured ones.` : "None has a label yet.";
    return `${graph.about} ${told}`;
  }
  return labels
    ? `All ${counted(labels, "label")} together: each takes the class that it hears most of. Pale ones are unsure.`
    : "Before the first label, nothing is known.";
}

function oneLabel({ classes, n_items: all }: ShownGraph, { label, sweep }: Extract<Moment, { kind: "one" }>): string {
  if (sweep) {
    return `After ${counted(sweep.sweeps, "sweep")}, it has reached ${sweep.reached} of ${all}. `
      + "The stronger the colour, the more of it has arrived.";
  }
  return `One label: this is “${classes[label.number]?.name ?? ""}”. In each sweep, all pass on to their neighbours what they have heard.`;
}
