import type { Store } from "../../browser/storage.ts";
import { Waiting as WaitingMessages } from "../../browser/waiting.ts";
import type { CheckMessage, CorrectManyMessage } from "./contract.ts";

/** What is sent of a grid that a person has accepted, or corrected. */
export type Accepted = CheckMessage | CorrectManyMessage;

/** Grids that were accepted and have no receipt, and those that were refused. */
export class Waiting extends WaitingMessages<Accepted> {
  constructor(project: string, store: Store) {
    super("grid", project, store, ({ batch_id: batch }) => batch);
  }
}
