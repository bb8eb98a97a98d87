import { Asking as AskingForWishes } from "../../browser/asking.ts";
import type { GridPage } from "./contract.ts";

/** Which images a person wants to see. */
export interface Shows {
  name: string | null;
  order: GridPage["order"];
  size: number;
}

/** Asks the server for other images, until they come. */
export class Asking extends AskingForWishes<Shows> {
  /** See whether a page is what was asked for; a class of which nothing is left gives way to another. */
  take({ name, order, size, to_check: classes }: GridPage): void {
    const { wish } = this;
    if (wish?.order !== order || wish.size !== size) return;
    if (wish.name === name || !classes.some((one) => one.name === wish.name)) this.stop();
  }
}
