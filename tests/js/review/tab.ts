import type { Message, ReviewCase, ReviewItem, ReviewPage, ShownReceipt } from "../../../pages/_ui/review/src/contract.ts";
import { Outbox } from "../../../pages/_ui/browser/outbox.ts";
import { Store } from "../../../pages/_ui/browser/storage.ts";
import { Desk, type Deed, type Shows } from "../../../pages/_ui/review/src/desk.ts";
import type { Screen } from "../../../pages/_ui/review/src/screen.ts";
import { FakeClock, FakeShelf, turns } from "../fakes.ts";

const nothing = (): void => undefined;

/** A screen on which all is there at once. */
class FakeScreen implements Screen {
  ready: string | null = null;
  showKeys = nothing;
  fill = nothing;
  imagesAreThere = (): Promise<void> => Promise.resolve();
  show = nothing;
  showSaved = nothing;
  painted = (): Promise<void> => Promise.resolve();
  setReady(list: string | null): void {
    this.ready = list;
  }
}

/** An image with this label, or unsure without one. */
export const image = (id: number, label: string | null = "cat"): ReviewItem => {
  const said = { kind: label === null ? "unsure" : "label", label } as const;
  return { id, smooth: "data:,", pixels: "data:,", full: null, was: said, now: said };
};

/** A case of some images, against which others say that it is a dog. */
export const asking = (...items: ReviewItem[]): ReviewCase =>
  ({ items, other: "dog", score: 1.5, is_kept: false, likely: ["dog"], for_other: [], for_given: [], votes: [], missing: 0 });

/** What the server says of these cases. */
export function saying(list: string, cases: ReviewCase[], more: Partial<ReviewPage> = {}): ReviewPage {
  return {
    v: 1, project: "p", question: "What is it?", ink: true, named: 3, which: "contradicted", lists: ["contradicted", "aside", "near"], list_id: list, cases, total: cases.length,
    classes: [{ name: "cat", key: "1", is_chosen: false, colour: null }, { name: "dog", key: "2", is_chosen: false, colour: null }],
    nothing: "", receipts: [],
    ...more,
  };
}

/** One tab of a browser: a desk whose messages are caught. */
export class Tab {
  readonly sent: Message[] = [];
  readonly asked: Shows[] = [];
  readonly screen = new FakeScreen();
  readonly desk: Desk;
  readonly shelf: FakeShelf;
  readonly clock = new FakeClock();

  constructor(shelf = new FakeShelf()) {
    this.shelf = shelf;
    const outbox = new Outbox<Message>(this.clock, nothing, () => false);
    outbox.trigger = (name, value) => {
      if (name === "show") this.asked.push(value as Shows);
      else this.sent.push(value as Message);
    };
    this.desk = new Desk(this.screen, outbox, new Store(() => shelf), this.clock, () => false);
  }

  /** The server's word comes, and is on the screen. */
  async hear(page: ReviewPage): Promise<void> {
    this.desk.update(page);
    await turns();
  }

  press(...wishes: Deed[]): void {
    for (const wish of wishes) this.desk.perform(wish);
  }

  /** A receipt for what is under way. */
  receipt(outcome: ShownReceipt["outcome"] = "done"): ShownReceipt[] {
    return [{ id: this.desk.outbox.message?.id ?? null, outcome, text: "" }];
  }

  /** What waits to be stored, as a kind, an image and what is said of it. */
  get told(): (string | number | null)[][] {
    return this.desk.waiting.all.map((message) => (
      message.kind === "judge"
        ? ["judge", message.answer.item, message.answer.label ?? message.answer.kind]
        : [message.kind, message.item, message.beside]));
  }
}
