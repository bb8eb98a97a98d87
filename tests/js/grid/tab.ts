import type { CheckMessage, GridPage, Message, ShownReceipt } from "../../../pages/_ui/grid/src/contract.ts";
import { Outbox } from "../../../pages/_ui/browser/outbox.ts";
import { Store } from "../../../pages/_ui/browser/storage.ts";
import type { Shows } from "../../../pages/_ui/grid/src/asking.ts";
import { Desk, type Deed } from "../../../pages/_ui/grid/src/desk.ts";
import type { Look, Screen } from "../../../pages/_ui/grid/src/screen.ts";
import { FakeClock, FakeShelf, turns } from "../fakes.ts";

/** A screen on which all is there at once, unless it is told otherwise. */
export class FakeScreen implements Screen {
  columns = 2;
  ready: string | null = null;
  shown = 0;
  /** What the images of a page wait for. */
  images: Promise<void> = Promise.resolve();
  readonly looks = new Map<number, Look>();
  showKeys(): void {
    // Nobody looks.
  }
  load(): void {
    // There is nothing to load.
  }
  imagesAreThere(): Promise<void> {
    return this.images;
  }
  draw(): void {
    // Nobody looks.
  }
  show(): void {
    this.shown += 1;
  }
  showSaved(): void {
    // Nobody looks.
  }
  painted(): Promise<void> {
    return Promise.resolve();
  }
  setReady(batch: string | null): void {
    this.ready = batch;
  }
  lookOf(item: number): Look {
    return this.looks.get(item) ?? "there";
  }
}

/** What the server says of these images, predicted as cats. */
export function saying(batch: string, items: number[], more: Partial<GridPage> = {}): GridPage {
  return {
    v: 1, project: "p", ink: true, named: 3, numbering: "n", name: "cat", order: "surest", size: 24, sizes: [24, 48, 96, 120],
    classes: [{ name: "cat", key: "1", is_chosen: false, colour: null }, { name: "dog", key: "2", is_chosen: false, colour: null }],
    batch_id: batch,
    items: items.map((id) => ({ id, smooth: "data:,", pixels: "data:,", full: null, probability: 0.9, chance: 0.97, answer: null })),
    to_check: [{ name: "cat", count: items.length }, { name: "dog", count: 5 }],
    n_to_check: items.length + 5, answered: 0, n_items: 100, nothing_yet: "", last: null, receipts: [], among: null, corrects: false,
    ...more,
  };
}

/** One tab of a browser: a desk whose messages are caught. */
export class Tab {
  readonly sent: Message[] = [];
  readonly asked: Shows[] = [];
  readonly screen = new FakeScreen();
  readonly desk: Desk;
  isOnline = true;
  isRunUnderWay = false;
  readonly shelf: FakeShelf;
  readonly clock: FakeClock;

  constructor(shelf = new FakeShelf(), clock = new FakeClock()) {
    this.shelf = shelf;
    this.clock = clock;
    const outbox = new Outbox<Message>(clock, () => { this.screen.showSaved(); }, () => this.isRunUnderWay);
    outbox.trigger = (name, value) => {
      if (!this.isOnline) return;
      if (name === "show") this.asked.push(value as Shows);
      else this.sent.push(value as Message);
    };
    this.desk = new Desk(this.screen, outbox, new Store(() => shelf), clock, () => this.isRunUnderWay);
  }

  /** The server's word comes, and is on the screen. */
  async hear(page: GridPage): Promise<void> {
    this.desk.update(page);
    await turns();
  }

  press(...wishes: Deed[]): void {
    for (const wish of wishes) this.desk.perform(wish);
  }

  /** Click on images, by their places. */
  click(...places: number[]): void {
    for (const place of places) this.desk.click(place, false);
  }

  /** The message under way. */
  get message(): Message {
    const { message } = this.desk.outbox;
    if (!message) throw new Error("Nothing is under way.");
    return message;
  }

  get check(): CheckMessage {
    const { message } = this;
    if (message.kind !== "check") throw new Error(`A ${message.kind} is under way.`);
    return message;
  }

  /** What the message under way tells of the images, as item and label or kind. */
  get told(): [number, string][] {
    return this.check.answers.map(({ item, kind, label }) => [item, label ?? kind]);
  }

  receipt(outcome: ShownReceipt["outcome"], text = ""): ShownReceipt[] {
    return [{ id: this.message.id, outcome, text }];
  }

  /** The marks on screen, as item and class or a cross. */
  get marks(): [number, string][] {
    return this.desk.given.map(({ item, name }) => [item, name ?? "✕"]);
  }

  /** The tab is closed, or loaded anew: what was not stored in the browser is gone. */
  close(): void {
    this.desk.stop();
    this.isOnline = false;
  }
}

/** A tab in which a grid is on screen. */
export async function tabWith(...items: number[]): Promise<Tab> {
  const tab = new Tab();
  await tab.hear(saying("one", items));
  return tab;
}
