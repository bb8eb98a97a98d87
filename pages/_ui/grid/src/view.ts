// What a person sees of the desk. Each part of the page is drawn from how things stand, whatever was
// shown before.

import { find, painted } from "../../browser/dom.ts";
import { isSmall } from "../../labeler/src/pictures.ts";
import { Choices } from "./choices.ts";
import { Closer } from "./closer.ts";
import type { Desk } from "./desk.ts";
import { KeysView } from "./keys_view.ts";
import { layoutOf } from "./layout.ts";
import { Marked } from "./marked.ts";
import type { Look, Screen } from "./screen.ts";
import { Tiles } from "./tiles.ts";
import { acceptWords, amongWords, CHOOSE, count, grouped, imageWords, leftWords, NOT_REACHED, savedWords, short } from "./words.ts";

/** An image is no smaller than this: on a narrow screen it is for a finger. */
const LEAST = 44;
const LEAST_FOR_FINGERS = 56;
const NARROW = 600;
/** What stays free below all of it. */
const BELOW = 18;

export class View implements Screen {
  columns = 1;
  /** All are there before anything is shown: the desk is made with its screen. */
  #desk!: Desk;
  tiles!: Tiles;
  keys!: KeysView;
  choices!: Choices;
  #marked!: Marked;
  readonly closer: Closer;
  readonly #root: HTMLElement;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.closer = new Closer(find(root, ".closer", HTMLDialogElement));
  }

  attach(desk: Desk): void {
    this.#desk = desk;
    this.tiles = new Tiles(this.#find(".tiles"), desk, () => { this.show(); });
    this.keys = new KeysView(this.#find(".keys"), desk);
    this.choices = new Choices(this.#root, desk);
    this.#marked = new Marked(this.#find(".marked-line"), desk);
  }

  #find(selector: string): HTMLElement {
    return find(this.#root, selector);
  }

  showKeys(): void {
    this.#marked.fill();
    this.keys.fill();
    for (const cap of this.#root.querySelectorAll<HTMLElement>("kbd[data-letter]")) {
      cap.textContent = this.#desk.keys.map.capOf(cap.dataset["letter"] ?? "");
    }
  }

  load(): void {
    this.tiles.load();
    this.#showHold();
  }

  imagesAreThere(): Promise<void> {
    return this.tiles.areThere();
  }

  painted(): Promise<void> {
    return painted();
  }

  lookOf(item: number): Look {
    return this.tiles.lookOf(item);
  }

  setReady(batch: string | null): void {
    if (batch === null) delete this.#root.dataset["ready"];
    else this.#root.dataset["ready"] = batch;
  }

  draw(): void {
    const hadFocus = this.#hasFocusOnTiles;
    const isFirst = !this.tiles.length;
    this.tiles.draw();
    this.#root.dataset["batch"] = this.#desk.data.batch_id;
    if (hadFocus) this.#root.focus({ preventScroll: true });
    this.#showHead();
    this.fit();
    // Whoever has gone down to the button begins above again.
    if (!isFirst) main()?.scrollTo(0, 0);
  }

  /** Whether a tile has the focus. */
  get #hasFocusOnTiles(): boolean {
    const inside = this.#root.getRootNode() as Document | ShadowRoot;
    return inside.activeElement?.matches(".tile") ?? false;
  }

  /** Give all images as much room as the screen has. */
  fit(): void {
    if (!this.tiles.length) return;
    const list = this.#find(".tiles");
    const width = this.#root.clientWidth;
    const top = list.getBoundingClientRect().top + (main()?.scrollTop ?? 0);
    const foot = this.#find(".foot").offsetHeight;
    const layout = layoutOf(this.tiles.length, { width, height: innerHeight - top - foot - BELOW }, width < NARROW ? LEAST_FOR_FINGERS : LEAST);
    this.columns = layout.columns;
    this.#root.classList.toggle("moved", !layout.fits);
    this.tiles.arrange(layout);
  }

  show(): void {
    this.followTheme();
    this.choices.show();
    this.showSaved();
    this.#showRefused();
    this.#showHold();
    // What has been on screen stays as it was until the next images are there.
    if (this.#root.dataset["batch"] !== this.#desk.data.batch_id) return;
    this.#showHead();
    this.tiles.show();
    this.#marked.show();
    this.#showActions();
  }

  #showHead(): void {
    const { data } = this.#desk;
    const { corrects, items, name } = data;
    this.#showAmong();
    this.#root.classList.toggle("photo", !data.ink);
    const left = data.to_check.find((one) => one.name === name)?.count ?? 0;
    const question = this.#find(".question");
    question.hidden = !name;
    question.title = name ? `Are all of these ${name}?` : "";
    find(question, "b").textContent = short(name ?? "");
    this.#find(".none").hidden = Boolean(name);
    this.#find(".none").textContent = name === NOT_REACHED ? "What are these?" : "Nothing to check";
    this.#find(".left").textContent = name === null ? "" : leftWords(left, name, corrects);
    this.#find(".left").title = `${count(data.n_to_check, "image")} ${corrects ? "answered" : "to check"} in all classes`;
    const isEmpty = !items.length;
    this.#find(".nothing").hidden = !isEmpty;
    this.#find(".nothing").textContent = data.nothing_yet;
    this.#find(".marked-line").hidden = isEmpty;
    this.#find(".tiles").hidden = isEmpty;
    this.#find(".tiles").ariaLabel = name === NOT_REACHED ? "Images that no label reaches" : `Images predicted as ${name ?? ""}`;
  }

  /** Say of which images only some are shown. */
  #showAmong(): void {
    const { among } = this.#desk.data;
    const line = this.#find(".among");
    const wasHidden = line.hidden;
    line.hidden = !among;
    find(line, ".told").textContent = among ? amongWords(among) : "";
    if (line.hidden !== wasHidden) this.fit();
  }

  #showActions(): void {
    const { canMark, data, given, isLocked, items, missing } = this.#desk;
    const marked = new Set(given.map(({ item }) => item));
    const unseen = [...missing].filter((item) => !marked.has(item)).length;
    const accept = find(this.#root, ".accept", HTMLButtonElement);
    accept.hidden = !items.length;
    accept.disabled = !canMark;
    const [told, rest] = acceptWords(data, items.length - marked.size - unseen, marked.size, unseen);
    find(accept, ".told").textContent = told;
    find(accept, ".rest").textContent = rest;
    accept.title = told + rest;
    const undo = find(this.#root, ".undo", HTMLButtonElement);
    undo.disabled = isLocked || (!marked.size && !data.last);
    const last = data.last ? `Take back: ${data.last.said}` : "There is nothing to take back";
    undo.title = marked.size ? "Take back the last mark" : last;
    this.#find(".look").hidden = !items.length;
    this.#find(".smooth").hidden = !items.some(isSmall);
    this.#find(".smooth span").textContent = this.#desk.hasPixels ? "smooth" : "pixels";
    this.#root.classList.toggle("pixels", this.#desk.hasPixels && items.some(isSmall));
  }

  /** Dim what cannot be marked now. */
  #showHold(): void {
    const isHeld = this.#desk.isLocked || !this.#desk.isPainted;
    this.#root.classList.toggle("held", isHeld);
    this.#find(".moment").textContent = this.#desk.isLocked ? "One moment …" : "";
  }

  /** What the server would not take, until the person sends it again or discards it. */
  #showRefused(): void {
    const { refused } = this.#desk.waiting;
    const line = this.#find(".refused");
    const wasHidden = line.hidden;
    line.hidden = !refused.length;
    const answers = refused.reduce((sum, message) => sum + message.answers.length, 0);
    find(line, "span").textContent = `${count(answers, "answer")} refused, and kept here.`;
    if (line.hidden !== wasHidden) this.fit();
  }

  showSaved(): void {
    const { data, notice, outbox, waiting } = this.#desk;
    const { text, isAll, trouble } = savedWords({
      message: outbox.message,
      waiting: waiting.all.reduce((sum, message) => sum + message.answers.length, 0),
      answered: data.answered,
      failure: outbox.failure(data.receipts),
      isLate: outbox.isSlow || !navigator.onLine,
    });
    const saved = this.#find(".saved");
    saved.textContent = text;
    saved.classList.toggle("all", isAll);
    saved.classList.toggle("trouble", trouble !== "");
    const summary = this.#find(".summary");
    summary.classList.toggle("trouble", trouble !== "");
    summary.textContent = trouble || notice || `${grouped(data.answered)} of ${count(data.n_items, "image")} answered`;
    summary.title = summary.textContent;
  }

  /** Look closer at the chosen image. */
  look(): void {
    const { data, given, hasPixels, target } = this.#desk;
    if (!target) this.#desk.say(CHOOSE);
    if (!target || this.tiles.lookOf(target.id) !== "there") return;
    const mark = given.find(({ item }) => item === target.id);
    this.closer.open(target, imageWords(target, data.name ?? "", mark), hasPixels);
  }

  followTheme(): void {
    const { backgroundColor } = getComputedStyle(this.#find(".theme-probe"));
    const [red = 0, green = 0, blue = 0] = (backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
    this.#root.classList.toggle("dark", 0.3 * red + 0.59 * green + 0.11 * blue < 128);
  }
}

/** What is moved where the page is higher than the screen. */
const main = (): Element | null => document.querySelector("[data-testid=stMain]");
