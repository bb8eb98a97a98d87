import { button, childrenOf, element, find } from "../../browser/dom.ts";
import type { AnsweredItem, ShownItem } from "./contract.ts";
import type { Desk } from "./desk.ts";
import type { Pictures } from "./pictures.ts";
import { placesOf } from "./places.ts";
import { inShort } from "./words.ts";

/** The row of small images: which are answered, and how. */
export class Strip {
  readonly #list: HTMLElement;
  readonly #desk: Desk;
  readonly #pictures: Pictures;

  constructor(list: HTMLElement, desk: Desk, pictures: Pictures) {
    this.#list = list;
    this.#desk = desk;
    this.#pictures = pictures;
  }

  fill(): void {
    this.#list.replaceChildren(...placesOf(this.#desk.data).map((place) => {
      const entry = element("li");
      entry.append("answered" in place ? standing(place.answered) : this.#open(place.item, place.index));
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
    find(tile, "span").textContent = said ?? "·";
  }
}

/** An image whose answer stands while the batch is open again. */
function standing({ answer: { said } }: AnsweredItem): HTMLElement {
  const tile = button("answered standing", () => undefined);
  tile.disabled = true;
  tile.title = `Answered ${said}. Undo once more to answer it again.`;
  tile.append(element("img"), element("span", "", said));
  return tile;
}
