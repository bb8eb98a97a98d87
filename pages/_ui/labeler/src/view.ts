// What a person sees of the desk. Each part of the page is drawn from how things stand, whatever was
// shown before.

import { button, element, find, keycap, painted } from "../../browser/dom.ts";
import type { Belief } from "./contract.ts";
import type { Desk } from "./desk.ts";
import type { ByItem } from "./drafts.ts";
import { KeysView } from "./keys_view.ts";
import { Pictures } from "./pictures.ts";
import { matters } from "./preferences.ts";
import { savedWords, summaryWords } from "./saved.ts";
import { placeOf } from "./places.ts";
import type { Screen } from "./screen.ts";
import { Stage } from "./stage.ts";
import { Strip } from "./strip.ts";
import { count, inShort, KINDS, verdict } from "./words.ts";

export class View implements Screen {
  /** There before anything is shown: the desk is made with its screen. */
  desk!: Desk;
  readonly #root: HTMLElement;
  readonly pictures = new Pictures(() => { this.stage.follow(); });
  readonly stage: Stage;
  keys!: KeysView;
  #strip!: Strip;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.stage = new Stage(this.#find(".stage"), this.pictures);
  }

  attach(desk: Desk): void {
    this.desk = desk;
    this.keys = new KeysView(this.#root, desk);
    this.#strip = new Strip(this.#find(".strip"), desk, this.pictures);
  }

  #find(selector: string): HTMLElement {
    return find(this.#root, selector);
  }

  beginProject(): void {
    this.pictures.clear();
  }

  showKeys(): void {
    this.keys.fill();
  }

  fillImages(): void {
    this.pictures.fill(this.desk.data.items);
    this.#strip.fill();
  }

  imageIsThere(): Promise<void> {
    return this.pictures.isThere(this.desk.item);
  }

  painted(): Promise<void> {
    return painted();
  }

  setReady(batch: string | null): void {
    if (batch === null) delete this.#root.dataset["ready"];
    else this.#root.dataset["ready"] = batch;
  }

  show(): void {
    const { answers, data, preferences } = this.desk;
    this.#root.classList.toggle("pixels", preferences.pixels && matters("pixels", data));
    this.#root.classList.toggle("photo", !data.ink);
    this.followTheme();
    this.#find(".question").textContent = data.question;
    this.#showRound(answers);
    this.showSaved();
    this.#showStage();
    this.#showBeliefs();
    this.#showToggles();
    this.#showClasses();
    this.#showActions(Object.keys(answers).length);
    this.#strip.show();
    this.#showRefused();
    for (const part of [".bar", ".work", ".classes", ".strip"]) this.#find(part).hidden = !data.items.length;
    this.#find(".done").hidden = data.items.length > 0;
  }

  #showClasses(): void {
    const { canAnswer, given, isPainted, item, preferences } = this.desk;
    const likely = preferences.blind || given ? undefined : item?.beliefs[0]?.name;
    for (const each of this.#find(".classes").querySelectorAll("button")) {
      const { name } = each.dataset;
      each.classList.toggle("chosen", given !== undefined && given.label === name);
      each.classList.toggle("likely", likely === name);
      each.disabled = isPainted && !canAnswer;
    }
    for (const kind of Object.keys(KINDS)) {
      this.#find(`.key.${kind}`).classList.toggle("chosen", given?.kind === kind);
    }
  }

  #showActions(answered: number): void {
    const { data, isComplete, isLocked } = this.desk;
    const undo = find(this.#root, ".undo", HTMLButtonElement);
    undo.disabled = !answered && !data.last;
    undo.title = answered || !data.last
      ? "Take back the last answer" : `Take back the last answer (${data.last.said})`;
    const submit = find(this.#root, ".submit", HTMLButtonElement);
    submit.disabled = !answered || isLocked;
    submit.classList.toggle("ready", isComplete && !isLocked);
    submit.hidden = data.as_you_go;
    // How many they are stands beside; a button that grew would push what is below it.
    submit.title = answered ? `Save ${count(answered, "answer")}` : "Nothing to save yet";
  }

  /** How far the round is: in the batch on screen or, as you go, by the answers it has. */
  #showRound(answers: ByItem): void {
    const { as_you_go: isAsYouGo, beside, items, round, round_size: roundSize, answered } = this.desk.data;
    const inRound = Object.values(answers).filter((draft) => draft.round === round).length;
    const size = isAsYouGo ? roundSize : items.length + beside.length;
    const done = isAsYouGo ? Math.min(size, answered + inRound) : Object.keys(answers).length + beside.length;
    const place = isAsYouGo ? done : placeOf(this.desk.data, this.desk.current) + 1;
    const where = this.#find(".where");
    where.textContent = items.length ? `Round ${round} · ${place} of ${size}` : "";
    where.title = isAsYouGo
      ? `A round is ${count(size, "answer")}; after each of them the model is fitted again.`
      : "A round is one batch of images; after it the model is fitted again.";
    const bar = this.#find(".bar");
    bar.ariaValueMax = String(size);
    bar.ariaValueNow = String(done);
    find(bar, "i").style.width = `${items.length ? (100 * done) / size : 100}%`;
  }

  #showStage(): void {
    const { isLocked, item, preferences } = this.desk;
    this.stage.show(item, preferences);
    this.#find(".stage").classList.toggle("saving", isLocked);
    this.#root.dataset["item"] = String(item?.id ?? "");
  }

  #showBeliefs(): void {
    const { isLocked, item, preferences } = this.desk;
    const beliefs = item?.beliefs ?? [];
    this.#find(".verdict").textContent = verdict(beliefs, preferences.blind);
    this.#find(".top").replaceChildren(...(preferences.blind ? [] : beliefs.map(bar)));
    this.#find(".why").textContent = item && !isLocked ? item.why : "";
    this.#find(".hint").replaceChildren(...this.#hint(beliefs[0]));
  }

  /** What to do now. */
  #hint(best: Belief | undefined): (string | Node)[] {
    const { isComplete, isLocked, preferences } = this.desk;
    if (isLocked) return ["One moment …"];
    if (isComplete) return ["All answered. ", this.#acceptButton(), " saves them."];
    const press = "Press the key of the class you see. ";
    if (preferences.blind) return [press];
    if (!best) return [`No label has reached this image yet, so the model cannot say. ${press.trimEnd()}`];
    const accept = element("span");
    accept.append(this.#acceptButton(), ` if it is ${best.name}.`);
    return [press, accept];
  }

  #acceptButton(): HTMLButtonElement {
    const accept = button("accept", () => { this.desk.perform("accept"); });
    accept.append(keycap("Enter"));
    return accept;
  }

  #showToggles(): void {
    const { data, preferences } = this.desk;
    this.#find(".blind span").textContent = preferences.blind ? "Show predictions" : "Hide predictions";
    const haveLook = matters("pixels", data);
    this.#find(".smooth").hidden = !haveLook;
    this.#find(".smooth span").textContent = preferences.pixels ? "Smooth images" : "Show pixels";
    // Small drawings are all to be seen already; the keys are there all the same.
    for (const name of [".contrast", ".zoom"]) this.#find(name).hidden = haveLook && data.ink;
    this.#find(".contrast span").textContent = preferences.contrast ? "Own contrast" : "More contrast";
    this.#find(".auto").hidden = !matters("auto", data);
    this.#find(".auto span").textContent = preferences.auto ? "Save manually" : "Save automatically";
  }

  /** What the server would not take, until the person sends it again or discards it. */
  #showRefused(): void {
    const { refused } = this.desk.drafts;
    const line = this.#find(".refused");
    line.hidden = !refused.length;
    if (!refused.length) return;
    find(line, "span").textContent = `${count(refused.length, "answer")} refused, and kept here.`;
    line.title = refused.map((draft) => `Image ${draft.item}: ${inShort(draft)}`).join("\n");
  }

  showSaved(): void {
    const { text, isAll, trouble } = savedWords(this.desk, navigator.onLine);
    const saved = this.#find(".saved");
    saved.textContent = text;
    saved.classList.toggle("all", isAll);
    saved.classList.toggle("trouble", trouble !== "");
    const summary = this.#find(".summary");
    summary.classList.toggle("trouble", trouble !== "");
    const words = trouble || this.desk.notice || summaryWords(this.desk);
    // A number and its unit stay on one line.
    summary.textContent = words.replaceAll(" %", "\u00a0%");
    summary.title = summary.textContent;
  }

  followTheme(): void {
    const { backgroundColor } = getComputedStyle(this.#find(".theme-probe"));
    const [red = 0, green = 0, blue = 0] = (backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
    this.#root.classList.toggle("dark", 0.3 * red + 0.59 * green + 0.11 * blue < 128);
  }
}

function bar({ name, probability }: Belief): HTMLElement {
  const row = element("li");
  const length = element("i");
  length.style.width = `${Math.max(2, 180 * probability)}px`;
  row.append(element("b", "", name), length, element("span", "", `${Math.round(100 * probability)} %`));
  return row;
}
