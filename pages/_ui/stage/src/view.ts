// What the room sees: the scene of the current round, and what stands around it.

import { button, childrenOf, element, find, keycap, painted, settleLayout } from "../../browser/dom.ts";
import { CurveScene } from "./chart.ts";
import type { StagePage, ShownRound } from "./contract.ts";
import { GraphScene } from "./graph.ts";
import { CHECK, CROSS, icon } from "./icons.ts";
import { helpOf } from "./keys.ts";
import { PACE, type Player, type Screen } from "./player.ts";
import { RoundScene } from "./round.ts";

const IDLE = 3000;
/** A name of more letters is written smaller. */
const LONG = 30;
const SIZES = [3.4, 3.1, 2.8, 2.5, 2.2, 2];

/** What is looked at of a round. */
export type SceneName = "round" | "graph" | "curve";

export class View implements Screen {
  readonly room: HTMLElement;
  scene: SceneName = "round";
  /** Whether the truth is told on a key of its own. */
  isGuessing = true;
  readonly #root: HTMLElement;
  readonly #round: RoundScene;
  readonly #graph: GraphScene;
  readonly #curve: CurveScene;
  /** Both are there before a round is shown. */
  #player!: Player;
  #data!: StagePage;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.room = this.#find(".room");
    this.room.style.setProperty("--pace", `${PACE}ms`);
    this.#round = new RoundScene(this.#sceneOf("round"));
    this.#graph = new GraphScene(this.#sceneOf("graph"));
    this.#curve = new CurveScene(this.#sceneOf("curve"));
  }

  attach(player: Player): void {
    this.#player = player;
  }

  #find(selector: string): HTMLElement {
    return find(this.#root, selector);
  }

  #sceneOf(name: SceneName): HTMLElement {
    return this.#find(`[data-scene=${name}]`);
  }

  /** Take up rounds, of which the player knows the first to show; resolves when their images are there. */
  async begin(data: StagePage): Promise<void> {
    this.#data = data;
    const pictures = data.rounds.flatMap(({ queries }) => queries.map(({ image }) => picture(image)));
    this.#find(".title").textContent = data.title;
    this.scene = this.#has("round") ? "round" : "curve";
    this.#fillDots();
    this.#round.begin(data);
    this.#showFooter("");
    this.#fitLessons();
    await Promise.allSettled([...pictures.map((image) => image.decode()), this.enrich(data)]);
  }

  /** Take up what has come since: the rounds are as they were. */
  async enrich(data: StagePage): Promise<void> {
    const hadGraph = this.#data.graph !== null && this.#data !== data;
    this.#data = data;
    if (!hadGraph) await this.#graph.begin(data);
    this.#curve.begin(data.curve);
    if (this.scene === "curve") this.#curve.show(this.#current.labels, false);
    this.#fillHelp();
    this.#root.dataset["coming"] = String(data.coming);
    for (const name of ["graph", "curve"] as const) {
      const tool = find(this.#root, `.to-${name}`, HTMLButtonElement);
      tool.disabled = !this.#has(name);
      tool.hidden = !this.#has("round");
    }
  }

  #has(scene: SceneName): boolean {
    const { rounds, graph, curve } = this.#data;
    if (scene === "graph") return graph !== null;
    return scene === "curve" ? curve !== null : rounds.some(({ figures }) => figures.length > 0);
  }

  get #current(): ShownRound {
    const round = this.#data.rounds[this.#player.current];
    if (!round) throw new Error(`There is no round ${this.#player.current}.`);
    return round;
  }

  /** Whether what is looked at is not the round itself, where there is one. */
  get isBeside(): boolean {
    return this.scene !== "round" && this.#has("round");
  }

  /** Whether a round is shown as a guess first, and then with the truth. */
  #isGuessed(round: number): boolean {
    return this.isGuessing && (this.#data.rounds[round]?.queries.some((query) => query.true) ?? false);
  }

  stepsOf(round: number): number {
    if (this.scene === "graph") return this.#graph.steps;
    return this.scene === "round" && this.#isGuessed(round) ? 2 : 1;
  }

  entryOf(round: number, from: number): number {
    // How a label spreads is shown once; later rounds are compared by what all labels say.
    return this.scene === "graph" || from < 0 ? this.stepsOf(round) - 1 : 0;
  }

  /** Look at something else of the round, or at the round itself again. */
  toggleScene(name: SceneName): void {
    if (!this.#has(name) || !this.#has("round")) return;
    const wasTold = this.scene !== "round";
    this.scene = this.scene === name ? "round" : name;
    this.#player.goStep(wasTold && this.scene === "round" ? this.stepsOf(this.#player.current) - 1 : 0);
  }

  /** Follow another label. */
  another(): void {
    if (this.scene !== "graph") return;
    this.#graph.another();
    this.#player.goStep(1);
  }

  /** Tell the truth at once, or on a key of its own. */
  toggleGuessing(): void {
    this.isGuessing = !this.isGuessing;
    this.#player.goStep(this.#player.step);
  }

  show(from: number): void {
    const { current, step, lastStep } = this.#player;
    const round = this.#current;
    this.#root.dataset["round"] = String(current);
    this.#root.dataset["step"] = String(step);
    delete this.#root.dataset["ready"];
    const name = this.#find(".name");
    name.textContent = round.name;
    name.classList.toggle("long", round.name.length > LONG);
    for (const name of ["round", "graph", "curve"] as const) {
      this.#sceneOf(name).hidden = name !== this.scene;
      if (name !== "round") this.#find(`.to-${name}`).ariaPressed = String(name === this.scene);
    }
    const said = this.#showScene(current, step, from, step === lastStep);
    this.#find(".heard").textContent = said || (step ? round.wrong : round.headline);
    this.#showFooter(said);
    nameInAddress(current);
    void this.#tellWhenPainted(current, step);
  }

  /** Fill the scene; what it says itself stands in the place of the lesson. */
  #showScene(current: number, step: number, from: number, isLast: boolean): string {
    if (this.scene === "graph") return this.#graph.show(current, step);
    if (this.scene === "curve") this.#curve.show(this.#current.labels, from > 0);
    else this.#round.show(current, from, isLast);
    return "";
  }

  async #tellWhenPainted(current: number, step: number): Promise<void> {
    await painted();
    if (current === this.#player.current && step === this.#player.step) this.#root.dataset["ready"] = String(current);
  }

  showPace(): void {
    const { current, isPlaying, isAtStart, isAtEnd } = this.#player;
    // The bar in the current dot starts afresh with each step.
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
    this.#find(".pace").textContent = isPlaying ? `playing, ${PACE / 1000} s a step` : "";
    const play = this.#find(".play");
    const does = isPlaying ? "Pause" : "Play";
    play.ariaPressed = String(isPlaying);
    play.ariaLabel = does;
    play.title = `${does} (P)`;
    find(this.#root, ".back", HTMLButtonElement).disabled = isAtStart;
    find(this.#root, ".next", HTMLButtonElement).disabled = isAtEnd;
  }

  showLeaving(): void {
    this.room.classList.add("leaving");
  }

  #showFooter(said: string): void {
    const { identical, lesson } = this.#current;
    const line = this.#find(".lesson");
    line.textContent = said || lesson;
    const published = this.#find(".published");
    published.hidden = identical === null || this.scene !== "round";
    published.classList.toggle("same", identical === true);
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

  /** The screen has another size. */
  resize(): void {
    if (!this.#root.dataset["round"]) return;
    const said = this.#find(".lesson").textContent;
    this.#fitLessons();
    this.#find(".lesson").textContent = said;
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
    this.#find(".keys dl").replaceChildren(...helpOf(this.#data).flatMap(([keys, meaning]) => {
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

  get isBlank(): boolean {
    return !this.#find(".blank").hidden;
  }

  /** Show nothing, so that the room looks at the speaker; or show all again. */
  toggleBlank(isBlank = !this.isBlank): void {
    this.#find(".blank").hidden = !isBlank;
    if (isBlank) this.#player.play(false);
  }

  /** The colours of the page have changed. */
  recolour(): void {
    this.#graph.recolour();
  }

  /** Show the pointer until it has rested for a while. */
  wake(): void {
    this.room.classList.remove("idle");
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => { this.room.classList.add("idle"); }, IDLE);
  }

  stop(): void {
    clearTimeout(this.#idle);
    this.#graph.stop();
  }
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
