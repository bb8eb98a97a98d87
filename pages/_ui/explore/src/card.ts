import { find } from "../../browser/dom.ts";
import type { Place } from "./camera.ts";
import type { Scene } from "./scene.ts";
import type { Source } from "./source.ts";
import { pointWords } from "./words.ts";

/** Pixels from the pointer to the card. */
const AWAY = 16;

/** What a pointer is near: an item, or -1. */
export interface Pointed {
  item: number;
  at: Place;
  isPinned: boolean;
}

/** The image of the item under the pointer, and what is said of it. */
export class Card {
  readonly #place: HTMLElement;
  readonly #image: HTMLImageElement;
  #item = -1;
  #isPinned = false;
  #asking = new AbortController();

  constructor(place: HTMLElement) {
    this.#place = place;
    this.#image = find(place, "img", HTMLImageElement);
  }

  hide(): void {
    this.#item = -1;
    this.#isPinned = false;
    this.#asking.abort();
    this.#place.hidden = true;
  }

  /** Show an item. One that was pressed stays until something else is. */
  async show({ item, at, isPinned }: Pointed, scene: Scene, source: Source, isInk: boolean): Promise<void> {
    if (this.#isPinned && !isPinned) return;
    if (item < 0) {
      this.hide();
      return;
    }
    this.#isPinned = isPinned;
    if (item === this.#item) {
      this.#put(at);
      return;
    }
    this.#item = item;
    this.#asking.abort();
    this.#asking = new AbortController();
    this.#place.classList.toggle("ink", isInk);
    this.#image.removeAttribute("src");
    this.#say("", pointWords(scene.marks, item, scene.classes.map(({ name }) => name)));
    this.#put(at);
    await this.#fetch(item, source);
  }

  async #fetch(item: number, source: Source): Promise<void> {
    const { signal } = this.#asking;
    try {
      const { url, told } = await source.server.glance(source.found?.layout ?? "", item, signal);
      if (signal.aborted) return;
      this.#image.src = url;
      find(this.#place, "b").textContent = told;
    } catch {
      if (!signal.aborted) find(this.#place, "b").textContent = "This image cannot be shown";
    }
  }

  #say(name: string, words: string): void {
    find(this.#place, "b").textContent = name;
    find(this.#place, "span").textContent = words;
  }

  /** Beside the pointer, and within the map. */
  #put({ x, y }: Place): void {
    this.#place.hidden = false;
    const room = this.#place.parentElement;
    const [width, height] = [this.#place.offsetWidth, this.#place.offsetHeight];
    const left = x + AWAY + width < (room?.clientWidth ?? 0) ? x + AWAY : Math.max(4, x - AWAY - width);
    const top = Math.min(Math.max(4, y - height / 2), Math.max(4, (room?.clientHeight ?? 0) - height - 4));
    this.#place.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}
