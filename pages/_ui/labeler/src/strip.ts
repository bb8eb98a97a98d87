import { button, childrenOf, element, find } from "../../browser/dom.ts";
import type { AnsweredItem, ShownItem } from "./contract.ts";
import type { Desk } from "./desk.ts";
import type { NameTags } from "./name_tags.ts";
import type { Pictures } from "./pictures.ts";
import { placesOf } from "./places.ts";
import { inShort } from "./words.ts";

/** The row of small images: which are answered, and how. */
export class Strip {
  readonly #list: HTMLElement;
  readonly #desk: Desk;
  readonly #pictures: Pictures;
  readonly #tags: NameTags;

  constructor(list: HTMLElement, desk: Desk, pictures: Pictures, tags: NameTags) {
    this.#list = list;
    this.#desk = desk;
    this.#pictures = pictures;
    this.#tags = tags;
  }

  fill(): void {
    this.#list.replaceChildren(...placesOf(this.#desk.data).map((place) => {
      const entry = element("li");
      entry.append("answered" in place ? this.#standing(place.answered) : this.#open(place.item, place.index));
      return entry;
    }));
  }

  #open(item: ShownItem, index: number): HTMLElement {
    const tile = button("", () => { this.#desk.move(index); });
    tile.append(this.#pictures.of(item)?.tile ?? "", element("span"));
    return tile;
  }

  show(): void {
    const source = this.#desk.preferences.pixels ? "pixels" : "smooth";
    const places = placesOf(this.#desk.data);
    childrenOf(this.#list).forEach((entry, number) => {
      const place = places[number];
      if (!place) return;
      if ("item" in place) this.#showOpen(find(entry, "button", HTMLButtonElement), place, number);
      const image = "answered" in place ? place.answered : place.item;
      this.#pictures.draw(find(entry, "img", HTMLImageElement), image[source]);
    });
  }

  #showOpen(tile: HTMLButtonElement, { item, index }: { item: ShownItem; index: number }, number: number): void {
    const answer = this.#desk.answers[item.id];
    const said = answer && inShort(answer);
    tile.className = `${answer ? "answered" : ""} ${index === this.#desk.current ? "current" : ""}`;
    tile.ariaLabel = `Image ${number + 1}${said ? `, ${said}` : ""}`;
    tile.title = said ?? "";
    this.#tags.write(find(tile, "span"), said ?? "·");
  }

  /** An image whose answer stands while the batch is open again. */
  #standing({ answer: { said } }: AnsweredItem): HTMLElement {
    const tile = button("answered standing", () => undefined);
    tile.disabled = true;
    tile.title = `Answered ${said}. Undo once more to answer it again.`;
    const tag = element("span");
    this.#tags.write(tag, said);
    tile.append(element("img"), tag);
    return tile;
  }
}
