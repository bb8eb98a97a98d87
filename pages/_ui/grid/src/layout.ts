// How many images stand beside one another: numbers only, in pixels of the page.

export interface Room {
  width: number;
  height: number;
}

export interface Layout {
  columns: number;
  /** How high the place of an image is. */
  side: number;
  /** How wide it is: a little wider where there is room beside it. */
  width: number;
  /** Whether there is room for a line below each image. */
  isCaptioned: boolean;
  /** Whether all of them are on the screen at once; else the page is moved. */
  fits: boolean;
}

export const GAP = 6;
/** The height of a line below an image. */
export const CAPTION = 18;
/** From this size on an image has a line below it. */
const CAPTIONED = 72;
/** Larger than this an image shows nothing more. */
export const LARGEST = 240;
const WIDEST = 1.35;

/** The places of a number of images, as large as they can be with all of them in a room. */
export function layoutOf(n: number, room: Room, least: number): Layout {
  const captioned = largest(n, room, CAPTION);
  if (captioned.side >= CAPTIONED) return widened(captioned, room, true, true);
  const plain = largest(n, room, 0);
  return plain.side >= least ? widened(plain, room, false, true) : scrolled(room, least);
}

interface Places {
  columns: number;
  side: number;
}

function largest(n: number, { width, height }: Room, caption: number): Places {
  let best = { columns: 1, side: 0 };
  for (let columns = 1; columns <= n; columns += 1) {
    const rows = Math.ceil(n / columns);
    const side = Math.min(LARGEST, share(width, columns), share(height, rows) - caption);
    if (side > best.side) best = { columns, side };
    // Of equally large ones those with fewer rows, and of these the ones whose last row is fullest.
    else if (side === best.side && rows < Math.ceil(n / best.columns)) best = { columns, side };
  }
  return best;
}

/** What does not fit is moved: as many beside one another as are large enough. */
function scrolled(room: Room, least: number): Layout {
  const columns = Math.max(1, Math.floor((room.width + GAP) / (least + GAP)));
  return widened({ columns, side: Math.max(least, share(room.width, columns)) }, room, false, false);
}

function widened({ columns, side }: Places, { width }: Room, isCaptioned: boolean, fits: boolean): Layout {
  const wide = Math.min(share(width, columns), Math.floor(WIDEST * side));
  return { columns, side, width: Math.max(wide, side), isCaptioned, fits };
}

/** What each of some has of a length, with gaps between them. */
const share = (length: number, n: number): number => Math.floor((length - (n - 1) * GAP) / n);

/** Where the arrow keys and their like lead. */
export type Move = "left" | "right" | "up" | "down" | "first" | "last";

/** The place that a key leads to, of `n` in rows; from nowhere to the first or the last one. */
export function movedTo(from: number, move: Move, n: number, columns: number): number {
  if (move === "first" || (from < 0 && move !== "last")) return 0;
  if (move === "last") return n - 1;
  const to = from + { left: -1, right: 1, up: -columns, down: columns }[move];
  if (to < 0) return from;
  if (to < n) return to;
  // Below the last full row there may be some, if not just below.
  const hasRowBelow = Math.floor(from / columns) < Math.floor((n - 1) / columns);
  return move === "down" && hasRowBelow ? n - 1 : from;
}
