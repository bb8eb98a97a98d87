// The colours of the theme as numbers, for what is drawn on a canvas.

export type Rgb = readonly [red: number, green: number, blue: number];

export interface Colours {
  ink: Rgb;
  page: Rgb;
  surface: Rgb;
  isDark: boolean;
  /** The numbers of a colour such as #2563eb. */
  of: (colour: string) => Rgb;
}

const SURFACE = 0.06;

/** The colours that an element stands in. */
export function coloursOf(element: HTMLElement): Colours {
  const { color, backgroundColor } = getComputedStyle(element);
  const [ink, page] = [numbersOf(color), numbersOf(backgroundColor)];
  return { ink, page, surface: mixed(page, ink, SURFACE), isDark: page[0] < 128, of: numbersOf };
}

/** A colour as the browser or the server writes it: `rgb(1, 2, 3)` or `#010203`. */
export function numbersOf(colour: string): Rgb {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  const [red = 0, green = 0, blue = 0] = hex
    ? hex.slice(1).map((part) => parseInt(part, 16))
    : (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** The colour that lies so far on the way from one to another, 0 to 1. */
export const mixed = (one: Rgb, other: Rgb, share: number): Rgb => [
  Math.round(one[0] + (other[0] - one[0]) * share),
  Math.round(one[1] + (other[1] - one[1]) * share),
  Math.round(one[2] + (other[2] - one[2]) * share),
];

/** A colour as CSS takes it. */
export const written = ([red, green, blue]: Rgb): string => `rgb(${red} ${green} ${blue})`;
