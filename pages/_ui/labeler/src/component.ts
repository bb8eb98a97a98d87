// The label page's component. All that happens between two keys happens here; the server hears of a
// batch once, when it is answered. How no answer is lost stands in desk.ts.

import { clock } from "../../browser/clock.ts";
import { find, isWithin } from "../../browser/dom.ts";
import { isDialogOpen, isTyped, pressesControl } from "../../browser/keys.ts";
import { Line, post } from "../../browser/line.ts";
import { mounted, type Component, type Trigger } from "../../browser/mount.ts";
import { askStand, News, sayLeft } from "../../browser/news.ts";
import { revive } from "../../browser/revive.ts";
import { ownShelf, Store, whoseOf } from "../../browser/storage.ts";
import { isFree, isRunUnderWay } from "../../browser/streamlit.ts";
import type { Exchanged, LabelPage } from "./contract.ts";
import { Desk } from "./desk.ts";
import { goesOn, type Wish } from "./keys.ts";
import { Outbox } from "./outbox.ts";
import { settleRefused } from "./refused.ts";
import { View } from "./view.ts";

const BUTTONS: Record<string, Wish> = {
  undo: "undo", skip: "skip", unsure: "unsure", bad: "bad", back: "back", next: "next", submit: "submit",
  help: "help", close: "close", answers: "answers", classing: "classes", "classes-too": "classes", blind: "blind", smooth: "pixels", auto: "auto",
  contrast: "contrast", zoom: "zoom",
};

/** Nothing is drawn anew under an open dialog: closing it does that. */
const mayBeDrawn = (): boolean => isFree() && !isDialogOpen();

class Labeler implements Component<LabelPage> {
  readonly #root: HTMLElement;
  readonly #view: View;
  readonly #line = new Line<Exchanged>(clock, post, (heard) => { this.#hearQuickly(heard); }, isRunUnderWay, mayBeDrawn);
  readonly #news = new News(clock, askStand, () => { this.#line.redraw(); });
  readonly #outbox: Outbox;
  readonly #desk: Desk;
  readonly #listening = new AbortController();
  readonly #widths = new ResizeObserver(() => { this.#onWidth(); });

  constructor(parent: HTMLElement) {
    this.#root = find(parent, ".labeler");
    this.#view = new View(this.#root);
    // Who has the page now: another person may sign in, in another tab.
    const { cookie: cookies } = document;
    this.#outbox = new Outbox(clock, () => { this.#view.showSaved(); }, () => this.#line.isUnderWay, whoseOf(cookies));
    this.#outbox.trigger = this.#line.trigger;
    this.#desk = new Desk(this.#view, this.#outbox, new Store(() => ownShelf(localStorage, cookies)), clock, new Store(() => ownShelf(sessionStorage, cookies)));
    this.#view.attach(this.#desk);
    this.#listen();
    this.#widths.observe(this.#root);
    this.#root.focus({ preventScroll: true });
  }

  /** A run of the page that began before the last answer came may say how things stood then. */
  update(data: LabelPage, trigger: Trigger): void {
    this.#line.update(data.post, trigger);
    this.#news.update(data.post, data.news);
    this.#desk.update(this.#line.isOvertaken(data.news) ? { ...this.#desk.data, receipts: data.receipts } : data);
  }

  #hearQuickly({ page, receipt }: Exchanged): void {
    const data = page ?? { ...this.#desk.data, receipts: [receipt] };
    this.#news.update(data.post, data.news);
    this.#desk.update(data);
  }

  destroy(): void {
    this.#line.stop();
    this.#news.stop();
    this.#listening.abort();
    this.#widths.disconnect();
    this.#outbox.stop();
    this.#view.pictures.stop();
    void revive();
  }

