// Images that did not come while the server was away come by themselves once it is back.

import type { Clock } from "./clock.ts";

/** What is used of an image. */
export type Loading = Pick<HTMLImageElement, "src" | "dataset" | "onload" | "onerror">;

/** Whether an address has an image, or why it has none in a sentence; null where nothing answers. */
export type Ask = (address: string) => Promise<true | string | null>;

/** How an image that is not there is said to be: on its way again, or not to be had. */
type Lack = "late" | "broken";

const FIRST = 1000;
const LONGEST = 15_000;
/** An image that is sent and cannot be read so often is broken. */
const PATIENCE = 2;
/** Letters of a sentence that has the place of an image. */
const SENTENCE = 300;

export class Reloader {
  readonly #clock: Clock;
  readonly #ask: Ask;
  readonly #changed: () => void;
  /** How often each of those that are late was sent in vain. */
  readonly #late = new Map<Loading, number>();
  #pause = FIRST;
  #stop: (() => void) | null = null;

  /** `changed` hears when an image has come or is missing. */
  constructor(clock: Clock, ask: Ask, changed: () => void) {
    this.#clock = clock;
    this.#ask = ask;
    this.#changed = changed;
  }

  /** Load an image, again and again until it is there. */
  load<Image extends Loading>(image: Image, address: string): Image {
    image.onerror = () => { this.#miss(image); };
    image.onload = () => { this.#come(image); };
    image.src = address;
    return image;
  }

  /** Ask at once for those that are late. */
  retry(): void {
    this.#stop?.();
    this.#stop = null;
    for (const image of this.#late.keys()) void this.#again(image);
  }

  /** Have no further look at images that are not among these. */
  keep(images: Iterable<Loading>): void {
    const wanted = new Set(images);
    for (const image of this.#late.keys()) if (!wanted.has(image)) this.#late.delete(image);
  }

  stop(): void {
    this.keep([]);
    this.#stop?.();
  }

  #miss(image: Loading): void {
    if (image.src.startsWith("data:")) this.#say(image, "broken");
    else {
      if (!this.#late.has(image)) this.#late.set(image, 0);
      this.#say(image, "late");
      void this.#again(image);
    }
  }

  #come(image: Loading): void {
    const wasMissing = this.#late.delete(image) || "lack" in image.dataset;
    if (!wasMissing) return;
    this.#pause = FIRST;
    delete image.dataset["lack"];
    delete image.dataset["why"];
    this.#changed();
  }

  #say(image: Loading, lack: Lack): void {
    if (image.dataset["lack"] === lack) return;
    image.dataset["lack"] = lack;
    this.#changed();
  }

  #plan(): void {
    this.#stop ??= this.#clock.after(this.#pause, () => {
      this.#pause = Math.min(LONGEST, 2 * this.#pause);
      this.retry();
    });
  }

  /** Load an image again if the server has it. */
  async #again(image: Loading): Promise<void> {
    const address = image.src;
    const found = await this.#ask(address);
    const vain = this.#late.get(image);
    if (vain === undefined) return;
    if (found === null) this.#plan();
    else if (found === true && vain < PATIENCE) {
      this.#late.set(image, vain + 1);
      image.src = address;
    } else {
      this.#late.delete(image);
      if (typeof found === "string" && found) image.dataset["why"] = found;
      this.#say(image, "broken");
    }
  }
}

/** Ask the server for an image without waiting for it; it says why there is none. */
export async function askServer(address: string): Promise<true | string | null> {
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (answer.status === 404) return (await answer.text()).slice(0, SENTENCE);
    void answer.body?.cancel();
    return answer.ok || null;
  } catch {
    return null;
  }
}
