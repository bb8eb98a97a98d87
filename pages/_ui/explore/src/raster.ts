// Draws points into an image by itself: where many share a pixel, their colours are averaged and the pixel
// is the darker the more there are. It takes no WebGL, so it looks the same on every machine, and of a
// million points it is quicker than WebGL drawn by a processor.

import type { Camera } from "./camera.ts";
import type { Points } from "./points.ts";

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

/** Levels of strength that a point can have: the faintest is what the model is least sure of. */
export const STRENGTHS = [0.3, 0.5, 0.75, 1] as const;

/** What each point is drawn with: 0 is not at all, else one more than colour times levels, plus level. */
export type Tones = Uint16Array;

/** So much of the picture are points to cover, as long as they are few enough to have a size. */
const COVERED = 0.6;
const LARGEST = 4.5;
/** From this radius down a point is one pixel. */
const ONE_PIXEL = 0.8;
/** How faint one point may be where many share a pixel elsewhere. */
const FAINTEST = 0.45;

interface Stamp {
  right: number;
  down: number;
  cover: number;
}

export class Raster {
  width = 0;
  height = 0;
  /** Pixels of a point from its middle to its edge, in the last picture. */
  radius = 1;
  #sums = new Float32Array();
  #image = new ImageData(1, 1);

  /** Draw what is in view. `ratio` is how many pixels of the picture are one of the camera's. */
  draw(points: Points, tones: Tones, colours: readonly Colour[], camera: Camera, ratio: number): ImageData {
    this.#resize(Math.max(1, Math.round(camera.width * ratio)), Math.max(1, Math.round(camera.height * ratio)));
    const [low, high] = camera.view;
    const stretches = [...points.between(low, high)];
    const shown = count(stretches, tones);
    const area = this.width * this.height;
    const size = Math.sqrt((COVERED * area) / (Math.PI * Math.max(1, shown)));
    this.radius = Math.min(LARGEST * ratio, Math.max(0.5, size));
    const table = tableOf(colours);
    const scale = camera.scale * ratio;
    const [x0, y0] = [this.width / 2 - camera.x * scale, this.height / 2 + camera.y * scale];
    for (const [from, to] of stretches) {
      if (this.radius <= ONE_PIXEL) this.#dots(points, tones, table, { from, to, scale, x0, y0 });
      else this.#discs(points, tones, table, { from, to, scale, x0, y0 });
    }
    this.#develop(this.radius <= ONE_PIXEL);
    return this.#image;
  }

