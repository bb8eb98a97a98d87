// What a phone holds: images that come next, and answers on their way. An answer waits in the browser
// until there is a receipt for it, is sent again after a cut, and changes nothing when it comes twice.

import type { Clock } from "../../browser/clock.ts";
import type { Store } from "../../browser/storage.ts";
import type { PhoneAnswers, PhoneClass, PhoneItem, PhonePage, PhoneSaid, PhoneSent } from "./contract.ts";

/** Answers in a message. */
const AT_ONCE = 50;
/** Milliseconds after which it is tried again when nothing came back, at first and at last. */
export const RETRY_FIRST = 1000;
export const RETRY_LAST = 15000;
/** Milliseconds after which a phone that rests says that it is still there, and hears of a break and the end. */
export const ALIVE = 3000;

/** What came back; the page only where all is well. */
export interface Reply {
  /** 0 where nothing came back at all. */
  status: number;
  page: PhonePage | null;
}

/** Sends answers; null asks how things stand. */
export type Send = (message: PhoneAnswers | null) => Promise<Reply>;

/** What is shown besides an image. */
export type Rest = "wait" | "break" | "over" | "done" | "gone" | "name";

/** The image that was answered last, with what was said. */
interface Last {
  item: PhoneItem;
  said: PhoneSaid;
}

interface Kept {
  n: number;
  waiting: PhoneSent[];
}

const isSame = (one: PhoneSaid, other: PhoneSaid): boolean => one.kind === other.kind && one.label === other.label;

export class Desk {
  classes: PhoneClass[] = [];
  /** How many images were answered. */
  said = 0;
  name = "";
  /** Whether the last message got no answer. */
  isCut = false;
  readonly #store: Store;
  readonly #key: string;
  readonly #clock: Clock;
  readonly #send: Send;
  readonly #onChange: () => void;
  readonly #done = new Set<number>();
  #queue: PhoneItem[] = [];
  #waiting: PhoneSent[];
  #n: number;
  #last: Last | null = null;
  #isAgain = false;
  #rest: Rest = "wait";
  #version = "";
  #shownAt = 0;
  #isSending = false;
  #delay = RETRY_FIRST;
  #again = RETRY_FIRST;
  #callOff: () => void = () => undefined;

  constructor(store: Store, code: string, clock: Clock, send: Send, onChange: () => void) {
    this.#store = store;
    this.#key = `labelspread-room-${code}`;
    this.#clock = clock;
    this.#send = send;
    this.#onChange = onChange;
    const kept = store.read(this.#key) as Kept | null;
    this.#waiting = kept?.waiting ?? [];
    this.#n = kept?.n ?? 0;
    for (const { item } of this.#waiting) this.#done.add(item);
  }

  /** The image on the screen; undefined where there is none now. */
  get current(): PhoneItem | undefined {
    return this.#rest === "wait" || this.#rest === "done" ? this.#queue[0] : undefined;
  }

  /** What is said where there is no image. */
  get rest(): Rest {
    return this.#rest;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Images that come after the one on the screen. */
  get next(): PhoneItem[] {
    return this.#queue.slice(1);
  }

  get canGoBack(): boolean {
    return this.#last !== null && !this.#isAgain && this.#rest !== "gone" && this.#rest !== "name";
  }

  /** What was said of the image on the screen, which is shown once more; null for a new one. */
  get before(): PhoneSaid | null {
    return this.#isAgain ? this.#last?.said ?? null : null;
  }

  /** The image is on the screen now. */
  isShown(): void {
    this.#shownAt = this.#clock.now();
  }

  answer(said: PhoneSaid): void {
    const item = this.current;
    if (!item) return;
    const was = this.before;
    this.#queue.shift();
    this.#isAgain = false;
    this.#last = { item, said };
    if (!was || !isSame(was, said)) {
      const ms = Math.min(Math.round(this.#clock.now() - this.#shownAt), 86_400_000);
      this.#n += 1;
      this.#waiting.push({ n: this.#n, item: item.item, batch: item.batch, said, ms, was });
      this.#done.add(item.item);
      if (!was) this.said += 1;
      this.#keep();
    }
    this.#onChange();
    this.deliver();
  }

  /** Show the image that was answered last once more. */
  back(): void {
    if (!this.#last || !this.canGoBack) return;
    this.#isAgain = true;
    this.#queue.unshift(this.#last.item);
    this.#onChange();
  }

  /** Somebody has said who they are. */
  joined(page: PhonePage): void {
    this.#take(page);
    this.deliver();
  }

  /** Send what waits, and ask for more; what is under way is waited for. */
  deliver(): void {
    if (!this.#isSending) void this.#deliver();
  }

  async #deliver(): Promise<void> {
    this.#callOff();
    this.#isSending = true;
    const answers = this.#waiting.slice(0, AT_ONCE);
    const has = [...this.#queue.map(({ item }) => item), ...this.#waiting.slice(AT_ONCE).map(({ item }) => item)];
    const isFirst = !answers.length && !this.#version;
    const reply = await this.#send(isFirst ? null : { answers, has, version: this.#version });
    this.#isSending = false;
    this.#heard(reply, answers);
    this.#onChange();
    if (this.#rest !== "gone" && this.#rest !== "name") this.#goOn();
  }

  #heard({ status, page }: Reply, answers: PhoneSent[]): void {
    this.isCut = !page && !REFUSALS.has(status);
    if (page) {
      this.#delay = RETRY_FIRST;
      const settled = new Set(page.receipts.map(({ n }) => n));
      this.#waiting = this.#waiting.filter(({ n }) => !settled.has(n));
      this.#keep();
      this.#take(page);
    } else if (status === 401) {
      this.#rest = "name";
    } else if (status === 404) {
      this.#rest = "gone";
      this.#waiting = [];
      this.#keep();
    } else if (status === 400) {
      // It would be refused for ever.
      this.#waiting = this.#waiting.filter((one) => !answers.includes(one));
      this.#keep();
    }
  }

  #take(page: PhonePage): void {
    if (page.classes) this.classes = page.classes;
    this.#version = page.version;
    this.name = page.name;
    this.#again = page.again;
    this.said = Math.max(this.said, page.said);
    const held = new Set(this.#queue.map(({ item }) => item));
    this.#queue.push(...page.items.filter(({ item }) => !held.has(item) && !this.#done.has(item)));
    this.#rest = page.phase === "paused" ? "break" : page.phase === "ended" ? "over" : page.done ? "done" : "wait";
  }

  /** Send the next message now, or when it is time. */
  #goOn(): void {
    if (this.isCut) {
      this.#callOff = this.#clock.after(this.#delay, () => { this.deliver(); });
      this.#delay = Math.min(2 * this.#delay, RETRY_LAST);
    } else if (this.#waiting.length) {
      this.deliver();
    } else {
      const rest = this.current ? ALIVE : this.#again;
      this.#callOff = this.#clock.after(rest, () => { this.deliver(); });
    }
  }

  #keep(): void {
    this.#store.write(this.#key, this.#waiting.length || this.#n ? { n: this.#n, waiting: this.#waiting } : null);
  }
}

/** What the server says where sending again would not help. */
const REFUSALS = new Set([400, 401, 404]);
