// Names that are too long for their place, made shorter such that no two of a list become the same.

const GAP = "…";
/** As much of the end stays as of the beginning, or less where that is enough. */
const ENDS = [0.3, 0.5, 0.7, 0.85];
const FEWEST = 5;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** In most names each character is a letter by itself, which is quickly seen. */
const SIMPLE = /^[\x20-\u02ff]*$/;

/** What a reader takes for one letter each: none of them is cut in two. */
const lettersOf = (text: string): string[] =>
  SIMPLE.test(text) ? Array.from(text) : Array.from(graphemes.segment(text), ({ segment }) => segment);

/**
 * The names of a list in so many letters at most, each another. What tells a name from the others
 * stays: its beginning, or else its end, or else what stands between.
 */
export function shortNames(names: readonly string[], limit: number): Map<string, string> {
  const room = Math.max(FEWEST, limit);
  const letters = new Map(names.map((name) => [name, lettersOf(name)]));
  const long = names.filter((name) => (letters.get(name)?.length ?? 0) > room);
  const short = new Map(names.map((name) => [name, name]));
  const isLong = new Set(long);
  const taken = new Set(names.filter((name) => !isLong.has(name)));
  let left = long;
  for (const shorten of [beginning(room), ...ENDS.map((share) => ends(room, share))]) {
    left = settle(left, letters, shorten, short, taken);
  }
  for (const alike of byHead(left, letters, headOf(room))) settleBetween(alike, room, short, taken);
  return short;
}

/** A name, and its letters. */
interface Long {
  name: string;
  letters: readonly string[];
}

const headOf = (room: number): number => Math.max(1, Math.floor((room - 2) / 3));

/** Names in groups that begin alike with so many letters, sorted: each stands next to those most like it. */
function byHead(names: readonly string[], letters: ReadonlyMap<string, string[]>, head: number): Long[][] {
  const groups = new Map<string, Long[]>();
  for (const name of names.toSorted()) {
    const own = letters.get(name) ?? [];
    const begins = own.slice(0, head).join("");
    const group = groups.get(begins) ?? [];
    group.push({ name, letters: own });
    groups.set(begins, group);
  }
  return [...groups.values()];
}

type Shorten = (letters: readonly string[]) => string;

const beginning = (room: number): Shorten => (letters) => letters.slice(0, room - 1).join("") + GAP;

const ends = (room: number, share: number): Shorten => {
  const after = Math.max(1, Math.round(share * (room - 1)));
  return (letters) => letters.slice(0, room - 1 - after).join("") + GAP + letters.slice(-after).join("");
};

/** Shorten in one way those that are told apart by it; gives the rest. */
function settle(
  names: readonly string[], letters: ReadonlyMap<string, string[]>, shorten: Shorten, short: Map<string, string>, taken: Set<string>,
): string[] {
  const forms = new Map(names.map((name) => [name, shorten(letters.get(name) ?? [])]));
  const counts = new Map<string, number>();
  for (const form of forms.values()) counts.set(form, (counts.get(form) ?? 0) + 1);
  return names.filter((name) => {
    const form = forms.get(name) ?? name;
    if ((counts.get(form) ?? 0) > 1 || taken.has(form)) return true;
    short.set(name, form);
    taken.add(form);
    return false;
  });
}

/**
 * Shorten names that are alike at both ends: around the first place where all of them differ, or else
 * where each differs from those that are most like it.
 */
function settleBetween(alike: readonly Long[], room: number, short: Map<string, string>, taken: Set<string>): void {
  const [first, last] = [alike[0], alike.at(-1)];
  const common = first && last ? firstDifference(first.letters, last.letters) : 0;
  let number = 0;
  alike.forEach(({ name, letters }, at) => {
    const nearest = [alike[at - 1], alike[at + 1]].filter((other) => other !== undefined)
      .map((other) => firstDifference(letters, other.letters));
    const forms = [common, ...nearest].map((place) => between(letters, place, room));
    let form = forms.find((one) => !taken.has(one));
    // A number where nothing else helps: better an odd name than one that two classes have.
    while (form === undefined || taken.has(form)) {
      number += 1;
      form = letters.slice(0, room - 1 - String(number).length).join("") + GAP + String(number);
    }
    short.set(name, form);
    taken.add(form);
  });
}

function firstDifference(some: readonly string[], others: readonly string[]): number {
  const at = some.findIndex((letter, place) => letter !== others[place]);
  return at < 0 ? some.length : at;
}

function between(letters: readonly string[], at: number, room: number): string {
  const before = headOf(room);
  const rest = Math.max(1, room - 2 - before);
  const from = Math.min(Math.max(0, at - 1), letters.length - rest);
  const tail = from + rest < letters.length ? GAP : "";
  return letters.slice(0, before).join("") + GAP + letters.slice(from, from + rest).join("") + tail;
}
