// What a person sees of the desk. Each part of the page is drawn from how things stand, whatever was
// shown before.

import { button, find, painted } from "../../browser/dom.ts";
import { Finder, type Taker } from "../../labeler/src/finder.ts";
import type { Keymap } from "../../labeler/src/keys.ts";
import { KeysView } from "../../labeler/src/keys_view.ts";
import { NameTags } from "../../labeler/src/name_tags.ts";
import { isSmall, Pictures } from "../../labeler/src/pictures.ts";
import { Stage } from "../../labeler/src/stage.ts";
import { press } from "../../labeler/src/words.ts";
import { areSame } from "./cases.ts";
import type { ReviewCase } from "./contract.ts";
import type { Desk } from "./desk.ts";
import { ReasonsView, type Speaking } from "./reasons.ts";
import type { Screen } from "./screen.ts";
import { Strip } from "./strip.ts";
import { becauseWords, verdictWords } from "./telling.ts";
import { count, help, inShort, KEEP, LISTS, progressWords, savedWords, SKIP } from "./words.ts";

/** The least pixels that a button of a class takes, by how long the names are; and between two of them. */
const WIDTHS = { short: 96, middle: 112, long: 132 } as const;
const GAP = 8;

export class View implements Screen {
  /** There before anything is shown: the desk is made with its screen. */
  desk!: Desk;
  readonly #root: HTMLElement;
  readonly pictures = new Pictures(() => { for (const stage of this.stages) stage.follow(); });
  readonly stages: readonly Stage[];
  keys!: KeysView;
  finder!: Finder;
  #strip!: Strip;
  readonly #reasons: ReasonsView;
  readonly #tags = new NameTags();
  /** The keys that are shown. */
  #map: Keymap | undefined;
  /** What the reasons were shown for: they stay while that does. */
  #reasonsFor = "";

  constructor(root: HTMLElement) {
    this.#root = root;
    this.stages = [".stage.one", ".stage.two"].map((place) => new Stage(this.#find(place), this.pictures));
    this.#reasons = new ReasonsView(this.#find(".reasons"), this.pictures);
  }

  attach(desk: Desk): void {
    this.desk = desk;
    this.keys = new KeysView(this.#root, desk, this.#tags, () => help(desk.data.which));
    this.finder = new Finder(this.#root, takerOf(desk), this.#tags);
    this.#strip = new Strip(this.#find(".strip"), desk, this.pictures, this.#tags);
    this.#find(".tabs").replaceChildren(...LISTS.map(({ which, title, about }) => {
      const tab = button("", () => { desk.show(which); });
      tab.role = "tab";
      tab.dataset["which"] = which;
      tab.title = about;
      tab.textContent = title;
      return tab;
    }));
  }

  #find(selector: string): HTMLElement {
    return find(this.#root, selector);
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
    for (const place of [".classes button span", ".strip span"]) {
      this.#tags.fit(place, this.#root.querySelectorAll<HTMLElement>(place));
    }
    this.finder.fitNames();
  }

  fill(): void {
    this.pictures.fill(this.desk.data.cases.flatMap(({ items }) => items));
    this.#strip.fill();
  }

  async imagesAreThere(): Promise<void> {
    await Promise.all((this.desk.case?.items ?? []).map((item) => this.pictures.isThere(item)));
  }

  painted(): Promise<void> {
    return painted();
  }

  setReady(list: string | null): void {
    if (list === null) delete this.#root.dataset["ready"];
    else this.#root.dataset["ready"] = list;
  }

  show(): void {
    const { data, preferences } = this.desk;
    const isEmpty = !data.cases.length;
    this.#root.classList.toggle("photo", !data.ink);
    this.#root.classList.toggle("pixels", preferences.pixels && this.#haveLook);
    this.#root.classList.toggle("paired", (this.desk.case?.items.length ?? 0) > 1);
    this.#root.classList.toggle("held", this.desk.isHeld);
    this.followTheme();
    this.#showProgress();
    this.#showTabs();
    this.showSaved();
    this.#showStages();
    this.#showCase();
    this.#showToggles();
    this.#followKeys();
    this.finder.show();
    this.#showClasses();
    this.#showActions();
    this.#strip.show();
    this.#showRefused();
    for (const part of [".bar", ".work", ".classes", ".strip", ".actions"]) this.#find(part).hidden = isEmpty;
    this.#find(".blank").hidden = !isEmpty;
    this.#find(".blank p").textContent = data.nothing;
    this.#root.dataset["item"] = String(this.desk.item?.id ?? "");
    this.fitNames();
    this.desk.wantReasons();
  }

  get #haveLook(): boolean {
    return this.desk.data.cases.some(({ items }) => items.some(isSmall));
  }

