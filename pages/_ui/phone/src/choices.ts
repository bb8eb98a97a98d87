// How classes are laid out under a thumb, and found where there are many.

import type { PhoneClass } from "./contract.ts";

/** Names of so many letters at most are written large. */
const SHORT = 3;

export const isShort = (name: string): boolean => name.length <= SHORT;

/** In how many columns classes stand. */
export function columnsFor(names: string[]): number {
  const { length } = names;
  if (names.every(isShort)) return length <= 5 ? length : Math.ceil(length / 2);
  return length === 2 || length > 3 ? 2 : 1;
}

const plain = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** The classes that a typed text may mean: those that begin with it first. */
export function found(classes: PhoneClass[], typed: string): PhoneClass[] {
  const wanted = plain(typed.trim());
  const among = classes.map((one) => ({ one, place: plain(one.name).indexOf(wanted) })).filter(({ place }) => place >= 0);
  return [...among.filter(({ place }) => place === 0), ...among.filter(({ place }) => place > 0)].map(({ one }) => one);
}
