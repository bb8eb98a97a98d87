import type { Clock } from "./clock.ts";
import type { Trigger } from "./mount.ts";

export const PROTOCOL = 1;
export const RESEND_FIRST = 3000;
export const RESEND_LAST = 15000;
/** How often to look whether a run is over that a message waits for. */
export const LOOK = 500;
export const SLOW = 2000;

/** What every message has. */
interface Sendable {
  v: number;
  /** Repeated in the receipt, and the same when a message is sent again. */
  id: string;
  kind: string;
}

/** A message without what the outbox adds; one that was kept from an earlier visit has its id. */
export type Unsent<Message extends Sendable> =
  Message extends unknown ? Omit<Message, "v" | "id"> & Partial<Pick<Message, "id">> : never;

/** What became of a message; one that failed is sent again. */
interface Receipt {
  id: string | null;
  outcome: "done" | "refused" | "failed";
  text: string;
}

/** A receipt with the message it is for. */
export interface Settled<Message> extends Receipt {
  message: Message;
}

const never = (): void => undefined;

/**
 * Sends one message at a time, again and again, until a receipt for it comes. Not while a run is under
 * way that may bring it: sending into a run makes the server begin it anew.
 */
export class Outbox<Message extends Sendable> {
  /** Renewed at each update of the component. */
  trigger: Trigger = never;
  message: Message | null = null;
  readonly #clock: Clock;
  readonly #onSlow: () => void;
  readonly #isRunUnderWay: () => boolean;
  readonly #whose: string | undefined;
  #sentAt = 0;
  #delay = RESEND_FIRST;
  #callOff = never;
  #callOffSlow = never;

  /** `whose` tells who has the page: somebody else may be signed in by the time a message arrives. */
  constructor(clock: Clock, onSlow: () => void, isRunUnderWay: () => boolean, whose?: string) {
    this.#whose = whose;
    this.#clock = clock;
    this.#onSlow = onSlow;
    this.#isRunUnderWay = isRunUnderWay;
  }

  /** Whether there is something under way that must be done; a question how things stand is not. */
  get isBusy(): boolean {
    return this.message !== null && this.message.kind !== "sync";
  }

  get isSlow(): boolean {
    return this.isBusy && this.#clock.now() - this.#sentAt >= SLOW;
  }

  /** Send a message; a question how things stand gives way to it, anything else must be done. */
  send(message: Unsent<Message>): void {
    this.stop();
    this.message = { v: PROTOCOL, id: identifier(), ...message } as unknown as Message;
    this.#delay = RESEND_FIRST;
    this.#sentAt = this.#clock.now();
    this.#callOffSlow = this.#clock.after(SLOW + 1, this.#onSlow);
    this.#transmit();
  }

  /** Send what is under way once more, at once. */
  resend(): void {
    if (this.message !== null) this.#transmit();
  }

  #transmit(): void {
    this.#callOff();
    this.trigger("message", this.#whose === undefined ? this.message : { ...this.message, whose: this.#whose });
    this.#callOff = this.#clock.after(this.#delay, () => { this.#sendAgain(false); });
    this.#delay = Math.min(this.#delay * 1.5, RESEND_LAST);
  }

  /** Send again once no run is under way. What a run that has just ended brings comes a moment after it. */
  #sendAgain(wasUnderWay: boolean): void {
    const isUnderWay = this.#isRunUnderWay();
    if (isUnderWay || wasUnderWay) {
      this.#callOff = this.#clock.after(LOOK, () => { this.#sendAgain(isUnderWay); });
    } else this.#transmit();
  }

  /** The final receipt for the message under way, if it is among these. */
  take(receipts: Receipt[]): Settled<Message> | null {
    const { message } = this;
    const receipt = this.#receipt(receipts);
    if (!message || !receipt || receipt.outcome === "failed") return null;
    this.stop();
    return { ...receipt, message };
  }

  /** Why the message under way could not be stored yet. */
  failure(receipts: Receipt[]): string | undefined {
    const receipt = this.#receipt(receipts);
    return receipt?.outcome === "failed" ? receipt.text : undefined;
  }

  #receipt(receipts: Receipt[]): Receipt | undefined {
    return receipts.find(({ id }) => id === this.message?.id);
  }

  stop(): void {
    this.#callOff();
    this.#callOffSlow();
    this.message = null;
  }
}

/** A name that nothing else has. */
export function identifier(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
