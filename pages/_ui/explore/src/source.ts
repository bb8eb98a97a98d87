// The map as the server has it, looked at again while the page is open.

import type { MapState } from "./contract.ts";
import { Marks } from "./marks.ts";
import { Points } from "./points.ts";
import { Server } from "./server.ts";

/** Milliseconds between two looks: while a better layout is being made, and else. */
const SOON = 1000;
const LATER = 4000;

/** Where items lie and what is said of them, and what both are called. */
export interface Found {
  layout: string;
  points: Points;
  name: string;
  marks: Marks;
}

export class Source {
  found: Found | null = null;
  readonly server: Server;
  readonly #heard: (state: MapState) => void;
  readonly #failed: (problem: string) => void;
  readonly #stopping = new AbortController();
  #state: MapState | null = null;
  #timer = 0;
  #isFetching = false;

  constructor(root: string, heard: (state: MapState) => void, failed: (problem: string) => void) {
    this.server = new Server(root);
    this.#heard = heard;
    this.#failed = failed;
  }

  /** Fetch what is other than before. */
  take(state: MapState): void {
    this.#state = state;
    void this.#fetch();
    this.#plan();
  }

  /** Look how things stand now. */
  hurry(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { void this.#look(); }, 300) as unknown as number;
  }

  stop(): void {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    this.server.close();
  }

  #plan(): void {
    if (this.#stopping.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { void this.#look(); }, this.#state?.work ? SOON : LATER) as unknown as number;
  }

  async #look(): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    if (!document.hidden) {
      try {
        this.#state = await this.server.state(signal);
        this.#heard(this.#state);
        await this.#fetch();
      } catch {
        // The server may be away; it is asked again.
      }
    }
    this.#plan();
  }

  async #points(layout: string, before: Found | null): Promise<Points> {
    if (before?.layout === layout) return before.points;
    return new Points(await this.server.places(layout, this.#stopping.signal));
  }

  async #marks(name: string, before: Found | null): Promise<Marks> {
    return before?.name === name ? before.marks : new Marks(await this.server.marks(name, this.#stopping.signal));
  }

  #fail(error: unknown): void {
    if (!this.#stopping.signal.aborted) this.#failed(error instanceof Error ? error.message : String(error));
  }

  async #fetch(): Promise<void> {
    const [state, before] = [this.#state, this.found];
    if (!state || this.#isFetching || (before?.layout === state.layout && before.name === state.marks)) return;
    this.#isFetching = true;
    try {
      const [points, marks] = await Promise.all([this.#points(state.layout, before), this.#marks(state.marks, before)]);
      this.found = { layout: state.layout, points, name: state.marks, marks };
      this.#heard(state);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isFetching = false;
    }
  }
}
