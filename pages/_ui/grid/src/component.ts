// The grid's component: images that the model predicts as one class, many at once. All that happens
// between two grids happens here; the server hears of a grid once, when it is accepted. How no key is
// lost stands in desk.ts.

import { clock } from "../../browser/clock.ts";
import { find, isWithin } from "../../browser/dom.ts";
import { whileInUse } from "../../browser/in_use.ts";
import { isDialogOpen, isTyped, pressesControl } from "../../browser/keys.ts";
import { mounted, type Component, type Trigger } from "../../browser/mount.ts";
import { Outbox } from "../../browser/outbox.ts";
import { revive } from "../../browser/revive.ts";
import { ownShelf, Store, whoseOf } from "../../browser/storage.ts";
import { isRunUnderWay } from "../../browser/streamlit.ts";
import type { GridPage, Message } from "./contract.ts";
import { Desk } from "./desk.ts";
import { goesOn, wishOf, type Wish } from "./keys.ts";
import { View } from "./view.ts";

const BUTTONS: Record<string, Wish> = {
  accept: "accept", undo: "undo", look: "closer", smooth: "pixels", help: "help", close: "close",
};

class Grid implements Component<GridPage> {
  readonly #root: HTMLElement;
  readonly #view: View;
  readonly #outbox: Outbox<Message>;
  readonly #desk: Desk;
  readonly #listening = new AbortController();
  readonly #sizes = new ResizeObserver(() => { this.#view.fit(); });

  constructor(parent: HTMLElement) {
    this.#root = find(parent, ".grid");
    this.#view = new View(this.#root);
    // Who has the page now: another person may sign in, in another tab.
    const { cookie: cookies } = document;
    this.#outbox = new Outbox(clock, () => { this.#view.showSaved(); }, isRunUnderWay, whoseOf(cookies));
    this.#desk = new Desk(this.#view, this.#outbox, new Store(() => ownShelf(localStorage, cookies)), clock, isRunUnderWay);
    this.#view.attach(this.#desk);
    this.#listen();
    // Whatever comes or goes around the images, such as a warning above them, leaves more or less room.
    for (const part of [this.#root, ...document.querySelectorAll("[data-testid=stMainBlockContainer]")]) this.#sizes.observe(part);
    this.#root.focus({ preventScroll: true });
  }

  update(data: GridPage, trigger: Trigger): void {
    this.#outbox.trigger = trigger;
    this.#desk.update(data);
  }

  destroy(): void {
    this.#listening.abort();
    this.#sizes.disconnect();
    this.#desk.stop();
    this.#view.tiles.stop();
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
      this.#view.tiles.retry();
    }, { signal });
    addEventListener("resize", () => { this.#view.fit(); }, { signal });
    this.#view.tiles.listen(signal, () => { this.#view.look(); });
    this.#view.choices.listen(signal, () => { this.#root.focus({ preventScroll: true }); });
    this.#view.closer.listen(signal);
    find(this.#root, ".theme-probe")
      .addEventListener("transitionend", () => { this.#view.followTheme(); }, { signal });
    // A click must not leave the focus on a button, where Enter would press it again.
    this.#root.addEventListener("pointerdown", (event) => {
      if (isWithin(event, "button")) event.preventDefault();
    }, { signal });
    find(this.#root, ".all").addEventListener("click", () => { this.#desk.ask({ name: null, corrects: false, is_all: true }); }, { signal });
    find(this.#root, ".again").addEventListener("click", () => { this.#desk.settleRefused(true); }, { signal });
    find(this.#root, ".discard").addEventListener("click", () => { this.#desk.settleRefused(false); }, { signal });
    for (const [name, wish] of Object.entries(BUTTONS)) {
      find(this.#root, `button.${name}`).addEventListener("click", () => { this.#perform(wish); }, { signal });
    }
  }

  /** Whether something is marked, on its way, or looked at more closely. */
  get #isInUse(): boolean {
    const { asking, given, isLocked, isPainted, waiting } = this.#desk;
    return !isPainted || isLocked || given.length > 0 || waiting.all.length > 0 || asking.wish !== null || this.#view.closer.isOpen;
  }

  #perform(wish: Wish): void {
    if (wish === "help") this.#view.keys.toggle();
    else if (wish === "close") this.#view.keys.toggle(false);
    else if (wish === "closer") this.#view.look();
    else this.#desk.perform(wish);
  }

  #onKey(event: KeyboardEvent): void {
    if (this.#view.closer.isOpen) {
      this.#closeCloser(event);
      return;
    }
    if (isTyped(event) || this.#pressesControl(event) || isDialogOpen()) return;
    const wish = event.isComposing ? null : wishOf(event, this.#desk.keys.map, this.#view.keys.isOpen);
    if (!wish) {
      this.#complain(event);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat && !goesOn(wish)) return;
    this.#perform(wish);
    if (goesOn(wish)) this.#view.tiles.focus();
  }

  /** The space bar presses the image that has the focus; Enter is for all of them. */
  #pressesControl(event: KeyboardEvent): boolean {
    return pressesControl(event, event.key === " " ? "a, button, summary, [role=tab]" : "a, button:not(.tile), summary, [role=tab]");
  }

  /** Any key ends a closer look, but for those that do nothing by themselves. */
  #closeCloser(event: KeyboardEvent): void {
    if (["Shift", "Control", "Alt", "Meta"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) this.#view.closer.close();
  }

  #complain(event: KeyboardEvent): void {
    if (event.repeat) return;
    if (this.#view.keys.isOpen) this.#view.keys.sayItIsOpen(event.key);
    else {
      const complaint = this.#desk.keys.map.complaint(event);
      if (complaint) this.#desk.say(complaint);
    }
  }

  #onReturn(): void {
    if (document.hidden) return;
    this.#desk.restart();
    this.#desk.sync();
  }
}

export default mounted((parent) => new Grid(parent));