  #showProgress(): void {
    const { data, decided } = this.desk;
    this.#find(".where").textContent = progressWords(data, decided);
    const bar = this.#find(".bar");
    bar.ariaValueMax = String(data.cases.length);
    bar.ariaValueNow = String(decided);
    find(bar, "i").style.width = `${(100 * decided) / Math.max(1, data.cases.length)}%`;
    this.#find(".anew").classList.toggle("ready", data.cases.length > 0 && decided === data.cases.length);
  }

  #showTabs(): void {
    const { lists } = this.desk.data;
    for (const tab of this.#root.querySelectorAll<HTMLElement>(".tabs button")) {
      tab.hidden = !lists.some((which) => which === tab.dataset["which"]);
      tab.ariaSelected = String(tab.dataset["which"] === this.desk.which);
    }
  }

  #showStages(): void {
    const { case: one, preferences, side } = this.desk;
    const said = one ? this.desk.standing(one).said : [];
    [".stage.one", ".stage.two"].forEach((place, number) => {
      const item = one?.items[number];
      const stage = this.#find(place);
      this.stages[number]?.show(item, preferences);
      stage.hidden = number > 0 && !item;
      stage.classList.toggle("asked", number === side);
      const tag = find(stage, ".tag");
      const now = said[number];
      tag.textContent = now ? inShort(now, this.desk.data.which) : "";
      tag.classList.toggle("changed", item !== undefined && !areSame(item.was, now));
    });
  }

  #showCase(): void {
    const { case: one, data: { which } } = this.desk;
    const name = (label: string): string => this.#tags.inSentence(label);
    this.#find(".verdict").textContent = one ? verdictWords(which, one, this.desk.standing(one), name) : "";
    this.#find(".because").textContent = one ? becauseWords(which, one, this.desk.isDecided(one), name) : "";
    this.#find(".idle").textContent = this.desk.keys.map.isFinding ? press(true) : "";
    this.#showReasons(one, name);
  }

  #showReasons(one: ReviewCase | undefined, name: (label: string) => string): void {
    const { data: { which }, preferences: { pixels } } = this.desk;
    const wanted = JSON.stringify([one?.items[0]?.id, one?.for_other, one?.for_given, pixels, which]);
    if (wanted === this.#reasonsFor) return;
    this.#reasonsFor = wanted;
    this.#reasons.show(one && which !== "near" ? speaking(one, which, name) : [], pixels);
  }

  #showToggles(): void {
    const { data, preferences } = this.desk;
    const haveLook = this.#haveLook;
    this.#find(".smooth").hidden = !haveLook;
    this.#find(".smooth span").textContent = preferences.pixels ? "Smooth images" : "Show pixels";
    for (const name of [".toggle.contrast", ".toggle.zoom"]) this.#find(name).hidden = haveLook && data.ink;
    this.#find(".toggle.contrast span").textContent = preferences.contrast ? "Own contrast" : "More contrast";
  }

  #showClasses(): void {
    const { canAnswer, case: one, said } = this.desk;
    for (const each of this.#find(".classes").querySelectorAll("button")) {
      const { name } = each.dataset;
      each.classList.toggle("chosen", name !== undefined && said?.label === name);
      each.classList.toggle("likely", name !== undefined && said?.label !== name && one?.other === name);
      each.disabled = name === undefined || (this.desk.isPainted && !canAnswer);
    }
  }

  #showActions(): void {
    const { case: one, data: { which }, said } = this.desk;
    const isDecided = one !== undefined && this.desk.isDecided(one);
    this.#find(".keep span").textContent = isDecided ? "next" : KEEP[which];
    this.#find(".skip span").textContent = SKIP[which];
    this.#find(".skip").title = which === "aside" ? "Put it back among those that are asked about" : "Leave it for later";
    this.#find(".swap").hidden = which !== "near";
    for (const kind of ["unsure", "bad"]) this.#find(`.key.${kind}`).classList.toggle("chosen", said?.kind === kind);
    find(this.#root, ".undo", HTMLButtonElement).disabled = !this.desk.decided;
  }

  /** What the server would not take, until the person sends it again or discards it. */
  #showRefused(): void {
    const { refused } = this.desk.waiting;
    const line = this.#find(".refused");
    line.hidden = !refused.length;
    find(line, "span").textContent = `${count(refused.length, "decision")} refused, and kept here.`;
  }

  showSaved(): void {
    const { data, notice, outbox, waiting } = this.desk;
    const { text, isAll, trouble } = savedWords({
      message: outbox.message,
      waiting: waiting.all.length,
      failure: outbox.failure(data.receipts),
      isLate: outbox.isSlow || !navigator.onLine,
    });
    const saved = this.#find(".saved");
    saved.textContent = text;
    saved.classList.toggle("all", isAll);
    saved.classList.toggle("trouble", trouble !== "");
    const summary = this.#find(".summary");
    summary.classList.toggle("trouble", trouble !== "");
    summary.textContent = trouble || notice || this.#about;
    summary.title = summary.textContent;
  }

  get #about(): string {
    const { data: { cases, which }, decided, isHeld } = this.desk;
    if (isHeld) return "One moment …";
    if (cases.length && decided === cases.length) return "All of them are looked at. “Look again” makes the list anew.";
    return LISTS.find((one) => one.which === which)?.about ?? "";
  }

  followTheme(): void {
    const { backgroundColor } = getComputedStyle(this.#find(".theme-probe"));
    const [red = 0, green = 0, blue = 0] = (backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
    this.#root.classList.toggle("dark", 0.3 * red + 0.59 * green + 0.11 * blue < 128);
  }
}

/** The images that speak for the other class, and those for the given one. */
function speaking(one: ReviewCase, which: Desk["which"], name: (label: string) => string): Speaking[] {
  const [first] = one.items;
  const given = first?.was.label;
  const all: Speaking[] = [];
  if (one.other !== null) {
    const title = `Labelled ${name(one.other)}`;
    all.push({ title, isAgainst: which === "contradicted", items: one.for_other, none: "None of them is near." });
  }
  if (typeof given === "string") {
    all.push({ title: `Labelled ${name(given)}`, isAgainst: false, items: one.for_given, none: "No other one is near." });
  }
  return all;
}

/** The desk as whoever takes classes that are found by their name. */
const takerOf = (desk: Desk): Taker => ({
  get data() {
    const { cases, classes, list_id: list, named } = desk.data;
    return { batch_id: list, classes, named, items: cases };
  },
  get keys() { return desk.keys; },
  get item() {
    const { case: one, item } = desk;
    return item && { id: item.id, beliefs: (one?.likely ?? []).map((name) => ({ name, probability: 0 })) };
  },
  get preferences() { return { blind: false }; },
  get canAnswer() { return desk.canAnswer; },
  perform: (wish) => { desk.perform(wish); },
  say: (notice) => { desk.say(notice); },
});
