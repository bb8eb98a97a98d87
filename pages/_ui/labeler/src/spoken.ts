// What a screen reader says: what became of a key, what was saved, and what comes next.

import type { Desk } from "./desk.ts";
import { hidingOf } from "./hiding.ts";
import { placeOf } from "./places.ts";
import { count, inShort, verdict } from "./words.ts";

/** What was there when something was said last. */
interface Before {
  batch: string | null;
  item: number | undefined;
  answered: number;
  saved: number;
}

/** Finds the words for what has changed since it was asked last. */
export class Spoken {
  #before: Before | null = null;

  /** What to say now; null where nothing has changed that is worth a word, or the images are not there yet. */
  next(desk: Desk): string | null {
    if (!desk.isPainted && desk.data.items.length) return null;
    const { before, now } = this.#step(desk);
    if (!before) return where(desk);
    const said = [saved(before, now), given(before, now, desk)].filter(Boolean);
    if (before.item !== now.item || before.batch !== now.batch) said.push(where(desk));
    return said.length ? said.join(" ") : null;
  }

  #step(desk: Desk): { before: Before | null; now: Before } {
    const before = this.#before;
    const now = {
      batch: desk.data.batch_id, item: desk.item?.id, answered: Object.keys(desk.answers).length, saved: desk.data.saved,
    };
    this.#before = now;
    return { before, now };
  }
}

const saved = (before: Before, now: Before): string =>
  now.saved > before.saved ? `${count(now.saved - before.saved, "answer")} saved.` : "";

/** What the image that was on screen was answered. */
function given(before: Before, now: Before, desk: Desk): string {
  const answer = before.item === undefined || now.answered <= before.answered ? undefined : desk.answers[before.item];
  return answer ? `${inShort(answer)}.` : "";
}

/** Which image is on screen, what was said of it, and what the model thinks of it. */
function where(desk: Desk): string {
  const { data, item, given: answer } = desk;
  if (!item) return data.coming ? "More images are coming." : "No image is left to answer.";
  const place = data.as_you_go ? "Next image" : `Image ${placeOf(data, desk.current) + 1} of ${data.items.length + data.beside.length}`;
  const hiding = hidingOf(desk);
  const belief = verdict(hiding === "none" ? item.beliefs : [], hiding, data.calibrated, (name) => name);
  return `${place}${answer ? `, ${inShort(answer)}` : ""}. ${belief}.`;
}
