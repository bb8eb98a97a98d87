import { button, childrenOf, element, find } from "../../browser/dom.ts";
import type { NameTags } from "../../labeler/src/name_tags.ts";
import type { Pictures } from "../../labeler/src/pictures.ts";
import { changedOf } from "./cases.ts";
import type { ReviewCase } from "./contract.ts";
import type { Desk } from "./desk.ts";
import { inAWord } from "./words.ts";

/** The row of small images: which cases were looked at, and what became of them. */
export class Strip {
  readonly #list: HTMLElement;
  readonly #desk: Desk;
  readonly #pictures: Pictures;
  readonly #tags: NameTags;
  #current = -1;

  constructor(list: HTMLElement, desk: Desk, pictures: Pictures, tags: NameTags) {
    this.#list = list;
    this.#desk = desk;
    this.#pictures = pictures;
    this.#tags = tags;
  }

  fill(): void {
    this.#current = -1;
    this.#list.replaceChildren(...this.#desk.data.cases.map((one, place) => {
      const tile = button("", () => { this.#desk.move(place); });
      const images = element("div", one.items.length > 1 ? "pair" : "");
      images.append(...one.items.map(() => Object.assign(element("img"), { alt: "", draggable: false })));
      tile.append(images, element("span"));
      const entry = element("li");
      entry.append(tile);
      return entry;
    }));
  }

  show(): void {
    const { current, data: { cases }, preferences: { pixels } } = this.#desk;
    childrenOf(this.#list).forEach((entry, place) => {
      const one = cases[place];
      if (!one) return;
      entry.querySelectorAll("img").forEach((image, number) => {
        const item = one.items[number];
        if (item) this.#pictures.draw(image, pixels ? item.pixels : item.smooth);
      });
      this.#showOne(find(entry, "button", HTMLButtonElement), one, place);
    });
    if (current === this.#current) return;
    this.#current = current;
    // Not by scrollIntoView, which would move the page too.
    const tile = childrenOf(this.#list)[current];
    if (tile) this.#list.scrollLeft = tile.offsetLeft - this.#list.offsetLeft - this.#list.clientWidth / 2 + tile.offsetWidth / 2;
  }

  #showOne(tile: HTMLButtonElement, one: ReviewCase, place: number): void {
    const isDecided = this.#desk.isDecided(one);
    const isCurrent = place === this.#desk.current;
    const words = this.#words(one);
    tile.className = `${isDecided ? "answered" : ""} ${isCurrent ? "current" : ""}`;
    tile.ariaLabel = `${place + 1}, ${words}`;
    tile.title = words;
    this.#tags.write(find(tile, "span"), words);
  }

  /** What a case is, or what has become of it, in a word or two. */
  #words(one: ReviewCase): string {
    const standing = this.#desk.standing(one);
    const changed = changedOf(one, standing);
    const { which } = this.#desk.data;
    if (changed.length) return changed.map((item) => inAWord(standing.said[one.items.indexOf(item)] ?? item.now)).join(", ");
    if (standing.isKept) return "kept";
    if (this.#desk.isLeft(one)) return "left";
    return one.items.map(({ was }) => inAWord(was, which)).join(" · ");
  }
}
