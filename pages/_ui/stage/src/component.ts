// Presentation mode. All rounds are here from the start: stepping and playing need no server, so a
// talk goes on when the network does not. The server hears only that the presenter has left.

import { clock } from "../../browser/clock.ts";
import { isElsewhere, pressesControl } from "../../browser/keys.ts";
import { find, isWithin } from "../../browser/dom.ts";
import { mounted, type Component, type Trigger } from "../../browser/mount.ts";
import type { StagePage } from "./contract.ts";
import { commandOf, type Command } from "./keys.ts";
import { Player } from "./player.ts";
import { View } from "./view.ts";

/** Buttons by their classes. */
const BUTTONS: [string, Command][] = [
  ["back", "back"], ["next", "next"], ["to-graph", "graph"], ["to-curve", "curve"], ["play", "play"], ["help", "help"],
  ["leave", "leave"],
];

class Stage implements Component<StagePage> {
  readonly #root: HTMLDialogElement;
  readonly #view: View;
  readonly #player: Player;
  readonly #listening = new AbortController();
  #run = "";
  #trigger: Trigger = () => undefined;

  constructor(parent: HTMLElement) {
    this.#root = find(parent, ".stage", HTMLDialogElement);
    this.#view = new View(this.#root);
    this.#player = new Player(this.#view, clock, (round) => { this.#trigger("leave", { round }); });
    this.#view.attach(this.#player);
    this.#root.showModal();
    this.#listen();
  }

  update(data: StagePage, trigger: Trigger): void {
    this.#trigger = trigger;
    if (data.run !== this.#run) void this.#begin(data);
    else void this.#view.enrich(data);
  }

  async #begin(data: StagePage): Promise<void> {
    this.#run = data.run;
    this.#player.begin(data.rounds.length, data.current);
    await this.#view.begin(data);
    this.#player.show(0);
  }

  destroy(): void {
    this.#listening.abort();
    this.#player.stop();
    this.#view.stop();
  }

  #perform(command: Command): void {
    this.#deeds[command]();
  }

  readonly #deeds: Record<Command, () => void> = {
    next: () => { this.#player.next(); },
    back: () => { this.#player.back(); },
    first: () => { this.#player.first(); },
    last: () => { this.#player.end(); },
    play: () => { this.#player.play(); },
    graph: () => { this.#view.toggleScene("graph"); },
    label: () => { this.#view.another(); },
    curve: () => { this.#view.toggleScene("curve"); },
    guess: () => { this.#view.toggleGuessing(); },
    blank: () => { this.#view.toggleBlank(); },
    fullScreen: () => { void this.#toggleFullScreen(); },
    help: () => { this.#view.toggleHelp(); },
    escape: () => { this.#escape(); },
    leave: () => { this.#player.leave(); },
  };

  #escape(): void {
    if (this.#view.isHelpOpen) this.#view.toggleHelp(false);
    else if (document.fullscreenElement) void document.exitFullscreen();
    else if (this.#view.isBeside) this.#view.toggleScene(this.#view.scene);
    else this.#player.leave();
  }

  async #toggleFullScreen(): Promise<void> {
    try {
      if (document.fullscreenElement) await document.exitFullscreen();
      else await this.#view.room.requestFullscreen();
    } catch {
      // Not every browser can, or may: the stage fills the window all the same.
    }
  }

  #listen(): void {
    const { signal } = this.#listening;
    const { room } = this.#view;
    addEventListener("resize", () => { this.#view.resize(); }, { signal });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this.#view.recolour(); }, { signal });
    document.addEventListener("keydown", (event) => { this.#onKey(event); }, { signal, capture: true });
    // Where a device has another way to close a dialog, such as a gesture.
    this.#root.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#escape();
    }, { signal });
    this.#root.addEventListener("close", () => { this.#player.leave(); }, { signal });
    room.addEventListener("pointermove", () => { this.#view.wake(); }, { signal });
    // A click must not leave the focus on a button, where the space bar would press it again.
    room.addEventListener("pointerdown", (event) => {
      if (isWithin(event, "button")) event.preventDefault();
    }, { signal });
    room.addEventListener("click", (event) => { this.#onClick(event); }, { signal });
    for (const [name, command] of BUTTONS) {
      find(this.#root, `button.${name}`).addEventListener("click", () => { this.#perform(command); }, { signal });
    }
  }

  #onKey(event: KeyboardEvent): void {
    if (isElsewhere(event) || pressesControl(event, "button")) return;
    const command = commandOf(event.key);
    const { isBlank } = this.#view;
    if (!isBlank && (!command || this.#player.isLeaving)) return;
    event.preventDefault();
    event.stopPropagation();
    if (isBlank) this.#view.toggleBlank(false);
    else if (command && (!event.repeat || event.key.startsWith("Arrow"))) this.#perform(command);
  }

  /** A click on the right third goes on, one on the left third goes back. */
  #onClick(event: MouseEvent): void {
    if (this.#view.isBlank) {
      this.#view.toggleBlank(false);
      return;
    }
    if (isWithin(event, "button") || this.#player.isLeaving) return;
    if (this.#view.isHelpOpen) {
      this.#view.toggleHelp(false);
      return;
    }
    const place = event.clientX / this.#view.room.clientWidth;
    if (place > 2 / 3) this.#player.next();
    else if (place < 1 / 3) this.#player.back();
  }
}

export default mounted((parent) => new Stage(parent));
