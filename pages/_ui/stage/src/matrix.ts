import { childrenOf, element } from "../../browser/dom.ts";
import type { ShownBars, ShownMatrix } from "./contract.ts";

const STRONG = 0.8;
/** Names of more letters than this stand upright over their columns. */
const SHORT = 2;
const KIND_BY_SIGN = new Map([[1, "hit"], [-1, "miss"]]);

/** Fill the confusion matrix, with a row and a column of class names before it. */
export function showMatrix(matrix: HTMLElement, data: ShownMatrix): void {
  const { classes, note } = data;
  const size = classes.length + 1;
  if (matrix.children.length !== size * size) {
    matrix.style.setProperty("--n", String(classes.length));
    matrix.replaceChildren(...Array.from({ length: size * size }, () => element("span")));
  }
  matrix.classList.toggle("named", classes.some((name) => name.length > SHORT));
  childrenOf(matrix).forEach((cell, place) => {
    showCell(cell, data, Math.floor(place / size) - 1, (place % size) - 1);
  });
  matrix.ariaLabel = `Confusion matrix of ${classes.length} classes. ${note}`;
}

function showCell(cell: HTMLElement, { classes, counts, levels }: ShownMatrix, row: number, column: number): void {
  if (row < 0 || column < 0) {
    cell.className = `head ${row < 0 ? "top" : "left"}`;
    cell.textContent = classes[Math.max(row, column)] ?? "";
    return;
  }
  const level = at(levels, row, column);
  const count = short(at(counts, row, column));
  cell.className = `cell ${KIND_BY_SIGN.get(Math.sign(level)) ?? ""} ${level >= STRONG ? "strong" : ""}`;
  cell.style.setProperty("--level", `${100 * Math.abs(level)}%`);
  cell.style.setProperty("--letters", String(Math.max(count.length, 2)));
  cell.textContent = count;
}

const at = (table: number[][], row: number, column: number): number => table[row]?.[column] ?? 0;

/** A count in at most four characters; nothing where there is none. */
export function short(count: number): string {
  if (count < 1000) return String(count || "");
  const value = count / 1000;
  return value < 9.95 ? `${value.toFixed(1)}k` : `${Math.round(value)}k`;
}

/** Fill a list of bars. */
export function showBars(list: HTMLElement, { bars }: ShownBars): void {
  list.replaceChildren(...bars.map(({ name, value, share }) => {
    const row = element("li");
    const bar = element("i");
    bar.style.setProperty("--share", `${100 * share}%`);
    row.append(element("span", "name", name), element("span", "value", value), bar);
    return row;
  }));
}