  #listen(): void {
    const { signal } = this.#listening;
    document.addEventListener("keydown", (event) => { this.#onKey(event); }, { signal, capture: true });
    document.addEventListener("visibilitychange", () => { this.#onReturn(); }, { signal });
    addEventListener("pagehide", () => { this.#news.leave(sayLeft); }, { signal });
    addEventListener("storage", (event) => { this.#onOtherTab(event); }, { signal });
    addEventListener("online", () => {
      this.#outbox.resend();
      this.#view.pictures.retry();
    }, { signal });
    this.#view.stage.listen(signal);
    find(this.#root, ".theme-probe")
      .addEventListener("transitionend", () => { this.#view.followTheme(); }, { signal });
    // A click must not leave the focus on a button, where Enter would press it again.
    this.#root.addEventListener("pointerdown", (event) => {
      if (isWithin(event, "button")) event.preventDefault();
    }, { signal });
    find(this.#root, ".again").addEventListener("click", () => { settleRefused(this.#desk, true); }, { signal });
    find(this.#root, ".discard").addEventListener("click", () => { settleRefused(this.#desk, false); }, { signal });
    for (const [name, wish] of Object.entries(BUTTONS)) {
      find(this.#root, `button.${name}`).addEventListener("click", () => { this.#perform(wish); }, { signal });
    }
  }

  #perform(wish: Wish): void {
    if (wish === "help") this.#toggleKeys();
    else if (wish === "close") this.#toggleKeys(false);
    else if (wish === "zoom") this.#view.stage.step();
    else if (wish === "answers" || wish === "classes") this.#ask(wish);
    else this.#desk.perform(wish);
  }

  #ask(wish: "answers" | "classes"): void {
    if (this.#view.keys.isOpen) this.#toggleKeys(false);
    this.#line.trigger("ask", wish);
  }

  /** While the list of keys is open nothing is typed into the field. */
  #toggleKeys(isOpen?: boolean): void {
    this.#view.keys.toggle(isOpen);
    if (this.#view.keys.isOpen) this.#root.focus({ preventScroll: true });
    else this.#view.finder.focus();
  }

  #onKey(event: KeyboardEvent): void {
    if (this.#isForOthers(event)) return;
    const heard = this.#hear(event);
    if (heard === "written") return;
    if (heard === "done" || this.#asks(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (this.#view.keys.isOpen || !this.#view.finder.begins(event)) this.#complain(event);
  }

  /** Do what a key asks for; whether it asks for anything. */
  #asks(event: KeyboardEvent): boolean {
    const wish = event.isComposing ? null : this.#desk.keys.map.wishOf(event, this.#view.keys.isOpen);
    if (wish === null) return false;
    if (!event.repeat || goesOn(wish)) this.#perform(wish);
    return true;
  }

  #isForOthers(event: KeyboardEvent): boolean {
    return (isTyped(event) && !this.#view.finder.isField(event))
      || pressesControl(event, "a, button, summary, [role=tab]") || isDialogOpen();
  }

  /** What becomes of a key that is not for the images: it is done with, or the browser writes it. */
  #hear(event: KeyboardEvent): "done" | "written" | null {
    const { finder, keys } = this.#view;
    if (keys.takes(event)) return "done";
    const heard = keys.isOpen ? null : finder.hear(event);
    return heard ?? (this.#stepsBack(event) ? "done" : null);
  }

  #stepsBack({ key }: KeyboardEvent): boolean {
    return key === "Escape" && !this.#view.keys.isOpen && this.#view.stage.unzoom();
  }

  #complain(event: KeyboardEvent): void {
    if (event.repeat) return;
    if (this.#view.keys.isOpen) this.#view.keys.sayItIsOpen(event.key);
    else {
      const complaint = this.#desk.keys.map.complaint(event);
      if (complaint) this.#desk.say(complaint);
    }
  }

  /** Names have another room where the page is wider, or narrower. */
  #onWidth(): void {
    if (!("item" in this.#root.dataset)) return;
    this.#view.arrange();
    this.#view.fitNames();
  }

  #onReturn(): void {
    if (document.hidden) return;
    this.#desk.restart();
    this.#desk.sync();
  }

  #onOtherTab({ key, newValue }: StorageEvent): void {
    if (!this.#desk.concerns(key)) return;
    if (newValue === null) this.#desk.sync();
    else this.#view.show();
  }
}

export default mounted((parent) => new Labeler(parent));
