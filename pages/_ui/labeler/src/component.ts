// The label page's component. All that happens between two keys happens here; the server hears of a
// batch once, when it is answered. How no answer is lost stands in desk.ts.

import { clock } from "../../browser/clock.ts";
import { find, isWithin } from "../../browser/dom.ts";
import { isTyped, pressesControl } from "../../browser/keys.ts";
import { mounted, type Component, type Trigger } from "../../browser/mount.ts";
import type { LabelPage } from "./contract.ts";
import { Desk } from "./desk.ts";
import { goesOn, type Wish } from "./keys.ts";
import { Outbox } from "./outbox.ts";
import { settleRefused } from "./refused.ts";
import { revive } from "./revive.ts";
import { Store } from "./storage.ts";
import { isRunUnderWay } from "./streamlit.ts";
import { View } from "./view.ts";

const BUTTONS: Record<string, Wish> = {
  undo: "undo", skip: "skip", unsure: "unsure", bad: "bad", back: "back", next: "next", submit: "submit",
  help: "help", close: "close", answers: "answers", blind: "blind", smooth: "pixels", auto: "auto",
  contrast: "contrast", zoom: "zoom",
};

class Labeler implements Component<LabelPage> {
  readonly #root: HTMLElement;
  readonly #view: View;
  readonly #outbox: Outbox;
  readonly #desk: Desk;
  readonly #listening = new AbortController();

  constructor(parent: HTMLElement) {
    this.#root = find(parent, ".labeler");
    this.#view = new View(this.#root);
    this.#outbox = new Outbox(clock, () => { this.#view.showSaved(); }, isRunUnderWay);
    this.#desk = new Desk(this.#view, this.#outbox, new Store(() => localStorage), clock);
    this.#view.attach(this.#desk);
    this.#listen();
    this.#root.focus({ preventScroll: true });
  }

  update(data: LabelPage, trigger: Trigger): void {
    this.#outbox.trigger = trigger;
    this.#desk.update(data);
  }

  destroy(): void {
    this.#listening.abort();
    this.#outbox.stop();
    this.#view.pictures.stop();
    void revive();
  }

  #listen(): void {
    const { signal } = this.#listening;
    document.addEventListener("keydown", (event) => { this.#onKey(event); }, { signal, capture: true });
    document.addEventListener("visibilitychange", () => { this.#onReturn(); }, { signal });
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
    if (wish === "help") this.#view.keys.toggle();
    else if (wish === "close") this.#view.keys.toggle(false);
    else if (wish === "zoom") this.#view.stage.step();
    else if (wish === "answers") this.#outbox.trigger("ask", "answers");
    else this.#desk.perform(wish);
  }

  #onKey(event: KeyboardEvent): void {
    if (isTyped(event) || pressesControl(event, "a, button, summary, [role=tab]")) return;
    if (isDialogOpen()) return;
    if (this.#view.keys.takes(event) || this.#stepsBack(event)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const wish = event.isComposing ? null : this.#desk.keys.map.wishOf(event, this.#view.keys.isOpen);
    if (!wish) {
      this.#complain(event);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat || goesOn(wish)) this.#perform(wish);
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

/** Whether one of the page's own dialogs is open: what is pressed is for it. */
const isDialogOpen = (): boolean =>
  [...document.querySelectorAll("[data-testid=stDialog], dialog[open]")].some((dialog) => dialog.checkVisibility());

export default mounted((parent) => new Labeler(parent));
