// What a person does with many images at once, and what the server says of it, without a screen. Three
// rules keep every key:
//
//  1. A mark is written to the browser's storage before it is shown (`Marks`), and goes only when a
//     receipt says that its grid is stored.
//  2. A grid that is accepted is in the storage before it is sent (`Waiting`), until its receipt comes.
//     What is left over by a crash or by another tab is sent as soon as it is found.
//  3. A message is sent again until the server's receipt for it has come (`Outbox`).

import type { Clock } from "../../browser/clock.ts";
import type { Outbox } from "../../browser/outbox.ts";
import type { Store } from "../../browser/storage.ts";
import { ProjectKeys } from "../../labeler/src/own_keys.ts";
import { KeptPreferences } from "../../labeler/src/preferences.ts";
import { Asking, type Shows } from "./asking.ts";
import { checkOf, correctionsOf } from "./check.ts";
import type { GridItem, GridPage, Message } from "./contract.ts";
import type { Wish } from "./keys.ts";
import { movedTo } from "./layout.ts";
import { Marks, type Mark } from "./marks.ts";
import type { Look, Screen } from "./screen.ts";
import { Waiting, type Accepted } from "./waiting.ts";
import { CHOOSE, count, NOT_REACHED, TAKEN_BACK } from "./words.ts";

/** What the desk does itself; the rest is for the page to do. */
export type Deed = Exclude<Wish, "closer" | "help" | "close">;

/** Images that are on their way are waited for so long; then they count as missing. */
export const PATIENCE = 5000;

export class Desk {
  /** All are there from the first update on, before which nothing is asked of a desk. */
  data!: GridPage;
  marks!: Marks;
  waiting!: Waiting;
  keys!: ProjectKeys;
  /** The index of the image that keys are for; -1 while none was chosen. */
  current = -1;
  /** A key counts only once a person can have seen the images. */
  isPainted = false;
  /** What is said of the last thing that happened. */
  notice = "";
  readonly outbox: Outbox<Message>;
  readonly asking: Asking;
  readonly #preferences: KeptPreferences;
  readonly #store: Store;
  readonly #screen: Screen;
  readonly #clock: Clock;
  #turn = 0;
  /** Whether what is still on its way was waited for long enough. */
  #isOverdue = false;
  #callOffOverdue = (): void => undefined;
  #shownAt = 0;
  /** The marks there were before the last click, which may be the first of two. */
  #before: Mark[] = [];

  constructor(screen: Screen, outbox: Outbox<Message>, store: Store, clock: Clock, isRunUnderWay: () => boolean) {
    this.#screen = screen;
    this.outbox = outbox;
    this.#store = store;
    this.#clock = clock;
    this.#preferences = new KeptPreferences(store);
    this.asking = new Asking(clock, (wish) => { outbox.trigger("show", wish); }, isRunUnderWay);
  }

  // ---- what comes from the server

  update(data: GridPage): void {
    const before = this.data as GridPage | undefined;
    this.data = data;
    if (data.project !== before?.project) this.#beginProject();
    if (this.keys.update(data.classes)) this.#screen.showKeys();
    this.asking.take(data);
    this.#settle();
    if (before && areSame(before, data)) this.#screen.show();
    else void this.#begin();
    this.sendWaiting();
  }

  #beginProject(): void {
    const { project } = this.data;
    this.marks = new Marks(project, this.#store);
    this.waiting = new Waiting(project, this.#store);
    this.keys = new ProjectKeys(project, this.#store);
    this.asking.stop();
  }

  #settle(): void {
    const settled = this.outbox.take(this.data.receipts);
    if (!settled) return;
    const { message, outcome, text } = settled;
    this.notice = text;
    if (message.kind === "check" || message.kind === "correct_many") this.#settleCheck(message, outcome === "done");
    else if (message.kind === "take_back_batch") this.notice ||= TAKEN_BACK;
  }

  /** A grid has its receipt. It may be of the project that was open before. */
  #settleCheck(message: Accepted, isStored: boolean): void {
    const { project } = message;
    const waiting = new Waiting(project, this.#store);
    // The marks of a refused grid stay: where its images are shown again, they are marked as they were.
    if (!isStored) waiting.setAside(message);
    else {
      waiting.drop(message);
      new Marks(project, this.#store).clear(message.batch_id);
    }
  }

  /** Show other images. */
  async #begin(): Promise<void> {
    const turn = ++this.#turn;
    this.isPainted = false;
    this.#callOffOverdue();
    this.#screen.setReady(null);
    this.marks.adopt(this.data, new Set(this.waiting.all.map(({ batch_id: batch }) => batch)));
    this.#screen.load();
    this.#screen.showSaved();
    await this.#screen.imagesAreThere();
    if (turn !== this.#turn) return;
    this.current = -1;
    this.#screen.draw();
    this.#screen.show();
    await this.#screen.painted();
    if (turn !== this.#turn) return;
    this.isPainted = true;
    this.#expectImages();
    this.restart();
    this.#screen.show();
    this.#screen.setReady(this.data.batch_id);
  }

  /** Give images that are on their way some time. */
  #expectImages(): void {
    this.#isOverdue = false;
    this.#callOffOverdue();
    this.#callOffOverdue = this.#clock.after(PATIENCE, () => {
      this.#isOverdue = true;
      this.#screen.show();
    });
  }

