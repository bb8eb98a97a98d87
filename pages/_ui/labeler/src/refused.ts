import type { Desk } from "./desk.ts";

/** Send what was refused once more, or throw it away. */
export function settleRefused(desk: Desk, isAgain: boolean): void {
  if (isAgain) desk.drafts.revive();
  else desk.drafts.discardRefused();
  desk.sendWaiting();
  desk.say(isAgain ? "" : "Discarded.");
}
