import { element } from "../../browser/dom.ts";
import type { Pictures } from "../../labeler/src/pictures.ts";
import type { ReviewItem } from "./contract.ts";

/** Images that are labelled as one class, and speak for it. */
export interface Speaking {
  title: string;
  isAgainst: boolean;
  /** Null where that is not known yet. */
  items: readonly ReviewItem[] | null;
  /** What is said where there are none. */
  none: string;
}

/** The labelled images that say most of the one that is asked about. */
export class ReasonsView {
  readonly #place: HTMLElement;
  readonly #pictures: Pictures;

  constructor(place: HTMLElement, pictures: Pictures) {
    this.#place = place;
    this.#pictures = pictures;
  }

  show(all: readonly Speaking[], hasPixels: boolean): void {
    this.#place.replaceChildren(...all.map((one) => this.#section(one, hasPixels)));
  }

  #section({ title, isAgainst, items, none }: Speaking, hasPixels: boolean): HTMLElement {
    const section = element("section", isAgainst ? "against" : "");
    section.append(element("h3", "", title));
    if (items?.length === 0) section.append(element("p", "", none));
    else {
      const list = element("ol");
      list.ariaLabel = title;
      list.append(...(items ?? []).map((item) => this.#tile(item, hasPixels)));
      section.append(list);
    }
    return section;
  }

  #tile(item: ReviewItem, hasPixels: boolean): HTMLElement {
    const tile = element("li");
    const image = element("img");
    image.alt = item.now.label ?? "";
    image.draggable = false;
    this.#pictures.draw(image, hasPixels ? item.pixels : item.smooth);
    tile.title = `Image ${item.id}, labelled ${item.now.label ?? ""}`;
    tile.append(image);
    return tile;
  }
}
