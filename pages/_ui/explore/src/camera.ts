/** A place on the map, in its own units: 0 to 65,535 to the right and up. */
export interface Place {
  x: number;
  y: number;
}

/** The side of the map in its own units. */
export const SIDE = 65_536;
/** So many times larger than all of it can the map be looked at; closer, places would show their grid. */
const CLOSEST = 100;
const FARTHEST = 0.6;
/** Pixels around all of it. */
const EDGE = 24;

/** Which part of the map is on the screen, and how large. */
export class Camera {
  x = SIDE / 2;
  y = SIDE / 2;
  /** How many times as large as all of it in view. */
  zoom = 1;
  width = 1;
  height = 1;

  /** Pixels a unit. */
  get scale(): number {
    return (this.zoom * Math.max(1, Math.min(this.width, this.height) - 2 * EDGE)) / SIDE;
  }

  get copy(): Camera {
    return Object.assign(new Camera(), this);
  }

  isSame(other: Camera): boolean {
    return this.x === other.x && this.y === other.y && this.scale === other.scale
      && this.width === other.width && this.height === other.height;
  }

  resize(width: number, height: number): void {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
  }

  /** Where a place is on the screen. */
  toScreen({ x, y }: Place): Place {
    return { x: this.width / 2 + (x - this.x) * this.scale, y: this.height / 2 - (y - this.y) * this.scale };
  }

  toMap({ x, y }: Place): Place {
    return { x: this.x + (x - this.width / 2) / this.scale, y: this.y - (y - this.height / 2) / this.scale };
  }

  /** Move what is on the screen by some pixels. */
  pan(right: number, down: number): void {
    this.x = within(this.x - right / this.scale);
    this.y = within(this.y + down / this.scale);
  }

  /** Come closer by a factor; what is at a place on the screen stays there. */
  zoomAt(factor: number, at: Place): void {
    const before = this.toMap(at);
    this.zoom = Math.min(CLOSEST, Math.max(FARTHEST, this.zoom * factor));
    const after = this.toMap(at);
    this.x = within(this.x + before.x - after.x);
    this.y = within(this.y + before.y - after.y);
  }

  /** Show all of it. */
  fit(): void {
    this.x = SIDE / 2;
    this.y = SIDE / 2;
    this.zoom = 1;
  }

  /** What is in view: the lowest and the highest place. */
  get view(): [Place, Place] {
    return [this.toMap({ x: 0, y: this.height }), this.toMap({ x: this.width, y: 0 })];
  }
}

const within = (coordinate: number): number => Math.min(SIDE, Math.max(0, coordinate));
