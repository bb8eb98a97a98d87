// The label page's component. All that happens between two keys happens here; the server hears of a
// batch once, when it is answered. Three rules keep every label:
//
//  1. An answer is written to localStorage before it is shown (`Drafts`).
//  2. A message is sent again until the server's receipt for it has come (`Outbox`).
//  3. Drafts are dropped only when a receipt says that they are stored. Drafts of an older batch, left
//     over by a crash or by another tab, are sent as soon as they are found.
//
// In a project that learns as you go the server hears of each answer at once, or as soon as it has
// taken the one before. Nobody waits for it: the next image is there already, and it stays on screen
// when the new batch comes.
//
// Text from outside is set with textContent only: nothing here is sandboxed.

const PROTOCOL = 1;
const RESEND_FIRST = 3000;
const RESEND_LAST = 15000;
const SLOW = 2000;
const KINDS = { skip: "skipped", unsure: "unsure", bad: "bad" };
const TOGGLED = {
  blind: ["Predictions are shown.", "Predictions are hidden, so that they do not sway you."],
  pixels: ["Images are smoothed.", "Images show their pixels."],
  auto: ["A batch is saved when you press Enter or Save.", "A batch is saved by itself after its last image."],
};
const UNDONE = "Undone. The model is as it was before.";
const HELP = [
  [["Enter"], "accept the prediction; save a finished batch", "accept the prediction"],
  [["⌫"], "undo, as far back as you like"],
  [["S"], "skip: ask me again later"],
  [["U"], "unsure: I cannot tell"],
  [["X"], "bad image: not a proper one"],
  [["←", "→"], "look at another image of the batch"],
  [["H"], "hide or show predictions"],
  [["P"], "show smooth images or their pixels"],
  [["A"], "save by itself at the end of a batch, or not", null],
  [["?"], "show or hide this list"],
];

/** A small JSON store that survives a reload, or at least this page where storage is full or forbidden. */
const storage = (() => {
  const unstored = new Map();
  return {
    read(key) {
      if (unstored.has(key)) return unstored.get(key);
      try {
        return JSON.parse(localStorage.getItem(key) ?? "null");
      } catch {
        return null;
      }
    },
    write(key, value) {
      unstored.delete(key);
      try {
        if (value === null) localStorage.removeItem(key);
        else localStorage.setItem(key, JSON.stringify(value));
      } catch {
        unstored.set(key, value);
      }
    },
    keys(prefix) {
      let stored = [];
      try {
        stored = Object.keys(localStorage);
      } catch {
        // Forbidden: the page itself holds all there is.
      }
      return [...new Set([...stored, ...unstored.keys()])].filter((key) => key.startsWith(prefix));
    },
  };
})();

/** Answers that are not in the store yet, by batch. All tabs of a browser share them. */
class Drafts {
  constructor(project) {
    this.prefix = `labelspread:draft:${project}:`;
  }
  key(batch) {
    return this.prefix + batch;
  }
  all(batch) {
    return storage.read(this.key(batch)) ?? {};
  }
  /** Items and their answers, the oldest first. An object keeps numbers sorted, hence `at`. */
  inOrder(batch) {
    return Object.entries(this.all(batch)).sort(([, one], [, other]) => one.at - other.at);
  }
  put(batch, item, answer) {
    const at = 1 + (this.everywhere().at(-1)?.at ?? 0);
    storage.write(this.key(batch), { ...this.all(batch), [item]: { ...answer, at } });
  }
  drop(batch, items) {
    const rest = this.all(batch);
    for (const item of items) delete rest[item];
    storage.write(this.key(batch), Object.keys(rest).length ? rest : null);
  }
  /** Drop what is stored now; what another tab has changed since it was sent stays. */
  settle(batch, answers) {
    const now = this.all(batch);
    const sent = answers.filter(({ item, kind, label }) => now[item]?.kind === kind && now[item].label === label);
    this.drop(batch, sent.map((answer) => answer.item));
  }
  /** Put drafts that the server will never take out of the way, without destroying them. */
  setAside(batch, items) {
    const refused = `labelspread:refused:${batch}`;
    const all = this.all(batch);
    const aside = Object.fromEntries(items.filter((item) => item in all).map((item) => [item, all[item]]));
    storage.write(refused, { ...storage.read(refused), ...aside });
    this.drop(batch, items);
  }
  /** All drafts of the project with their item and batch, the oldest first. */
  everywhere() {
    return storage
      .keys(this.prefix)
      .flatMap((key) => {
        const batch = key.slice(this.prefix.length);
        return Object.entries(this.all(batch)).map(([item, draft]) => ({ ...draft, item: Number(item), batch }));
      })
      .sort((one, other) => one.at - other.at);
  }
  /** The batches that have drafts, the one with the oldest first. */
  batches() {
    return [...new Set(this.everywhere().map(({ batch }) => batch))];
  }
}

