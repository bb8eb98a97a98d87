import { fitted, Zoom, type Fit, type Point } from "./zoom.ts";

const LINE = 16;
/** What one pixel of a wheel magnifies by, as a power of e; a pinch on a touchpad says less. */
const WHEEL = 0.002;
const PINCH = 0.01;
/** Milliseconds after which a wheel that scrolled the page may magnify. */
const SCROLLS = 400;
const MIDDLE: Point = { x: 0, y: 0 };

/** Looks closer at the image on the stage: by the wheel, two fingers or a key. */
export class Lens {
  readonly #stage: HTMLElement;
  readonly #changed: () => void;
  readonly #zoom = new Zoom();
  #image: HTMLImageElement | undefined;
  /** Where the mouse is, while it is over the stage. */
  #mouse: Point | null = null;
  #fingers: Point[] = [];
  #scrolledAt = -SCROLLS;

  /** `changed` hears of each magnification. */
  constructor(stage: HTMLElement, changed: () => void) {
    this.#stage = stage;
    this.#changed = changed;
  }

  listen(signal: AbortSignal): void {
    const stage = this.#stage;
    document.addEventListener("wheel", (event) => { this.#onScroll(event); }, { signal, passive: true });
    stage.addEventListener("wheel", (event) => { this.#onWheel(event); }, { signal, passive: false });
    stage.addEventListener("pointermove", (event) => { this.#onPointer(event); }, { signal });
    stage.addEventListener("pointerleave", () => { this.#mouse = null; }, { signal });
    stage.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "touch" && this.isOn) stage.setPointerCapture(event.pointerId);
    }, { signal });
    for (const name of ["touchstart", "touchmove", "touchend", "touchcancel"] as const) {
      stage.addEventListener(name, (event) => { this.#onTouch(event); }, { signal, passive: false });
    }
  }

  get isOn(): boolean {
    return this.#zoom.isOn;
  }

  /** Whether more pixels are asked for than the image on the stage has. */
  get wantsMore(): boolean {
    return this.isOn && this.#image !== undefined && this.#zoom.scale > this.#fit(this.#image).pixels;
  }

  /** Look at an image: at another one from afar, at the same in more pixels as before. */
  show(image: HTMLImageElement | undefined, isSame: boolean): void {
    if (image === this.#image && isSame) return;
    if (this.#image) this.#image.style.transform = "";
    this.#image = image;
    if (!isSame) this.#zoom.reset();
    this.#draw();
  }

  step(): void {
    if (!this.#image) return;
    this.#zoom.step(this.#mouse ?? MIDDLE, this.#fit(this.#image));
    this.#drawChanged();
  }

  reset(): void {
    this.#zoom.reset();
    this.#drawChanged();
  }

  #fit(image: HTMLImageElement): Fit {
    const place = { width: image.offsetWidth, height: image.offsetHeight };
    const natural = { width: image.naturalWidth, height: image.naturalHeight };
    const fit = fitted(natural, place);
    return {
      stage: { width: this.#stage.clientWidth, height: this.#stage.clientHeight },
      image: fit,
      pixels: fit.width ? natural.width / (fit.width * devicePixelRatio) : 1,
    };
  }

  #draw(): void {
    const { isOn, scale, x, y } = this.#zoom;
    this.#stage.classList.toggle("zoomed", isOn);
    if (this.#image) this.#image.style.transform = isOn ? `translate(${x}px, ${y}px) scale(${scale})` : "";
  }

  #drawChanged(): void {
    this.#draw();
    this.#changed();
  }

  #pointOf({ clientX, clientY }: { clientX: number; clientY: number }): Point {
    const { left, top, width, height } = this.#stage.getBoundingClientRect();
    return { x: clientX - left - width / 2, y: clientY - top - height / 2 };
  }

  // ---- the mouse

  /** Whoever scrolls the page goes on doing so when the image comes under the pointer. */
  #onScroll(event: WheelEvent): void {
    if (!event.defaultPrevented) this.#scrolledAt = event.timeStamp;
  }

  #onWheel(event: WheelEvent): void {
    const isScrolling = event.timeStamp - this.#scrolledAt < SCROLLS;
    // From afar there is no further back: that scrolls the page.
    if (!this.#image || (!this.isOn && (event.deltaY >= 0 || isScrolling))) return;
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * LINE : event.deltaY;
    const factor = Math.exp(-pixels * (event.ctrlKey ? PINCH : WHEEL));
    this.#zoom.magnify(factor, this.#pointOf(event), this.#fit(this.#image));
    this.#drawChanged();
  }

  #onPointer(event: PointerEvent): void {
    if (event.pointerType === "touch") return;
    const point = this.#pointOf(event);
    const before = this.#mouse ?? point;
    this.#mouse = point;
    if (event.buttons !== 1 || !this.isOn || !this.#image) return;
    this.#zoom.move(point.x - before.x, point.y - before.y, this.#fit(this.#image));
    this.#draw();
  }

  // ---- fingers

  /** Two fingers magnify; one moves what is magnified, and else scrolls the page. */
  #onTouch(event: TouchEvent): void {
    const fingers = [...event.targetTouches].slice(0, 2).map((touch) => this.#pointOf(touch));
    const before = this.#fingers;
    this.#fingers = fingers;
    if (!this.#image || !fingers.length || (fingers.length < 2 && !this.isOn)) return;
    if (event.cancelable) event.preventDefault();
    if (event.type !== "touchmove" || before.length !== fingers.length) return;
    const [from, to, fit] = [middle(before), middle(fingers), this.#fit(this.#image)];
    this.#zoom.move(to.x - from.x, to.y - from.y, fit);
    if (fingers.length === 2) this.#zoom.magnify(apart(fingers) / Math.max(1, apart(before)), to, fit);
    this.#drawChanged();
  }
}

function middle(points: Point[]): Point {
  const sum = points.reduce((one, other) => ({ x: one.x + other.x, y: one.y + other.y }), MIDDLE);
  return { x: sum.x / points.length, y: sum.y / points.length };
}

const apart = ([one = MIDDLE, other = MIDDLE]: Point[]): number => Math.hypot(one.x - other.x, one.y - other.y);
