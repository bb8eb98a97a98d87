import type { MapState } from "./contract.ts";

/** An image, and what it is called. */
export interface Glance {
  url: string;
  told: string;
}

const REMEMBERED = 300;

/** Fetches what the map is made of, from the addresses below its root. */
export class Server {
  readonly #root: string;
  readonly #glances = new Map<string, Glance>();

  constructor(root: string) {
    this.#root = root;
  }

  async state(signal: AbortSignal): Promise<MapState> {
    return (await (await this.#ask("state", signal)).json()) as MapState;
  }

  async places(layout: string, signal: AbortSignal): Promise<Uint16Array> {
    return new Uint16Array(await (await this.#ask(`places/${layout}`, signal)).arrayBuffer());
  }

  async marks(name: string, signal: AbortSignal): Promise<ArrayBuffer> {
    return await (await this.#ask(`marks/${name}`, signal)).arrayBuffer();
  }

  /** The image of an item; those asked for lately are kept. */
  async glance(layout: string, item: number, signal: AbortSignal): Promise<Glance> {
    const address = `image/${layout}/${item}`;
    const known = this.#glances.get(address);
    if (known) return known;
    const answer = await this.#ask(address, signal);
    const url = URL.createObjectURL(await answer.blob());
    const found = { url, told: decodeURIComponent(answer.headers.get("X-Told") ?? "") };
    this.#glances.set(address, found);
    const [oldest] = this.#glances;
    if (this.#glances.size > REMEMBERED && oldest) this.#drop(oldest);
    return found;
  }

  #drop([address, { url }]: [string, Glance]): void {
    URL.revokeObjectURL(url);
    this.#glances.delete(address);
  }

  close(): void {
    for (const glance of [...this.#glances]) this.#drop(glance);
  }

  async #ask(address: string, signal: AbortSignal): Promise<Response> {
    const answer = await fetch(`${this.#root}/${address}`, { signal });
    if (!answer.ok) throw new Error(await answer.text());
    return answer;
  }
}
