// What a person does with a batch, and what the server says of it, without a screen. Three rules keep every label:
//  1. An answer is written to the browser's storage before it is shown (`Drafts`).
//  2. A message is sent again until the server's receipt for it has come (`Outbox`).
//  3. Drafts are dropped only when a receipt says that they are stored. Those of an older batch, left over by a
//     crash or by another tab, are sent as soon as they are found.
//
// In a project that learns as you go the server hears of each answer at once, or as soon as it has taken the one
// before. Nobody waits for it: the next image is there already, and stays on screen when the new batch comes.

import type { Clock } from "../../browser/clock.ts";
import type { Store } from "../../browser/storage.ts";
import type { ShownItem, LabelPage, ShownReceipt } from "./contract.ts";
import { Drafts, type AnswerKind, type ByItem, type Draft, type Placed } from "./drafts.ts";
import { hidingOf } from "./hiding.ts";
import type { Deed } from "./keys.ts";
import { ProjectKeys } from "./own_keys.ts";
import { isAsItWas, onScreenStill } from "./on_screen.ts";
import type { Outbox, Settled } from "./outbox.ts";
import { isPreference, KeptPreferences, matters, type Preferences } from "./preferences.ts";
import type { Screen } from "./screen.ts";
import { Taking, type Place } from "./taking.ts";
import { nothingToAccept, toggled, UNDONE } from "./words.ts";

export class Desk {
  /** Both are there from the first update on, before which nothing is asked of a desk. */
  data!: LabelPage;
  drafts!: Drafts;
  keys!: ProjectKeys;
  #taking!: Taking;
  /** The index of the image on screen. */
  current = 0;
  /** A key counts only once a person can have seen the image it is for. */
  isPainted = false;
  /** What is said of the last thing that happened. */
  notice = "";
  readonly #preferences: KeptPreferences;
  readonly outbox: Outbox;
  readonly #store: Store;
  readonly #own: Store;
  readonly #screen: Screen;
  readonly #clock: Clock;
  /** The batch that is to be saved. */
  #closing: string | null = null;
  /** The item whose answer was taken back, as you go, until it is on screen again. */
  #undone: number | null = null;
  #shownAt = 0;
  /** Drafts that were taken back, the latest last, until something else is answered. */
  #redoable: Placed[] = [];

  constructor(screen: Screen, outbox: Outbox, store: Store, clock: Clock, own: Store) {
    this.#screen = screen;
    this.outbox = outbox;
    this.#store = store;
    this.#clock = clock;
    this.#own = own;
    this.#preferences = new KeptPreferences(store);
  }

  // ---- what comes from the server

  update(data: LabelPage): void {
    const before = this.data as LabelPage | undefined;
    const isSame = data.project === before?.project;
    const onScreen = onScreenStill(isSame && this.isPainted ? this.item : undefined, data, before);
    this.data = data;
    if (!isSame) this.#beginProject();
    if (!isSame || data.named !== before.named) this.#redoable = [];
    if (this.keys.update(data.classes)) this.#screen.showKeys();
    this.#settle(data.receipts);
    this.#show(onScreen, isSame && isAsItWas(data, before));
    this.sendWaiting();
  }

  #show(onScreen: ShownItem | undefined, isKept: boolean): void {
    if (isKept && this.#undone === null) this.#keep(onScreen);
    else if (onScreen && this.#canStay(onScreen)) this.#stayOn(onScreen);
    else void this.#begin();
  }

  #beginProject(): void {
    this.drafts = new Drafts(this.data.project, this.#store);
    this.keys = new ProjectKeys(this.data.project, this.#store);
    this.#taking = new Taking(this.data.project, this.#own);
    if (this.data.as_you_go) this.#taking.resume(this.drafts, this.data.last);
    this.#undone = null;
    this.#screen.beginProject();
  }

  /** Show what is new around the image on screen. */
  #keep(onScreen: ShownItem | undefined): void {
    this.data = { ...this.data, items: this.data.items.map((item) => (item.id === onScreen?.id ? onScreen : item)) };
    this.#screen.show();
  }

  #settle(receipts: ShownReceipt[]): void {
    const settled = this.outbox.take(receipts);
    if (!settled) {
      this.#settleUndo();
      return;
    }
    this.notice = settled.text;
    if (settled.outcome === "refused") this.#taking.end();
    else if (settled.message.kind === "undo") this.#showUndone(settled.message.item);
    this.#settleDrafts(settled);
  }

  #settleDrafts({ outcome, message }: Settled): void {
    if (message.kind !== "submit") return;
    const { batch_id: batch, answers } = message;
    if (batch === this.#closing) this.#closing = null;
    if (outcome === "done") this.drafts.settle(batch, answers);
    else if (this.data.as_you_go || batch !== this.data.batch_id) {
      this.drafts.setAside(batch, answers.map(({ item }) => item));
    }
  }

