// Where classes have to be found, ten of them are at hand by a digit: the five likeliest of the image
// on screen, and the five that were used last.

/** A digit, and the class that it stands for while this image is on screen. */
export interface Slot {
  key: string;
  name: string | null;
  /** Whether it is there for this image, and another class may be there for the next one. */
  isLikely: boolean;
}

/** In the order in which they stand on a keyboard. */
const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"];
const LIKELY = 5;

/**
 * What each digit stands for. A digit that a person has chosen for a class stands for that one, and
 * the likeliest classes go to those that are left.
 */
export function slotsOf(likely: readonly string[], used: readonly (string | null)[], own: (key: string) => string | undefined): Slot[] {
  const left = [...likely];
  return DIGITS.map((key, place) => {
    const chosen = own(key);
    if (chosen !== undefined) return { key, name: chosen, isLikely: false };
    if (place < LIKELY) return { key, name: left.shift() ?? null, isLikely: true };
    return { key, name: used[place - LIKELY] ?? null, isLikely: false };
  });
}
