import type { Clock } from "./clock.ts";
import type { Trigger } from "./mount.ts";
import { LOOK } from "./outbox.ts";

/** How long a request is waited for before it counts as lost. */
export const PATIENCE = 20_000;

/** What a browser sends of a page that was left, in bytes; with more it refuses to send at all. */
const OUTLIVES = 60_000;

/** What the server answers, as far as it matters here. */
export interface Exchange {
  /** How things stand, and a number that grows whenever somebody does something; null where a run of the page has to say it. */
  page: { news: number } | null;
  /** Milliseconds for which figures are not to be drawn again. */
  calm: number;
}

/** Sends a message as a request of its own; null where the server does not talk this way. Rejects if it is not reached. */
export type Post<Heard> = (address: string, message: unknown) => Promise<Heard | null>;

const never = (): void => undefined;

/**
 * The quick way to the server and back: a request, without a run of the page's script. Runs draw the figures then, and
 * a crowd of them would keep the server from what people wait for: the server says how long they are to wait.
 *
 * Where there is no address to send to, all goes the way of triggers.
 */
export class Line<Heard extends Exchange> {
  readonly #clock: Clock;
  readonly #post: Post<Heard>;
  readonly #hear: (heard: Heard) => void;
  readonly #isRunUnderWay: () => boolean;
  readonly #isFree: () => boolean;
  #send: Trigger = never;
  #address: string | null = null;
  #sent = 0;
  #heard = 0;
  #heardAt = -Infinity;
  #news = 0;
  readonly #underWay = new Set<number>();
  #drawnAt = -Infinity;
  #calm = 0;
  #callOff = never;

  constructor(
    clock: Clock,
    post: Post<Heard>,
    hear: (heard: Heard) => void,
    isRunUnderWay: () => boolean,
    isFree: () => boolean,
  ) {
    this.#clock = clock;
    this.#post = post;
    this.#hear = hear;
    this.#isRunUnderWay = isRunUnderWay;
    this.#isFree = isFree;
  }

  /** Where to send from now on; null where nothing listens. */
  update(address: string | null, send: Trigger): void {
    if (address !== this.#address) this.#news = 0;
    this.#address = address;
    this.#send = send;
  }

  /** Whether a run of the page tells how things stood before an answer that has come lately: it began before. */
  isOvertaken(news: number): boolean {
    return news < this.#news && this.#clock.now() - this.#heardAt < PATIENCE;
  }

  /** Whether an answer may still come: to a request, or of a run where there are no requests. */
  get isUnderWay(): boolean {
    return this.#address === null ? this.#isRunUnderWay() : this.#underWay.size > 0;
  }

  /** Sends a message the quick way, and all else as a trigger. */
  readonly trigger: Trigger = (name, value) => {
    if (name === "message" && this.#address !== null) void this.#request(this.#address, value);
    else this.#send(name, value);
  };

  async #request(address: string, message: unknown): Promise<void> {
    this.#sent += 1;
    const number = this.#sent;
    this.#underWay.add(number);
    const callOff = this.#clock.after(PATIENCE, () => { this.#underWay.delete(number); });
    try {
      const heard = await this.#post(address, message);
      if (heard === null) this.#send("message", message);
      else this.#take(number, heard);
    } catch {
      // The server is away: whoever sends a message sends it again.
    } finally {
      callOff();
      this.#underWay.delete(number);
    }
  }

  /** An answer that was overtaken by that to a later message says nothing any more. */
  #take(number: number, heard: Heard): void {
    if (number < this.#heard) return;
    this.#heard = number;
    this.#heardAt = this.#clock.now();
    this.#news = heard.page?.news ?? this.#news;
    this.#calm = heard.calm;
    this.#hear(heard);
    this.redraw(heard.page === null ? 0 : heard.calm);
  }

  /** Have the figures drawn anew, once so much time has passed since they last were. */
  redraw(calm = this.#calm): void {
    this.#callOff();
    const wait = Math.max(0, this.#drawnAt + calm - this.#clock.now());
    this.#callOff = this.#clock.after(wait, () => { this.#draw(); });
  }

  /**
   * A run that is under way is waited for: it would be begun anew, and what it did be lost. So is a server that is
   * away: what it is asked for meanwhile comes to it with the page's next connection, and begins all anew.
   */
  #draw(): void {
    if (!this.#isFree()) {
      this.#callOff = this.#clock.after(LOOK / 5, () => { this.#draw(); });
      return;
    }
    this.#drawnAt = this.#clock.now();
    this.#send("redraw", this.#drawnAt);
  }

  stop(): void {
    this.#callOff();
  }
}

/** Send a message so that it arrives even if the page is left meanwhile. */
export async function post<Heard>(address: string, message: unknown): Promise<Heard | null> {
  const body = JSON.stringify(message);
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body,
    keepalive: body.length < OUTLIVES,
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (answer.ok) return await answer.json() as Heard;
  if (answer.status >= 500) throw new Error(`The server says ${answer.status}.`);
  return null;
}
