import { clock } from "../../browser/clock.ts";
import { pause } from "../../browser/dom.ts";
import { askServer, Reloader } from "../../browser/reload.ts";
import type { ShownItem } from "./contract.ts";

/** The images of one item, loaded and kept. */
export interface Picture {
  smooth: HTMLImageElement;
  pixels: HTMLImageElement;
  tile: HTMLImageElement;
}

/** What is needed of an image to show it. */
export type Shown = Pick<ShownItem, "id" | "smooth" | "pixels" | "full">;

const PATIENCE = 300;

/** Whether an image is so small that it came within the page's message, and its pixels can be told apart. */
export const isSmall = ({ smooth }: Pick<ShownItem, "smooth">): boolean => smooth.startsWith("data:");

/** The pictures of the images on screen, by item. */
export class Pictures {
  #byItem = new Map<number, Picture>();
  readonly #reloader: Reloader;

  /** `changed` hears when a picture has come late, or does not come. */
  constructor(changed: () => void) {
    this.#reloader = new Reloader(clock, askServer, changed);
  }

  /** Load the pictures of a batch; those of its images that were shown before are there. */
  fill(items: Shown[]): void {
    const known = this.#byItem;
    this.#byItem = new Map(items.map((item) => [item.id, known.get(item.id) ?? this.#load(item)]));
    this.#reloader.keep([...this.#byItem.values()].flatMap(({ smooth, pixels, tile }) => [smooth, pixels, tile]));
  }

  of(item: Shown | undefined): Picture | undefined {
    return item && this.#byItem.get(item.id);
  }

  clear(): void {
    this.fill([]);
  }

  /** Ask again for those that did not come. */
  retry(): void {
    this.#reloader.retry();
  }

  stop(): void {
    this.#reloader.stop();
  }

  /** Let an image show what is at an address. */
  draw(image: HTMLImageElement, address: string): void {
    if (image.getAttribute("src") !== address) this.#reloader.load(image, address);
  }

  /** Resolves when an item's picture can be shown, or after a while. */
  async isThere(item: Shown | undefined): Promise<void> {
    await Promise.race([decoded(this.of(item)?.smooth), pause(PATIENCE)]);
  }

  #load(item: Shown): Picture {
    const smooth = this.#image(item.smooth);
    const pixels = item.pixels === item.smooth ? smooth : this.#image(item.pixels);
    return { smooth, pixels, tile: this.#image(item.smooth) };
  }

  #image(address: string): HTMLImageElement {
    return this.#reloader.load(blank(), address);
  }
}

/** A picture in full size, once it can be shown without a flash; null where it cannot be had now. */
export async function fullSize(address: string): Promise<HTMLImageElement | null> {
  const full = blank();
  full.src = address;
  try {
    await full.decode();
    return full;
  } catch {
    return null;
  }
}

function blank(): HTMLImageElement {
  const made = new Image();
  made.alt = "";
  made.decoding = "sync";
  made.draggable = false;
  return made;
}

async function decoded(image: HTMLImageElement | undefined): Promise<void> {
  try {
    await image?.decode();
  } catch {
    // A broken image is told of on the stage.
  }
}