/** Sends one message at a time, again and again, until a receipt for it comes. */
class Outbox {
  constructor(onSlow) {
    this.onSlow = onSlow;
    this.message = null;
  }
  get busy() {
    return this.message !== null && this.message.kind !== "sync";
  }
  get isSlow() {
    return this.busy && performance.now() - this.sentAt >= SLOW;
  }
  /** Send a message; a question how things stand gives way to it, anything else must be done. */
  send(message) {
    this.stop();
    this.message = { v: PROTOCOL, id: identifier(), ...message };
    this.delay = RESEND_FIRST;
    this.sentAt = performance.now();
    this.slow = setTimeout(() => this.onSlow(), SLOW + 1);
    this.transmit();
  }
  transmit() {
    clearTimeout(this.timer);
    this.trigger("message", this.message);
    this.timer = setTimeout(() => this.transmit(), this.delay);
    this.delay = Math.min(this.delay * 1.5, RESEND_LAST);
  }
  /** The final receipt for the message under way, if it is among these. */
  take(receipts) {
    const receipt = receipts.find((one) => one.id === this.message?.id);
    if (!receipt || receipt.outcome === "failed") return null;
    const message = this.message;
    this.stop();
    return { ...receipt, message };
  }
  failure(receipts) {
    return receipts.find((one) => one.id === this.message?.id && one.outcome === "failed")?.text;
  }
  stop() {
    clearTimeout(this.timer);
    clearTimeout(this.slow);
    this.message = null;
  }
}

