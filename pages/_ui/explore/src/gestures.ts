// What a pointer, two fingers, a wheel or a key on the map asks for.

import type { Place } from "./camera.ts";

export interface Follower {
  pan(right: number, down: number): void;
  zoom(factor: number, at: Place): void;
  zoomMiddle(factor: number): void;
  fit(): void;
  /** A line is being drawn, or is done. */
  line(places: Place[], isDone: boolean): void;
  /** The pointer is here, or nowhere any more; `isPinned` where it was pressed. */
  point(at: Place | null, isPinned: boolean): void;
  chooseView(): void;
  letGo(): void;
}

export type Tool = "move" | "lasso";

/** Pixels that a key moves the map by. */
const STEP = 80;
const CLOSER = 1.4;
/** A pointer that moves no farther while it is down has pressed one place. */
const STILL = 4;

export class Gestures {
  tool: Tool = "move";
  readonly #canvas: HTMLCanvasElement;
  readonly #follower: Follower;
  readonly #down = new Map<number, Place>();
  #line: Place[] | null = null;
  #moved = 0;

  constructor(canvas: HTMLCanvasElement, follower: Follower, signal: AbortSignal) {
    this.#canvas = canvas;
    this.#follower = follower;
    const on = <K extends keyof HTMLElementEventMap>(name: K, act: (event: HTMLElementEventMap[K]) => void): void => {
      canvas.addEventListener(name, act, { signal, passive: false });
    };
    on("pointerdown", (event) => { this.#press(event); });
    on("pointermove", (event) => { this.#move(event); });
    on("pointerup", (event) => { this.#release(event); });
    on("pointercancel", (event) => { this.#cancel(event); });
    on("pointerleave", (event) => { if (event.pointerType === "mouse" && !this.#down.size) follower.point(null, false); });
    on("wheel", (event) => { this.#wheel(event); });
    on("keydown", (event) => { this.#key(event); });
  }

  use(tool: Tool): void {
    this.tool = tool;
    this.#canvas.classList.toggle("lassoing", tool === "lasso");
  }

  #press(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#down.set(event.pointerId, placeOf(event));
    if (this.#down.size > 1) this.#line = null;
    else {
      this.#moved = 0;
      this.#line = this.tool === "lasso" || event.shiftKey ? [placeOf(event)] : null;
    }
    this.#canvas.classList.toggle("dragged", !this.#line);
  }

  #move(event: PointerEvent): void {
    const at = placeOf(event);
    const before = this.#down.get(event.pointerId);
    if (!before) {
      if (event.pointerType === "mouse") this.#follower.point(at, false);
      return;
    }
    const other = [...this.#down].find(([id]) => id !== event.pointerId)?.[1];
    this.#down.set(event.pointerId, at);
    this.#moved += Math.hypot(at.x - before.x, at.y - before.y);
    if (other) this.#pinch(before, at, other);
    else if (this.#line) {
      this.#line.push(at);
      this.#follower.line(this.#line, false);
    } else if (this.#moved > STILL) {
      this.#follower.point(null, false);
      this.#follower.pan(at.x - before.x, at.y - before.y);
    }
  }

  /** Two fingers move and stretch the map: what is between them stays there. */
  #pinch(before: Place, at: Place, other: Place): void {
    const [was, is] = [Math.hypot(before.x - other.x, before.y - other.y), Math.hypot(at.x - other.x, at.y - other.y)];
    this.#follower.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
    if (was > 0 && is > 0) this.#follower.zoom(is / was, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
  }

  #release(event: PointerEvent): void {
    if (!this.#down.delete(event.pointerId)) return;
    this.#canvas.classList.remove("dragged");
    const line = this.#line;
    this.#line = null;
    if (this.#moved <= STILL && !this.#down.size) this.#follower.point(placeOf(event), true);
    else if (line) this.#follower.line(line, true);
  }

  #cancel(event: PointerEvent): void {
    this.#down.delete(event.pointerId);
    this.#canvas.classList.remove("dragged");
    if (this.#line) this.#follower.line([], true);
    this.#line = null;
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    this.#follower.zoom(Math.exp(-event.deltaY * lines * 0.0018), placeOf(event));
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = this.#keys[event.key] ?? this.#keys[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  }

  readonly #keys: Record<string, () => void> = {
    ArrowLeft: () => { this.#follower.pan(STEP, 0); },
    ArrowRight: () => { this.#follower.pan(-STEP, 0); },
    ArrowUp: () => { this.#follower.pan(0, STEP); },
    ArrowDown: () => { this.#follower.pan(0, -STEP); },
    "+": () => { this.#follower.zoomMiddle(CLOSER); },
    "=": () => { this.#follower.zoomMiddle(CLOSER); },
    "-": () => { this.#follower.zoomMiddle(1 / CLOSER); },
    "0": () => { this.#follower.fit(); },
    v: () => { this.#follower.chooseView(); },
    Escape: () => { this.#follower.letGo(); },
  };
}

const placeOf = (event: MouseEvent): Place => ({ x: event.offsetX, y: event.offsetY });
