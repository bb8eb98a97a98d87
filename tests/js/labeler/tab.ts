import type { LabelPage, Message, ShownReceipt } from "../../../pages/_ui/labeler/src/contract.ts";
import { Desk } from "../../../pages/_ui/labeler/src/desk.ts";
import type { Screen } from "../../../pages/_ui/labeler/src/screen.ts";
import type { Deed } from "../../../pages/_ui/labeler/src/keys.ts";
import { Outbox } from "../../../pages/_ui/labeler/src/outbox.ts";
import { Store } from "../../../pages/_ui/browser/storage.ts";
import { FakeClock, FakeShelf, turns } from "../fakes.ts";

/** A screen on which all is there at once, unless it is told to wait. */
export class FakeScreen implements Screen {
  ready: string | null = null;
  projects = 0;
  /** What the images of a batch wait for. */
  images: Promise<void> = Promise.resolve();
  beginProject(): void {
    this.projects += 1;
  }
  showKeys(): void {
    // Nobody looks.
  }
  fillImages(): void {
    // There is nothing to load.
  }
  imageIsThere(): Promise<void> {
    return this.images;
  }
  show(): void {
    // Nobody looks.
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
}

/** What the server says of a batch of these items. */
export function saying(batch: string | null, items: number[], more: Partial<LabelPage> = {}): LabelPage {
  return {
    v: 1, project: "p", news: 1, post: null, question: "Which?", named: 7, batch_id: batch, ink: true, compared: "shapes", coming: false, others: 0, calibrated: true, hidden_share: 0, as_you_go: false, round: 1, round_size: 10,
    answered: 0, saved: 0, summary: "", last: null, undone: null, beside: [], receipts: [],
    classes: [{ name: "cat", key: "1", is_chosen: false, colour: null }, { name: "dog", key: "2", is_chosen: false, colour: null }],
    items: items.map((id) => ({ id, smooth: "data:,", pixels: "", full: null, why: "", hidden: false, blind: false, beliefs: [{ name: "cat", probability: 0.9 }] })),
    ...more,
  };
}

/** One tab of a browser: a desk whose messages are caught. */
export class Tab {
  readonly sent: Message[] = [];
  readonly screen = new FakeScreen();
  readonly outbox: Outbox;
  readonly desk: Desk;
  isOnline = true;

  readonly shelf: FakeShelf;
  readonly clock: FakeClock;

  constructor(shelf = new FakeShelf(), clock = new FakeClock()) {
    this.shelf = shelf;
    this.clock = clock;
    this.outbox = new Outbox(clock, () => { this.screen.showSaved(); }, () => false);
    this.outbox.trigger = (_, message) => { if (this.isOnline) this.sent.push(message as Message); };
    this.desk = new Desk(this.screen, this.outbox, new Store(() => shelf), clock, new Store(() => shelf));
  }

  /** The server's word comes, and is on the screen. */
  async hear(data: LabelPage): Promise<void> {
    this.desk.update(data);
    await turns();
  }

  /** One press after another. */
  press(...wishes: Deed[]): void {
    for (const wish of wishes) this.desk.perform(wish);
  }

  label(...names: string[]): void {
    this.press(...names.map((label) => ({ label })));
  }

  /** The message under way. */
  get message(): Message {
    const { message } = this.outbox;
    if (!message) throw new Error("Nothing is under way.");
    return message;
  }

  receipt(outcome: ShownReceipt["outcome"], text = ""): ShownReceipt[] {
    return [{ id: this.message.id, outcome, text }];
  }

  /** The answers that the message under way tells of, as item and label or kind. */
  get told(): [number, string][] {
    const { message } = this;
    if (message.kind !== "submit") throw new Error(`A ${message.kind} is under way.`);
    return message.answers.map(({ item, kind, label }) => [item, label ?? kind]);
  }

  /** Drafts by batch, as the storage has them. */
  drafts(batch: string): [number, string][] {
    return this.desk.drafts.inOrder(batch).map(({ item, kind, label }) => [item, label ?? kind]);
  }

  /** The tab is closed, or loaded anew: what was not stored in the browser is gone. */
  close(): void {
    this.outbox.stop();
    this.isOnline = false;
  }
}
