import { button, childrenOf, element, find } from "../../browser/dom.ts";
import type { Desk } from "./desk.ts";
import type { Pictures } from "./pictures.ts";
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
    this.#list.replaceChildren(...this.#desk.data.items.map((item, index) => {
      const tile = button("", () => { this.#desk.move(index); });
      tile.append(this.#pictures.of(item)?.tile ?? "", element("span"));
      const entry = element("li");
      entry.append(tile);
      return entry;
    }));
  }

  show(): void {
    const { answers, current, data, preferences } = this.#desk;
    childrenOf(this.#list).forEach((entry, index) => {
      const item = data.items[index];
      if (!item) return;
      const answer = answers[item.id];
      const said = answer && inShort(answer);
      const tile = find(entry, "button", HTMLButtonElement);
      tile.className = `${answer ? "answered" : ""} ${index === current ? "current" : ""}`;
      tile.ariaLabel = `Image ${index + 1}${said ? `, ${said}` : ""}`;
      find(tile, "span").textContent = said ?? "·";
      find(tile, "img", HTMLImageElement).src = item[preferences.pixels ? "pixels" : "smooth"];
    });
  }
}
