import { drawn } from "../../browser/dom.ts";

export const CROSS = "M6 6l12 12M18 6L6 18";
export const CHECK = "M5 13l4.5 4.5L19 7.5";

export function icon(path: string): SVGElement {
  const svg = drawn("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  svg.append(drawn("path", { d: path }));
  return svg;
}
