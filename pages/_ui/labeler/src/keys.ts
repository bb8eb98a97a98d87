// Which key means what. A key counts by the character it writes; where that has no meaning here, it
// counts by its place on the keyboard, so that digits work without Shift on a French keyboard, and
// letters on a Russian, Greek, Hebrew or Arabic one.

import type { ShownClass } from "./contract.ts";

/** What a person can ask for, by key or by button. */
export type Command =
  | "accept" | "undo" | "redo" | "skip" | "unsure" | "bad" | "back" | "next" | "submit"
  | "blind" | "pixels" | "contrast" | "auto" | "zoom" | "answers" | "classes" | "help" | "close";

/** A command, or the class to label the image with. */
export type Wish = Command | { label: string };

/** What is asked of a keyboard event. */
export type Press = Pick<KeyboardEvent, "key" | "code" | "shiftKey" | "ctrlKey" | "altKey" | "metaKey" | "isComposing">;

/** What is done with the images at hand; the rest is for the page to do. */
export type Deed = Exclude<Wish, "zoom" | "answers" | "classes" | "help" | "close">;

/** Keys of a person's own, by the name of their class; null where a class is to have none. */
export type OwnKeys = ReadonlyMap<string, string | null>;

const NAMED = new Map<string, Command>([
  ["Enter", "accept"], ["Backspace", "undo"], ["ArrowLeft", "back"], ["ArrowRight", "next"],
  ["?", "help"], ["؟", "help"],
]);

const LETTERED = new Map<string, Command>([
  ["s", "skip"], ["u", "unsure"], ["x", "bad"], ["h", "blind"], ["p", "pixels"], ["a", "auto"],
  ["l", "answers"],
]);

/** Letters of commands that a class may have without all commands taking Shift: then these alone do. */
const LOOKING = new Map<string, Command>([["z", "zoom"], ["v", "contrast"]]);

const commandOf = (letter: string): Command | null => LETTERED.get(letter) ?? LOOKING.get(letter) ?? null;

/** Keys that go on while they are held. */
const HELD = new Set<string>(["back", "next"]);

const CLASS_KEY = /^[0-9a-z]$/;

/** Whether a key may stand for a class: a digit, or a letter from A to Z. */
export const isClassKey = (key: string): boolean => CLASS_KEY.test(key);

/** The keys of a project. */
export class Keymap {
  /** Whether a letter of a command stands for a class, so that commands need Shift. */
  readonly isShifted: boolean;
  /** Whether some class has no key, so that classes are found by their name. */
  readonly isFinding: boolean = false;
  readonly #names = new Map<string, string>();
  readonly #keys = new Map<string, string>();

  constructor(classes: readonly ShownClass[], own: OwnKeys = new Map()) {
    const chosen = classes.filter(({ name }) => own.has(name));
    const others = classes.filter(({ name }) => !own.has(name));
    // What a person has chosen comes first; who loses a key by that has none until it gets another.
    for (const { name } of chosen) this.#assign(name, own.get(name) ?? null);
    for (const { name, key } of others) this.#assign(name, key);
    this.isShifted = [...LETTERED.keys()].some((letter) => this.#names.has(letter));
  }

  #assign(name: string, key: string | null): void {
    if (key === null || this.#names.has(key)) return;
    this.#names.set(key, name);
    this.#keys.set(name, key);
  }

  /** The key of a class; null if it has none. */
  keyOf(name: string): string | null {
    return this.#keys.get(name) ?? null;
  }

  /** The class that a key stands for. */
  classOf(key: string): string | undefined {
    return this.#names.get(key);
  }

  /** How the key of a command is written, such as S or Shift S. */
  capOf(letter: string): string {
    return this.#takesShift(letter.toLowerCase()) ? `⇧ ${letter}` : letter;
  }

  #takesShift(letter: string): boolean {
    return this.isShifted || this.#names.has(letter);
  }

  /** What a key asks for; null if it means nothing here. */
  wishOf(press: Press, isHelpOpen = false): Wish | null {
    if (isHelpOpen) return closes(press.key) ? "close" : null;
    if (press.ctrlKey || press.metaKey) return press.altKey ? null : chord(press);
    if (press.altKey) return null;
    const named = NAMED.get(press.key);
    if (named) return named;
    const written = this.#wishOfCharacter(press.key.toLowerCase(), press.shiftKey);
    return written ?? this.#wishOfCharacter(placedKey(press), press.shiftKey);
  }

  #wishOfCharacter(character: string, isShift: boolean): Wish | null {
    const command = commandOf(character);
    const takesShift = this.#takesShift(character);
    if (takesShift && isShift && command) return command;
    const label = this.#names.get(character);
    if (label !== undefined) return { label };
    return takesShift ? null : command;
  }

  /** Why a key that was pressed means nothing, in a sentence; empty if that is not worth one. */
  complaint(press: Press): string {
    if (press.isComposing || press.key === "Process") {
      return "An input method (IME) takes the keys. Switch it off to label by key.";
    }
    if (press.ctrlKey || press.altKey || press.metaKey || !writes(press.key)) return "";
    const name = press.key === " " ? "Space" : press.key.toUpperCase();
    return commandOf(press.key.toLowerCase()) && this.isShifted
      ? `Hold Shift for this command: ⇧ ${name}.`
      : `${name} is no key here. ? shows those there are.`;
  }
}

/** Ctrl or Cmd with Z, Shift Z or Y, as elsewhere. */
function chord({ key, code, shiftKey }: Press): Command | null {
  const letter = isClassKey(key.toLowerCase()) ? key.toLowerCase() : letterAt(code);
  if (letter === "z") return shiftKey ? "redo" : "undo";
  return letter === "y" && !shiftKey ? "redo" : null;
}

/** The character at the place of a key, where the one it writes is of another script, or a sign. */
export function placedKey({ key, code, shiftKey }: Press): string {
  if (isClassKey(key.toLowerCase()) || !writes(key)) return "";
  const digit = /^Digit([0-9])$/.exec(code)?.[1];
  // With Shift that is a sign on most keyboards, which nobody presses for the digit below it.
  if (digit !== undefined) return shiftKey ? "" : digit;
  return isLetter(key) ? letterAt(code) : "";
}

/** The digit that a key stands for, by what it writes or by its place; empty for other keys. */
export function digitOf(press: Press): string {
  const key = isClassKey(press.key) ? press.key : placedKey(press);
  return /^[0-9]$/.test(key) ? key : "";
}

/** Whether a key writes one character, as against Shift or F5. */
export const writes = (key: string): boolean => /^.$/u.test(key);

const closes = (key: string): boolean => key === "Escape" || NAMED.get(key) === "help";

const isLetter = (key: string): boolean => /^\p{L}$/u.test(key);

const letterAt = (code: string): string => /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? "";

/** Whether a key that is held down asks again and again. */
export const goesOn = (wish: Wish): boolean => typeof wish === "string" && HELD.has(wish);
