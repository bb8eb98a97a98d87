// The big screen, drawn anew from what was fetched; what did not change is left as it is.

import { drawn, element, find, keycap } from "../../browser/dom.ts";
import { showBars, showMatrix } from "../../stage/src/matrix.ts";
import type { RoomFigures, RoomPage, ShownDispute } from "./contract.ts";
import { HELP } from "./keys.ts";
import { drawRace, listRace } from "./race.ts";

/** How large an address is at most, and how much smaller the more letters it has. */
const [LARGEST, ROOM] = [4, 62];

/** Letters of a number that there is always room for. */
const FEWEST = 4;

const TOLD = { open: "", paused: "A break", ended: "Ended" };

export class View {
  readonly screen: HTMLElement;
  readonly #stage: HTMLDialogElement;
  readonly #frame: HTMLElement;
  readonly #blank: HTMLDialogElement;
  #figures: RoomFigures | null = null;
  #disputes = "";
  #confusion = "";
  #code = "";

  constructor(parent: HTMLElement) {
    this.screen = find(parent, ".screen");
    this.#stage = find(parent, ".stage", HTMLDialogElement);
    this.#frame = find(parent, ".frame");
    this.#blank = find(parent, ".blank", HTMLDialogElement);
    this.#frame.append(this.screen);
    this.#at(".keys dl").replaceChildren(...HELP.flatMap(([keys, meaning]) => {
      const term = element("dt");
      term.append(...keys.map(keycap));
      return [term, element("dd", "", meaning)];
    }));
  }

  get phase(): RoomFigures["phase"] {
    return this.#figures?.phase ?? "open";
  }

  get areNamesShown(): boolean {
    return !this.#at(".names").hidden;
  }

  get isBlank(): boolean {
    return this.#blank.open;
  }

  get isHelpOpen(): boolean {
    return !this.#at(".keys").hidden;
  }

  get isFilling(): boolean {
    return this.#stage.open;
  }

  begin({ title, code, address, qr }: RoomPage): void {
    if (code === this.#code) return;
    this.#code = code;
    this.#at(".title").textContent = title;
    this.#at(".code").textContent = code;
    const shown = this.#at(".address");
    shown.textContent = address;
    shown.style.setProperty("--fit", String(Math.min(LARGEST, ROOM / address.length)));
    const picture = this.#at(".qr");
    picture.ariaLabel = `QR code of ${address}/${code}`;
    picture.replaceChildren(drawQr(qr));
  }

  show(figures: RoomFigures): void {
    const before = this.#figures;
    this.#figures = figures;
    const { phase, joined, rate, labels, share, known, own, others } = figures;
    this.screen.classList.toggle("paused", phase === "paused");
    this.screen.classList.toggle("ended", phase === "ended");
    this.screen.classList.toggle("photos", !figures.ink);
    this.said(TOLD[phase]);
    this.#labelPause(phase);
    this.#text(".joined b", joined.toLocaleString("en"));
    const people = joined === 1 ? "person" : "people";
    this.#text(".joined span", phase === "ended" ? `${people} took part` : `${people} in the room`);
    this.#text(".unit", labels === 1 ? "label" : "labels");
    this.#count(labels.toLocaleString("en"));
    this.#text(".rate", rate.toFixed(1));
    this.#text(".share", share === null ? "–" : `${(100 * share).toFixed(1)} %`);
    this.#text(".known", known);
    this.#names(figures);
    this.#confused(figures);
    this.#dispute(figures.disputed);
    if (before && JSON.stringify([before.own, before.others, before.labels]) === JSON.stringify([own, others, labels])) return;
    const plot = this.#at(".plot");
    plot.replaceChildren(drawRace(own, others, labels));
    plot.ariaLabel = `Share of images that is right, up to ${labels} labels`;
    listRace(this.#at(".lines"), figures);
  }

  said(text: string): void {
    this.#text(".state", text);
  }

  toggleNames(isShown = !this.areNamesShown): void {
    this.#at(".names").hidden = !isShown;
    this.#at(".joined").ariaExpanded = String(isShown);
  }

  toggleHidden(): void {
    const isQuiet = this.screen.classList.toggle("quiet");
    this.#at(".hidden-told").hidden = !isQuiet;
    this.#at(".hide").ariaPressed = String(isQuiet);
  }

  toggleHelp(isOpen = !this.isHelpOpen): void {
    this.#at(".keys").hidden = !isOpen;
  }

  /** Blank all of the window; a dialog lies above all of Streamlit. */
  toggleBlank(isBlank = !this.isBlank): void {
    if (isBlank) this.#blank.showModal();
    else this.#blank.close();
  }

  /** Fill the window; a dialog lies above all of Streamlit. */
  async fill(): Promise<void> {
    this.#stage.append(this.screen);
    this.#stage.showModal();
    this.screen.focus();
    this.#text(".fill span", "Leave");
    try {
      await this.screen.requestFullscreen();
    } catch {
      // Not every browser can, or may: it fills the window all the same.
    }
  }

  async leave(): Promise<void> {
    if (document.fullscreenElement) await document.exitFullscreen();
    this.#stage.close();
    this.#frame.append(this.screen);
    this.#text(".fill span", "Full screen");
  }

  #labelPause(phase: RoomFigures["phase"]): void {
    const pause = this.#at(".pause");
    pause.ariaPressed = String(phase !== "open");
    pause.title = "Pause or go on (P)";
    this.#text(".pause span", { open: "Pause", paused: "Go on", ended: "Open again" }[phase]);
  }

  #names({ names }: RoomFigures): void {
    if (this.areNamesShown) this.#at(".names").replaceChildren(...names.map((name) => element("li", "", name)));
  }

  #confused({ matrix, bars }: RoomFigures): void {
    const told = JSON.stringify([matrix, bars]);
    if (told === this.#confusion) return;
    this.#confusion = told;
    const [cells, list] = [this.#at(".matrix"), this.#at(".bars")];
    cells.hidden = !matrix;
    list.hidden = !bars;
    this.#text(".confusion h2", matrix ? "Predicted (across) and true (down)" : bars ? bars.title : "");
    if (matrix) showMatrix(cells, matrix);
    if (bars) showBars(list, bars);
  }

  #dispute(disputed: ShownDispute[]): void {
    const told = JSON.stringify(disputed.map(({ item, votes }) => [item, votes]));
    if (told === this.#disputes) return;
    this.#disputes = told;
    this.#at(".disputed .none").hidden = disputed.length > 0;
    this.#at(".disputed ol").replaceChildren(...disputed.map(({ image, votes }) => {
      const row = element("li");
      const picture = element("div", "ink");
      const shown = element("i");
      shown.style.maskImage = shown.style.backgroundImage = `url("${image}")`;
      if (!this.screen.classList.contains("photos")) shown.style.backgroundImage = "";
      picture.append(shown);
      row.append(picture, ...votes.map(({ name, count }) => element("p", "", `${count} × ${name}`)));
      return row;
    }));
  }

  /** The number that grows: the longer it is, the smaller it and those beside it are. */
  #count(labels: string): void {
    this.#text(".labels", labels);
    this.#at(".figures").style.setProperty("--letters", String(Math.max(FEWEST, labels.length)));
  }

  #text(selector: string, text: string): void {
    const shown = this.#at(selector);
    if (shown.textContent !== text) shown.textContent = text;
  }

  #at(selector: string): HTMLElement {
    return find(this.screen, selector);
  }
}

function drawQr(rows: string[]): SVGElement {
  const size = rows.length;
  const path = rows.flatMap((row, y) => [...row.matchAll(/1+/g)].map(({ index, 0: { length } }) => `M${index} ${y}h${length}v1h-${length}z`));
  const svg = drawn("svg", { viewBox: `0 0 ${size} ${size}`, "shape-rendering": "crispEdges" });
  svg.append(drawn("path", { d: path.join(""), fill: "#000" }));
  return svg;
}
