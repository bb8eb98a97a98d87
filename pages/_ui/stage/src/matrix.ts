import { childrenOf, element } from "../../browser/dom.ts";
import type { ShownMatrix } from "./contract.ts";

const STRONG = 0.8;
const KIND_BY_SIGN = new Map([[1, "hit"], [-1, "miss"]]);

/** Fill the confusion matrix, with a row and a column of class names before it. */
export function showMatrix(matrix: HTMLElement, data: ShownMatrix): void {
  const { classes, note } = data;
  const size = classes.length + 1;
  if (matrix.children.length !== size * size) {
    matrix.style.setProperty("--n", String(classes.length));
    matrix.replaceChildren(...Array.from({ length: size * size }, () => element("span")));
  }
  childrenOf(matrix).forEach((cell, place) => {
    showCell(cell, data, Math.floor(place / size) - 1, (place % size) - 1);
  });
  matrix.ariaLabel = `Confusion matrix of ${classes.length} classes. ${note}`;
}

function showCell(cell: HTMLElement, { classes, counts, levels }: ShownMatrix, row: number, column: number): void {
  if (row < 0 || column < 0) {
    cell.className = "head";
    cell.textContent = classes[Math.max(row, column)] ?? "";
    return;
  }
  const level = at(levels, row, column);
  cell.className = `cell ${KIND_BY_SIGN.get(Math.sign(level)) ?? ""} ${level >= STRONG ? "strong" : ""}`;
  cell.style.setProperty("--level", `${100 * Math.abs(level)}%`);
  cell.textContent = String(at(counts, row, column) || "");
}

const at = (table: number[][], row: number, column: number): number => table[row]?.[column] ?? 0;
