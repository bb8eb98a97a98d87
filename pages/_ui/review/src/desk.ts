// What a person does with labels that are looked at once more, and what the server says of it, without
// a screen. What is decided is in the browser's storage before it is sent (`Waiting`), until its receipt
// comes, and is sent again until then (`Outbox`). The list stays as it was made while it is worked
// through: what was decided is shown on it, and nothing moves.

import { Asking } from "../../browser/asking.ts";
import type { Clock } from "../../browser/clock.ts";
import { identifier, PROTOCOL, type Outbox, type Unsent } from "../../browser/outbox.ts";
import type { Store } from "../../browser/storage.ts";
import { Waiting } from "../../browser/waiting.ts";
import { ProjectKeys } from "../../labeler/src/own_keys.ts";
import { KeptPreferences, type Preferences } from "../../labeler/src/preferences.ts";
import { areSame, besideOf, changedOf, standingOf, type Doing, type Standing, type Which } from "./cases.ts";
import type { Message, ReviewCase, ReviewItem, ReviewPage, ShownSaid } from "./contract.ts";
import type { Wish } from "./keys.ts";
import type { Screen } from "./screen.ts";
import { LEFT, nothingToKeep, TOGGLED } from "./words.ts";

/** What the desk does itself; the rest is for the page to do. */
export type Deed = Exclude<Wish, "help" | "close" | "zoom">;

/** What is asked of the server: a list, and of it the reasons from some case on. */
export interface Shows {
  which: Which;
  item: number | null;
  is_anew: boolean;
}

export class Desk {
  /** All are there from the first update on, before which nothing is asked of a desk. */
  data!: ReviewPage;
  waiting!: Waiting<Doing>;
  keys!: ProjectKeys;
  /** The place of the case on screen. */
  current = 0;
  /** Which of its images keys are for: of near-duplicates it can be the other one. */
  side = 0;
  /** A key counts only once a person can have seen the case. */
  isPainted = false;
  /** What is said of the last thing that happened. */
  notice = "";
  readonly outbox: Outbox<Message>;
  readonly asking: Asking<Shows>;
  readonly #preferences: KeptPreferences;
  readonly #store: Store;
  readonly #screen: Screen;
  readonly #clock: Clock;
  #shownAt = 0;
  /** The cases that were decided, the last one last. */
  #decided: number[] = [];
  /** Those of unsure and bad images that are to stay as they are: the store has nothing to note. */
  readonly #left = new Set<number>();
  /** Cases for whose reasons the server was asked. */
  readonly #wanted = new Set<number>();

  constructor(screen: Screen, outbox: Outbox<Message>, store: Store, clock: Clock, isRunUnderWay: () => boolean) {
    this.#screen = screen;
    this.outbox = outbox;
    this.#store = store;
    this.#clock = clock;
    this.#preferences = new KeptPreferences(store);
    this.asking = new Asking(clock, (wish) => { outbox.trigger("show", wish); }, isRunUnderWay);
  }

  // ---- what comes from the server

  update(data: ReviewPage): void {
    const before = this.data as ReviewPage | undefined;
    this.data = data;
    if (data.project !== before?.project) {
      this.waiting = new Waiting<Doing>("review", data.project, this.#store, ({ id }) => id);
      this.keys = new ProjectKeys(data.project, this.#store);
      this.asking.stop();
    }
    if (this.keys.update(data.classes)) this.#screen.showKeys();
    this.#settle();
    this.#takeAsked(before);
    if (before?.list_id === data.list_id) this.#follow(before);
    else void this.#begin();
    this.sendWaiting();
  }

  #settle(): void {
    const settled = this.outbox.take(this.data.receipts);
    if (!settled) return;
    const { message, outcome, text } = settled;
    this.notice = text;
    if (message.kind === "sync") return;
    const waiting = new Waiting<Doing>("review", message.project, this.#store, ({ id }) => id);
    if (outcome === "done") waiting.drop(message);
    else waiting.setAside(message);
  }

  #takeAsked(before: ReviewPage | undefined): void {
    const { wish } = this.asking;
    if (wish?.which !== this.data.which) return;
    if (!wish.is_anew || before?.list_id !== this.data.list_id) this.asking.stop();
  }

  /** The same list has come: a case may have gone from it, with its image. */
  #follow(before: ReviewPage): void {
    const shown = before.cases[this.current]?.items[0]?.id;
    const place = this.data.cases.findIndex(({ items }) => items[0]?.id === shown);
    if (before.cases.length !== this.data.cases.length) {
      this.#decided = [];
      this.#screen.fill();
    }
    this.current = Math.max(0, place);
    this.#screen.show();
  }

