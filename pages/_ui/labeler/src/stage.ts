import { find } from "../../browser/dom.ts";
import { stretchOf } from "./contrast.ts";
import { Lens } from "./lens.ts";
import { fullSize, type Pictures, type Shown } from "./pictures.ts";
import type { Preferences } from "./preferences.ts";
import { lackOf } from "./words.ts";

/** The place of the image that is asked about. */
export class Stage {
  readonly #stage: HTMLElement;
  readonly #pictures: Pictures;
  readonly #lens: Lens;
  #item: Shown | undefined;
  /** The image as large as the screen needs. */
  #usual: HTMLImageElement | undefined;
  #contrast = false;
  /** Whether the full size was asked for, for this image. */
  #hasAsked = false;

  constructor(stage: HTMLElement, pictures: Pictures) {
    this.#stage = stage;
    this.#pictures = pictures;
    this.#lens = new Lens(stage, () => { this.#magnified(); });
  }

  listen(signal: AbortSignal): void {
    this.#lens.listen(signal);
  }

  /** Show an image as a person likes to see it; another one is seen from afar at first. */
  show(item: Shown | undefined, { contrast, pixels }: Pick<Preferences, "contrast" | "pixels">): void {
    const picture = this.#pictures.of(item);
    const usual = pixels ? picture?.pixels : picture?.smooth;
    const isSame = item?.id === this.#item?.id;
    // What is magnified may be there in full size.
    if (!isSame || usual !== this.#usual || !this.#lens.isOn) this.#put(usual, isSame);
    if (!isSame) this.#hasAsked = false;
    this.#item = item;
    this.#usual = usual;
    this.#contrast = contrast;
    this.follow();
  }

  /** Show what has become of the image on the stage: it may have come by now, or be missing. */
  follow(): void {
    this.#showLack();
    this.#spread();
  }

  /** Spread the greys of the image on the stage, as soon as it is there. */
  #spread(): void {
    const usual = this.#usual;
    const filter = this.#contrast && usual ? stretchOf(usual) : "";
    this.#stage.classList.toggle("stretched", filter !== "");
    this.#stage.style.setProperty("--stretch", filter);
    if (!this.#contrast || !usual || usual.complete) return;
    usual.addEventListener("load", () => { if (usual === this.#usual) this.#spread(); }, { once: true });
  }

  #put(shown: HTMLImageElement | undefined, isSame: boolean): void {
    for (const image of this.#stage.querySelectorAll("img")) if (image !== shown) image.remove();
    if (shown && !shown.isConnected) this.#stage.append(shown);
    this.#lens.show(shown, isSame);
  }

  #showLack(): void {
    const usual = this.#usual;
    const lack = usual?.dataset["lack"];
    const told = find(this.#stage, ".broken");
    told.hidden = lack === undefined;
    told.textContent = lack === undefined ? "" : lackOf(lack, usual?.dataset["why"]);
    if (usual) usual.hidden = lack !== undefined;
  }

  /** Go one step closer, or back after the last. */
  step(): void {
    if (!this.#usual?.hidden) this.#lens.step();
  }

  /** Look from afar again; whether that changes anything. */
  unzoom(): boolean {
    const { isOn } = this.#lens;
    if (isOn) this.#lens.reset();
    return isOn;
  }

  #magnified(): void {
    if (!this.#lens.isOn) this.#put(this.#usual, true);
    else if (this.#lens.wantsMore && !this.#hasAsked) void this.#fetch();
  }

  async #fetch(): Promise<void> {
    const item = this.#item;
    if (!item?.full) return;
    this.#hasAsked = true;
    const full = await fullSize(item.full);
    if (item.id !== this.#item?.id) return;
    if (full && this.#lens.isOn) this.#put(full, true);
    else this.#hasAsked = false;
  }
}
