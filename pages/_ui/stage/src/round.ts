// A round: what the model is unsure of, its figures, its curve, and which classes it takes for which.

import { element, find, settleLayout } from "../../browser/dom.ts";
import type { ShownQuery, ShownRound, StagePage } from "./contract.ts";
import { drawCurve } from "./curve.ts";
import { CROSS, icon } from "./icons.ts";
import { showBars, showMatrix } from "./matrix.ts";

const MANY = 5;
const ASKS = "right or wrong?";
const ASKS_FIRST = "what are they?";
/** A figure of more letters is written smaller. */
const LONG = 4;
/** Names of more letters stand alone on their line. */
const SHORT = 3;

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
    if (isNew) this.#fill(round, from);
    this.#tell(round, isTold);
  }

  #fill(round: ShownRound, from: number): void {
    const { matrix, bars } = round;
    this.#root.classList.toggle("many", round.queries.length > MANY);
    this.#find(".what").textContent = round.asked;
    const digits = this.#find(".digits");
    digits.style.setProperty("--from", `calc(${3 * from} * var(--u))`);
    digits.replaceChildren(...round.queries.map((query) => entryOf(query, round.known_as, this.#page.ink)));
    enter(digits);
    this.#showFigures(round);
    this.#showCurve(round, from);
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

  #showCurve(round: ShownRound, from: number): void {
    const known = this.#page.rounds.filter(({ share }) => share !== null);
    const curve = this.#find(".curve");
    curve.querySelector("svg")?.remove();
    curve.hidden = known.length < 2 || round.share === null;
    this.#root.classList.toggle("crowded", !curve.hidden && round.queries.length > MANY);
    if (!curve.hidden) curve.append(drawCurve(known, known.indexOf(round), from > 0));
  }

  #tell({ queries, wrong }: ShownRound, isTold: boolean): void {
    const asked = this.#find(".asked");
    const isKnown = queries.some((query) => query.true);
    asked.classList.toggle("told", isTold && isKnown);
    const verdict = this.#find(".wrong");
    verdict.textContent = !isKnown ? "" : isTold ? wrong : wrong ? ASKS : ASKS_FIRST;
    verdict.classList.toggle("none", !isTold || queries.every((query) => query.right));
    asked.querySelectorAll(".ink i").forEach((ink, place) => {
      const query = queries[place];
      if (query) ink.ariaLabel = isTold ? query.told : query.alt;
    });
  }

  #showFigures({ figures }: ShownRound): void {
    this.#find(".figures").replaceChildren(...figures.map(({ value, caption, change, trend }) => {
      const box = element("div");
      const size = value.length > LONG && !value.endsWith("%") ? "value long" : "value";
      box.append(element("dt", "", caption), element("dd", size, value), element("dd", `change ${trend}`, change));
      return box;
    }));
  }
}

function entryOf(query: ShownQuery, knownAs: string, isInk: boolean): HTMLElement {
  const { image, predicted, rival, right: isRight } = query;
  const card = element("div", "ink");
  const ink = element("i");
  ink.role = "img";
  // A mask takes the colour of the theme.
  if (isInk) ink.style.maskImage = `url("${image}")`;
  else ink.style.backgroundImage = `url("${image}")`;
  card.append(ink);
  const isShort = areShort(query);
  const entry = element("li", `${isRight ? "" : "mistaken"} ${isShort ? "" : "named"}`);
  const below = element("p", "below");
  below.append(element("span", "rival", rival && `or ${rival}?`), element("span", "true", truthOf(query, knownAs)));
  entry.append(card, element("p", "predicted", predicted && isShort ? `predicted ${predicted}` : predicted), below);
  if (!isRight) {
    const sign = element("span", "sign");
    sign.append(icon(CROSS));
    entry.append(sign);
  }
  return entry;
}

const areShort = ({ predicted, rival, true: truth }: ShownQuery): boolean =>
  [predicted, rival, truth].every((name) => name.length <= SHORT);

/** The truth in words; beside a prediction, a long name stands for itself. */
function truthOf(query: ShownQuery, knownAs: string): string {
  const { predicted, true: truth, right: isRight } = query;
  if (!truth || areShort(query)) return truth && `${knownAs} ${truth}`;
  return predicted && isRight ? "✓ right" : truth;
}

/** Let new content come in, however often in a row. */
function enter(content: HTMLElement): void {
  content.classList.remove("entering");
  settleLayout(content);
  content.classList.add("entering");
}