  /** A server that was started since has no receipt for an undo, but shows that it was done. */
  #settleUndo(): void {
    const { message } = this.outbox;
    const { last } = this.data;
    if (message?.kind !== "undo") return;
    if (last?.batch_id === message.batch_id && last.item === message.item) return;
    this.outbox.stop();
    this.#showUndone(message.item);
  }

  #showUndone(item: number): void {
    this.#taking.end();
    if (!this.data.as_you_go) return;
    this.#undone = item;
    this.notice = UNDONE;
  }

  /** Whether the image on screen is in the new batch and still to answer. */
  #canStay(onScreen: ShownItem): boolean {
    return this.data.as_you_go && this.#undone === null && !(onScreen.id in this.answers)
      && this.data.items.some(({ id }) => id === onScreen.id);
  }

  /** As you go: take up a new batch around the image on screen, and keep the keys live. */
  #stayOn(onScreen: ShownItem): void {
    this.current = this.data.items.findIndex(({ id }) => id === onScreen.id);
    this.#screen.fillImages();
    this.#keep(onScreen);
    this.#screen.setReady(this.data.batch_id);
  }

  /** Show a new batch, from its first unanswered image on, or from the one that was undone. */
  async #begin(): Promise<void> {
    this.isPainted = false;
    this.#closing = null;
    this.#screen.setReady(null);
    const batch = this.data.batch_id;
    const isOver = (): boolean => batch !== this.data.batch_id;
    this.#screen.fillImages();
    const undone = this.data.items.findIndex(({ id }) => id === this.#undone);
    this.current = undone < 0 ? Math.max(0, this.#firstOpen(0)) : undone;
    this.#undone = null;
    await this.#screen.imageIsThere();
    if (isOver()) return;
    this.#screen.show();
    await this.#screen.painted();
    if (isOver()) return;
    this.isPainted = true;
    this.restart();
    this.#screen.setReady(batch ?? "none");
    if (this.preferences.auto && this.isComplete) this.submit();
  }

  /** Send what is left over of other batches, then what was to be saved meanwhile. */
  sendWaiting(): void {
    if (this.outbox.isBusy) return;
    if (this.data.as_you_go) {
      this.#sendNext();
      return;
    }
    const left = this.drafts.batches().find((batch) => batch !== this.data.batch_id) ?? this.#closing;
    if (left !== null) this.#send(left);
  }

  /** As you go: send the undo that has waited for its answer to be stored, or else the oldest answers. */
  #sendNext(): void {
    if (this.#taking.wish === "next") this.#taking.ask(this.data.last);
    const taking = this.#taking.wish;
    const [oldest] = this.drafts.batches();
    if (typeof taking === "object" && taking && !(taking.item in this.drafts.all(taking.batch_id))) {
      this.#taking.sent();
      this.#rewind("undo", taking);
    } else if (oldest !== undefined) {
      this.#send(oldest);
      this.#screen.showSaved();
    }
  }

  #send(batch: string): void {
    const answers = this.drafts.toSend(batch);
    this.outbox.send({ kind: "submit", project: this.data.project, batch_id: batch, answers });
  }

  #rewind(kind: "undo" | "redo", { batch_id, item }: Place): void {
    this.outbox.send({ kind, project: this.data.project, batch_id, item });
    this.#screen.show();
  }

  /** Ask how things stand, unless there is something under way that will tell. */
  sync(): void {
    if (this.outbox.message === null) this.outbox.send({ kind: "sync", project: this.data.project });
  }

  // ---- how things stand

  get preferences(): Preferences {
    return this.#preferences.all;
  }

  get item(): ShownItem | undefined {
    return this.data.items[this.current];
  }

  /** Item to draft. As you go, answers to older batches count too: they are on their way. */
  get answers(): ByItem {
    const { as_you_go: isAsYouGo, batch_id: batch } = this.data;
    if (isAsYouGo) return Object.fromEntries(this.drafts.everywhere().map((draft) => [draft.item, draft]));
    return batch ? this.drafts.all(batch) : {};
  }

  /** The draft for the image on screen. */
  get given(): Draft | undefined {
    return this.item && this.answers[this.item.id];
  }

  /** Whether what is on screen is on its way to the server, or an undo is. */
  get isLocked(): boolean {
    return this.#closing !== null || this.#taking.wish !== null || this.outbox.isRewinding
      || (this.data.as_you_go && (this.isComplete || this.#isUnderWay(this.item?.id)));
  }

  get canAnswer(): boolean {
    return this.isPainted && !this.isLocked && this.item !== undefined;
  }

  get isComplete(): boolean {
    return this.data.items.length > 0 && this.#firstOpen(0) < 0;
  }

  #isUnderWay(item: number | undefined): boolean {
    const { message } = this.outbox;
    return message?.kind === "submit" && message.project === this.data.project
      && message.answers.some((answer) => answer.item === item);
  }

  /** The first unanswered image at or after an index, going round; -1 if there is none. */
  #firstOpen(start: number): number {
    const answers = this.answers;
    const { items } = this.data;
    const open = items.map(({ id }, index) => (id in answers ? -1 : index)).filter((index) => index >= 0);
    return open.find((index) => index >= start) ?? open[0] ?? -1;
  }

  /** Whether a change of the storage by another tab is of what is on screen. */
  concerns(key: string | null): boolean {
    const { as_you_go: isAsYouGo, batch_id: batch } = this.data;
    return batch !== null && this.drafts.isKeyOf(key ?? "", isAsYouGo ? "" : batch);
  }

  // ---- what a person does

  /** Do what a key or a button asks for. Help is the screen's own. */
  perform(wish: Deed): void {
    this.notice = "";
    if (typeof wish === "object") this.#answer("label", wish.label);
    else if (isPreference(wish)) this.#toggle(wish);
    else this.#deeds[wish]();
  }

  readonly #deeds: Record<Exclude<Deed, object | keyof Preferences>, () => void> = {
    accept: () => { this.#accept(); },
    undo: () => { this.#undo(); },
    redo: () => { this.#redo(); },
    skip: () => { this.#answer("skip"); },
    unsure: () => { this.#answer("unsure"); },
    bad: () => { this.#answer("bad"); },
    back: () => { this.move(this.current - 1); },
    next: () => { this.move(this.current + 1); },
    submit: () => { this.submit(); },
  };

  #answer(kind: AnswerKind, label: string | null = null): void {
    const { item } = this;
    if (!this.canAnswer || !item) return;
    const ms = Math.round(this.#clock.now() - this.#shownAt);
    const { batch, round } = this.#placeOf(item);
    this.drafts.put(batch, item.id, { kind, label, ms, named: this.data.named, hidden: hidingOf(this) !== "none", round });
    if (label !== null) this.keys.note(label);
    this.#redoable = [];
    const next = this.#firstOpen(this.current + 1);
    if (next >= 0) this.move(next);
    else if (this.preferences.auto && !this.data.as_you_go) this.submit();
    else this.#screen.show();
    if (this.data.as_you_go) this.sendWaiting();
  }

  /** The batch that an answer belongs to: the one it was given in before, or the one on screen. */
  #placeOf(item: ShownItem): { batch: string; round: number } {
    const given = this.data.as_you_go ? this.drafts.everywhere().findLast((draft) => draft.item === item.id) : undefined;
    return given ?? { batch: this.data.batch_id ?? "", round: this.data.round };
  }

  #accept(): void {
    if (this.isComplete) {
      this.submit();
      return;
    }
    const best = this.item?.beliefs[0];
    if (best && hidingOf(this) === "none") this.#answer("label", best.name);
    else if (this.item) this.say(nothingToAccept(hidingOf(this), this.keys.map.isFinding));
  }

  #undo(): void {
    if (this.data.as_you_go) {
      this.#takeBack();
      return;
    }
    const { batch_id: batch, last } = this.data;
    if (!this.isPainted || this.isLocked || this.outbox.isBusy) return;
    const latest = batch === null ? undefined : this.drafts.inOrder(batch).at(-1);
    if (latest) {
      this.drafts.drop(latest.batch, [latest.item]);
      this.#redoable.push(latest);
      this.move(this.data.items.findIndex(({ id }) => id === latest.item));
    } else if (last) this.#rewind("undo", last);
  }

  /** As you go: take back a draft that was not sent yet, or else what was stored, once that is known. */
  #takeBack(): void {
    if (!this.isPainted || this.#taking.wish) return;
    const latest = this.drafts.everywhere().at(-1);
    const index = this.data.items.findIndex(({ id }) => id === latest?.item);
    if (latest && index >= 0 && !this.#isUnderWay(latest.item)) {
      this.drafts.drop(latest.batch, [latest.item]);
      this.#redoable.push(latest);
      this.move(index);
      return;
    }
    if (latest) this.#taking.ask({ batch_id: latest.batch, item: latest.item });
    else this.#taking.ask(this.outbox.isBusy ? "next" : this.data.last);
    this.sendWaiting();
    this.#screen.show();
  }

  /** Give the answer that was taken back last once more. */
  #redo(): void {
    if (!this.isPainted || this.isLocked) return;
    this.#taking.end();
    const latest = this.#redoable.pop();
    const index = this.data.items.findIndex(({ id }) => id === latest?.item);
    const { undone } = this.data;
    if (latest && index >= 0) this.#answerAgain(latest, index);
    else if (undone && !this.outbox.isBusy) this.#rewind("redo", undone);
    else this.say("There is nothing to redo.");
  }

  #answerAgain({ kind, label }: Draft, index: number): void {
    const rest = this.#redoable;
    this.current = index;
    this.#answer(kind, label);
    this.#redoable = rest;
  }

  /** Say something in the line above the image, until something happens. */
  say(notice: string): void {
    this.notice = notice;
    this.#screen.show();
  }

  move(index: number): void {
    const { length } = this.data.items;
    if (!length || !this.isPainted) return;
    this.current = (index + length) % length;
    this.restart();
    this.#screen.show();
  }

  /** Count the time for the image on screen from now. */
  restart(): void {
    this.#shownAt = this.#clock.now();
  }

  submit(): void {
    if (!this.canAnswer || !Object.keys(this.answers).length) return;
    this.#closing = this.data.batch_id;
    this.sendWaiting();
    this.#screen.show();
  }

  #toggle(preference: keyof Preferences): void {
    if (!matters(preference, this.data)) return;
    this.say(toggled(preference, this.#preferences.toggle(preference), this.data));
  }
}
