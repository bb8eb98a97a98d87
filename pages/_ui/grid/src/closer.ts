import { find } from "../../browser/dom.ts";
import { fullSize, isSmall } from "../../labeler/src/pictures.ts";
import type { GridItem } from "./contract.ts";

/** One image as large as the screen, over all else. */
export class Closer {
  readonly #dialog: HTMLDialogElement;
  #item: GridItem | undefined;

  constructor(dialog: HTMLDialogElement) {
    this.#dialog = dialog;
  }

  listen(signal: AbortSignal): void {
    this.#dialog.addEventListener("click", () => { this.close(); }, { signal });
  }

  get isOpen(): boolean {
    return this.#dialog.open;
  }

  /** Show an image, as it is at hand, and in full size once that has come. */
  open(item: GridItem, words: string, hasPixels: boolean): void {
    this.#item = item;
    this.#put(hasPixels && isSmall(item) ? item.pixels : item.smooth, words);
    find(this.#dialog, "figcaption").textContent = words;
    this.#dialog.showModal();
    if (item.full !== null) void this.#fetch(item, item.full, words);
  }

  async #fetch(item: GridItem, address: string, words: string): Promise<void> {
    const full = await fullSize(address);
    if (full && item === this.#item && this.isOpen) this.#put(address, words);
  }

  #put(address: string, words: string): void {
    const image = find(this.#dialog, "img", HTMLImageElement);
    image.src = address;
    image.alt = words;
  }

  close(): void {
    this.#item = undefined;
    this.#dialog.close();
  }
}
