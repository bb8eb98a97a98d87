// How closely a person looks at an image: numbers only. All points are pixels of the page, counted from
// the middle of the stage.

export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

/** What the stage shows when nothing is magnified. */
export interface Fit {
  stage: Size;
  /** The image in it, as large as it fits. */
  image: Size;
  /** How much larger the image is when each of its pixels is one of the screen. */
  pixels: number;
}

const FURTHEST = 8;
/** Beyond this, a step is worth a press of its own. */
const WORTH = 1.2;
/** An image so narrow that twice its size still shows nothing. */
const NARROW = 4;

/** An image in its proportions, as large as a place has room for; the place where it has no size yet. */
export function fitted({ width, height }: Size, place: Size): Size {
  if (!width || !height) return place;
  const scale = Math.min(place.width / width, place.height / height);
  return { width: width * scale, height: height * scale };
}

/** The magnifications that one key leads through, one after another. */
export function steps({ stage, image, pixels }: Fit): number[] {
  const short = Math.min(image.width / stage.width, image.height / stage.height);
  // A narrow one is shown a quarter as wide as the stage at once.
  const narrow = short > 0 ? 1 / (4 * short) : 0;
  const first = narrow > NARROW ? [1, narrow] : [1, 2, 4];
  return pixels > WORTH * Math.max(...first) ? [...first, pixels] : first;
}

export class Zoom {
  scale = 1;
  x = 0;
  y = 0;

  get isOn(): boolean {
    return this.scale > 1;
  }

  reset(): void {
    this.scale = 1;
    this.x = 0;
    this.y = 0;
  }

  /** Magnify by a factor; what is at a point stays there. */
  magnify(factor: number, { x, y }: Point, fit: Fit): void {
    const furthest = Math.max(FURTHEST, 2 * Math.max(...steps(fit)));
    const scale = Math.min(furthest, Math.max(1, this.scale * factor));
    const change = scale / this.scale;
    this.scale = scale;
    this.x = x - (x - this.x) * change;
    this.y = y - (y - this.y) * change;
    this.#stay(fit);
  }

  /** Magnify to the next step; after the last one the image fits again. */
  step(around: Point, fit: Fit): void {
    const next = steps(fit).find((scale) => scale > 1.01 * this.scale);
    if (next === undefined) this.reset();
    else this.magnify(next / this.scale, around, fit);
  }

  move(x: number, y: number, fit: Fit): void {
    this.x += x;
    this.y += y;
    this.#stay(fit);
  }

  /** No edge of the image comes further in than the edge of the stage. */
  #stay({ stage, image }: Fit): void {
    this.x = within(this.x, (image.width * this.scale - stage.width) / 2);
    this.y = within(this.y, (image.height * this.scale - stage.height) / 2);
  }
}

const within = (value: number, limit: number): number =>
  limit > 0 ? Math.min(limit, Math.max(-limit, value)) : 0;
