// What is drawn over the points, as lines and text.

import type { Camera, Place } from "./camera.ts";
import type { Special, Tag } from "./scene.ts";

/** Colours of lines and text, and of what is behind them, as CSS has them. */
export interface Ink {
  ink: string;
  page: string;
}

const FONT = "600 13px system-ui, sans-serif";

/** Items with a label by a person as dots with a rim; those set aside as crosses. */
export function drawSpecials(context: CanvasRenderingContext2D, camera: Camera, specials: readonly Special[], { ink, page }: Ink): void {
  const isCrowded = specials.length > 800;
  const [radius, rim] = isCrowded ? [2.5, 1] : [5, 2];
  for (const { at, colour, isAside } of specials) {
    const { x, y } = camera.toScreen(at);
    if (x < -radius || y < -radius || x > camera.width + radius || y > camera.height + radius) continue;
    context.beginPath();
    if (isAside) cross(context, x, y, radius);
    else context.arc(x, y, radius, 0, 2 * Math.PI);
    context.strokeStyle = page;
    context.lineWidth = rim + 2;
    context.stroke();
    context.strokeStyle = ink;
    context.lineWidth = rim;
    context.stroke();
    context.fillStyle = `rgb(${colour.join(" ")})`;
    context.fill();
  }
}

function cross(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.moveTo(x - radius, y - radius);
  context.lineTo(x + radius, y + radius);
  context.moveTo(x + radius, y - radius);
  context.lineTo(x - radius, y + radius);
}

/** The names of classes; of those that would cover one another, the one that stands for more. */
export function drawTags(context: CanvasRenderingContext2D, camera: Camera, tags: readonly Tag[], { ink, page }: Ink): void {
  context.font = FONT;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  const taken: [number, number, number][] = [];
  for (const { name, at } of [...tags].sort((one, other) => other.weight - one.weight)) {
    const { x, y } = camera.toScreen(at);
    const text = name.length > 24 ? `${name.slice(0, 23)}…` : name;
    const half = context.measureText(text).width / 2 + 4;
    if (taken.some(([left, up, width]) => Math.abs(left - x) < width + half && Math.abs(up - y) < 18)) continue;
    taken.push([x, y, half]);
    context.lineWidth = 4;
    context.strokeStyle = page;
    context.strokeText(text, x, y);
    context.fillStyle = ink;
    context.fillText(text, x, y);
  }
}

export function drawOutline(context: CanvasRenderingContext2D, line: readonly Place[], { ink, page }: Ink): void {
  context.beginPath();
  for (const { x, y } of line) context.lineTo(x, y);
  context.closePath();
  for (const [colour, width, dash] of [[page, 3, []], [ink, 1.5, [6, 4]]] as [string, number, number[]][]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.stroke();
  }
  context.setLineDash([]);
}