  /** Show a new list, from the first case on that is not decided. */
  async #begin(): Promise<void> {
    const { list_id: list } = this.data;
    this.isPainted = false;
    this.#decided = [];
    this.#left.clear();
    this.#wanted.clear();
    this.#screen.setReady(null);
    this.current = Math.max(0, this.#firstOpen(0));
    this.side = 0;
    this.#screen.fill();
    await this.#screen.imagesAreThere();
    if (list !== this.data.list_id) return;
    this.#screen.show();
    await this.#screen.painted();
    if (list !== this.data.list_id) return;
    this.isPainted = true;
    this.restart();
    this.#screen.show();
    this.#screen.setReady(list);
  }

  /** Send what was decided, the oldest first. */
  sendWaiting(): void {
    const [oldest] = this.waiting.all;
    if (this.outbox.isBusy || !oldest) return;
    this.outbox.send(oldest);
    this.#screen.showSaved();
  }

  /** Ask how things stand, unless there is something under way that will tell. */
  sync(): void {
    if (this.outbox.message === null) this.outbox.send({ kind: "sync", project: this.data.project });
  }

  /** Another tab has changed the storage: it has a receipt for something that waits here too. */
  hearOf(key: string | null, isGone: boolean): void {
    if (!key?.startsWith(this.waiting.prefix)) return;
    const { message } = this.outbox;
    if (isGone && message && key === this.waiting.key(message.id)) this.outbox.stop();
    if (isGone) this.sync();
    this.#screen.show();
  }

  stop(): void {
    this.outbox.stop();
    this.asking.stop();
  }

  // ---- how things stand

  get preferences(): Preferences {
    return this.#preferences.all;
  }

  get case(): ReviewCase | undefined {
    return this.data.cases[this.current];
  }

  /** The image that keys are for. */
  get item(): ReviewItem | undefined {
    return this.case?.items[this.side] ?? this.case?.items[0];
  }

  standing(one: ReviewCase): Standing {
    return standingOf(one, this.waiting.all);
  }

  /** What is said of the image that keys are for. */
  get said(): ShownSaid | undefined {
    const { case: one, item } = this;
    return one && item && this.standing(one).said[one.items.indexOf(item)];
  }

  isDecided(one: ReviewCase): boolean {
    const standing = this.standing(one);
    return standing.isKept || changedOf(one, standing).length > 0 || this.isLeft(one);
  }

  /** Whether an image that is unsure or bad is to stay so. */
  isLeft({ items }: ReviewCase): boolean {
    return items.some(({ id }) => this.#left.has(id));
  }

  get decided(): number {
    return this.data.cases.filter((one) => this.isDecided(one)).length;
  }

  /** Whether another list is on its way. */
  get isHeld(): boolean {
    const { wish } = this.asking;
    return !this.isPainted || (wish !== null && (wish.is_anew || wish.which !== this.data.which));
  }

  get canAnswer(): boolean {
    return !this.isHeld && this.item !== undefined;
  }

  /** The list that is shown, or else the one that was asked for. */
  get which(): Which {
    return this.asking.wish?.which ?? this.data.which;
  }

  /** The first case at or after a place that is not decided, going round; -1 if there is none. */
  #firstOpen(start: number): number {
    const open = this.data.cases.flatMap((one, place) => (this.isDecided(one) ? [] : [place]));
    return open.find((place) => place >= start) ?? open[0] ?? -1;
  }

  // ---- what a person does

  perform(wish: Deed): void {
    this.notice = "";
    if (typeof wish === "object") this.#judge({ kind: "label", label: wish.label });
    else this.#deeds[wish]();
  }

