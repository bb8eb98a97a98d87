import type { ShownClass } from "./contract.ts";
import { shortNames } from "./short_names.ts";

/** How many letters are tried, one after the other, where a name is too long for its place. */
const LIMITS = [36, 31, 27, 23, 20, 17, 15, 13, 11, 9, 7, 5];
/** A name of more letters needs two lines where others have one. */
const SHORT = 8;
const MIDDLE = 16;
/** Letters of a name in the middle of a sentence. */
const IN_SENTENCE = 22;

/** How long names are: that says how they are set. */
export type Length = "short" | "middle" | "long";

/** Writes names of classes where there is little room for them, so that each can be told from all others. */
export class NameTags {
  #colours = new Map<string, string>();
  #names: string[] = [];
  readonly #shortened = new Map<number, Map<string, string>>();
  /** What has turned out to fit, by place and name. */
  readonly #fitting = new Map<string, string>();
  length: Length = "short";

  update(classes: readonly ShownClass[]): void {
    this.#names = classes.map(({ name }) => name);
    this.#colours = new Map(classes.flatMap(({ name, colour }) => (colour ? [[name, colour]] : [])));
    const longest = Math.max(0, ...this.#names.map((name) => name.length));
    this.length = longest <= SHORT ? "short" : longest <= MIDDLE ? "middle" : "long";
    this.#shortened.clear();
    this.forget();
  }

  /** Places have other sizes now. */
  forget(): void {
    this.#fitting.clear();
  }

  /** Write a name into an element. It is fitted to its place once it stands there. */
  write(tag: HTMLElement, name: string): void {
    put(tag, name);
    tag.dataset["full"] = name;
    const colour = this.#colours.get(name);
    if (colour === undefined) delete tag.dataset["colour"];
    else tag.dataset["colour"] = colour;
  }

  /** A name within a sentence. */
  inSentence(name: string): string {
    return this.#short(name, IN_SENTENCE);
  }

  /** Shorten the names that are too long for their places, all of which are of one kind. */
  fit(kind: string, tags: Iterable<HTMLElement>): void {
    if (this.length === "short") return;
    let open = [...tags].filter((tag) => tag.clientWidth > 0 && !this.#putKnown(kind, tag));
    for (const limit of LIMITS) {
      const cut = new Set(open.filter(isCut));
      for (const tag of open) {
        if (cut.has(tag)) put(tag, this.#short(fullOf(tag), limit));
        else this.#fitting.set(keyOf(kind, tag), tag.textContent);
      }
      open = [...cut];
      if (!open.length) return;
    }
  }

  #putKnown(kind: string, tag: HTMLElement): boolean {
    const known = this.#fitting.get(keyOf(kind, tag));
    if (known !== undefined) put(tag, known);
    return known !== undefined;
  }

  #short(name: string, limit: number): string {
    const short = this.#shortened.get(limit) ?? shortNames(this.#names, limit);
    this.#shortened.set(limit, short);
    return short.get(name) ?? name;
  }
}

/** Where a name may go on in the next line, rather than within a word: after a sign that joins words. */
const put = (tag: HTMLElement, name: string): void => {
  const parts = name.split(/(?<=[_\-/.])(?=.)/u);
  tag.replaceChildren(...parts.flatMap((part, place) => (place ? [document.createElement("wbr"), part] : [part])));
};

const fullOf = (tag: HTMLElement): string => tag.dataset["full"] ?? tag.textContent;

const keyOf = (kind: string, tag: HTMLElement): string => `${kind}:${fullOf(tag)}`;

const isCut = (tag: HTMLElement): boolean => tag.scrollHeight > tag.clientHeight + 1 || tag.scrollWidth > tag.clientWidth + 1;
