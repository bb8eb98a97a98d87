// What the room sees of a round.

import { button, childrenOf, element, find, keycap, painted, settleLayout } from "../../browser/dom.ts";
import type { StagePage, ShownQuery, ShownRound } from "./contract.ts";
import { drawCurve } from "./curve.ts";
import { CHECK, CROSS, icon } from "./icons.ts";
import { HELP } from "./keys.ts";
import { showMatrix } from "./matrix.ts";
import { PACE, type Player, type Screen } from "./player.ts";

const IDLE = 3000;
const MANY = 5;
const SIZES = [3.4, 3.1, 2.8, 2.5, 2.2, 2];

export class View implements Screen {
  readonly room: HTMLElement;
  readonly #root: HTMLElement;
  /** Both are there before a round is shown. */
  #player!: Player;
  #data!: StagePage;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.room = this.#find(".room");
    this.room.style.setProperty("--pace", `${PACE}ms`);
    this.#fillHelp();
  }

  attach(player: Player): void {
    this.#player = player;
  }

  #find(selector: string): HTMLElement {
    return find(this.#root, selector);
  }

  /** Take up a run, whose first round to show the player knows; resolves when its images are there. */
  async begin(data: StagePage): Promise<void> {
    this.#data = data;
    const pictures = data.rounds.flatMap(({ queries }) => queries.map(({ image }) => picture(image)));
    this.#find(".title").textContent = data.title;
    this.#fillDots();
    this.#showFooter();
    this.#fitLessons();
    await Promise.allSettled(pictures.map((image) => image.decode()));
  }

  get #round(): ShownRound {
    const round = this.#data.rounds[this.#player.current];
    if (!round) throw new Error(`There is no round ${this.#player.current}.`);
    return round;
  }

  show(step: number): void {
    const { current } = this.#player;
    const round = this.#round;
    this.#root.dataset["round"] = String(current);
    this.#find(".name").textContent = round.name;
    this.#find(".heard").textContent = round.headline;
    this.room.classList.toggle("many", round.queries.length > MANY);
    this.#showAsked(round, step);
    this.#showFigures(round);
    this.#showCurve(step);
    showMatrix(this.#find(".matrix"), round.matrix);
    this.#find(".note").textContent = round.matrix.note;
    this.#showFooter();
    nameInAddress(current);
    void this.#tellWhenPainted(current);
  }

  async #tellWhenPainted(current: number): Promise<void> {
    await painted();
    if (current === this.#player.current) this.#root.dataset["ready"] = String(current);
  }

  showPace(): void {
    const { current, isPlaying, last } = this.#player;
    // The bar in the current dot starts afresh with each round.
    this.room.classList.remove("playing");
    childrenOf(this.#find(".dots")).forEach((dot, index) => {
      dot.classList.toggle("current", index === current);
      dot.classList.toggle("seen", index < current);
      const step = find(dot, "button");
      if (index === current) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    });
    settleLayout(this.room);
    this.room.classList.toggle("playing", isPlaying);
    this.#find(".pace").textContent = isPlaying ? `playing, ${PACE / 1000} s per round` : "";
    const play = this.#find(".play");
    const does = isPlaying ? "Pause" : "Play";
    play.ariaPressed = String(isPlaying);
    play.ariaLabel = does;
    play.title = `${does} (P)`;
    find(this.#root, ".back", HTMLButtonElement).disabled = current === 0;
    find(this.#root, ".next", HTMLButtonElement).disabled = current === last;
  }

  showLeaving(): void {
    this.room.classList.add("leaving");
  }

  #showAsked({ asked, wrong, queries }: ShownRound, step: number): void {
    this.#find(".what").textContent = asked;
    this.#find(".wrong").textContent = wrong;
    this.#find(".wrong").classList.toggle("none", queries.every((query) => query.right));
    const digits = this.#find(".digits");
    digits.style.setProperty("--from", `calc(${3 * step} * var(--u))`);
    digits.replaceChildren(...queries.map(digit));
    enter(digits);
  }

  #showFigures({ figures }: ShownRound): void {
    this.#find(".figures").replaceChildren(...figures.map(({ value, caption, change, trend }) => {
      const box = element("div");
      box.append(element("dt", "", caption), element("dd", "value", value), element("dd", `change ${trend}`, change));
      return box;
    }));
  }

  #showCurve(step: number): void {
    const curve = this.#find(".curve");
    curve.querySelector("svg")?.remove();
    curve.hidden = this.#player.last === 0;
    if (!curve.hidden) curve.append(drawCurve(this.#data.rounds, this.#player.current, step > 0));
  }

  #showFooter(): void {
    const { identical, lesson } = this.#round;
    this.#find(".lesson").textContent = lesson;
    const published = this.#find(".published");
    published.classList.toggle("same", identical);
    published.replaceChildren(
      icon(identical ? CHECK : CROSS),
      element("span", "", identical ? "identical to the published run" : "differs from the published run"),
    );
  }

  #fillDots(): void {
    const { rounds } = this.#data;
    const isAlone = rounds.length === 1;
    this.#find("nav").hidden = isAlone;
    this.#find(".play").hidden = isAlone;
    this.#find(".dots").replaceChildren(...rounds.map(({ name }, index) => {
      const step = button("", () => { this.#player.go(index); });
      step.ariaLabel = name;
      step.title = name;
      step.append(element("i"));
      const dot = element("li");
      dot.append(step);
      return dot;
    }));
  }

  /** Write all lessons as large as the longest one fits, beside the verdict. */
  #fitLessons(): void {
    const line = this.#find(".lesson");
    const fits = ({ lesson }: ShownRound): boolean => {
      line.textContent = lesson;
      return line.scrollHeight <= line.clientHeight;
    };
    for (const size of SIZES) {
      line.style.fontSize = `calc(${size} * var(--u))`;
      if (this.#data.rounds.every(fits)) return;
    }
  }

  #fillHelp(): void {
    this.#find(".keys dl").replaceChildren(...HELP.flatMap(([keys, meaning]) => {
      const term = element("dt");
      term.append(...keys.map(keycap));
      return [term, element("dd", "", meaning)];
    }));
  }

  get isHelpOpen(): boolean {
    return !this.#find(".keys").hidden;
  }

  toggleHelp(isOpen = !this.isHelpOpen): void {
    this.#find(".keys").hidden = !isOpen;
  }

  /** Show the pointer until it has rested for a while. */
  wake(): void {
    this.room.classList.remove("idle");
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => { this.room.classList.add("idle"); }, IDLE);
  }

  stop(): void {
    clearTimeout(this.#idle);
  }
}

function digit({ image, predicted, true: truth, right: isRight, alt }: ShownQuery): HTMLElement {
  const card = element("div", "ink");
  const ink = element("i");
  ink.role = "img";
  ink.ariaLabel = alt;
  // A mask takes the colour of the theme.
  ink.style.maskImage = `url("${image}")`;
  card.append(ink);
  const entry = element("li", isRight ? "" : "mistaken");
  entry.append(card, element("p", "predicted", `predicted ${predicted}`), element("p", "", `true ${truth}`));
  if (!isRight) {
    const sign = element("span", "sign");
    sign.append(icon(CROSS));
    entry.append(sign);
  }
  return entry;
}

function picture(source: string): HTMLImageElement {
  const image = new Image();
  image.src = source;
  return image;
}

/** Have the address name the round, from 1: a reload shows it again. */
function nameInAddress(round: number): void {
  const address = new URL(location.href);
  address.searchParams.set("round", String(round + 1));
  history.replaceState(history.state, "", address);
}

/** Let new content come in, however often in a row. */
function enter(content: HTMLElement): void {
  content.classList.remove("entering");
  settleLayout(content);
  content.classList.add("entering");
}
