// The review page's component: labels that are looked at once more. All that happens between two keys
// happens here; the server hears of each decision. How none is lost stands in desk.ts.

import { clock } from "../../browser/clock.ts";
import { find, isWithin } from "../../browser/dom.ts";
import { whileInUse } from "../../browser/in_use.ts";
import { isDialogOpen, isTyped, pressesControl } from "../../browser/keys.ts";
import { mounted, type Component, type Trigger } from "../../browser/mount.ts";
import { Outbox } from "../../browser/outbox.ts";
import { revive } from "../../browser/revive.ts";
import { ownShelf, Store, whoseOf } from "../../browser/storage.ts";
import { isRunUnderWay } from "../../browser/streamlit.ts";
import type { Message, ReviewPage } from "./contract.ts";
import { Desk } from "./desk.ts";
import { goesOn, wishOf, type Wish } from "./keys.ts";
import { View } from "./view.ts";

const BUTTONS: Record<string, Wish> = {
  ".key.undo": "undo", ".key.skip": "skip", ".key.unsure": "unsure", ".key.bad": "bad", ".key.swap": "swap", ".key.back": "back",
  ".key.next": "next", ".key.help": "help", ".keep": "keep", ".toggle.smooth": "pixels", ".toggle.contrast": "contrast",
  ".toggle.zoom": "zoom", ".foot .close": "close",
};

class Review implements Component<ReviewPage> {
  readonly #root: HTMLElement;
  readonly #view: View;
  readonly #outbox: Outbox<Message>;
  readonly #desk: Desk;
  readonly #listening = new AbortController();
  readonly #widths = new ResizeObserver(() => { this.#onWidth(); });

  constructor(parent: HTMLElement) {
    this.#root = find(parent, ".review");
    this.#view = new View(this.#root);
    // Who has the page now: another person may sign in, in another tab.
    const { cookie: cookies } = document;
    this.#outbox = new Outbox(clock, () => { this.#view.showSaved(); }, isRunUnderWay, whoseOf(cookies));
    this.#desk = new Desk(this.#view, this.#outbox, new Store(() => ownShelf(localStorage, cookies)), clock, isRunUnderWay);
    this.#view.attach(this.#desk);
    this.#listen();
    this.#widths.observe(this.#root);
    this.#root.focus({ preventScroll: true });
  }

  update(data: ReviewPage, trigger: Trigger): void {
    this.#outbox.trigger = trigger;
    this.#desk.update(data);
  }

  destroy(): void {
    this.#listening.abort();
    this.#widths.disconnect();
    this.#desk.stop();
    this.#view.pictures.stop();
    void revive();
  }

  #listen(): void {
    const { signal } = this.#listening;
    whileInUse(() => this.#isInUse, signal);
    document.addEventListener("keydown", (event) => { this.#onKey(event); }, { signal, capture: true });
    document.addEventListener("visibilitychange", () => { this.#onReturn(); }, { signal });
    addEventListener("storage", ({ key, newValue }) => { this.#desk.hearOf(key, newValue === null); }, { signal });
    addEventListener("online", () => {
      this.#outbox.resend();
      this.#view.pictures.retry();
    }, { signal });
    this.#view.stages.forEach((stage, side) => {
      stage.listen(signal);
      find(this.#root, side ? ".stage.two" : ".stage.one").addEventListener("click", () => { this.#desk.swap(side); }, { signal });
    });
    find(this.#root, ".theme-probe")
      .addEventListener("transitionend", () => { this.#view.followTheme(); }, { signal });
    // A click must not leave the focus on a button, where Enter would press it again.
    this.#root.addEventListener("pointerdown", (event) => {
      if (isWithin(event, "button")) event.preventDefault();
    }, { signal });
    find(this.#root, ".anew").addEventListener("click", () => { this.#desk.show(this.#desk.which); }, { signal });
    find(this.#root, ".again").addEventListener("click", () => { this.#desk.settleRefused(true); }, { signal });
    find(this.#root, ".discard").addEventListener("click", () => { this.#desk.settleRefused(false); }, { signal });
    for (const [place, wish] of Object.entries(BUTTONS)) {
      find(this.#root, place).addEventListener("click", () => { this.#perform(wish); }, { signal });
    }
  }

  /** Whether something was decided that is not stored yet, or another list is on its way. */
  get #isInUse(): boolean {
    const { asking, isHeld, outbox, waiting } = this.#desk;
    return isHeld || outbox.isBusy || waiting.all.length > 0 || asking.wish !== null;
  }

  #perform(wish: Wish): void {
    if (wish === "help") this.#toggleKeys();
    else if (wish === "close") this.#toggleKeys(false);
    else if (wish === "zoom") this.#view.stages[this.#desk.side]?.step();
    else this.#desk.perform(wish);
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
    const wish = event.isComposing ? null : wishOf(event, this.#desk.keys.map, this.#view.keys.isOpen);
    if (wish === null) return false;
    if (!event.repeat || goesOn(wish)) this.#perform(wish);
    return true;
  }

  #isForOthers(event: KeyboardEvent): boolean {
    return (isTyped(event) && !this.#view.finder.isField(event))
      || pressesControl(event, "a, button, summary, [role=tab]") || isDialogOpen();
  }

  /** What becomes of a key that is not for the list: it is done with, or the browser writes it. */
  #hear(event: KeyboardEvent): "done" | "written" | null {
    const { finder, keys } = this.#view;
    if (keys.takes(event)) return "done";
    const heard = keys.isOpen ? null : finder.hear(event);
    return heard ?? (this.#stepsBack(event) ? "done" : null);
  }

  #stepsBack({ key }: KeyboardEvent): boolean {
    return key === "Escape" && !this.#view.keys.isOpen && this.#view.stages.some((stage) => stage.unzoom());
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
}

export default mounted((parent) => new Review(parent));
