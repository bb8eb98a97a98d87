import { clock } from "../../browser/clock.ts";
import { button, element, find, pause } from "../../browser/dom.ts";
import { askServer, Reloader } from "../../browser/reload.ts";
import { isSmall } from "../../labeler/src/pictures.ts";
import type { GridItem } from "./contract.ts";
import type { Desk } from "./desk.ts";
import type { Layout } from "./layout.ts";
import type { Mark } from "./marks.ts";
import type { Look } from "./screen.ts";
import { imageWords, lackOf, percent } from "./words.ts";

/** An image in its place. */
interface Tile {
  item: GridItem;
  place: HTMLButtonElement;
  image: HTMLImageElement;
}

/** Images that come later than this are waited for on the screen. */
const PATIENCE = 300;

/** The images of a grid. The next ones are loaded beside those on screen, and take their place at once. */
export class Tiles {
  readonly #list: HTMLElement;
  readonly #desk: Desk;
  readonly #reloader: Reloader;
  readonly #changed: () => void;
  #shown: Tile[] = [];
  #next: Tile[] = [];

  constructor(list: HTMLElement, desk: Desk, changed: () => void) {
    this.#list = list;
    this.#desk = desk;
    this.#changed = changed;
    this.#reloader = new Reloader(clock, askServer, changed);
  }

  /** How many are on screen. */
  get length(): number {
    return this.#shown.length;
  }

  listen(signal: AbortSignal, look: () => void): void {
    this.#list.addEventListener("click", (event) => {
      const index = this.#indexOf(event);
      // The second click of two is no mark of its own.
      if (index >= 0 && event.detail < 2) this.#desk.click(index, event.shiftKey);
    }, { signal });
    this.#list.addEventListener("dblclick", (event) => {
      if (this.#indexOf(event) < 0) return;
      this.#desk.takeClickBack();
      look();
    }, { signal });
    this.#list.addEventListener("focusin", (event) => {
      const index = this.#indexOf(event);
      if (index !== this.#desk.current) this.#desk.choose(index);
    }, { signal });
  }

  #indexOf({ target }: Event): number {
    return this.#shown.findIndex(({ place }) => target instanceof Node && place.contains(target));
  }

  load(): void {
    const { hasPixels, items } = this.#desk;
    this.#next = items.map((item) => this.#tile(item, hasPixels));
    this.#reloader.keep([...this.#shown, ...this.#next].map(({ image }) => image));
  }

  #tile(item: GridItem, hasPixels: boolean): Tile {
    const place = button("tile", () => undefined);
    const image = element("img");
    image.alt = "";
    image.decoding = "sync";
    image.draggable = false;
    image.addEventListener("load", () => { if (image.hidden) this.#changed(); });
    this.#reloader.load(image, addressOf(item, hasPixels));
    place.append(image, element("span", "lack"), element("b"), element("i", "", otherwise(item, this.#desk.data.name)), element("small", "", item.chance === null ? "" : percent(item.chance)));
    return { item, place, image };
  }

  async areThere(): Promise<void> {
    await Promise.race([Promise.allSettled(this.#next.map(({ image }) => image.decode())), pause(PATIENCE)]);
  }

  draw(): void {
    this.#shown = this.#next;
    this.#reloader.keep(this.#shown.map(({ image }) => image));
    this.#list.replaceChildren(...this.#shown.map(({ place }) => place));
  }

  arrange({ columns, side, width, isCaptioned }: Layout): void {
    this.#list.style.setProperty("--columns", String(columns));
    this.#list.style.setProperty("--side", `${side}px`);
    this.#list.style.setProperty("--width", `${width}px`);
    this.#list.classList.toggle("captioned", isCaptioned);
  }

  show(): void {
    const { canMark, current, given } = this.#desk;
    const marks = new Map(given.map((mark) => [mark.item, mark]));
    this.#shown.forEach((tile, index) => {
      const { item, place } = tile;
      place.classList.toggle("current", index === current);
      place.tabIndex = index === Math.max(0, current) ? 0 : -1;
      place.ariaDisabled = String(!canMark);
      this.#showMark(tile, marks.get(item.id));
      this.#showImage(tile);
    });
  }

  #showMark({ item, place }: Tile, mark: Mark | undefined): void {
    place.classList.toggle("marked", mark !== undefined);
    place.ariaPressed = String(mark !== undefined);
    place.ariaLabel = imageWords(item, this.#desk.data.name ?? "", mark);
    place.title = place.ariaLabel;
    find(place, "b").textContent = mark ? mark.name ?? "✕" : "";
  }

  #showImage({ item, place, image }: Tile): void {
    const isMissing = this.#desk.lookOf(item.id) === "missing";
    const lack = image.dataset["lack"] ?? (isMissing ? "late" : undefined);
    const address = addressOf(item, this.#desk.hasPixels);
    const told = find(place, ".lack");
    told.textContent = lack === undefined ? "" : lackOf(lack);
    told.title = image.dataset["why"] ?? "";
    image.hidden = lack !== undefined;
    if (lack === undefined && image.getAttribute("src") !== address) this.#reloader.load(image, address);
  }

  /** Give the chosen image the focus. */
  focus(): void {
    this.#shown[this.#desk.current]?.place.focus();
  }

  lookOf(item: number): Look {
    const image = this.#shown.find((tile) => tile.item.id === item)?.image;
    if (!image || image.dataset["lack"] !== undefined) return "missing";
    return image.complete && image.naturalWidth > 0 ? "there" : "coming";
  }

  /** Ask again for images that did not come. */
  retry(): void {
    this.#reloader.retry();
  }

  stop(): void {
    this.#reloader.stop();
  }
}

/** What an image was answered as, where that is no class: those of another class are not beside it. */
const otherwise = ({ answer }: GridItem, name: string | null): string => (answer && answer.said !== name ? answer.said : "");

const addressOf = (item: GridItem, hasPixels: boolean): string =>
  hasPixels && isSmall(item) ? item.pixels : item.smooth;
