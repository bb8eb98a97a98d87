// Which classes are meant by what somebody types. Names are made ready once, so that each letter
// costs no more than a look at all of them.

/** How well a name fits, the best first. Between two that fit alike others decide. */
const FIT = {
  exact: 0, prefix: 1, wordPrefix: 2, initials: 3, substring: 4, subsequence: 5, typo: 6,
} as const;
/** What lies between two kinds of fit; the gaps within a subsequence cost less. */
const STEP = 10_000;
/** With fewer letters a wrong one fits nearly anything. */
const LEAST_FOR_TYPO = 3;
/** What it costs a letter to stand neither next to the one before it nor at the start of a word. */
const JUMP = 3;

/** Letters that are written with a stroke, or are two in one, and do not come apart by themselves. */
const ALIKE: Readonly<Record<string, string>> = {
  "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h",
};

interface Name {
  /** Without case and diacritics. */
  text: string;
  /** The same with blanks for all but letters and digits. */
  plain: string;
  /** Where words begin in `plain`. */
  starts: number[];
  initials: string;
}

/** The names of a list of classes, ready to be found. */
export class Names {
  readonly #names: readonly string[];
  readonly #ready: readonly Name[];

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#ready = names.map(ready);
  }

  /** The classes that match, the best first; of those that fit alike, favourites in their order come first. */
  find(query: string, favourites: readonly string[] = []): string[] {
    const asked = ready(query);
    const ranks = this.#ready.map((name) => rankOf(asked, name));
    const places = new Map(favourites.map((name, place) => [name, place - favourites.length]));
    const found = this.#names.flatMap((name, index) => {
      const rank = ranks[index] ?? null;
      return rank === null ? [] : [{ name, rank, place: places.get(name) ?? index }];
    });
    const all = found.length || asked.plain.length < LEAST_FOR_TYPO ? found : this.#slips(asked.plain, places);
    return all.sort((one, other) => one.rank - other.rank || one.place - other.place).map(({ name }) => name);
  }

  /** The names that are meant if one letter is wrong, missing, too much or swapped with the next one. */
  #slips(asked: string, places: ReadonlyMap<string, number>): { name: string; rank: number; place: number }[] {
    return this.#names.flatMap((name, index) => {
      const { plain = "", starts = [] } = this.#ready[index] ?? {};
      const isMeant = starts.some((start) => isSlipOfStart(asked, plain.slice(start, start + asked.length + 1)));
      return isMeant ? [{ name, rank: FIT.typo, place: places.get(name) ?? index }] : [];
    });
  }
}

/** Without case and diacritics, in compatible forms: what looks alike is alike. */
export const folded = (text: string): string =>
  text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toUpperCase().toLowerCase()
    .replaceAll(/[æœøłđðþıħ]/g, (letter) => ALIKE[letter] ?? letter)
    .replaceAll(/\s+/g, " ").trim();

function ready(name: string): Name {
  // A word begins within a name such as BlueJay too.
  const apart = name.replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, " ");
  const words = folded(apart).split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  const starts = words.map((_, place) => words.slice(0, place).reduce((sum, word) => sum + word.length + 1, 0));
  return { text: folded(name), plain: words.join(" "), starts, initials: words.map(([first]) => first).join("") };
}

/** How well a name fits what was asked, the lower the better; null if it does not. */
function rankOf(asked: Name, name: Name): number | null {
  if (name.text === asked.text) return FIT.exact * STEP;
  if (name.text.startsWith(asked.text)) return FIT.prefix * STEP;
  if (!asked.plain) return name.text.includes(asked.text) ? FIT.substring * STEP : null;
  return rankOfWords(asked.plain, name);
}

function rankOfWords(asked: string, { text, plain, starts, initials }: Name): number | null {
  // Words that stand together, as in BlueJay, are one to somebody who types them so.
  if (plain.startsWith(asked) || text.startsWith(asked)) return FIT.prefix * STEP;
  if (starts.some((start) => plain.startsWith(asked, start)) || beginWords(asked, plain)) return FIT.wordPrefix * STEP;
  if (initials.startsWith(asked)) return FIT.initials * STEP;
  if (plain.includes(asked) || text.includes(asked)) return FIT.substring * STEP;
  const gaps = gapsOf(asked.replaceAll(" ", ""), plain, new Set(starts));
  return gaps === null ? null : FIT.subsequence * STEP + gaps;
}

/** Whether the words asked for begin words of a name, in their order, as in "bl ja" for blue jay. */
function beginWords(asked: string, plain: string): boolean {
  if (!asked.includes(" ")) return false;
  const words = plain.split(" ");
  let from = 0;
  return asked.split(" ").every((part) => {
    const at = words.findIndex((word, place) => place >= from && word.startsWith(part));
    from = at + 1;
    return at >= 0;
  });
}

/** What it costs to find the letters in this order in a name, the least there is; null if they are not there. */
function gapsOf(letters: string, plain: string, starts: ReadonlySet<number>): number | null {
  if (!areInOrder(letters, plain)) return null;
  // costs[at]: with the letters so far, the last of them at this place.
  let costs: number[] = [];
  for (const [place, letter] of Array.from(letters).entries()) {
    let least = place ? Infinity : 0;
    costs = Array.from(plain, (other, at) => {
      const before = costs[at - 1] ?? Infinity;
      if (place) least = Math.min(least, costs[at - 2] ?? Infinity);
      if (other !== letter) return Infinity;
      return Math.min(before, least + (starts.has(at) ? 1 : JUMP));
    });
  }
  const least = Math.min(...costs);
  return least < Infinity ? least : null;
}

function areInOrder(letters: string, plain: string): boolean {
  let at = -1;
  for (const letter of letters) {
    at = plain.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
}

/** Whether what was asked differs by one slip from how a word, and what comes after it, begins. */
const isSlipOfStart = (asked: string, start: string): boolean =>
  [asked.length - 1, asked.length, asked.length + 1].some((length) => isSlip(asked, start.slice(0, length)));

/** Whether one text becomes the other by at most one letter changed, left out, put in or swapped with the next. */
export function isSlip(one: string, other: string): boolean {
  let from = 0;
  while (from < one.length && one[from] === other[from]) from += 1;
  const [a, b] = [one.slice(from), other.slice(from)];
  if (a.slice(1) === b || a === b.slice(1) || a.slice(1) === b.slice(1)) return true;
  return a.charAt(1) + a.charAt(0) + a.slice(2) === b;
}