class Labeler {
  constructor(parent) {
    this.root = parent.querySelector(".labeler");
    this.listening = new AbortController();
    this.outbox = new Outbox(() => this.showSaved());
    this.data = null;
    this.current = 0;
    this.painted = false;
    this.closing = null;
    this.taking = null;
    this.undone = null;
    this.notice = "";
    this.preferences = { blind: false, pixels: false, auto: true, ...storage.read("labelspread:view") };
    this.listen();
    this.root.focus({ preventScroll: true });
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  // ---- what comes from the server

  update(data, trigger) {
    this.outbox.trigger = trigger;
    const before = this.data;
    const isSame = data.project === before?.project;
    const onScreen = isSame && this.painted ? this.item : undefined;
    this.data = data;
    if (!isSame) this.beginProject();
    this.settle(data.receipts);
    if (isSame && data.batch_id === before.batch_id && this.undone === null) this.keep(onScreen);
    else if (this.canStay(onScreen)) this.stayOn(onScreen);
    else this.begin();
    this.sendWaiting();
  }

  beginProject() {
    this.drafts = new Drafts(this.data.project);
    this.taking = null;
    this.undone = null;
    this.pictures = new Map();
    this.fillClasses();
    this.fillHelp();
  }

  /** Show what is new around the image on screen. What is said of it stays: Enter accepts what was read. */
  keep(onScreen) {
    const items = this.data.items.map((item) => (item.id === onScreen?.id ? onScreen : item));
    this.data = { ...this.data, items };
    this.show();
  }

  settle(receipts) {
    const receipt = this.outbox.take(receipts);
    if (!receipt) return this.settleUndo();
    this.notice = receipt.text;
    const { kind, batch_id: batch, item, answers } = receipt.message;
    if (kind === "undo" && receipt.outcome === "done") this.showUndone(item);
    if (receipt.outcome === "refused") this.taking = null;
    if (kind !== "submit") return;
    if (batch === this.closing) this.closing = null;
    if (receipt.outcome === "done") this.drafts.settle(batch, answers);
    else if (this.data.as_you_go || batch !== this.data.batch_id) {
      this.drafts.setAside(batch, answers.map((answer) => answer.item));
    }
  }

  /** A server that was started since has no receipt for an undo, but shows that it was done. */
  settleUndo() {
    const { message } = this.outbox;
    const { last } = this.data;
    if (message?.kind !== "undo") return;
    if (last?.batch_id === message.batch_id && last.item === message.item) return;
    this.outbox.stop();
    this.showUndone(message.item);
  }

  showUndone(item) {
    if (!this.data.as_you_go) return;
    this.undone = item;
    this.notice = UNDONE;
  }

  /** Whether the image on screen is in the new batch and still to answer. */
  canStay(onScreen) {
    const isIn = this.data.items.some(({ id }) => id === onScreen?.id);
    return this.data.as_you_go && this.undone === null && isIn && !(onScreen.id in this.answers);
  }

  /** As you go: take up a new batch around the image on screen, and keep the keys live. */
  stayOn(onScreen) {
    this.current = this.data.items.findIndex(({ id }) => id === onScreen.id);
    this.fillImages();
    this.keep(onScreen);
    this.root.dataset.ready = this.data.batch_id;
  }

  /** Show a new batch, from its first unanswered image on, or from the one that was undone. */
  async begin() {
    this.painted = false;
    this.closing = null;
    delete this.root.dataset.ready;
    const batch = this.data.batch_id;
    this.fillImages();
    const undone = this.data.items.findIndex(({ id }) => id === this.undone);
    this.current = undone < 0 ? Math.max(0, this.firstOpen(0)) : undone;
    this.undone = null;
    await Promise.race([decoded(this.images[this.current]?.smooth), pause(300)]);
    if (batch !== this.data.batch_id) return;
    this.show();
    // A key counts only once a person can have seen the image it is for.
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (batch !== this.data.batch_id) return;
      this.painted = true;
      this.shownAt = performance.now();
      this.root.dataset.ready = batch ?? "none";
      if (this.preferences.auto && this.isComplete()) this.submit();
    }));
  }

  /** Send what is left over of other batches, then what was to be saved meanwhile. */
  sendWaiting() {
    if (this.outbox.busy) return;
    if (this.data.as_you_go) return this.sendNext();
    const left = this.drafts.batches().find((batch) => batch !== this.data.batch_id) ?? this.closing;
    if (left !== null) this.send(left);
  }

  /** As you go: send the undo that has waited for its answer to be stored, or else the oldest answers. */
  sendNext() {
    this.taking = this.taking === "next" ? this.data.last : this.taking;
    const [oldest] = this.drafts.batches();
    if (this.taking && !(this.taking.item in this.drafts.all(this.taking.batch_id))) {
      const { batch_id, item } = this.taking;
      this.taking = null;
      this.outbox.send({ kind: "undo", project: this.data.project, batch_id, item });
      this.show();
    } else if (oldest !== undefined) {
      this.send(oldest);
      this.showSaved();
    }
  }

  // ---- what a person does

  get item() {
    return this.data.items[this.current];
  }

  /** Item to draft. As you go, answers to older batches count too: they are on their way. */
  get answers() {
    const { as_you_go: asYouGo, batch_id: batch } = this.data;
    if (asYouGo) return Object.fromEntries(this.drafts.everywhere().map((draft) => [draft.item, draft]));
    return batch ? this.drafts.all(batch) : {};
  }

  /** Whether what is on screen is on its way to the server, or an undo is. */
  get isLocked() {
    return this.closing !== null || this.taking !== null || this.outbox.message?.kind === "undo"
      || (this.data.as_you_go && (this.isComplete() || this.isUnderWay(this.item?.id)));
  }

  isUnderWay(item) {
    const { project, answers = [] } = this.outbox.message ?? {};
    return project === this.data.project && answers.some((answer) => answer.item === item);
  }

  get canAnswer() {
    return this.painted && !this.isLocked && this.item !== undefined;
  }

  answer(kind, label = null) {
    if (!this.canAnswer) return;
    const ms = Math.round(performance.now() - this.shownAt);
    const { batch = this.data.batch_id, round = this.data.round } = this.answers[this.item.id] ?? {};
    this.drafts.put(batch, this.item.id, { kind, label, ms, round });
    this.notice = "";
    const next = this.firstOpen(this.current + 1);
    if (next >= 0) this.move(next);
    else if (this.preferences.auto && !this.data.as_you_go) this.submit();
    else this.show();
    if (this.data.as_you_go) this.sendWaiting();
  }

  accept() {
    if (this.isComplete()) return this.submit();
    const best = this.item?.beliefs[0];
    if (best && !this.preferences.blind) this.answer("label", best.name);
  }

  undo() {
    if (this.data.as_you_go) return this.takeBack();
    if (!this.painted || this.isLocked || this.outbox.busy) return;
    const [item] = this.drafts.inOrder(this.data.batch_id).at(-1) ?? [];
    if (item !== undefined) {
      this.drafts.drop(this.data.batch_id, [item]);
      this.move(this.data.items.findIndex((candidate) => String(candidate.id) === item));
    } else if (this.data.last) {
      const { batch_id, item } = this.data.last;
      this.outbox.send({ kind: "undo", project: this.data.project, batch_id, item });
      this.show();
    }
  }

  /** As you go: take back a draft that was not sent yet, or else what was stored, once that is known. */
  takeBack() {
    if (!this.painted || this.taking) return;
    const latest = this.drafts.everywhere().at(-1);
    const index = this.data.items.findIndex(({ id }) => id === latest?.item);
    if (index >= 0 && !this.isUnderWay(latest.item)) {
      this.drafts.drop(latest.batch, [latest.item]);
      return this.move(index);
    }
    if (latest) this.taking = { batch_id: latest.batch, item: latest.item };
    else this.taking = this.outbox.busy ? "next" : this.data.last;
    this.sendWaiting();
    this.show();
  }

  move(index) {
    const count = this.data.items.length;
    if (!count || !this.painted) return;
    this.current = (index + count) % count;
    this.shownAt = performance.now();
    this.show();
  }

  submit() {
    if (!this.canAnswer || !Object.keys(this.answers).length) return;
    this.closing = this.data.batch_id;
    this.sendWaiting();
    this.show();
  }

  send(batch) {
    const answers = this.drafts.inOrder(batch).map(([item, { kind, label, ms }]) => ({
      item: Number(item), kind, label, ms,
    }));
    this.outbox.send({ kind: "submit", project: this.data.project, batch_id: batch, answers });
  }

  sync() {
    if (this.data && this.outbox.message === null) this.outbox.send({ kind: "sync", project: this.data.project });
  }

  toggle(preference) {
    if (preference === "auto" && this.data.as_you_go) return;
    this.preferences[preference] = !this.preferences[preference];
    storage.write("labelspread:view", this.preferences);
    this.notice = TOGGLED[preference][Number(this.preferences[preference])];
    this.show();
  }

  toggleHelp(open = this.find(".keys").hidden) {
    this.find(".keys").hidden = !open;
  }

  /** The first unanswered image at or after an index, going round; -1 if there is none. */
  firstOpen(start) {
    const answers = this.answers;
    const { items } = this.data;
    for (let step = 0; step < items.length; step += 1) {
      const index = (start + step) % items.length;
      if (!(items[index].id in answers)) return index;
    }
    return -1;
  }

  isComplete() {
    return this.data.items.length > 0 && this.firstOpen(0) < 0;
  }

  // ---- keys, pointers, other tabs

  listen() {
    const { signal } = this.listening;
    const on = (target, type, listener, options) =>
      target.addEventListener(type, listener, { signal, ...options });
    on(document, "keydown", (event) => this.onKey(event), { capture: true });
    on(document, "visibilitychange", () => {
      if (!document.hidden) {
        this.shownAt = performance.now();
        this.sync();
      }
    });
    on(window, "storage", (event) => this.onOtherTab(event));
    on(window, "online", () => this.outbox.message && this.outbox.transmit());
    on(this.find(".theme-probe"), "transitionend", () => this.followTheme());
    // A click must not leave the focus on a button, where Enter would press it again.
    on(this.root, "pointerdown", (event) => event.target.closest("button") && event.preventDefault());
    const press = { undo: () => this.undo(), skip: () => this.answer("skip"),
      unsure: () => this.answer("unsure"), bad: () => this.answer("bad"),
      back: () => this.move(this.current - 1), next: () => this.move(this.current + 1),
      help: () => this.toggleHelp(), close: () => this.toggleHelp(false),
      submit: () => this.submit(), blind: () => this.toggle("blind"),
      smooth: () => this.toggle("pixels"), auto: () => this.toggle("auto") };
    for (const [name, action] of Object.entries(press)) on(this.find(`button.${name}`), "click", action);
  }

  onKey(event) {
    if (!this.data || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const target = event.composedPath()[0];
    if (isEditable(target)) return;
    const isControl = target instanceof Element && target.closest("a, button, summary, [role=tab]");
    if (isControl && (event.key === "Enter" || event.key === " ")) return;
    const action = this.actionOf(event.key);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    const repeats = ["ArrowLeft", "ArrowRight"].includes(event.key);
    if (!event.repeat || repeats) action();
  }

  actionOf(key) {
    const isHelpOpen = !this.find(".keys").hidden;
    if (isHelpOpen) return ["?", "Escape"].includes(key) ? () => this.toggleHelp(false) : null;
    const label = this.data.classes.find((one) => one.key === key.toLowerCase());
    if (label) return () => this.answer("label", label.name);
    const actions = { Enter: () => this.accept(), Backspace: () => this.undo(),
      s: () => this.answer("skip"), u: () => this.answer("unsure"), x: () => this.answer("bad"),
      ArrowLeft: () => this.move(this.current - 1), ArrowRight: () => this.move(this.current + 1),
      h: () => this.toggle("blind"), p: () => this.toggle("pixels"), a: () => this.toggle("auto"),
      "?": () => this.toggleHelp() };
    return actions[key] ?? actions[key.toLowerCase()];
  }

  onOtherTab(event) {
    if (!this.data?.batch_id) return;
    const isShown = this.data.as_you_go
      ? event.key?.startsWith(this.drafts.prefix) : event.key === this.drafts.key(this.data.batch_id);
    if (!isShown) return;
    if (event.newValue === null) this.sync();
    else this.show();
  }

  // ---- what a person sees

  show() {
    const { items, last, as_you_go: asYouGo } = this.data;
    const answers = this.answers;
    const answered = Object.keys(answers).length;
    const given = this.item && answers[this.item.id];
    this.root.classList.toggle("pixels", this.preferences.pixels);
    this.followTheme();
    this.find(".question").textContent = this.data.question;
    this.showRound(answers);
    this.showSaved();
    this.showStage();
    this.showBeliefs();
    this.showToggles();
    const isBlocked = this.painted && !this.canAnswer;
    for (const button of this.find(".classes").children) {
      button.classList.toggle("chosen", given?.label === button.dataset.name);
      button.classList.toggle("likely", !this.preferences.blind && !given
        && this.item?.beliefs[0]?.name === button.dataset.name);
      button.disabled = isBlocked;
    }
    for (const kind of Object.keys(KINDS)) {
      this.find(`.key.${kind}`).classList.toggle("chosen", given?.kind === kind);
    }
    this.find(".undo").disabled = !answered && !last;
    this.find(".undo").title = answered || !last
      ? "Take the last answer back" : `Take the last answer back (${last.said})`;
    const submit = this.find(".submit");
    submit.disabled = !answered || this.isLocked;
    submit.classList.toggle("ready", this.isComplete() && !this.isLocked);
    submit.hidden = asYouGo;
    submit.textContent = answered ? `Save ${count(answered, "answer")}` : "Save";
    this.showStrip(answers);
    for (const part of [".bar", ".work", ".classes", ".strip"]) this.find(part).hidden = !items.length;
    this.find(".done").hidden = items.length > 0;
  }

  /** How far the round is: in the batch on screen or, as you go, by the answers it has. */
  showRound(answers) {
    const { as_you_go: asYouGo, items, round } = this.data;
    const inRound = Object.values(answers).filter((draft) => draft.round === round).length;
    const size = asYouGo ? this.data.round_size : items.length;
    const done = asYouGo ? Math.min(size, this.data.answered + inRound) : Object.keys(answers).length;
    const place = asYouGo ? done : this.current + 1;
    const where = this.find(".where");
    where.textContent = items.length ? `Round ${round} · ${place} of ${size}` : "";
    where.title = asYouGo
      ? `A round is ${count(size, "answer")}; after each of them the model is fitted again.`
      : "A round is one batch of images; after it the model is fitted again.";
    const bar = this.find(".bar");
    bar.ariaValueMax = size;
    bar.ariaValueNow = done;
    bar.firstElementChild.style.width = `${items.length ? (100 * done) / size : 100}%`;
  }

  showStage() {
    const stage = this.find(".stage");
    const shown = this.images[this.current]?.[this.preferences.pixels ? "pixels" : "smooth"];
    for (const image of stage.querySelectorAll("img")) if (image !== shown) image.remove();
    if (shown && !shown.isConnected) stage.append(shown);
    stage.classList.toggle("saving", this.isLocked);
    this.find(".broken").hidden = !shown || !shown.dataset.broken;
    if (shown) shown.hidden = Boolean(shown.dataset.broken);
    this.root.dataset.item = this.item?.id ?? "";
  }

  showBeliefs() {
    const beliefs = this.item?.beliefs ?? [];
    const hidden = this.preferences.blind;
    const best = beliefs[0];
    this.find(".verdict").textContent = verdict(best, beliefs[1]?.probability ?? 0, hidden);
    this.find(".top").replaceChildren(...(hidden ? [] : beliefs.map(bar)));
    this.find(".why").textContent = this.item && !this.isLocked ? this.item.why : "";
    const hint = this.find(".hint");
    if (this.isLocked) {
      hint.textContent = "One moment …";
    } else if (this.isComplete()) {
      hint.textContent = "All answered. ";
      hint.append(this.acceptButton(), " saves them.");
    } else {
      hint.textContent = best || hidden
        ? "Press the key of what you see. "
        : "No label reaches this image, so the model cannot say. Press the key of what you see.";
      if (best && !hidden) hint.append(this.acceptButton(), ` if it is ${best.name}.`);
    }
  }

  acceptButton() {
    const button = element("button", "accept");
    button.type = "button";
    button.append(key("Enter"));
    button.onclick = () => this.accept();
    return button;
  }

  showToggles() {
    const { blind, pixels, auto } = this.preferences;
    this.find(".blind").textContent = blind ? "Show predictions" : "Hide predictions";
    this.find(".smooth").textContent = pixels ? "Smooth images" : "Show pixels";
    this.find(".auto").hidden = this.data.as_you_go;
    this.find(".auto").textContent = auto ? "Save by hand" : "Save by itself";
  }

  showSaved() {
    const saved = this.find(".saved");
    const waiting = Object.keys(this.answers).length;
    const stored = count(this.data.saved, "answer");
    const sending = this.outbox.message?.kind === "submit";
    const failure = this.outbox.failure(this.data.receipts);
    const isSlow = this.outbox.busy && (failure || this.outbox.isSlow || !navigator.onLine);
    let text = stored === "0 answers" ? "Nothing to save yet" : `✓ all ${stored} saved`;
    if (isSlow) text = this.data.as_you_go && waiting ? `Not saved yet: ${count(waiting, "answer")}` : "Not saved yet";
    else if (sending) text = `Saving ${count(this.outbox.message.answers.length, "answer")} …`;
    else if (waiting) text = `${waiting} kept here, ${stored} saved`;
    saved.textContent = text;
    saved.classList.toggle("all", !waiting && !this.outbox.busy && this.data.saved > 0);
    saved.classList.toggle("trouble", Boolean(isSlow));
    const summary = this.find(".summary");
    summary.classList.toggle("trouble", Boolean(isSlow));
    summary.textContent = isSlow
      ? `${failure || "The server does not answer."} Your answers are kept in this browser and sent again.`
      : this.notice || this.data.summary;
    summary.title = summary.textContent;
  }

  fillClasses() {
    const isNamed = this.data.classes.some(({ name, key: shortcut }) => name !== shortcut);
    this.root.classList.toggle("named", isNamed);
    this.find(".classes").replaceChildren(...this.data.classes.map(({ name, key: shortcut }) => {
      const button = element("button");
      button.type = "button";
      button.dataset.name = name;
      button.title = `Label as ${name}${shortcut ? ` (key ${shortcut.toUpperCase()})` : ""}`;
      if (isNamed && shortcut) button.append(key(shortcut.toUpperCase()));
      button.append(element("span", "", name));
      button.onclick = () => this.answer("label", name);
      return button;
    }));
  }

  /** Load the pictures of a batch; those of its images that were shown before are there. */
  fillImages() {
    const known = this.pictures;
    this.pictures = new Map(this.data.items.map((item) => [item.id, known.get(item.id) ?? picture(item)]));
    this.images = this.data.items.map(({ id }) => this.pictures.get(id));
    this.fillStrip();
  }

  fillStrip() {
    this.find(".strip").replaceChildren(...this.data.items.map((item, index) => {
      const button = element("button");
      button.type = "button";
      button.append(this.images[index].tile, element("span"));
      button.onclick = () => this.move(index);
      const entry = element("li");
      entry.append(button);
      return entry;
    }));
  }

  showStrip(answers) {
    [...this.find(".strip").children].forEach((entry, index) => {
      const item = this.data.items[index];
      const answer = item && answers[item.id];
      const button = entry.firstElementChild;
      const said = answer ? answer.label ?? KINDS[answer.kind] : "·";
      button.className = `${answer ? "answered" : ""} ${index === this.current ? "current" : ""}`;
      button.lastElementChild.textContent = said;
      button.ariaLabel = `Image ${index + 1}${answer ? `, ${said}` : ""}`;
      if (item) button.firstElementChild.src = item[this.preferences.pixels ? "pixels" : "smooth"];
    });
  }

  fillHelp() {
    const told = HELP.map(([keys, meaning, asYouGo = meaning]) => [keys, this.data.as_you_go ? asYouGo : meaning]);
    const keys = this.data.classes.map((one) => one.key?.toUpperCase()).filter(Boolean);
    told.unshift([keys.length > 2 ? [keys[0], "–", keys.at(-1)] : keys, "label and go on"]);
    this.find(".keys dl").replaceChildren(...told.filter(([, meaning]) => meaning).flatMap(([keys, meaning]) => {
      const term = element("dt");
      term.append(...keys.map((one) => (one === "–" ? document.createTextNode("– ") : key(one))));
      return [term, element("dd", "", meaning)];
    }));
  }

  followTheme() {
    const [red, green, blue] = getComputedStyle(this.find(".theme-probe"))
      .backgroundColor.match(/[\d.]+/g).map(Number);
    this.root.classList.toggle("dark", 0.3 * red + 0.59 * green + 0.11 * blue < 128);
  }

  destroy() {
    this.listening.abort();
    this.outbox.stop();
  }
}

