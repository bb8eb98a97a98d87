// The contrast of faint images: what is darkest becomes black, what is lightest white.

/** What is left out at both ends, as a share of all pixels. */
const ENDS = 0.005;
const LEVELS = 256;
/** Fewer grey values than this are noise. */
const LEAST = 4;
const SIDE = 128;

/** The darkest and the lightest grey, 0 to 255, of pixels as a canvas has them; few lie beyond. */
export function rangeOf(pixels: ArrayLike<number>): [number, number] {
  const counts = new Array<number>(LEVELS).fill(0);
  for (let at = 0; at < pixels.length; at += 4) {
    const grey = 0.3 * (pixels[at] ?? 0) + 0.59 * (pixels[at + 1] ?? 0) + 0.11 * (pixels[at + 2] ?? 0);
    const level = Math.min(LEVELS - 1, Math.round(grey));
    counts[level] = (counts[level] ?? 0) + 1;
  }
  const few = (ENDS * pixels.length) / 4;
  return [edge(counts, few), LEVELS - 1 - edge(counts.toReversed(), few)];
}

function edge(counts: number[], few: number): number {
  let seen = 0;
  const found = counts.findIndex((count) => (seen += count) > few);
  return Math.max(0, found);
}

/** The CSS filter that spreads a range of greys over all there are; empty where there is nothing to spread. */
export function stretch([low, high]: [number, number]): string {
  if (high - low < LEAST) return "";
  // First each grey times a, then its distance from the middle times b: low is 0 then, and high is 1.
  const a = (LEVELS - 1) / (high + low);
  const b = (high + low) / (high - low);
  return `brightness(${a.toFixed(4)}) contrast(${b.toFixed(4)})`;
}

const known = new WeakMap<HTMLImageElement, string>();

/** The filter for an image that is loaded, which is looked at once. */
export function stretchOf(image: HTMLImageElement): string {
  const before = known.get(image);
  if (before !== undefined) return before;
  if (!image.complete || !image.naturalWidth) return "";
  const found = stretch(rangeOf(pixelsOf(image)));
  known.set(image, found);
  return found;
}

/** The pixels of an image, on white where there is no more than ink. */
function pixelsOf(image: HTMLImageElement): ArrayLike<number> {
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return [];
  context.fillStyle = "#fff";
  context.fillRect(0, 0, SIDE, SIDE);
  context.drawImage(image, 0, 0, SIDE, SIDE);
  return context.getImageData(0, 0, SIDE, SIDE).data;
}