  /** Send what was accepted, the oldest first. */
  sendWaiting(): void {
    const [oldest] = this.waiting.all;
    if (this.outbox.isBusy || !oldest) return;
    this.outbox.send(oldest);
    this.#screen.show();
  }

  /** Ask how things stand, unless there is something under way that will tell. */
  sync(): void {
    if (this.outbox.message === null) this.outbox.send({ kind: "sync", project: this.data.project });
  }

  /** Another tab has changed the storage. */
  hearOf(key: string | null, isGone: boolean): void {
    const { message } = this.outbox;
    if (key === this.marks.key(this.data.batch_id)) this.#screen.show();
    else if (isGone && key?.startsWith(this.waiting.prefix)) {
      // That tab has a receipt; to send it once more might put back what is taken back by now.
      if (message && message.kind !== "sync" && message.kind !== "take_back_batch" && key === this.waiting.key(message.batch_id)) this.outbox.stop();
      this.sync();
      this.#screen.show();
    }
  }

  stop(): void {
    this.outbox.stop();
    this.asking.stop();
    this.#callOffOverdue();
  }

  // ---- how things stand

  get items(): GridItem[] {
    return this.data.items;
  }

  get given(): Mark[] {
    return this.marks.all(this.data.batch_id);
  }

  get hasPixels(): boolean {
    return this.#preferences.all.pixels;
  }

  /** Whether something is on its way to the server. */
  get isLocked(): boolean {
    return this.outbox.isBusy;
  }

  get canMark(): boolean {
    return this.isPainted && !this.isLocked && this.items.length > 0;
  }

  /** What is asked for, or else what is shown. */
  get shows(): Shows {
    const { name, order, size, corrects } = this.data;
    return this.asking.wish ?? { name, order, size, corrects, is_all: false, seen: null };
  }

  /** The image that the key of a class is for: the chosen one, or else the one that was marked last. */
  get target(): GridItem | undefined {
    const last = this.given.at(-1);
    return this.items[this.current] ?? this.items.find(({ id }) => id === last?.item);
  }

  /** How an image on screen is to be seen; what does not come in time is missing. */
  lookOf(item: number): Look {
    const look = this.#screen.lookOf(item);
    return look === "coming" && this.#isOverdue ? "missing" : look;
  }

  /** The images that nobody can have seen. */
  get missing(): ReadonlySet<number> {
    return new Set(this.items.filter(({ id }) => this.lookOf(id) === "missing").map(({ id }) => id));
  }

  // ---- what a person does

