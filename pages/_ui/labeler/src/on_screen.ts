import type { LabelPage, ShownItem } from "./contract.ts";

/**
 * The image on screen as it is to be shown on: what is said of it stays, since Enter accepts what was read. Not where
 * classes have other names by now: then a name that was read may be that of another class. Nor where images are
 * compared by something else: whoever asked for that looks what it says now.
 */
export function onScreenStill(seen: ShownItem | undefined, data: LabelPage, before: LabelPage | undefined): ShownItem | undefined {
  if (!seen || (data.named === before?.named && data.compared === before.compared)) return seen;
  return data.items.find(({ id }) => id === seen.id);
}

/** Whether the batch is the one there was, and no less of it is left: in a crowd what was answered leaves it. */
export const isAsItWas = (data: LabelPage, before: LabelPage): boolean =>
  data.batch_id === before.batch_id && data.items.length === before.items.length;
