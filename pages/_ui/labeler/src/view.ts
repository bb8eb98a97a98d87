// What a person sees of the desk. Each part of the page is drawn from how things stand, whatever was
// shown before.

import { button, element, find, keycap, painted } from "../../browser/dom.ts";
import type { Belief } from "./contract.ts";
import type { Desk } from "./desk.ts";
import type { ByItem } from "./drafts.ts";
import { Finder } from "./finder.ts";
import { hidingOf, whyHidden } from "./hiding.ts";
import type { Keymap } from "./keys.ts";
import { KeysView } from "./keys_view.ts";
import { NameTags } from "./name_tags.ts";
import { Pictures } from "./pictures.ts";
import { matters } from "./preferences.ts";
import { savedWords, summaryWords } from "./saved.ts";
import { placeOf } from "./places.ts";
import type { Screen } from "./screen.ts";
import { Stage } from "./stage.ts";
import { Spoken } from "./spoken.ts";
import { Strip } from "./strip.ts";
import { barsMean, count, help, inShort, KINDS, press, verdict } from "./words.ts";

/** As many of the most probable classes are drawn. */
const BARS = 3;
/** The least pixels that a button of a class takes, by how long the names are; and between two of them. */
const WIDTHS = { short: 96, middle: 112, long: 132 } as const;
const GAP = 8;

export class View implements Screen {
  /** There before anything is shown: the desk is made with its screen. */
  desk!: Desk;
  readonly #root: HTMLElement;
  readonly pictures = new Pictures(() => { this.stage.follow(); });
  readonly stage: Stage;
  keys!: KeysView;
  finder!: Finder;
  #strip!: Strip;
  readonly #tags = new NameTags();
  readonly #spoken = new Spoken();
  /** The keys that are shown. */
  #map: Keymap | undefined;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.stage = new Stage(this.#find(".stage"), this.pictures);
  }

  attach(desk: Desk): void {
    this.desk = desk;
    this.keys = new KeysView(this.#root, desk, this.#tags, () => help(desk.data));
    this.finder = new Finder(this.#root, desk, this.#tags);
    this.#strip = new Strip(this.#find(".strip"), desk, this.pictures, this.#tags);
  }

  #find(selector: string): HTMLElement {
    return find(this.#root, selector);
  }

  beginProject(): void {
    this.pictures.clear();
  }

  showKeys(): void {
    this.#tags.update(this.desk.data.classes);
    this.#root.dataset["names"] = this.#tags.length;
    this.keys.fill();
  }

  /** Other classes have come, or a person has chosen other keys. */
  #followKeys(): void {
    const { map } = this.desk.keys;
    if (map === this.#map) return;
    this.#map = map;
    this.finder.update();
    this.arrange();
  }

  /** Set the classes in as few rows as the width allows, each row as full as the others. */
  arrange(): void {
    const { classes } = this.desk.data;
    const most = Math.max(1, Math.floor((this.#root.clientWidth + GAP) / (WIDTHS[this.#tags.length] + GAP)));
    const rows = Math.max(1, Math.ceil(classes.length / most));
    this.#root.style.setProperty("--columns", String(Math.ceil(classes.length / rows)));
    this.#root.style.setProperty("--rows", String(rows));
    const areRows = this.#root.classList.contains("named") && !this.desk.keys.map.isFinding;
    this.#root.classList.toggle("tight", areRows && rows > 2);
    this.#tags.forget();
  }

  /** Shorten the names that have too little room. */
  fitNames(): void {
    for (const place of [".classes button span", ".top b", ".strip span"]) {
      this.#tags.fit(place, this.#root.querySelectorAll<HTMLElement>(place));
    }
    this.finder.fitNames();
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
    else {
      this.#root.dataset["ready"] = batch;
      this.#speak();
    }
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
    this.#followKeys();
    this.finder.show();
    this.#showClasses();
    this.#showKinds();
    this.#showActions(Object.keys(answers).length);
    this.#strip.show();
    this.#showRefused();
    for (const part of [".bar", ".work", ".classes", ".strip"]) this.#find(part).hidden = !data.items.length;
    const why = data.coming ? "more" : data.others > 0 ? "others" : "all";
    for (const each of ["more", "others", "all"]) {
      this.#find(`.done.${each}`).hidden = data.items.length > 0 || each !== why;
    }
    this.fitNames();
    this.#speak();
  }

  #speak(): void {
    const said = this.#spoken.next(this.desk);
    if (said !== null) this.#find(".spoken").textContent = said;
  }

  #showClasses(): void {
    const { canAnswer, given, isPainted, item } = this.desk;
    const isWaiting = isPainted && !canAnswer;
    const likely = hidingOf(this.desk) !== "none" || given ? undefined : item?.beliefs[0]?.name;
    for (const each of this.#find(".classes").querySelectorAll("button")) {
      const { name } = each.dataset;
      each.classList.toggle("chosen", given !== undefined && given.label === name);
      each.classList.toggle("likely", likely === name);
      each.ariaPressed = String(given !== undefined && given.label === name);
      each.disabled = name === undefined || isWaiting;
    }
  }

  #showKinds(): void {
    const { given } = this.desk;
    for (const kind of Object.keys(KINDS)) {
      const key = this.#find(`.key.${kind}`);
      key.classList.toggle("chosen", given?.kind === kind);
      key.ariaPressed = String(given?.kind === kind);
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
    const { data, isLocked, item } = this.desk;
    const hiding = hidingOf(this.desk);
    const beliefs = hiding === "none" && item ? item.beliefs : [];
    const told = this.#find(".verdict");
    const { calibrated } = data;
    told.textContent = verdict(beliefs, hiding, calibrated, (name) => this.#tags.inSentence(name));
    told.title = whyHidden(hiding, data, item?.blind) || verdict(beliefs, hiding, calibrated, (name) => name);
    this.#find(".top").title = barsMean(calibrated);
    this.#find(".top").replaceChildren(...beliefs.slice(0, BARS).map((belief) => this.#bar(belief)));
    this.#find(".why").textContent = item && !isLocked ? item.why : "";
    const isFinding = this.desk.keys.map.isFinding;
    this.#find(isFinding ? ".hint" : ".idle").replaceChildren();
    this.#find(isFinding ? ".idle" : ".hint").replaceChildren(...this.#hint(beliefs[0], press(isFinding)));
  }

  /** What to do now. */
  #hint(best: Belief | undefined, what: string): (string | Node)[] {
    const { isComplete, isLocked } = this.desk;
    if (isLocked) return ["One moment …"];
    if (isComplete) return ["All answered. ", this.#acceptButton(), " saves them."];
    if (hidingOf(this.desk) !== "none") return [what];
    if (!best) return [`No label has reached this image yet, so the model cannot say. ${what.trimEnd()}`];
    const accept = element("span");
    accept.append(this.#acceptButton(), ` if it is ${best.name}.`);
    return [what, accept];
  }

  #acceptButton(): HTMLButtonElement {
    const accept = button("accept", () => { this.desk.perform("accept"); });
    accept.append(keycap("Enter"));
    return accept;
  }

  #showToggles(): void {
    const { data, preferences } = this.desk;
    this.#find(".blind").hidden = !matters("blind", data);
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

  #bar({ name, probability }: Belief): HTMLElement {
    const row = element("li");
    const tag = element("b");
    this.#tags.write(tag, name);
    tag.title = name;
    const length = element("i");
    length.style.setProperty("--share", String(probability));
    row.append(tag, length);
    if (this.desk.data.calibrated) row.append(element("span", "", `${Math.round(100 * probability)} %`));
    return row;
  }
}