function verdict(best, second, hidden) {
  if (hidden) return "Predictions are hidden";
  if (!best) return "No prediction yet";
  if (best.probability >= 0.9) return "The model is sure";
  if (best.probability >= 0.5 || best.probability >= 2 * second) return `The model leans to ${best.name}`;
  return "The model is torn";
}

function bar({ name, probability }) {
  const row = element("li");
  const length = element("i");
  length.style.width = `${Math.max(2, 180 * probability)}px`;
  row.append(element("b", "", name), length, element("span", "", `${Math.round(100 * probability)} %`));
  return row;
}

function picture(item) {
  const load = (source) => {
    const image = new Image();
    image.alt = "";
    image.decoding = "sync";
    image.draggable = false;
    image.onerror = () => { image.dataset.broken = "true"; };
    image.src = source;
    return image;
  };
  return { smooth: load(item.smooth), pixels: load(item.pixels), tile: load(item.smooth) };
}

async function decoded(image) {
  try {
    await image?.decode();
  } catch {
    // A broken image is told of on the stage.
  }
}

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

const key = (name) => element("kbd", "", name);
const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function identifier() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function isEditable(target) {
  return target instanceof HTMLElement
    && (target.isContentEditable || target.matches("input, textarea, select"));
}

// Streamlit calls the default export again on every change of the data, on the same element.
const instances = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let labeler = instances.get(parentElement);
  if (!labeler) {
    labeler = new Labeler(parentElement);
    instances.set(parentElement, labeler);
  }
  labeler.update(data, setTriggerValue);
  return () => {
    labeler.destroy();
    instances.delete(parentElement);
    revive();
  };
}

// A connection lost just as a run begins leaves Streamlit's page empty and at rest. Whoever waits there
// would wait for ever: start the page afresh.
async function revive() {
  for (let empty = 0; empty < 3; ) {
    await pause(1000);
    const { testScriptState, testConnectionState } = document.querySelector(".stApp")?.dataset ?? {};
    if (document.querySelector("[data-testid=stMain] [data-testid=stElementContainer]")) return;
    empty = testScriptState === "notRunning" && testConnectionState === "CONNECTED" ? empty + 1 : 0;
  }
  location.reload();
}
