// A round: what the model is unsure of, its figures, its curve, and which classes it takes for which.

import { element, find, settleLayout } from "../../browser/dom.ts";
import type { ShownQuery, ShownRound, StagePage } from "./contract.ts";
import { drawCurve } from "./curve.ts";
import { CROSS, icon } from "./icons.ts";
import { showBars, showMatrix } from "./matrix.ts";

const MANY = 5;
const ASKS = "right or wrong?";

export class RoundScene {
  readonly #root: HTMLElement;
  #page!: StagePage;
  #shown: ShownRound | null = null;

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  #find(selector: string): HTMLElement {
    return find(this.#root, selector);
  }

  begin(page: StagePage): void {
    this.#page = page;
    this.#shown = null;
    this.#root.classList.toggle("photos", !page.ink);
    this.#find(".curve figcaption").textContent = `Accuracy on ${page.right_of}, by number of labels`;
  }

  /** Show a round, with the truth or before it is told. */
  show(current: number, from: number, isTold: boolean): void {
    const round = this.#page.rounds[current];
    if (!round) return;
    const isNew = round !== this.#shown;
    this.#shown = round;
    if (isNew) this.#fill(round, current, from);
    this.#tell(round, isTold);
  }

  #fill(round: ShownRound, current: number, from: number): void {
    const { matrix, bars } = round;
    this.#root.classList.toggle("many", round.queries.length > MANY);
    this.#find(".what").textContent = round.asked;
    const digits = this.#find(".digits");
    digits.style.setProperty("--from", `calc(${3 * from} * var(--u))`);
    digits.replaceChildren(...round.queries.map((query) => entryOf(query, this.#page.ink)));
    enter(digits);
    this.#showFigures(round);
    const curve = this.#find(".curve");
    curve.querySelector("svg")?.remove();
    curve.hidden = this.#page.rounds.length === 1 || round.share === null;
    if (!curve.hidden) curve.append(drawCurve(this.#page.rounds, current, from > 0));
    this.#find(".confusion").hidden = !matrix;
    this.#find(".tally").hidden = !bars;
    if (matrix) {
      showMatrix(this.#find(".matrix"), matrix);
      this.#find(".confusion .note").textContent = matrix.note;
    }
    if (bars) {
      this.#find(".tally h2").textContent = bars.title;
      this.#find(".tally .about").textContent = bars.about;
      this.#find(".tally .note").textContent = bars.note;
      showBars(this.#find(".bars"), bars);
    }
  }

  #tell({ queries, wrong }: ShownRound, isTold: boolean): void {
    const asked = this.#find(".asked");
    const isKnown = queries.some((query) => query.true);
    asked.classList.toggle("told", isTold && isKnown);
    const verdict = this.#find(".wrong");
    verdict.textContent = !isKnown ? "" : isTold ? wrong : ASKS;
    verdict.classList.toggle("none", !isTold || queries.every((query) => query.right));
    asked.querySelectorAll(".ink i").forEach((ink, place) => {
      const query = queries[place];
      if (query) ink.ariaLabel = isTold ? query.told : query.alt;
    });
  }

  #showFigures({ figures }: ShownRound): void {
    this.#find(".figures").replaceChildren(...figures.map(({ value, caption, change, trend }) => {
      const box = element("div");
      box.append(element("dt", "", caption), element("dd", "value", value), element("dd", `change ${trend}`, change));
      return box;
    }));
  }
}

function entryOf({ image, predicted, rival, true: truth, right: isRight }: ShownQuery, isInk: boolean): HTMLElement {
  const card = element("div", "ink");
  const ink = element("i");
  ink.role = "img";
  // A mask takes the colour of the theme.
  if (isInk) ink.style.maskImage = `url("${image}")`;
  else ink.style.backgroundImage = `url("${image}")`;
  const sign = element("span", "sign");
  sign.append(icon(CROSS));
  card.append(ink);
  const entry = element("li", isRight ? "" : "mistaken");
  const below = element("p", "below");
  below.append(element("span", "rival", rival && `or ${rival}?`), element("span", "true", truth));
  entry.append(card, element("p", "predicted", predicted && `predicted ${predicted}`), below);
  if (!isRight) entry.append(sign);
  return entry;
}

/** Let new content come in, however often in a row. */
function enter(content: HTMLElement): void {
  content.classList.remove("entering");
  settleLayout(content);
  content.classList.add("entering");
}
