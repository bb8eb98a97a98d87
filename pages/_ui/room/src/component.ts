// The big screen of a room. Once a second it fetches how things stand; the page does not run for it.

import { find } from "../../browser/dom.ts";
import { isDialogOpen, isElsewhere, isTyped, pressesControl } from "../../browser/keys.ts";
import { mounted, type Component } from "../../browser/mount.ts";
import type { RoomFigures, RoomPage } from "./contract.ts";
import { commandOf, type Command } from "./keys.ts";
import { View } from "./view.ts";

const EVERY = 1000;
/** Milliseconds in which a second press says that the room is to end. */
const SURE = 4000;
const PATIENCE = 8000;

class Screen implements Component<RoomPage> {
  readonly #view: View;
  readonly #listening = new AbortController();
  #page: RoomPage | null = null;
  #timer = 0;
  #sure = 0;

  constructor(parent: HTMLElement) {
    this.#view = new View(parent);
    this.#listen();
  }

  update(data: RoomPage): void {
    const isNew = data.figures !== this.#page?.figures;
    this.#page = data;
    this.#view.begin(data);
    if (isNew) void this.#follow();
  }

  destroy(): void {
    this.#listening.abort();
    clearTimeout(this.#timer);
    this.#page = null;
  }

  async #follow(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#fetch();
    if (this.#page) this.#timer = window.setTimeout(() => { void this.#follow(); }, EVERY);
  }

  async #fetch(phase?: RoomFigures["phase"]): Promise<void> {
    if (!this.#page) return;
    const names = this.#view.areNamesShown ? "?names=1" : "";
    try {
      const reply = await fetch(`${this.#page.figures}${names}`, {
        signal: AbortSignal.timeout(PATIENCE),
        ...(phase ? { method: "POST", body: JSON.stringify({ phase }), headers: { "Content-Type": "application/json" } } : {}),
      });
      this.#view.screen.classList.toggle("off", !reply.ok);
      if (reply.ok) this.#view.show(await reply.json() as RoomFigures);
      else this.#view.said((await reply.text()).slice(0, 100));
    } catch {
      if (!this.#listening.signal.aborted) this.#view.said("The server is not reached");
    }
  }

  readonly #deeds: Record<Command, () => void> = {
    pause: () => { void this.#fetch(this.#view.phase === "open" ? "paused" : "open"); },
    names: () => {
      this.#view.toggleNames();
      void this.#fetch();
    },
    hide: () => { this.#view.toggleHidden(); },
    blank: () => { this.#view.toggleBlank(); },
    fill: () => { void (this.#view.isFilling ? this.#view.leave() : this.#view.fill()); },
    help: () => { this.#view.toggleHelp(); },
    escape: () => {
      if (this.#view.isBlank) this.#view.toggleBlank(false);
      else if (this.#view.isHelpOpen) this.#view.toggleHelp(false);
      else if (this.#view.areNamesShown) this.#view.toggleNames(false);
      else if (this.#view.isFilling) void this.#view.leave();
    },
  };

  #end(button: HTMLElement): void {
    const isSure = button.classList.toggle("sure");
    clearTimeout(this.#sure);
    find(button, "span").textContent = isSure ? "End it for all?" : "End";
    if (!isSure) void this.#fetch("ended");
    else this.#sure = window.setTimeout(() => {
      button.classList.remove("sure");
      find(button, "span").textContent = "End";
    }, SURE);
  }

  #listen(): void {
    const { signal } = this.#listening;
    const { screen } = this.#view;
    document.addEventListener("keydown", (event) => { this.#onKey(event); }, { signal, capture: true });
    screen.parentElement?.parentElement?.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#deeds.escape();
    }, { signal, capture: true });
    for (const [name, command] of BUTTONS) {
      find(screen, `.${name}`).addEventListener("click", () => { this.#deeds[command](); }, { signal });
    }
    const end = find(screen, ".end");
    end.addEventListener("click", () => { this.#end(end); }, { signal });
    find(screen, ".blank").addEventListener("click", () => { this.#view.toggleBlank(false); }, { signal });
    find(screen, ".keys").addEventListener("click", () => { this.#view.toggleHelp(false); }, { signal });
  }

  /** Whether a key is meant for the screen, and not for a field or a dialog of the page. */
  #isOurs(event: KeyboardEvent): boolean {
    if (isElsewhere(event) || isTyped(event) || pressesControl(event, "button")) return false;
    const { isFilling, areNamesShown, isHelpOpen } = this.#view;
    if (isFilling) return true;
    return !isDialogOpen() && (commandOf(event.key) !== "escape" || areNamesShown || isHelpOpen);
  }

  #onKey(event: KeyboardEvent): void {
    const { isBlank } = this.#view;
    const command = commandOf(event.key);
    if (!isBlank && (!command || event.repeat || !this.#isOurs(event))) return;
    event.preventDefault();
    event.stopPropagation();
    if (isBlank) this.#view.toggleBlank(false);
    else if (command) this.#deeds[command]();
  }
}

const BUTTONS: [string, Command][] = [
  ["pause", "pause"], ["joined", "names"], ["hide", "hide"], ["fill", "fill"], ["help", "help"],
];

export default mounted((parent) => new Screen(parent));