  #resize(width: number, height: number): void {
    if (width === this.width && height === this.height) {
      this.#sums.fill(0);
      return;
    }
    this.width = width;
    this.height = height;
    this.#sums = new Float32Array(4 * width * height);
    this.#image = new ImageData(width, height);
  }

  // eslint-disable-next-line complexity -- each array that is read counts as a branch
  #dots(points: Points, tones: Tones, table: Float32Array, { from, to, scale, x0, y0 }: Stretch): void {
    const { xs, ys } = points;
    const { width, height } = this;
    const sums = this.#sums;
    for (let at = from; at < to; at++) {
      const tone = tones[at] ?? 0;
      if (tone === 0) continue;
      const x = Math.floor(x0 + (xs[at] ?? 0) * scale);
      const y = Math.floor(y0 - (ys[at] ?? 0) * scale);
      if (x < 0 || y < 0 || x >= width || y >= height) continue;
      const pixel = 4 * (y * width + x);
      const entry = 4 * tone;
      sums[pixel] = (sums[pixel] ?? 0) + (table[entry] ?? 0);
      sums[pixel + 1] = (sums[pixel + 1] ?? 0) + (table[entry + 1] ?? 0);
      sums[pixel + 2] = (sums[pixel + 2] ?? 0) + (table[entry + 2] ?? 0);
      sums[pixel + 3] = (sums[pixel + 3] ?? 0) + (table[entry + 3] ?? 0);
    }
  }

  // eslint-disable-next-line complexity -- each array that is read counts as a branch
  #discs(points: Points, tones: Tones, table: Float32Array, { from, to, scale, x0, y0 }: Stretch): void {
    const { xs, ys } = points;
    const { width, height } = this;
    const stamps = stampsOf(this.radius);
    for (let at = from; at < to; at++) {
      const tone = tones[at] ?? 0;
      if (tone === 0) continue;
      const x = Math.floor(x0 + (xs[at] ?? 0) * scale);
      const y = Math.floor(y0 - (ys[at] ?? 0) * scale);
      for (const { right, down, cover } of stamps) {
        if (x + right < 0 || y + down < 0 || x + right >= width || y + down >= height) continue;
        this.#add(4 * ((y + down) * width + x + right), table, 4 * tone, cover);
      }
    }
  }

  #add(pixel: number, table: Float32Array, entry: number, cover: number): void {
    const sums = this.#sums;
    for (let channel = 0; channel < 4; channel++) {
      sums[pixel + channel] = (sums[pixel + channel] ?? 0) + cover * (table[entry + channel] ?? 0);
    }
  }

  /** From sums to colours. */
  #develop(isDense: boolean): void {
    const sums = this.#sums;
    const { data } = this.#image;
    const alphaOf = isDense ? alphas(this.#most()) : null;
    for (let pixel = 0; pixel < data.length; pixel += 4) {
      const weight = sums[pixel + 3] ?? 0;
      if (weight === 0) {
        data[pixel + 3] = 0;
        continue;
      }
      data[pixel] = (sums[pixel] ?? 0) / weight;
      data[pixel + 1] = (sums[pixel + 1] ?? 0) / weight;
      data[pixel + 2] = (sums[pixel + 2] ?? 0) / weight;
      data[pixel + 3] = alphaOf ? alphaOf[Math.min(alphaOf.length - 1, Math.ceil(4 * weight))] ?? 255 : 255 * Math.min(1, weight);
    }
  }

  #most(): number {
    let most = 0;
    for (let pixel = 3; pixel < this.#sums.length; pixel += 4) most = Math.max(most, this.#sums[pixel] ?? 0);
    return most;
  }
}

interface Stretch {
  from: number;
  to: number;
  scale: number;
  x0: number;
  y0: number;
}

/** How opaque a pixel is by four times the weight of what is on it: with its logarithm, the fullest fully. */
function alphas(most: number): Uint8ClampedArray {
  const table = new Uint8ClampedArray(Math.ceil(4 * most) + 1);
  for (let step = 1; step < table.length; step++) {
    const weight = step / 4;
    const share = most > 1 ? Math.log1p(weight) / Math.log1p(most) : 1;
    table[step] = 255 * Math.min(1, weight) * (FAINTEST + (1 - FAINTEST) * share);
  }
  return table;
}

function count(stretches: readonly (readonly [number, number])[], tones: Tones): number {
  let shown = 0;
  for (const [from, to] of stretches) for (let at = from; at < to; at++) if (tones[at] !== 0) shown += 1;
  return shown;
}

/** Colours times strength, and the strength, by tone. */
function tableOf(colours: readonly Colour[]): Float32Array {
  const levels = STRENGTHS.length;
  const table = new Float32Array(4 * (1 + colours.length * levels));
  colours.forEach((colour, number) => {
    STRENGTHS.forEach((strength, level) => {
      const entry = 4 * (1 + number * levels + level);
      colour.forEach((channel, place) => { table[entry + place] = channel * strength; });
      table[entry + 3] = strength;
    });
  });
  return table;
}

/** The pixels of a disc around its middle, and how much of each it covers. */
function stampsOf(radius: number): Stamp[] {
  const reach = Math.ceil(radius);
  const stamps: Stamp[] = [];
  for (let down = -reach; down <= reach; down++) {
    for (let right = -reach; right <= reach; right++) {
      const cover = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(right, down)));
      if (cover > 0) stamps.push({ right, down, cover });
    }
  }
  return stamps;
}