  readonly #deeds: Record<Exclude<Deed, object>, () => void> = {
    keep: () => { this.#keep(); },
    undo: () => { this.#undo(); },
    skip: () => { this.#skip(); },
    unsure: () => { this.#judge({ kind: "unsure", label: null }); },
    bad: () => { this.#judge({ kind: "bad", label: null }); },
    back: () => { this.move(this.current - 1); },
    next: () => { this.move(this.current + 1); },
    swap: () => { this.swap(1 - this.side); },
    pixels: () => { this.#toggle("pixels"); },
    contrast: () => { this.#toggle("contrast"); },
    following: () => { this.#step(1); },
    previous: () => { this.#step(-1); },
  };

  /** Say something until something happens. */
  say(notice: string): void {
    this.notice = notice;
    this.#screen.show();
  }

  /** Look at another case. */
  move(place: number): void {
    const { length } = this.data.cases;
    if (!length || !this.isPainted) return;
    this.current = (place + length) % length;
    this.side = 0;
    this.restart();
    this.#screen.show();
  }

  /** Let keys be for the other one of two near-duplicates. */
  swap(side: number): void {
    if (!this.case?.items[side] || !this.isPainted) return;
    this.side = side;
    this.#screen.show();
  }

  /** Count the time for the case on screen from now. */
  restart(): void {
    this.#shownAt = this.#clock.now();
  }

  /** Show another list, or the same one made anew. */
  show(which: Which): void {
    this.notice = "";
    this.asking.send({ which, item: null, is_anew: which === this.data.which });
    this.#screen.show();
  }

  #step(by: number): void {
    const { lists } = this.data;
    const next = lists[(lists.indexOf(this.which) + by + lists.length) % lists.length];
    if (next) this.show(next);
  }

  /** Ask for the reasons of the case on screen, and of those that come next, where they are not there. */
  wantReasons(): void {
    const missing = this.data.cases.slice(this.current, this.current + 3)
      .find((one) => one.for_other === null && !this.#wanted.has(one.items[0]?.id ?? -1));
    const item = missing?.items[0]?.id;
    if (item === undefined || this.asking.wish !== null) return;
    this.#wanted.add(item);
    this.outbox.trigger("show", { which: this.data.which, item, is_anew: false } satisfies Shows);
  }

  #judge(now: ShownSaid): void {
    const { case: one, item, said } = this;
    if (!this.canAnswer || !one || !item || !said) return;
    if (areSame(said, now)) {
      this.#keep();
      return;
    }
    if (now.label !== null) this.keys.note(now.label);
    const ms = Math.round(this.#clock.now() - this.#shownAt);
    this.#send(this.#judgement(item.id, now, ms));
    this.#goOn();
  }

  #judgement(item: number, { kind, label }: ShownSaid, ms: number | null): Unsent<Doing> {
    const { named, project } = this.data;
    return { kind: "judge", project, batch_id: identifier(), answer: { item, kind, label, ms, named, hidden: null } };
  }

  /** Leave what is said as it is. */
  #keep(): void {
    const { case: one } = this;
    if (!this.canAnswer || !one) return;
    if (this.isDecided(one) || this.data.which === "disputed") this.#next();
    else if (this.data.which === "aside") this.#leave(one);
    else this.#noteKept(one);
  }

  #leave({ items }: ReviewCase): void {
    for (const { id } of items) this.#left.add(id);
    this.#goOn();
  }

  #noteKept(one: ReviewCase): void {
    const { said: [first, second] } = this.standing(one);
    const [item] = one.items;
    const against = one.items.length > 1 ? second?.label : one.other;
    if (!item || typeof first?.label !== "string" || typeof against !== "string") {
      this.say(nothingToKeep);
      return;
    }
    const { project } = this.data;
    this.#send({ kind: "keep", project, item: item.id, beside: besideOf(one), label: first.label, against, score: one.score });
    this.#goOn();
  }

  /** Put an unsure or bad image back among those that are asked about; leave any other for later. */
  #skip(): void {
    if (this.data.which === "aside") this.#judge({ kind: "skip", label: null });
    else if (this.canAnswer) this.#next();
  }

  #send(doing: Unsent<Doing>): void {
    this.waiting.keep({ v: PROTOCOL, id: identifier(), ...doing });
    this.sendWaiting();
  }

  #goOn(): void {
    this.#decided = [...this.#decided.filter((place) => place !== this.current), this.current];
    this.#next();
  }

  #next(): void {
    const next = this.#firstOpen(this.current + 1);
    if (next >= 0 && next !== this.current) this.move(next);
    else if (next < 0) this.#screen.show();
    else this.say(LEFT);
  }

  /** Take back what was decided last, whether it is stored or not. */
  #undo(): void {
    if (this.isHeld) return;
    const place = this.#decided.pop() ?? this.data.cases.findLastIndex((one) => this.isDecided(one));
    const one = this.data.cases[place];
    if (!one) {
      this.say("There is nothing to undo.");
      return;
    }
    const standing = this.standing(one);
    for (const { id } of one.items) this.#left.delete(id);
    if (standing.isKept && one.items[0]) {
      this.#send({ kind: "unkeep", project: this.data.project, item: one.items[0].id, beside: besideOf(one) });
    }
    for (const item of changedOf(one, standing)) this.#send(this.#judgement(item.id, item.was, null));
    this.move(place);
  }

  #toggle(preference: "pixels" | "contrast"): void {
    this.say(TOGGLED[preference][this.#preferences.toggle(preference) ? 1 : 0]);
  }

  /** Send what was refused once more, or discard it. */
  settleRefused(isAgain: boolean): void {
    if (isAgain) this.waiting.revive();
    else this.waiting.discardRefused();
    this.sendWaiting();
    this.#screen.show();
  }
}
