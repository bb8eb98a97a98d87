import { Outbox as AnyOutbox, type Settled as AnySettled } from "../../browser/outbox.ts";
import type { Message } from "./contract.ts";

export type Settled = AnySettled<Message>;

/** What the label page has to say to the server. */
export class Outbox extends AnyOutbox<Message> {
  /** Whether an answer is being taken back, or put back. */
  get isRewinding(): boolean {
    return this.message?.kind === "undo" || this.message?.kind === "redo";
  }
}
