import type { Store } from "../../browser/storage.ts";
import { Waiting as WaitingMessages } from "../../browser/waiting.ts";
import type { CheckMessage } from "./contract.ts";

/** Grids that were accepted and have no receipt, and those that were refused. */
export class Waiting extends WaitingMessages<CheckMessage> {
  constructor(project: string, store: Store) {
    super("grid", project, store, ({ batch_id: batch }) => batch);
  }
}