  perform(wish: Deed): void {
    this.notice = "";
    if (typeof wish !== "object") this.#deeds[wish]();
    else if ("move" in wish) this.choose(movedTo(this.current, wish.move, this.items.length, this.#screen.columns));
    else this.#give(wish.label);
  }

  readonly #deeds: Record<Exclude<Deed, object>, () => void> = {
    accept: () => { this.#accept(); },
    undo: () => { this.#undo(); },
    mark: () => { this.#mark(); },
    pixels: () => { this.#togglePixels(); },
    previous: () => { this.#step(-1); },
    following: () => { this.#step(1); },
  };

  /** Say something until something happens. */
  say(notice: string): void {
    this.notice = notice;
    this.#screen.show();
  }

  /** Choose an image for the keys. */
  choose(index: number): void {
    if (!this.isPainted || !this.items[index]) return;
    this.current = index;
    this.#screen.show();
  }

  #mark(): void {
    const item = this.items[this.current];
    if (!this.canMark) return;
    if (item) this.#toggle(item.id);
    else this.say(CHOOSE);
  }

  #toggle(item: number): void {
    if (this.given.some((mark) => mark.item === item)) this.marks.drop(this.data, item);
    else this.marks.put(this.data, { item, name: null });
    this.#screen.show();
  }

  /** Say what an image is; that it is as predicted takes its mark away. */
  #give(name: string): void {
    const { target } = this;
    if (!this.canMark) return;
    if (!target) {
      this.say(CHOOSE);
      return;
    }
    if (name === saidOf(target, this.data)) this.marks.drop(this.data, target.id);
    else this.marks.put(this.data, { item: target.id, name });
    this.#screen.show();
  }

  /** A click marks an image, or takes its mark away; with Shift it marks all from the chosen one on. */
  click(index: number, isRange: boolean): void {
    const item = this.items[index];
    if (!this.canMark || !item) return;
    this.notice = "";
    this.#before = this.given;
    const from = this.current;
    this.current = index;
    if (isRange && from >= 0) this.#markAll(Math.min(from, index), Math.max(from, index));
    else this.#toggle(item.id);
  }

  #markAll(first: number, last: number): void {
    const marked = new Set(this.given.map(({ item }) => item));
    const fresh = this.items.slice(first, last + 1).filter(({ id }) => !marked.has(id));
    this.marks.write(this.data, [...this.given, ...fresh.map(({ id }) => ({ item: id, name: null }))]);
    this.#screen.show();
  }

  /** Two clicks look closer: the first one has marked nothing. */
  takeClickBack(): void {
    if (!this.canMark) return;
    this.marks.write(this.data, this.#before);
    this.#screen.show();
  }

  #accept(): void {
    const { name } = this.data;
    if (!this.canMark || name === null) return;
    const coming = this.items.filter(({ id }) => this.lookOf(id) === "coming").length;
    if (coming) {
      this.say(`${count(coming, "image")} still to come: one moment.`);
      return;
    }
    if (this.data.corrects) {
      this.#correct();
      return;
    }
    if (name === NOT_REACHED && !this.given.length) {
      this.ask({ seen: this.data.batch_id });
      return;
    }
    const took = this.#clock.now() - this.#shownAt;
    this.waiting.keep(checkOf({ page: this.data, name, marks: this.given, unseen: this.missing, took }));
    this.sendWaiting();
  }

  /** Correct what is marked, and go on. */
  #correct(): void {
    const corrections = correctionsOf(this.data, this.given);
    if (corrections) {
      this.waiting.keep(corrections);
      this.sendWaiting();
    } else this.ask({ seen: this.data.batch_id });
  }

  /** Take back the last mark, or else the grid that was accepted last. */
  #undo(): void {
    if (!this.isPainted || this.isLocked) return;
    const last = this.given.at(-1);
    if (last) {
      this.marks.drop(this.data, last.item);
      this.current = this.items.findIndex(({ id }) => id === last.item);
    } else if (this.data.last) {
      this.outbox.send({ kind: "take_back_batch", project: this.data.project, batch_id: this.data.last.batch_id });
    }
    this.#screen.show();
  }

  #togglePixels(): void {
    this.#preferences.toggle("pixels");
    // All of them are loaded anew.
    this.#expectImages();
    this.#screen.show();
  }

  /** Ask for other images. */
  ask(wish: Partial<Shows>): void {
    if (!this.isLocked) this.asking.send({ ...this.shows, seen: null, ...wish });
    this.#screen.show();
  }

  /** Ask for another class: one before, or one after. */
  #step(by: number): void {
    const names = this.data.to_check.map(({ name }) => name);
    if (names.length < 2) return;
    const at = names.indexOf(this.shows.name ?? "");
    const name = names.at((at + by) % names.length);
    if (name !== undefined) this.ask({ name });
  }

  /** Count the time for the images on screen from now. */
  restart(): void {
    this.#shownAt = this.#clock.now();
  }

  /** Send what was refused once more, or throw it away. */
  settleRefused(isAgain: boolean): void {
    if (isAgain) this.waiting.revive();
    else this.waiting.discardRefused();
    this.sendWaiting();
    this.say(isAgain ? "" : "Discarded.");
  }
}

/** What an image is said to be: by the answer it has, or else by the model. */
const saidOf = ({ answer }: GridItem, { name }: GridPage): string | null => (answer ? answer.said : name);

/** Whether two pages show the same images. */
const areSame = (one: GridPage, other: GridPage): boolean =>
  one.project === other.project && one.batch_id === other.batch_id
  && one.items.length === other.items.length && one.items.every(({ id }, index) => id === other.items[index]?.id);
