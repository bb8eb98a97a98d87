// The map on the screen: draws the scene, and turns what a pointer or a key does into moves and outlines.

import { Camera, type Place } from "./camera.ts";
import { Gestures, type Follower } from "./gestures.ts";
import { type Outline, rectangle, thinned } from "./lasso.ts";
import { drawOutline, drawSpecials, drawTags, type Ink } from "./overlay.ts";
import { Raster } from "./raster.ts";
import type { Scene } from "./scene.ts";

/** Milliseconds that one picture may take, so that the map moves as smoothly as the screen. */
const FRAME = 14;
/** A picture that takes longer is drawn so many times its own time apart while the map moves. */
const APART = 3;
/** Milliseconds without a move, after which the picture is drawn once more as it is. */
const REST = 90;
/** From so many items on, a pixel of the picture is one of the page, however fine the screen is. */
const COARSE = 200_000;
const REACH = 14;

export interface Listener {
  /** A pointer is near an item, or has left; `isPinned` says that it was pressed. */
  pointed(item: number, at: Place, isPinned: boolean): void;
  chosen(outline: Outline | null): void;
}

export class Chart implements Follower {
  readonly camera = new Camera();
  readonly gestures: Gestures;
  scene: Scene | null = null;
  ink: Ink = { ink: "#000", page: "#fff" };
  /** Pictures drawn, and the milliseconds that the last one took: a benchmark reads them. */
  readonly drawn = { frames: 0, rasters: 0, took: 0 };
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #sheet = document.createElement("canvas");
  readonly #raster = new Raster();
  readonly #listener: Listener;
  #sheetCamera: Camera | null = null;
  #sheetAt = 0;
  #line: Place[] = [];
  #frame = 0;
  #rest = 0;

  constructor(canvas: HTMLCanvasElement, listener: Listener, signal: AbortSignal) {
    const context = canvas.getContext("2d");
    if (!context) throw new Error("This browser draws no canvas.");
    this.#canvas = canvas;
    this.#context = context;
    this.#listener = listener;
    this.gestures = new Gestures(canvas, this, signal);
  }

  show(scene: Scene | null): void {
    this.scene = scene;
    this.renew();
  }

  /** What is drawn has changed, and not only where it is looked at from. */
  renew(): void {
    this.#sheetCamera = null;
    this.request();
  }

  resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    this.camera.resize(width, height);
    this.#canvas.width = Math.round(width * devicePixelRatio);
    this.#canvas.height = Math.round(height * devicePixelRatio);
    this.renew();
  }

  request(): void {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => { this.#draw(); });
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#rest);
  }

  // ---- what gestures do

  pan(right: number, down: number): void {
    this.camera.pan(right, down);
    this.request();
  }

  zoom(factor: number, at: Place): void {
    this.camera.zoomAt(factor, at);
    this.request();
  }

  zoomMiddle(factor: number): void {
    this.zoom(factor, { x: this.camera.width / 2, y: this.camera.height / 2 });
  }

  fit(): void {
    this.camera.fit();
    this.request();
  }

  line(places: Place[], isDone: boolean): void {
    this.#line = isDone ? [] : places;
    if (isDone) {
      const outline = thinned(places, 2).map((place) => this.camera.toMap(place));
      this.#listener.chosen(outline.length > 2 ? outline : null);
    }
    this.request();
  }

  chooseView(): void {
    this.#listener.chosen(rectangle(...this.camera.view));
  }

  letGo(): void {
    this.#listener.chosen(null);
  }

  point(at: Place | null, isPinned: boolean): void {
    const { scene } = this;
    if (!scene || !at) {
      this.#listener.pointed(-1, { x: 0, y: 0 }, isPinned);
      return;
    }
    const near = scene.points.nearest(this.camera.toMap(at), REACH / this.camera.scale, (place) => scene.isShown(place));
    this.#listener.pointed(near < 0 ? -1 : scene.points.order[near] ?? -1, at, isPinned);
  }

  // ---- drawing

  #draw(): void {
    this.#frame = 0;
    const context = this.#context;
    const ratio = devicePixelRatio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    const { scene } = this;
    if (!scene) return;
    this.#develop(scene);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#lay(context);
    drawSpecials(context, this.camera, scene.specials, this.ink);
    drawTags(context, this.camera, scene.tags, this.ink);
    if (scene.outline) drawOutline(context, scene.outline.map((place) => this.camera.toScreen(place)), this.ink);
    if (this.#line.length) drawOutline(context, this.#line, this.ink);
    this.drawn.frames += 1;
  }

  /** Draw the points anew, unless that is to wait until the map is at rest. */
  #develop(scene: Scene): void {
    if (this.#sheetCamera?.isSame(this.camera)) return;
    const now = performance.now();
    const { took } = this.drawn;
    const mayWait = this.#sheetCamera !== null && took > FRAME && now - this.#sheetAt < APART * took;
    clearTimeout(this.#rest);
    if (mayWait) {
      this.#rest = setTimeout(() => {
        this.#sheetAt = 0;
        this.request();
      }, REST) as unknown as number;
      return;
    }
    const ratio = scene.points.n > COARSE ? 1 : Math.min(2, devicePixelRatio);
    const image = this.#raster.draw(scene.points, scene.tones, scene.colours, this.camera, ratio);
    if (this.#sheet.width !== image.width || this.#sheet.height !== image.height) Object.assign(this.#sheet, { width: image.width, height: image.height });
    this.#sheet.getContext("2d")?.putImageData(image, 0, 0);
    this.#sheetCamera = this.camera.copy;
    this.#sheetAt = performance.now();
    this.drawn.rasters += 1;
    this.drawn.took = this.#sheetAt - now;
  }

  /** Lay the last picture where it belongs by now. */
  #lay(context: CanvasRenderingContext2D): void {
    const then = this.#sheetCamera;
    if (!then) return;
    const low = this.camera.toScreen(then.toMap({ x: 0, y: 0 }));
    const grown = this.camera.scale / then.scale;
    context.drawImage(this.#sheet, low.x, low.y, then.width * grown, then.height * grown);
  }
}
