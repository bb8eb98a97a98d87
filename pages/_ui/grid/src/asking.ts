import { Asking as AskingForWishes } from "../../browser/asking.ts";
import type { GridPage } from "./contract.ts";

/** Which images a person wants to see. */
export interface Shows {
  name: string | null;
  order: GridPage["order"];
  size: number;
  /** Whether answered images are shown, to be corrected. */
  corrects: boolean;
  /** Whether images that were chosen elsewhere give way to all. */
  is_all: boolean;
  /** A grid that the person has been through; null where there is none. */
  seen: string | null;
}

/** Asks the server for other images, until they come. */
export class Asking extends AskingForWishes<Shows> {
  /** See whether a page is what was asked for; a class of which nothing is left gives way to another. */
  take({ name, order, size, to_check: classes, corrects, among, batch_id: batch }: GridPage): void {
    const { wish } = this;
    if (wish?.order !== order || wish.size !== size || wish.seen === batch) return;
    if (wish.is_all ? among !== null : wish.corrects !== corrects) return;
    if (wish.name === name || !classes.some((one) => one.name === wish.name)) this.stop();
  }
}
