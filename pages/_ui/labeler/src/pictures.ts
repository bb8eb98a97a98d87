import { pause } from "../../browser/dom.ts";
import type { ShownItem } from "./contract.ts";

/** The images of one item, loaded and kept. */
export interface Picture {
  smooth: HTMLImageElement;
  pixels: HTMLImageElement;
  tile: HTMLImageElement;
}

const PATIENCE = 300;

/** The pictures of the images on screen, by item. */
export class Pictures {
  #byItem = new Map<number, Picture>();

  /** Load the pictures of a batch; those of its images that were shown before are there. */
  fill(items: ShownItem[]): void {
    const known = this.#byItem;
    this.#byItem = new Map(items.map((item) => [item.id, known.get(item.id) ?? load(item)]));
  }

  of(item: ShownItem | undefined): Picture | undefined {
    return item && this.#byItem.get(item.id);
  }

  clear(): void {
    this.#byItem = new Map();
  }

  /** Resolves when an item's picture can be shown, or after a while. */
  async isThere(item: ShownItem | undefined): Promise<void> {
    await Promise.race([decoded(this.of(item)?.smooth), pause(PATIENCE)]);
  }
}

function load(item: ShownItem): Picture {
  return { smooth: image(item.smooth), pixels: image(item.pixels), tile: image(item.smooth) };
}

function image(source: string): HTMLImageElement {
  const made = new Image();
  made.alt = "";
  made.decoding = "sync";
  made.draggable = false;
  made.onerror = () => { made.dataset["broken"] = "true"; };
  made.src = source;
  return made;
}

async function decoded(image: HTMLImageElement | undefined): Promise<void> {
  try {
    await image?.decode();
  } catch {
    // A broken image is told of on the stage.
  }
}
