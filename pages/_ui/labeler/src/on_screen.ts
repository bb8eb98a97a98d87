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
