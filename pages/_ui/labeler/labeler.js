// Built from src/ by `make components`: make changes there.

// pages/_ui/browser/clock.ts
var clock = {
  now: () => performance.now(),
  after(milliseconds, action) {
    const timer = setTimeout(action, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  }
};

// pages/_ui/browser/dom.ts
function find(root, selector, kind = HTMLElement) {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`There is no ${selector} in the component's HTML.`);
  return found;
}
function element(tag, className = "", text2 = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text2) made.textContent = text2;
  return made;
}
function button(className, onClick) {
  const made = element("button", className);
  made.type = "button";
  made.onclick = onClick;
  return made;
}
var keycap = (name) => element("kbd", "", name);
var childrenOf = (parent) => [...parent.children];
var pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
var painted = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => {
  resolve();
})));
var isWithin = (event, selector) => event.target instanceof Element && event.target.closest(selector) !== null;

// pages/_ui/browser/keys.ts
function isTyped(event) {
  const [target] = event.composedPath();
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}
function pressesControl(event, controls) {
  const [target] = event.composedPath();
  return (event.key === "Enter" || event.key === " ") && target instanceof Element && target.closest(controls) !== null;
}
var isDialogOpen = () => [...document.querySelectorAll("[data-testid=stDialog], dialog[open]")].some((dialog) => dialog.checkVisibility());

// pages/_ui/browser/outbox.ts
var PROTOCOL = 1;
var RESEND_FIRST = 3e3;
var RESEND_LAST = 15e3;
var LOOK = 500;
var SLOW = 2e3;
var never = () => void 0;
var Outbox = class {
  /** Renewed at each update of the component. */
  trigger = never;
  message = null;
  #clock;
  #onSlow;
  #isRunUnderWay;
  #whose;
  #sentAt = 0;
  #delay = RESEND_FIRST;
  #callOff = never;
  #callOffSlow = never;
  /** `whose` tells who has the page: somebody else may be signed in by the time a message arrives. */
  constructor(clock2, onSlow, isRunUnderWay2, whose) {
    this.#whose = whose;
    this.#clock = clock2;
    this.#onSlow = onSlow;
    this.#isRunUnderWay = isRunUnderWay2;
  }
  /** Whether there is something under way that must be done; a question how things stand is not. */
  get isBusy() {
    return this.message !== null && this.message.kind !== "sync";
  }
  get isSlow() {
    return this.isBusy && this.#clock.now() - this.#sentAt >= SLOW;
  }
  /** Send a message; a question how things stand gives way to it, anything else must be done. */
  send(message) {
    this.stop();
    this.message = { v: PROTOCOL, id: identifier(), ...message };
    this.#delay = RESEND_FIRST;
    this.#sentAt = this.#clock.now();
    this.#callOffSlow = this.#clock.after(SLOW + 1, this.#onSlow);
    this.#transmit();
  }
  /** Send what is under way once more, at once. */
  resend() {
    if (this.message !== null) this.#transmit();
  }
  #transmit() {
    this.#callOff();
    this.trigger("message", this.#whose === void 0 ? this.message : { ...this.message, whose: this.#whose });
    this.#callOff = this.#clock.after(this.#delay, () => {
      this.#sendAgain(false);
    });
    this.#delay = Math.min(this.#delay * 1.5, RESEND_LAST);
  }
  /** Send again once no run is under way. What a run that has just ended brings comes a moment after it. */
  #sendAgain(wasUnderWay) {
    const isUnderWay = this.#isRunUnderWay();
    if (isUnderWay || wasUnderWay) {
      this.#callOff = this.#clock.after(LOOK, () => {
        this.#sendAgain(isUnderWay);
      });
    } else this.#transmit();
  }
  /** The final receipt for the message under way, if it is among these. */
  take(receipts) {
    const { message } = this;
    const receipt = this.#receipt(receipts);
    if (!message || !receipt || receipt.outcome === "failed") return null;
    this.stop();
    return { ...receipt, message };
  }
  /** Why the message under way could not be stored yet. */
  failure(receipts) {
    const receipt = this.#receipt(receipts);
    return receipt?.outcome === "failed" ? receipt.text : void 0;
  }
  #receipt(receipts) {
    return receipts.find(({ id }) => id === this.message?.id);
  }
  stop() {
    this.#callOff();
    this.#callOffSlow();
    this.message = null;
  }
};
function identifier() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// pages/_ui/browser/line.ts
var PATIENCE = 2e4;
var OUTLIVES = 6e4;
var never2 = () => void 0;
var Line = class {
  #clock;
  #post;
  #hear;
  #isRunUnderWay;
  #isFree;
  #send = never2;
  #address = null;
  #sent = 0;
  #heard = 0;
  #heardAt = -Infinity;
  #news = 0;
  #underWay = /* @__PURE__ */ new Set();
  #drawnAt = -Infinity;
  #calm = 0;
  #callOff = never2;
  constructor(clock2, post2, hear, isRunUnderWay2, isFree2) {
    this.#clock = clock2;
    this.#post = post2;
    this.#hear = hear;
    this.#isRunUnderWay = isRunUnderWay2;
    this.#isFree = isFree2;
  }
  /** Where to send from now on; null where nothing listens. */
  update(address, send) {
    if (address !== this.#address) this.#news = 0;
    this.#address = address;
    this.#send = send;
  }
  /** Whether a run of the page tells how things stood before an answer that has come lately: it began before. */
  isOvertaken(news) {
    return news < this.#news && this.#clock.now() - this.#heardAt < PATIENCE;
  }
  /** Whether an answer may still come: to a request, or of a run where there are no requests. */
  get isUnderWay() {
    return this.#address === null ? this.#isRunUnderWay() : this.#underWay.size > 0;
  }
  /** Sends a message the quick way, and all else as a trigger. */
  trigger = (name, value) => {
    if (name === "message" && this.#address !== null) void this.#request(this.#address, value);
    else this.#send(name, value);
  };
  async #request(address, message) {
    this.#sent += 1;
    const number = this.#sent;
    this.#underWay.add(number);
    const callOff = this.#clock.after(PATIENCE, () => {
      this.#underWay.delete(number);
    });
    try {
      const heard = await this.#post(address, message);
      if (heard === null) this.#send("message", message);
      else this.#take(number, heard);
    } catch {
    } finally {
      callOff();
      this.#underWay.delete(number);
    }
  }
  /** An answer that was overtaken by that to a later message says nothing any more. */
  #take(number, heard) {
    if (number < this.#heard) return;
    this.#heard = number;
    this.#heardAt = this.#clock.now();
    this.#news = heard.page?.news ?? this.#news;
    this.#calm = heard.calm;
    this.#hear(heard);
    this.redraw(heard.page === null ? 0 : heard.calm);
  }
  /** Have the figures drawn anew, once so much time has passed since they last were. */
  redraw(calm = this.#calm) {
    this.#callOff();
    const wait = Math.max(0, this.#drawnAt + calm - this.#clock.now());
    this.#callOff = this.#clock.after(wait, () => {
      this.#draw();
    });
  }
  /**
   * A run that is under way is waited for: it would be begun anew, and what it did be lost. So is a server that is
   * away: what it is asked for meanwhile comes to it with the page's next connection, and begins all anew.
   */
  #draw() {
    if (!this.#isFree()) {
      this.#callOff = this.#clock.after(LOOK / 5, () => {
        this.#draw();
      });
      return;
    }
    this.#drawnAt = this.#clock.now();
    this.#send("redraw", this.#drawnAt);
  }
  stop() {
    this.#callOff();
  }
};
async function post(address, message) {
  const body = JSON.stringify(message);
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body,
    keepalive: body.length < OUTLIVES,
    signal: AbortSignal.timeout(PATIENCE)
  });
  if (answer.ok) return await answer.json();
  if (answer.status >= 500) throw new Error(`The server says ${answer.status}.`);
  return null;
}

// pages/_ui/browser/mount.ts
function mounted(create) {
  const instances = /* @__PURE__ */ new WeakMap();
  return ({ data, parentElement, setTriggerValue }) => {
    const instance = instances.get(parentElement) ?? create(parentElement);
    instances.set(parentElement, instance);
    instance.update(data, setTriggerValue);
    return () => {
      instance.destroy();
      instances.delete(parentElement);
    };
  };
}

// pages/_ui/browser/news.ts
var EVERY = 2e3;
var never3 = () => void 0;
var News = class {
  #clock;
  #ask;
  #onNews;
  #address = null;
  #known = 0;
  #callOff = never3;
  constructor(clock2, ask, onNews) {
    this.#clock = clock2;
    this.#ask = ask;
    this.#onNews = onNews;
  }
  /** What is known by now, and where to ask; null where nothing answers. */
  update(address, news) {
    this.#known = address === this.#address ? Math.max(this.#known, news) : news;
    if (address === this.#address) return;
    this.#address = address;
    this.#wait(EVERY);
  }
  #wait(milliseconds) {
    this.#callOff();
    this.#callOff = this.#address === null ? never3 : this.#clock.after(milliseconds, () => {
      void this.#look();
    });
  }
  async #look() {
    const address = this.#address;
    const stand2 = address === null ? null : await this.#ask(address).catch(() => null);
    if (address !== this.#address) return;
    if (stand2 !== null && stand2.news > this.#known) {
      this.#known = stand2.news;
      this.#onNews(stand2);
    }
    this.#wait(stand2?.every ?? 4 * EVERY);
  }
  /** The page is left: what is on it is for others, unless somebody is there again in a moment. */
  leave(say) {
    if (this.#address !== null) say(`${this.#address}/left`);
  }
  stop() {
    this.#address = null;
    this.#callOff();
  }
};
async function askStand(address) {
  if (document.hidden) return null;
  const answer = await fetch(address, { cache: "no-store" });
  return answer.ok ? await answer.json() : null;
}
var sayLeft = (address) => {
  navigator.sendBeacon(address);
};

// pages/_ui/browser/streamlit.ts
var UNDER_WAY = /* @__PURE__ */ new Set(["running", "rerunRequested"]);
var stand = () => document.querySelector(".stApp")?.dataset ?? {};
var isRunUnderWay = ({ testScriptState, testConnectionState } = stand()) => testConnectionState === "CONNECTED" && UNDER_WAY.has(testScriptState ?? "");
var isAtRest = ({ testScriptState, testConnectionState } = stand()) => testConnectionState === "CONNECTED" && testScriptState === "notRunning";
var isFree = ({ testScriptState, testConnectionState } = stand()) => (testConnectionState ?? "CONNECTED") === "CONNECTED" && !UNDER_WAY.has(testScriptState ?? "");

// pages/_ui/browser/revive.ts
async function revive() {
  for (let empty = 0; empty < 3; ) {
    await pause(1e3);
    if (document.querySelector("[data-testid=stMain] [data-testid=stElementContainer]")) return;
    empty = isAtRest() ? empty + 1 : 0;
  }
  location.reload();
}

// pages/_ui/browser/storage.ts
var WHOSE = /(?:^|;\s*)labelspread_whose=([0-9a-f]{12})(?:;|$)/;
var whoseOf = (cookies) => WHOSE.exec(cookies)?.[1];
function ownShelf(shelf, cookies) {
  const whose = whoseOf(cookies);
  if (whose === void 0) return shelf;
  const mark = `of:${whose}:`;
  return {
    get length() {
      return shelf.length;
    },
    key(index) {
      const key = shelf.key(index) ?? "";
      return key.startsWith(mark) ? key.slice(mark.length) : "";
    },
    getItem: (key) => shelf.getItem(mark + key),
    setItem(key, value) {
      shelf.setItem(mark + key, value);
    },
    removeItem(key) {
      shelf.removeItem(mark + key);
    }
  };
}
var Store = class {
  #open;
  #unstored = /* @__PURE__ */ new Map();
  /** Only asking for the shelf may be forbidden already, hence a function. */
  constructor(open) {
    this.#open = open;
  }
  /** What was written, as its writer knows it; null if there is nothing. */
  read(key) {
    if (this.#unstored.has(key)) return this.#unstored.get(key);
    try {
      return JSON.parse(this.#open().getItem(key) ?? "null");
    } catch {
      return null;
    }
  }
  /** Keep a value; null removes it. */
  write(key, value) {
    this.#unstored.delete(key);
    try {
      if (value === null) this.#open().removeItem(key);
      else this.#open().setItem(key, JSON.stringify(value));
    } catch {
      this.#unstored.set(key, value);
    }
  }
  keys(prefix) {
    return [.../* @__PURE__ */ new Set([...this.#stored(), ...this.#unstored.keys()])].filter((key) => key.startsWith(prefix));
  }
  #stored() {
    try {
      const shelf = this.#open();
      return Array.from({ length: shelf.length }, (_, index) => shelf.key(index) ?? "");
    } catch {
      return [];
    }
  }
};

// pages/_ui/labeler/src/drafts.ts
var Drafts = class {
  prefix;
  #store;
  /** Answers that were refused, set aside. Older versions did not name the project. */
  #refused = "labelspread:refused:";
  constructor(project, store) {
    this.prefix = `labelspread:draft:${project}:`;
    this.#store = store;
  }
  key(batch) {
    return this.prefix + batch;
  }
  /** Whether a name in the storage is of a batch, or of any where none is given. */
  isKeyOf(name, batch) {
    return batch ? name === this.key(batch) : name.startsWith(this.prefix);
  }
  all(batch) {
    return this.#store.read(this.key(batch)) ?? {};
  }
  /** The drafts of a batch, the oldest first. */
  inOrder(batch) {
    return placed(this.all(batch), batch);
  }
  /** The drafts of a batch as the server takes them, the oldest first. */
  toSend(batch) {
    return this.inOrder(batch).map(({ item, kind, label, ms, named = null, hidden = null }) => ({ item, kind, label, ms, named, hidden }));
  }
  put(batch, item, answer) {
    const at = 1 + (this.everywhere().at(-1)?.at ?? 0);
    this.#store.write(this.key(batch), { ...this.all(batch), [item]: { ...answer, at } });
  }
  drop(batch, items) {
    const dropped = new Set(items);
    const rest = Object.entries(this.all(batch)).filter(([item]) => !dropped.has(Number(item)));
    this.#store.write(this.key(batch), rest.length ? Object.fromEntries(rest) : null);
  }
  /** Drop what is stored now; what another tab has changed since it was sent stays. */
  settle(batch, answers) {
    const now = this.all(batch);
    const isAsSent = ({ item, kind, label }) => now[item]?.kind === kind && now[item].label === label;
    this.drop(batch, answers.filter(isAsSent).map(({ item }) => item));
  }
  /** Put drafts that the server will never take out of the way, without destroying them. */
  setAside(batch, items) {
    const refused = this.#refused + batch;
    const aside = Object.entries(this.all(batch)).filter(([item]) => items.includes(Number(item)));
    this.#store.write(refused, { ...this.#store.read(refused), ...Object.fromEntries(aside) });
    this.drop(batch, items);
  }
  /** What was set aside, the oldest first. */
  get refused() {
    return this.#under(this.#refused);
  }
  /** Make drafts of what was set aside, so that it is sent again; what is answered anew meanwhile stays. */
  revive() {
    for (const { batch, item, kind, label, ms, named, hidden, round } of this.refused) {
      if (!(item in this.all(batch))) this.put(batch, item, { kind, label, ms, named, hidden, round });
    }
    this.discardRefused();
  }
  /** Throw away what was set aside. */
  discardRefused() {
    for (const key of this.#store.keys(this.#refused)) this.#store.write(key, null);
  }
  /** All drafts of the project, the oldest first. */
  everywhere() {
    return this.#under(this.prefix);
  }
  #under(prefix) {
    return this.#store.keys(prefix).flatMap((key) => placed(this.#store.read(key) ?? {}, key.slice(prefix.length))).sort((one, other) => one.at - other.at);
  }
  /** The batches that have drafts, the one with the oldest first. */
  batches() {
    return [...new Set(this.everywhere().map(({ batch }) => batch))];
  }
};
function placed(drafts, batch) {
  return Object.entries(drafts).map(([item, draft]) => ({ ...draft, item: Number(item), batch })).sort((one, other) => one.at - other.at);
}

// pages/_ui/labeler/src/hiding.ts
function hidingOf({ data, item, preferences }) {
  if (preferences.blind || data.hidden_share === 1) return "all";
  return item?.hidden ? "this" : "none";
}
function whyHidden(hiding, { hidden_share: share }, isBlind = false) {
  if (isBlind && hiding !== "none") return "Others answer this image too, and what is predicted would tell what they have said.";
  if (share === 1) return "In this project, all predictions are hidden.";
  if (hiding !== "this") return "";
  return `${percent(share)} of predictions are hidden, drawn by lot: so it can be known whether they sway answers.`;
}
var shownAgain = (share) => share > 0 ? `Predictions are shown, but for the ${percent(share)} that are hidden by lot.` : "Predictions are shown.";
var percent = (share) => `${Math.round(100 * share)} %`;

// pages/_ui/labeler/src/keys.ts
var NAMED = /* @__PURE__ */ new Map([
  ["Enter", "accept"],
  ["Backspace", "undo"],
  ["ArrowLeft", "back"],
  ["ArrowRight", "next"],
  ["?", "help"],
  ["؟", "help"]
]);
var LETTERED = /* @__PURE__ */ new Map([
  ["s", "skip"],
  ["u", "unsure"],
  ["x", "bad"],
  ["h", "blind"],
  ["p", "pixels"],
  ["a", "auto"],
  ["l", "answers"]
]);
var LOOKING = /* @__PURE__ */ new Map([["z", "zoom"], ["v", "contrast"]]);
var commandOf = (letter) => LETTERED.get(letter) ?? LOOKING.get(letter) ?? null;
var HELD = /* @__PURE__ */ new Set(["back", "next"]);
var CLASS_KEY = /^[0-9a-z]$/;
var isClassKey = (key) => CLASS_KEY.test(key);
var Keymap = class {
  /** Whether a letter of a command stands for a class, so that commands need Shift. */
  isShifted;
  /** Whether some class has no key, so that classes are found by their name. */
  isFinding = false;
  #names = /* @__PURE__ */ new Map();
  #keys = /* @__PURE__ */ new Map();
  constructor(classes, own = /* @__PURE__ */ new Map()) {
    const chosen = classes.filter(({ name }) => own.has(name));
    const others = classes.filter(({ name }) => !own.has(name));
    for (const { name } of chosen) this.#assign(name, own.get(name) ?? null);
    for (const { name, key } of others) this.#assign(name, key);
    this.isShifted = [...LETTERED.keys()].some((letter) => this.#names.has(letter));
  }
  #assign(name, key) {
    if (key === null || this.#names.has(key)) return;
    this.#names.set(key, name);
    this.#keys.set(name, key);
  }
  /** The key of a class; null if it has none. */
  keyOf(name) {
    return this.#keys.get(name) ?? null;
  }
  /** The class that a key stands for. */
  classOf(key) {
    return this.#names.get(key);
  }
  /** How the key of a command is written, such as S or Shift S. */
  capOf(letter) {
    return this.#takesShift(letter.toLowerCase()) ? `⇧ ${letter}` : letter;
  }
  #takesShift(letter) {
    return this.isShifted || this.#names.has(letter);
  }
  /** What a key asks for; null if it means nothing here. */
  wishOf(press2, isHelpOpen = false) {
    if (isHelpOpen) return closes(press2.key) ? "close" : null;
    if (press2.ctrlKey || press2.metaKey) return press2.altKey ? null : chord(press2);
    if (press2.altKey) return null;
    const named = NAMED.get(press2.key);
    if (named) return named;
    const written = this.#wishOfCharacter(press2.key.toLowerCase(), press2.shiftKey);
    return written ?? this.#wishOfCharacter(placedKey(press2), press2.shiftKey);
  }
  #wishOfCharacter(character, isShift) {
    const command = commandOf(character);
    const takesShift = this.#takesShift(character);
    if (takesShift && isShift && command) return command;
    const label = this.#names.get(character);
    if (label !== void 0) return { label };
    return takesShift ? null : command;
  }
  /** Why a key that was pressed means nothing, in a sentence; empty if that is not worth one. */
  complaint(press2) {
    if (press2.isComposing || press2.key === "Process") {
      return "An input method (IME) takes the keys. Switch it off to label by key.";
    }
    if (press2.ctrlKey || press2.altKey || press2.metaKey || !writes(press2.key)) return "";
    const name = press2.key === " " ? "Space" : press2.key.toUpperCase();
    return commandOf(press2.key.toLowerCase()) && this.isShifted ? `Hold Shift for this command: ⇧ ${name}.` : `${name} is no key here. ? shows those there are.`;
  }
};
function chord({ key, code, shiftKey }) {
  const letter = isClassKey(key.toLowerCase()) ? key.toLowerCase() : letterAt(code);
  if (letter === "z") return shiftKey ? "redo" : "undo";
  return letter === "y" && !shiftKey ? "redo" : null;
}
function placedKey({ key, code, shiftKey }) {
  if (isClassKey(key.toLowerCase()) || !writes(key)) return "";
  const digit = /^Digit([0-9])$/.exec(code)?.[1];
  if (digit !== void 0) return shiftKey ? "" : digit;
  return isLetter(key) ? letterAt(code) : "";
}
function digitOf(press2) {
  const key = isClassKey(press2.key) ? press2.key : placedKey(press2);
  return /^[0-9]$/.test(key) ? key : "";
}
var writes = (key) => /^.$/u.test(key);
var closes = (key) => key === "Escape" || NAMED.get(key) === "help";
var isLetter = (key) => /^\p{L}$/u.test(key);
var letterAt = (code) => /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? "";
var goesOn = (wish) => typeof wish === "string" && HELD.has(wish);

// pages/_ui/labeler/src/finding_keys.ts
var COMPOSING = /* @__PURE__ */ new Set(["Dead", "Process", "Unidentified"]);
var FindingKeymap = class extends Keymap {
  isFinding = true;
  isShifted = true;
  #slots = /* @__PURE__ */ new Map();
  constructor(classes, own) {
    super(classes.map((each) => each.is_chosen ? each : { ...each, key: null }), own);
  }
  /** Take up what digits stand for from now on. */
  show(slots) {
    for (const { key, name } of slots) this.#slots.set(key, name);
  }
  wishOf(press2, isHelpOpen = false) {
    const wish = super.wishOf(press2, isHelpOpen);
    if (wish !== null || isHelpOpen || press2.ctrlKey || press2.altKey || press2.metaKey) return wish;
    const label = this.#slots.get(digitOf(press2));
    return typeof label === "string" ? { label } : null;
  }
  /** What means nothing else is written into the field. */
  complaint() {
    return "";
  }
  /** Whether a key that asks for nothing writes into the field: whatever writes, but for the digits of slots. */
  types(press2) {
    if (press2.isComposing || COMPOSING.has(press2.key)) return true;
    return !press2.ctrlKey && !press2.metaKey && writes(press2.key) && digitOf(press2) === "";
  }
};

// pages/_ui/labeler/src/last_used.ts
var SLOTS = 5;
var LastUsed = class {
  #key;
  #store;
  constructor(project, store) {
    this.#key = `labelspread:used:${project}`;
    this.#store = store;
  }
  /** By slot; null where there is none yet, or its class is not among these. */
  slots(classes) {
    return this.#read(classes).map((use) => use?.[0] ?? null);
  }
  /** The latest first. */
  inOrder(classes) {
    return this.#read(classes).filter((use) => use !== null).sort((one, other) => other[1] - one[1]).map(([name]) => name);
  }
  /** A class was used. */
  note(name, classes) {
    const uses = this.#read(classes);
    const times = uses.map((use) => use?.[1] ?? -1);
    const held = uses.findIndex((use) => use?.[0] === name);
    const slot = held < 0 ? times.indexOf(Math.min(...times)) : held;
    this.#store.write(this.#key, uses.with(slot, [name, Math.max(...times) + 1]));
  }
  #read(classes) {
    const kept = this.#store.read(this.#key);
    const uses = Array.isArray(kept) ? kept : [];
    return Array.from({ length: SLOTS }, (_, slot) => {
      const use = uses[slot];
      return isUse(use) && classes.has(use[0]) ? use : null;
    });
  }
};
function isUse(use) {
  if (!Array.isArray(use) || use.length !== 2) return false;
  const [name, time] = use;
  return typeof name === "string" && Number.isSafeInteger(time);
}

// pages/_ui/labeler/src/own_keys.ts
var ProjectKeys = class {
  map = new Keymap([]);
  /** Where there are more classes than keys, the last ones used have some. */
  used;
  #name;
  #store;
  #classes = [];
  constructor(project, store) {
    this.#name = `labelspread:keys:${project}`;
    this.#store = store;
    this.used = new LastUsed(project, store);
  }
  /** Take up the classes there are now; whether that changes any key. */
  update(classes) {
    if (areSame(classes, this.#classes)) return false;
    this.#classes = classes;
    this.#mapAnew();
    return true;
  }
  /** Give a class a key; the class that had it takes over the old one. */
  choose(name, key) {
    if (!isClassKey(key)) return;
    const chosen = new Map(this.#own);
    const holder = this.map.classOf(key);
    if (holder !== void 0 && holder !== name) chosen.set(holder, this.map.keyOf(name));
    chosen.set(name, key);
    this.#store.write(this.#name, [...chosen]);
    this.#mapAnew();
  }
  /** A class was used to label. */
  note(name) {
    if (this.map.isFinding) this.used.note(name, this.names);
  }
  /** What the classes are called. */
  get names() {
    return new Set(this.#classes.map(({ name }) => name));
  }
  /** Whether a person has chosen any. */
  get areOwn() {
    return this.#own.size > 0;
  }
  /** Go back to the keys that come with the classes. */
  reset() {
    this.#store.write(this.#name, null);
    this.#mapAnew();
  }
  get #own() {
    const kept = this.#store.read(this.#name);
    return new Map(Array.isArray(kept) ? kept.filter(isPair) : []);
  }
  #mapAnew() {
    const map = new Keymap(this.#classes, this.#own);
    const haveAll = this.#classes.every(({ name }) => map.keyOf(name) !== null);
    this.map = haveAll ? map : new FindingKeymap(this.#classes, this.#own);
  }
};
function areSame(some, others) {
  return some.length === others.length && some.every(({ name, key, colour }, index) => {
    const other = others[index];
    return name === other?.name && key === other.key && colour === other.colour;
  });
}
function isPair(pair) {
  if (!Array.isArray(pair) || pair.length !== 2) return false;
  const [name, key] = pair;
  return typeof name === "string" && (key === null || typeof key === "string" && isClassKey(key));
}

// pages/_ui/labeler/src/on_screen.ts
function onScreenStill(seen, data, before) {
  if (!seen || data.named === before?.named && data.compared === before.compared) return seen;
  return data.items.find(({ id }) => id === seen.id);
}
var isAsItWas = (data, before) => data.batch_id === before.batch_id && data.items.length === before.items.length;

// pages/_ui/browser/reload.ts
var FIRST = 1e3;
var LONGEST = 15e3;
var PATIENCE2 = 2;
var SENTENCE = 300;
var Reloader = class {
  #clock;
  #ask;
  #changed;
  /** How often each of those that are late was sent in vain. */
  #late = /* @__PURE__ */ new Map();
  #pause = FIRST;
  #stop = null;
  /** `changed` hears when an image has come or is missing. */
  constructor(clock2, ask, changed) {
    this.#clock = clock2;
    this.#ask = ask;
    this.#changed = changed;
  }
  /** Load an image, again and again until it is there. */
  load(image, address) {
    image.onerror = () => {
      this.#miss(image);
    };
    image.onload = () => {
      this.#come(image);
    };
    image.src = address;
    return image;
  }
  /** Ask at once for those that are late. */
  retry() {
    this.#stop?.();
    this.#stop = null;
    for (const image of this.#late.keys()) void this.#again(image);
  }
  /** Have no further look at images that are not among these. */
  keep(images) {
    const wanted = new Set(images);
    for (const image of this.#late.keys()) if (!wanted.has(image)) this.#late.delete(image);
  }
  stop() {
    this.keep([]);
    this.#stop?.();
  }
  #miss(image) {
    if (image.src.startsWith("data:")) this.#say(image, "broken");
    else {
      if (!this.#late.has(image)) this.#late.set(image, 0);
      this.#say(image, "late");
      void this.#again(image);
    }
  }
  #come(image) {
    const wasMissing = this.#late.delete(image) || "lack" in image.dataset;
    if (!wasMissing) return;
    this.#pause = FIRST;
    delete image.dataset["lack"];
    delete image.dataset["why"];
    this.#changed();
  }
  #say(image, lack) {
    if (image.dataset["lack"] === lack) return;
    image.dataset["lack"] = lack;
    this.#changed();
  }
  #plan() {
    this.#stop ??= this.#clock.after(this.#pause, () => {
      this.#pause = Math.min(LONGEST, 2 * this.#pause);
      this.retry();
    });
  }
  /** Load an image again if the server has it. */
  async #again(image) {
    const address = image.src;
    const found = await this.#ask(address);
    const vain = this.#late.get(image);
    if (vain === void 0) return;
    if (found === null) this.#plan();
    else if (found === true && vain < PATIENCE2) {
      this.#late.set(image, vain + 1);
      image.src = address;
    } else {
      this.#late.delete(image);
      if (typeof found === "string" && found) image.dataset["why"] = found;
      this.#say(image, "broken");
    }
  }
};
async function askServer(address) {
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (answer.status === 404) return (await answer.text()).slice(0, SENTENCE);
    void answer.body?.cancel();
    return answer.ok || null;
  } catch {
    return null;
  }
}

// pages/_ui/labeler/src/pictures.ts
var PATIENCE3 = 300;
var isSmall = ({ smooth }) => smooth.startsWith("data:");
var Pictures = class {
  #byItem = /* @__PURE__ */ new Map();
  #reloader;
  /** `changed` hears when a picture has come late, or does not come. */
  constructor(changed) {
    this.#reloader = new Reloader(clock, askServer, changed);
  }
  /** Load the pictures of a batch; those of its images that were shown before are there. */
  fill(items) {
    const known2 = this.#byItem;
    this.#byItem = new Map(items.map((item) => [item.id, known2.get(item.id) ?? this.#load(item)]));
    this.#reloader.keep([...this.#byItem.values()].flatMap(({ smooth, pixels, tile }) => [smooth, pixels, tile]));
  }
  of(item) {
    return item && this.#byItem.get(item.id);
  }
  clear() {
    this.fill([]);
  }
  /** Ask again for those that did not come. */
  retry() {
    this.#reloader.retry();
  }
  stop() {
    this.#reloader.stop();
  }
  /** Let an image show what is at an address. */
  draw(image, address) {
    if (image.getAttribute("src") !== address) this.#reloader.load(image, address);
  }
  /** Resolves when an item's picture can be shown, or after a while. */
  async isThere(item) {
    await Promise.race([decoded(this.of(item)?.smooth), pause(PATIENCE3)]);
  }
  #load(item) {
    const smooth = this.#image(item.smooth);
    const pixels = item.pixels === item.smooth ? smooth : this.#image(item.pixels);
    return { smooth, pixels, tile: this.#image(item.smooth) };
  }
  #image(address) {
    return this.#reloader.load(blank(), address);
  }
};
async function fullSize(address) {
  const full = blank();
  full.src = address;
  try {
    await full.decode();
    return full;
  } catch {
    return null;
  }
}
function blank() {
  const made = new Image();
  made.alt = "";
  made.decoding = "sync";
  made.draggable = false;
  return made;
}
async function decoded(image) {
  try {
    await image?.decode();
  } catch {
  }
}

// pages/_ui/labeler/src/preferences.ts
var NAME = "labelspread:view";
var FIRST2 = { blind: false, pixels: false, contrast: false, auto: true };
var isPreference = (wish) => wish in FIRST2;
function matters(preference, { as_you_go: isAsYouGo, hidden_share: hiddenShare, items }) {
  if (preference === "auto") return !isAsYouGo;
  if (preference === "blind") return hiddenShare < 1;
  return preference !== "pixels" || items.some(isSmall);
}
var KeptPreferences = class {
  all;
  #store;
  constructor(store) {
    this.#store = store;
    this.all = { ...FIRST2, ...store.read(NAME) };
  }
  /** Turn one into its opposite; what it is now. */
  toggle(preference) {
    this.all = { ...this.all, [preference]: !this.all[preference] };
    this.#store.write(NAME, this.all);
    return this.all[preference];
  }
};

// pages/_ui/labeler/src/taking.ts
var Taking = class {
  #store;
  #key;
  #wish = null;
  constructor(project, store) {
    this.#store = store;
    this.#key = `labelspread:taking:${project}`;
  }
  get wish() {
    return this.#wish;
  }
  ask(wish) {
    this.#wish = wish;
    this.#store.write(this.#key, wish === "next" ? null : wish);
  }
  /** The server is asked for it by a message of its own. */
  sent() {
    this.#wish = null;
  }
  /** It is known what became of it, or nobody asks any more. */
  end() {
    this.ask(null);
  }
  /** Go on with what was asked for before the page was drawn anew, unless that is over by now. */
  resume(drafts, last) {
    const kept = this.#store.read(this.#key);
    if (kept === null) return;
    const isStored = last?.batch_id === kept.batch_id && last.item === kept.item;
    if (isStored || kept.item in drafts.all(kept.batch_id)) this.#wish = kept;
    else this.end();
  }
};

// pages/_ui/labeler/src/words.ts
var KINDS = { skip: "skipped", unsure: "unsure", bad: "bad" };
var UNDONE = "Undone. The model is as it was before.";
var TOGGLED = {
  blind: ["Predictions are shown.", "Predictions are hidden, so that they do not influence you."],
  pixels: ["Images are smoothed.", "Images show their pixels."],
  contrast: ["Images have their own contrast.", "Faint images are given more contrast."],
  auto: ["A batch is saved when you press Enter or Save.", "A batch is saved automatically after its last image."]
};
var toggled = (preference, isOn, { hidden_share: share }) => preference === "blind" && !isOn ? shownAgain(share) : TOGGLED[preference][isOn ? 1 : 0];
var HELP = [
  { keys: ["Enter"], meaning: "accept the prediction; save a finished batch", asYouGo: "accept the prediction" },
  { keys: ["⌫"], meaning: "undo, as far back as you like; Ctrl Z too" },
  { keys: ["Ctrl", "Y"], meaning: "redo what was undone" },
  { keys: ["S"], meaning: "skip: ask me again later" },
  { keys: ["U"], meaning: "unsure: I cannot tell" },
  { keys: ["X"], meaning: "bad image: not a proper one" },
  { keys: ["←", "→"], meaning: "look at another image of the batch" },
  { keys: ["L"], meaning: "list the answers given, to look at or correct" },
  { keys: ["H"], meaning: "hide or show predictions", preference: "blind" },
  { keys: ["P"], meaning: "show smooth images or their pixels", preference: "pixels" },
  { keys: ["V"], meaning: "give faint images more contrast, or not" },
  { keys: ["Z"], meaning: "look closer, step by step; Esc goes back" },
  { keys: ["A"], meaning: "save a batch automatically, or not", preference: "auto" },
  { keys: ["?"], meaning: "show or hide this list" }
];
var FINDING = [
  [["1", "–", "5"], "label as one of the likeliest classes"],
  [["6", "–", "0"], "label as one of the classes used last"],
  [["A", "–", "Z"], "find a class by a part of its name"],
  [["↑", "↓"], "choose among the matches; Enter labels"],
  [["Esc"], "clear what is typed"]
];
var press = (isFinding) => isFinding ? "Type a part of the class’s name, or press a number. " : "Press the key of the class you see. ";
var notFound = (query) => `No class is like “${query.trim()}”.`;
function help(page) {
  return HELP.filter(({ preference }) => !preference || matters(preference, page)).map(({ keys, meaning, asYouGo = meaning }) => [keys, page.as_you_go ? asYouGo : meaning]);
}
var lackOf = (lack, why = "This image cannot be shown. Press X.") => lack === "late" ? "This image has not come yet. It is asked for again." : why;
var inShort = ({ kind, label }) => kind === "label" ? label ?? "" : KINDS[kind];
function verdict(beliefs, hiding, isCalibrated, inSentence) {
  const [best, second] = beliefs;
  if (hiding === "this") return "Prediction hidden for this one";
  if (hiding === "all") return "Predictions are hidden";
  if (!best) return "No prediction yet";
  if (isCalibrated && best.probability >= 0.9) return "The model is sure";
  const isFirst = best.probability >= 0.5 || best.probability >= 2 * (second?.probability ?? 0);
  return isFirst ? `The model leans towards ${inSentence(best.name)}` : "The model is undecided";
}
var barsMean = (isCalibrated) => isCalibrated ? "How likely each class is right, as the labels so far have it: each is left out in turn, and predicted by the others." : "A longer bar comes first. How likely it is right is known once there are some 30 labels.";
var NOTHING = {
  none: "There is no prediction to accept.",
  this: "The prediction is hidden for this one.",
  all: "Predictions are hidden."
};
var nothingToAccept = (hiding, isFinding) => `${NOTHING[hiding]} ${isFinding ? "Type a part of the class’s name." : "Press the key of the class."}`;
var count = (number, noun, ending = "s") => `${number} ${noun}${number === 1 ? "" : ending}`;

// pages/_ui/labeler/src/desk.ts
var Desk = class {
  /** Both are there from the first update on, before which nothing is asked of a desk. */
  data;
  drafts;
  keys;
  #taking;
  /** The index of the image on screen. */
  current = 0;
  /** A key counts only once a person can have seen the image it is for. */
  isPainted = false;
  /** What is said of the last thing that happened. */
  notice = "";
  #preferences;
  outbox;
  #store;
  #own;
  #screen;
  #clock;
  /** The batch that is to be saved. */
  #closing = null;
  /** The item whose answer was taken back, as you go, until it is on screen again. */
  #undone = null;
  #shownAt = 0;
  /** Drafts that were taken back, the latest last, until something else is answered. */
  #redoable = [];
  constructor(screen, outbox, store, clock2, own) {
    this.#screen = screen;
    this.outbox = outbox;
    this.#store = store;
    this.#clock = clock2;
    this.#own = own;
    this.#preferences = new KeptPreferences(store);
  }
  // ---- what comes from the server
  update(data) {
    const before = this.data;
    const isSame = data.project === before?.project;
    const onScreen = onScreenStill(isSame && this.isPainted ? this.item : void 0, data, before);
    this.data = data;
    if (!isSame) this.#beginProject();
    if (!isSame || data.named !== before.named) this.#redoable = [];
    if (this.keys.update(data.classes)) this.#screen.showKeys();
    this.#settle(data.receipts);
    this.#show(onScreen, isSame && isAsItWas(data, before));
    this.sendWaiting();
  }
  #show(onScreen, isKept) {
    if (isKept && this.#undone === null) this.#keep(onScreen);
    else if (onScreen && this.#canStay(onScreen)) this.#stayOn(onScreen);
    else void this.#begin();
  }
  #beginProject() {
    this.drafts = new Drafts(this.data.project, this.#store);
    this.keys = new ProjectKeys(this.data.project, this.#store);
    this.#taking = new Taking(this.data.project, this.#own);
    if (this.data.as_you_go) this.#taking.resume(this.drafts, this.data.last);
    this.#undone = null;
    this.#screen.beginProject();
  }
  /** Show what is new around the image on screen. */
  #keep(onScreen) {
    this.data = { ...this.data, items: this.data.items.map((item) => item.id === onScreen?.id ? onScreen : item) };
    this.#screen.show();
  }
  #settle(receipts) {
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
  #settleDrafts({ outcome, message }) {
    if (message.kind !== "submit") return;
    const { batch_id: batch, answers } = message;
    if (batch === this.#closing) this.#closing = null;
    if (outcome === "done") this.drafts.settle(batch, answers);
    else if (this.data.as_you_go || batch !== this.data.batch_id) {
      this.drafts.setAside(batch, answers.map(({ item }) => item));
    }
  }
  /** A server that was started since has no receipt for an undo, but shows that it was done. */
  #settleUndo() {
    const { message } = this.outbox;
    const { last } = this.data;
    if (message?.kind !== "undo") return;
    if (last?.batch_id === message.batch_id && last.item === message.item) return;
    this.outbox.stop();
    this.#showUndone(message.item);
  }
  #showUndone(item) {
    this.#taking.end();
    if (!this.data.as_you_go) return;
    this.#undone = item;
    this.notice = UNDONE;
  }
  /** Whether the image on screen is in the new batch and still to answer. */
  #canStay(onScreen) {
    return this.data.as_you_go && this.#undone === null && !(onScreen.id in this.answers) && this.data.items.some(({ id }) => id === onScreen.id);
  }
  /** As you go: take up a new batch around the image on screen, and keep the keys live. */
  #stayOn(onScreen) {
    this.current = this.data.items.findIndex(({ id }) => id === onScreen.id);
    this.#screen.fillImages();
    this.#keep(onScreen);
    this.#screen.setReady(this.data.batch_id);
  }
  /** Show a new batch, from its first unanswered image on, or from the one that was undone. */
  async #begin() {
    this.isPainted = false;
    this.#closing = null;
    this.#screen.setReady(null);
    const batch = this.data.batch_id;
    const isOver = () => batch !== this.data.batch_id;
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
  sendWaiting() {
    if (this.outbox.isBusy) return;
    if (this.data.as_you_go) {
      this.#sendNext();
      return;
    }
    const left = this.drafts.batches().find((batch) => batch !== this.data.batch_id) ?? this.#closing;
    if (left !== null) this.#send(left);
  }
  /** As you go: send the undo that has waited for its answer to be stored, or else the oldest answers. */
  #sendNext() {
    if (this.#taking.wish === "next") this.#taking.ask(this.data.last);
    const taking = this.#taking.wish;
    const [oldest] = this.drafts.batches();
    if (typeof taking === "object" && taking && !(taking.item in this.drafts.all(taking.batch_id))) {
      this.#taking.sent();
      this.#rewind("undo", taking);
    } else if (oldest !== void 0) {
      this.#send(oldest);
      this.#screen.showSaved();
    }
  }
  #send(batch) {
    const answers = this.drafts.toSend(batch);
    this.outbox.send({ kind: "submit", project: this.data.project, batch_id: batch, answers });
  }
  #rewind(kind, { batch_id, item }) {
    this.outbox.send({ kind, project: this.data.project, batch_id, item });
    this.#screen.show();
  }
  /** Ask how things stand, unless there is something under way that will tell. */
  sync() {
    if (this.outbox.message === null) this.outbox.send({ kind: "sync", project: this.data.project });
  }
  // ---- how things stand
  get preferences() {
    return this.#preferences.all;
  }
  get item() {
    return this.data.items[this.current];
  }
  /** Item to draft. As you go, answers to older batches count too: they are on their way. */
  get answers() {
    const { as_you_go: isAsYouGo, batch_id: batch } = this.data;
    if (isAsYouGo) return Object.fromEntries(this.drafts.everywhere().map((draft) => [draft.item, draft]));
    return batch ? this.drafts.all(batch) : {};
  }
  /** The draft for the image on screen. */
  get given() {
    return this.item && this.answers[this.item.id];
  }
  /** Whether what is on screen is on its way to the server, or an undo is. */
  get isLocked() {
    return this.#closing !== null || this.#taking.wish !== null || this.outbox.isRewinding || this.data.as_you_go && (this.isComplete || this.#isUnderWay(this.item?.id));
  }
  get canAnswer() {
    return this.isPainted && !this.isLocked && this.item !== void 0;
  }
  get isComplete() {
    return this.data.items.length > 0 && this.#firstOpen(0) < 0;
  }
  #isUnderWay(item) {
    const { message } = this.outbox;
    return message?.kind === "submit" && message.project === this.data.project && message.answers.some((answer) => answer.item === item);
  }
  /** The first unanswered image at or after an index, going round; -1 if there is none. */
  #firstOpen(start) {
    const answers = this.answers;
    const { items } = this.data;
    const open = items.map(({ id }, index) => id in answers ? -1 : index).filter((index) => index >= 0);
    return open.find((index) => index >= start) ?? open[0] ?? -1;
  }
  /** Whether a change of the storage by another tab is of what is on screen. */
  concerns(key) {
    const { as_you_go: isAsYouGo, batch_id: batch } = this.data;
    return batch !== null && this.drafts.isKeyOf(key ?? "", isAsYouGo ? "" : batch);
  }
  // ---- what a person does
  /** Do what a key or a button asks for. Help is the screen's own. */
  perform(wish) {
    this.notice = "";
    if (typeof wish === "object") this.#answer("label", wish.label);
    else if (isPreference(wish)) this.#toggle(wish);
    else this.#deeds[wish]();
  }
  #deeds = {
    accept: () => {
      this.#accept();
    },
    undo: () => {
      this.#undo();
    },
    redo: () => {
      this.#redo();
    },
    skip: () => {
      this.#answer("skip");
    },
    unsure: () => {
      this.#answer("unsure");
    },
    bad: () => {
      this.#answer("bad");
    },
    back: () => {
      this.move(this.current - 1);
    },
    next: () => {
      this.move(this.current + 1);
    },
    submit: () => {
      this.submit();
    }
  };
  #answer(kind, label = null) {
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
  #placeOf(item) {
    const given2 = this.data.as_you_go ? this.drafts.everywhere().findLast((draft) => draft.item === item.id) : void 0;
    return given2 ?? { batch: this.data.batch_id ?? "", round: this.data.round };
  }
  #accept() {
    if (this.isComplete) {
      this.submit();
      return;
    }
    const best = this.item?.beliefs[0];
    if (best && hidingOf(this) === "none") this.#answer("label", best.name);
    else if (this.item) this.say(nothingToAccept(hidingOf(this), this.keys.map.isFinding));
  }
  #undo() {
    if (this.data.as_you_go) {
      this.#takeBack();
      return;
    }
    const { batch_id: batch, last } = this.data;
    if (!this.isPainted || this.isLocked || this.outbox.isBusy) return;
    const latest = batch === null ? void 0 : this.drafts.inOrder(batch).at(-1);
    if (latest) {
      this.drafts.drop(latest.batch, [latest.item]);
      this.#redoable.push(latest);
      this.move(this.data.items.findIndex(({ id }) => id === latest.item));
    } else if (last) this.#rewind("undo", last);
  }
  /** As you go: take back a draft that was not sent yet, or else what was stored, once that is known. */
  #takeBack() {
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
  #redo() {
    if (!this.isPainted || this.isLocked) return;
    this.#taking.end();
    const latest = this.#redoable.pop();
    const index = this.data.items.findIndex(({ id }) => id === latest?.item);
    const { undone } = this.data;
    if (latest && index >= 0) this.#answerAgain(latest, index);
    else if (undone && !this.outbox.isBusy) this.#rewind("redo", undone);
    else this.say("There is nothing to redo.");
  }
  #answerAgain({ kind, label }, index) {
    const rest = this.#redoable;
    this.current = index;
    this.#answer(kind, label);
    this.#redoable = rest;
  }
  /** Say something in the line above the image, until something happens. */
  say(notice) {
    this.notice = notice;
    this.#screen.show();
  }
  move(index) {
    const { length } = this.data.items;
    if (!length || !this.isPainted) return;
    this.current = (index + length) % length;
    this.restart();
    this.#screen.show();
  }
  /** Count the time for the image on screen from now. */
  restart() {
    this.#shownAt = this.#clock.now();
  }
  submit() {
    if (!this.canAnswer || !Object.keys(this.answers).length) return;
    this.#closing = this.data.batch_id;
    this.sendWaiting();
    this.#screen.show();
  }
  #toggle(preference) {
    if (!matters(preference, this.data)) return;
    this.say(toggled(preference, this.#preferences.toggle(preference), this.data));
  }
};

// pages/_ui/labeler/src/outbox.ts
var Outbox2 = class extends Outbox {
  /** Whether an answer is being taken back, or put back. */
  get isRewinding() {
    return this.message?.kind === "undo" || this.message?.kind === "redo";
  }
};

// pages/_ui/labeler/src/refused.ts
function settleRefused(desk, isAgain) {
  if (isAgain) desk.drafts.revive();
  else desk.drafts.discardRefused();
  desk.sendWaiting();
  desk.say(isAgain ? "" : "Discarded.");
}

// pages/_ui/labeler/src/match.ts
var FIT = {
  exact: 0,
  prefix: 1,
  wordPrefix: 2,
  initials: 3,
  substring: 4,
  subsequence: 5,
  typo: 6
};
var STEP = 1e4;
var LEAST_FOR_TYPO = 3;
var JUMP = 3;
var ALIKE = {
  "æ": "ae",
  "œ": "oe",
  "ø": "o",
  "ł": "l",
  "đ": "d",
  "ð": "d",
  "þ": "th",
  "ı": "i",
  "ħ": "h"
};
var Names = class {
  #names;
  #ready;
  constructor(names) {
    this.#names = names;
    this.#ready = names.map(ready);
  }
  /** The classes that match, the best first; of those that fit alike, favourites in their order come first. */
  find(query, favourites = []) {
    const asked = ready(query);
    const ranks = this.#ready.map((name) => rankOf(asked, name));
    const places = new Map(favourites.map((name, place) => [name, place - favourites.length]));
    const found = this.#names.flatMap((name, index) => {
      const rank = ranks[index] ?? null;
      return rank === null ? [] : [{ name, rank, place: places.get(name) ?? index }];
    });
    const all = found.length || asked.plain.length < LEAST_FOR_TYPO ? found : this.#slips(asked.plain, places);
    return all.sort((one, other) => one.rank - other.rank || one.place - other.place).map(({ name }) => name);
  }
  /** The names that are meant if one letter is wrong, missing, too much or swapped with the next one. */
  #slips(asked, places) {
    return this.#names.flatMap((name, index) => {
      const { plain = "", starts = [] } = this.#ready[index] ?? {};
      const isMeant = starts.some((start) => isSlipOfStart(asked, plain.slice(start, start + asked.length + 1)));
      return isMeant ? [{ name, rank: FIT.typo, place: places.get(name) ?? index }] : [];
    });
  }
};
var folded = (text2) => text2.normalize("NFKD").replaceAll(/\p{M}/gu, "").toUpperCase().toLowerCase().replaceAll(/[æœøłđðþıħ]/g, (letter) => ALIKE[letter] ?? letter).replaceAll(/\s+/g, " ").trim();
function ready(name) {
  const apart2 = name.replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, " ");
  const words = folded(apart2).split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  const starts = words.map((_, place) => words.slice(0, place).reduce((sum, word) => sum + word.length + 1, 0));
  return { text: folded(name), plain: words.join(" "), starts, initials: words.map(([first]) => first).join("") };
}
function rankOf(asked, name) {
  if (name.text === asked.text) return FIT.exact * STEP;
  if (name.text.startsWith(asked.text)) return FIT.prefix * STEP;
  if (!asked.plain) return name.text.includes(asked.text) ? FIT.substring * STEP : null;
  return rankOfWords(asked.plain, name);
}
function rankOfWords(asked, { text: text2, plain, starts, initials }) {
  if (plain.startsWith(asked) || text2.startsWith(asked)) return FIT.prefix * STEP;
  if (starts.some((start) => plain.startsWith(asked, start)) || beginWords(asked, plain)) return FIT.wordPrefix * STEP;
  if (initials.startsWith(asked)) return FIT.initials * STEP;
  if (plain.includes(asked) || text2.includes(asked)) return FIT.substring * STEP;
  const gaps = gapsOf(asked.replaceAll(" ", ""), plain, new Set(starts));
  return gaps === null ? null : FIT.subsequence * STEP + gaps;
}
function beginWords(asked, plain) {
  if (!asked.includes(" ")) return false;
  const words = plain.split(" ");
  let from = 0;
  return asked.split(" ").every((part) => {
    const at = words.findIndex((word, place) => place >= from && word.startsWith(part));
    from = at + 1;
    return at >= 0;
  });
}
function gapsOf(letters, plain, starts) {
  if (!areInOrder(letters, plain)) return null;
  let costs = [];
  for (const [place, letter] of Array.from(letters).entries()) {
    let least2 = place ? Infinity : 0;
    costs = Array.from(plain, (other, at) => {
      const before = costs[at - 1] ?? Infinity;
      if (place) least2 = Math.min(least2, costs[at - 2] ?? Infinity);
      if (other !== letter) return Infinity;
      return Math.min(before, least2 + (starts.has(at) ? 1 : JUMP));
    });
  }
  const least = Math.min(...costs);
  return least < Infinity ? least : null;
}
function areInOrder(letters, plain) {
  let at = -1;
  for (const letter of letters) {
    at = plain.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
}
var isSlipOfStart = (asked, start) => [asked.length - 1, asked.length, asked.length + 1].some((length) => isSlip(asked, start.slice(0, length)));
function isSlip(one, other) {
  let from = 0;
  while (from < one.length && one[from] === other[from]) from += 1;
  const [a, b] = [one.slice(from), other.slice(from)];
  if (a.slice(1) === b || a === b.slice(1) || a.slice(1) === b.slice(1)) return true;
  return a.charAt(1) + a.charAt(0) + a.slice(2) === b;
}

// pages/_ui/labeler/src/slots.ts
var DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"];
var LIKELY = 5;
function slotsOf(likely, used, own) {
  const left = [...likely];
  return DIGITS.map((key, place) => {
    const chosen = own(key);
    if (chosen !== void 0) return { key, name: chosen, isLikely: false };
    if (place < LIKELY) return { key, name: left.shift() ?? null, isLikely: true };
    return { key, name: used[place - LIKELY] ?? null, isLikely: false };
  });
}

// pages/_ui/labeler/src/finder.ts
var ENDS_COMPOSING = 30;
var Finder = class {
  #root;
  #desk;
  #tags;
  #field;
  #keys = null;
  #names = new Names([]);
  #slots = [];
  /** What the slots were filled for: they stay while that does. */
  #filledFor = "";
  #filledAt = 0;
  #item;
  #batch = null;
  #found = [];
  #marked = 0;
  #composedAt = -ENDS_COMPOSING;
  constructor(root, desk, tags) {
    this.#root = root;
    this.#desk = desk;
    this.#tags = tags;
    this.#field = find(root, ".query", HTMLInputElement);
    this.#field.addEventListener("input", () => {
      this.#search();
    });
    this.#field.addEventListener("compositionend", (event) => {
      this.#composedAt = event.timeStamp;
    });
    const matches = this.#find(".matches");
    matches.addEventListener("pointerdown", (event) => {
      event.preventDefault();
    });
    matches.addEventListener("click", (event) => {
      this.#onClick(event);
    });
  }
  #find(selector) {
    return find(this.#root, selector);
  }
  get #query() {
    return this.#field.value;
  }
  /** Take up the classes and keys there are now. */
  update() {
    const { data, keys: { map } } = this.#desk;
    this.#keys = map instanceof FindingKeymap ? map : null;
    this.#names = new Names(this.#keys ? data.classes.map(({ name }) => name) : []);
    this.#filledFor = "";
    this.#root.classList.toggle("finding", this.#keys !== null);
    this.#find(".finder").hidden = this.#keys === null;
    this.#clear();
    this.focus();
  }
  // ---- what is on screen
  show() {
    const { data, item } = this.#desk;
    if (!this.#keys) return;
    this.#find(".finder").hidden = !data.items.length;
    this.#fillSlots(this.#keys);
    if (item?.id !== this.#item && data.batch_id === this.#batch) this.#clear();
    this.#item = item?.id;
    this.#batch = data.batch_id;
  }
  /** Have the keys go into the field, unless something else on the page has them. */
  focus() {
    const root = this.#root.getRootNode();
    const isFree2 = root.activeElement === null || root.activeElement === this.#root;
    if (this.#keys && isFree2 && matchMedia("(pointer: fine)").matches) this.#field.focus({ preventScroll: true });
  }
  get #likely() {
    const { item, preferences } = this.#desk;
    return preferences.blind ? [] : item?.beliefs.map(({ name }) => name) ?? [];
  }
  /** Fill the slots anew for another image; for the same one they stay, for somebody has read them. */
  #fillSlots(keys) {
    const { data: { named }, item, keys: { used, names }, preferences } = this.#desk;
    const wanted = `${item?.id ?? ""} ${preferences.blind} ${named}`;
    if (wanted === this.#filledFor) return;
    this.#filledFor = wanted;
    this.#filledAt = performance.now();
    this.#slots = slotsOf(this.#likely, used.slots(names), (key) => keys.classOf(key));
    keys.show(this.#slots);
    this.#find(".classes").replaceChildren(...this.#slots.map((slot) => this.#slot(slot)));
  }
  #slot({ key, name }) {
    const each = button(name === null ? "empty" : "", () => {
      if (name !== null) this.#label(name);
    });
    each.append(keycap(key));
    if (name === null) {
      each.ariaLabel = `${key}, no class yet`;
      return each;
    }
    const tag = element("span");
    this.#tags.write(tag, name);
    each.append(tag);
    each.dataset["name"] = name;
    each.ariaLabel = `${key}, ${name}`;
    each.title = `Label as ${name} (key ${key})`;
    return each;
  }
  // ---- what is typed
  /** Whether something is typed into the field. */
  isField(event) {
    return event.composedPath()[0] === this.#field;
  }
  /** What becomes of a key: done with, to be written by the browser, or not for the field. */
  hear(event) {
    if (!this.#keys) return null;
    if (event.isComposing) return "written";
    if (this.#query !== "") return this.#hearWithin(event);
    return this.#isForNone(event) ? "done" : null;
  }
  #hearWithin(event) {
    const act = this.#acts.get(event.key);
    if (!act || event.ctrlKey || event.metaKey || event.altKey) {
      if (!event.ctrlKey && !event.metaKey && !isMoving(event.key)) this.#field.focus({ preventScroll: true });
      return "written";
    }
    act(event);
    return "done";
  }
  /** What keys mean while something is typed; all others edit it. */
  #acts = /* @__PURE__ */ new Map([
    ["Enter", (event) => {
      this.#enter(event);
    }],
    ["Escape", () => {
      this.#clear();
    }],
    ["ArrowDown", () => {
      this.#mark(1);
    }],
    ["ArrowUp", () => {
      this.#mark(-1);
    }]
  ]);
  /** A key that asks for nothing else begins to find a class; whether it does. */
  begins(event) {
    if (!this.#keys?.types(event)) return false;
    this.#field.focus({ preventScroll: true });
    return true;
  }
  /** Whether the key of a slot is for none: no class is there, or another one when it was pressed. */
  #isForNone(event) {
    const slot = this.#slots.find(({ key }) => key === digitOf(event));
    if (!slot || event.ctrlKey || event.altKey || event.metaKey) return false;
    const isLate = slot.isLikely && event.timeStamp < this.#filledAt;
    if (slot.name !== null && !isLate) return false;
    if (!event.repeat) this.#desk.say(isLate ? "That key was for the image before." : `No class is at ${slot.key} now.`);
    return true;
  }
  #enter(event) {
    if (event.repeat || event.timeStamp - this.#composedAt < ENDS_COMPOSING) return;
    const name = this.#found[this.#marked];
    if (name === void 0) this.#desk.say(notFound(this.#query));
    else this.#label(name);
  }
  /** Label with a class; what was typed stays while nothing can be labelled. */
  #label(name) {
    if (!this.#desk.canAnswer) return;
    this.#clear();
    this.#desk.perform({ label: name });
  }
  #onClick(event) {
    if (!isWithin(event, "[role=option]") || !(event.target instanceof Element)) return;
    const name = event.target.closest("[role=option]")?.dataset["name"];
    if (name !== void 0) this.#label(name);
  }
  #clear() {
    if (this.#query === "" && !this.#found.length) return;
    this.#field.value = "";
    this.#search();
  }
  #search() {
    const { keys: { used, names } } = this.#desk;
    const favourites = /* @__PURE__ */ new Set([...this.#likely, ...used.inOrder(names)]);
    this.#found = this.#query === "" ? [] : this.#names.find(this.#query, [...favourites]);
    this.#marked = 0;
    this.#showFound();
  }
  #mark(step) {
    const { length } = this.#found;
    if (!length) return;
    this.#marked = (this.#marked + step + length) % length;
    this.#showFound();
  }
  #showFound() {
    const { length } = this.#found;
    const isSearching = this.#query !== "";
    this.#root.classList.toggle("searching", isSearching);
    this.#find(".nothing").textContent = isSearching && !length ? notFound(this.#query) : "";
    this.#find(".tally").textContent = length > 1 ? count(length, "match", "es") : "";
    this.#field.ariaExpanded = String(length > 0);
    if (length) this.#field.setAttribute("aria-activedescendant", `match-${this.#marked}`);
    else this.#field.removeAttribute("aria-activedescendant");
    this.#fillMatches();
  }
  /** As many at a time as there is room for, the marked one among them. */
  #fillMatches() {
    const room = Number(getComputedStyle(this.#root).getPropertyValue("--matches")) || 1;
    const first = this.#marked - this.#marked % room;
    const matches = this.#find(".matches");
    matches.replaceChildren(...this.#found.slice(first, first + room).map((name, place) => this.#match(name, first + place)));
    this.fitNames();
  }
  /** The marked one has less room than the others. */
  fitNames() {
    for (const kind of [".matches :not(.marked) > span", ".matches .marked > span"]) {
      this.#tags.fit(kind, this.#root.querySelectorAll(kind));
    }
  }
  #match(name, place) {
    const isMarked = place === this.#marked;
    const each = element("li", isMarked ? "marked" : "");
    const tag = element("span");
    this.#tags.write(tag, name);
    each.append(tag);
    if (isMarked) each.append(keycap("Enter"));
    each.id = `match-${place}`;
    each.role = "option";
    each.ariaSelected = String(isMarked);
    each.ariaSetSize = String(this.#found.length);
    each.ariaPosInSet = String(place + 1);
    each.ariaLabel = name;
    each.title = name;
    each.dataset["name"] = name;
    return each;
  }
};
var isMoving = (key) => /^(Tab|Shift|Control|Alt|Meta|CapsLock|F\d+)$/.test(key);

// pages/_ui/labeler/src/keys_view.ts
var FEW = 2;
var KeysView = class {
  #root;
  #desk;
  #help;
  #tags;
  /** The class that is about to get another key. */
  #choosing = null;
  /** `help` tells of the keys that are not those of classes. */
  constructor(root, desk, tags, help2) {
    this.#root = root;
    this.#help = help2;
    this.#desk = desk;
    this.#tags = tags;
    this.#find(".change").onclick = () => {
      this.#toggleChange();
    };
    this.#find(".reset").onclick = () => {
      this.#desk.keys.reset();
      this.#changed();
    };
  }
  #find(selector) {
    return find(this.#root, selector);
  }
  get isOpen() {
    return !this.#find(".keys").hidden;
  }
  toggle(isOpen = !this.isOpen) {
    this.#find(".keys").hidden = !isOpen;
    this.#find(".own").hidden = true;
    this.#choosing = null;
    this.#say("");
    this.fill();
  }
  /** Say that keys do not label while the list is open. */
  sayItIsOpen(key) {
    if (writes(key)) this.#say("Close this list to label by key.");
  }
  fill() {
    this.#fillClasses();
    this.#fillCaps();
    this.#fillHelp();
    this.#fillOwn();
  }
  #fillClasses() {
    const { data: { classes }, keys: { map } } = this.#desk;
    const isNamed = classes.some(({ name }) => name.toLowerCase() !== map.keyOf(name));
    this.#root.classList.toggle("named", isNamed);
    if (map.isFinding) return;
    this.#find(".classes").replaceChildren(...classes.map(({ name }) => {
      const cap = map.keyOf(name)?.toUpperCase();
      const each = button("", () => {
        this.#desk.perform({ label: name });
      });
      each.dataset["name"] = name;
      each.title = `Label as ${name}${cap ? ` (key ${cap})` : ""}`;
      if (isNamed && cap) each.append(keycap(cap));
      const tag = element("span");
      this.#tags.write(tag, name);
      each.append(tag);
      if (this.#tags.length !== "short") each.ariaLabel = cap ? `${cap}, ${name}` : name;
      return each;
    }));
  }
  /** Commands take Shift where their letters are classes. */
  #fillCaps() {
    this.#root.classList.toggle("shifted", this.#desk.keys.map.isShifted);
    for (const cap of this.#root.querySelectorAll("kbd[data-letter]")) {
      cap.textContent = this.#desk.keys.map.capOf(cap.dataset["letter"] ?? "");
    }
  }
  #fillHelp() {
    const { data, keys: { map } } = this.#desk;
    const caps = data.classes.flatMap(({ name }) => map.keyOf(name)?.toUpperCase() ?? []);
    const [first, last] = [caps[0], caps.at(-1)];
    const isRun = caps.every((cap, place) => !place || follows(cap, caps[place - 1] ?? ""));
    const some = first && last && isRun ? [first, "–", last] : [...caps.slice(0, FEW), "…"];
    const forClasses = caps.length > FEW ? some : caps;
    const ofClasses = map.isFinding ? FINDING : [[forClasses, "label and go on"]];
    const told = [...ofClasses, ...this.#help()];
    this.#find(".keys dl").replaceChildren(...told.flatMap(([keys, meaning]) => {
      const term = element("dt");
      const isCommand = keys.length === 1;
      term.append(...keys.map((key) => "–…".includes(key) ? `${key} ` : keycap(isCommand && isClassLetter(key, meaning) ? map.capOf(key) : key)));
      return [term, element("dd", "", meaning)];
    }));
  }
  // ---- keys of one's own
  #toggleChange() {
    const own = this.#find(".own");
    own.hidden = !own.hidden;
    this.#choosing = null;
    this.#fillOwn();
  }
  #fillOwn() {
    const { data, keys } = this.#desk;
    const isOpen = !this.#find(".own").hidden;
    this.#find(".keys dl").hidden = isOpen;
    this.#find(".change").textContent = isOpen ? "Show all keys" : "Change the keys of classes";
    this.#find(".reset").hidden = !isOpen || !keys.areOwn;
    this.#find(".own ul").replaceChildren(...(isOpen ? data.classes : []).map(({ name }) => {
      const isChosen = this.#choosing === name;
      const each = button(isChosen ? "choosing" : "", () => {
        this.#choose(name);
      });
      each.append(keycap(isChosen ? "…" : keys.map.keyOf(name)?.toUpperCase() ?? "–"), element("span", "", name));
      each.ariaPressed = String(isChosen);
      const entry = element("li");
      entry.append(each);
      return entry;
    }));
  }
  #choose(name) {
    this.#choosing = name;
    this.#say(`Press the new key of ${name}: a digit or a letter from A to Z.`);
    this.#fillOwn();
  }
  /** Take a key for the class that is to get one; whether it was for that. */
  takes(press2) {
    const name = this.#choosing;
    if (name === null || press2.ctrlKey || press2.altKey || press2.metaKey) return false;
    if (press2.key === "Escape") this.#choosing = null;
    const written = press2.key.toLowerCase();
    const key = isClassKey(written) ? written : placedKey(press2);
    if (isClassKey(key)) {
      this.#desk.keys.choose(name, key);
      this.#choosing = null;
    }
    this.#changed();
    return true;
  }
  #changed() {
    if (this.#choosing === null) this.#say("");
    this.fill();
    this.#desk.say("");
  }
  #say(text2) {
    this.#find(".keys .says").textContent = text2;
  }
};
var isClassLetter = (key, meaning) => /^[A-Z]$/.test(key) && meaning !== "label and go on";
var follows = (key, before) => key.length === 1 && (before === "9" && key === "0" || key.charCodeAt(0) === before.charCodeAt(0) + 1);

// pages/_ui/labeler/src/short_names.ts
var GAP = "…";
var ENDS = [0.3, 0.5, 0.7, 0.85];
var FEWEST = 5;
var graphemes = new Intl.Segmenter(void 0, { granularity: "grapheme" });
var SIMPLE = /^[\x20-\u02ff]*$/;
var lettersOf = (text2) => SIMPLE.test(text2) ? Array.from(text2) : Array.from(graphemes.segment(text2), ({ segment }) => segment);
function shortNames(names, limit) {
  const room = Math.max(FEWEST, limit);
  const letters = new Map(names.map((name) => [name, lettersOf(name)]));
  const long = names.filter((name) => (letters.get(name)?.length ?? 0) > room);
  const short = new Map(names.map((name) => [name, name]));
  const isLong = new Set(long);
  const taken = new Set(names.filter((name) => !isLong.has(name)));
  let left = long;
  for (const shorten of [beginning(room), ...ENDS.map((share) => ends(room, share))]) {
    left = settle(left, letters, shorten, short, taken);
  }
  for (const alike of byHead(left, letters, headOf(room))) settleBetween(alike, room, short, taken);
  return short;
}
var headOf = (room) => Math.max(1, Math.floor((room - 2) / 3));
function byHead(names, letters, head) {
  const groups = /* @__PURE__ */ new Map();
  for (const name of names.toSorted()) {
    const own = letters.get(name) ?? [];
    const begins = own.slice(0, head).join("");
    const group = groups.get(begins) ?? [];
    group.push({ name, letters: own });
    groups.set(begins, group);
  }
  return [...groups.values()];
}
var beginning = (room) => (letters) => letters.slice(0, room - 1).join("") + GAP;
var ends = (room, share) => {
  const after = Math.max(1, Math.round(share * (room - 1)));
  return (letters) => letters.slice(0, room - 1 - after).join("") + GAP + letters.slice(-after).join("");
};
function settle(names, letters, shorten, short, taken) {
  const forms = new Map(names.map((name) => [name, shorten(letters.get(name) ?? [])]));
  const counts = /* @__PURE__ */ new Map();
  for (const form of forms.values()) counts.set(form, (counts.get(form) ?? 0) + 1);
  return names.filter((name) => {
    const form = forms.get(name) ?? name;
    if ((counts.get(form) ?? 0) > 1 || taken.has(form)) return true;
    short.set(name, form);
    taken.add(form);
    return false;
  });
}
function settleBetween(alike, room, short, taken) {
  const [first, last] = [alike[0], alike.at(-1)];
  const common = first && last ? firstDifference(first.letters, last.letters) : 0;
  let number = 0;
  alike.forEach(({ name, letters }, at) => {
    const nearest = [alike[at - 1], alike[at + 1]].filter((other) => other !== void 0).map((other) => firstDifference(letters, other.letters));
    const forms = [common, ...nearest].map((place) => between(letters, place, room));
    let form = forms.find((one) => !taken.has(one));
    while (form === void 0 || taken.has(form)) {
      number += 1;
      form = letters.slice(0, room - 1 - String(number).length).join("") + GAP + String(number);
    }
    short.set(name, form);
    taken.add(form);
  });
}
function firstDifference(some, others) {
  const at = some.findIndex((letter, place) => letter !== others[place]);
  return at < 0 ? some.length : at;
}
function between(letters, at, room) {
  const before = headOf(room);
  const rest = Math.max(1, room - 2 - before);
  const from = Math.min(Math.max(0, at - 1), letters.length - rest);
  const tail = from + rest < letters.length ? GAP : "";
  return letters.slice(0, before).join("") + GAP + letters.slice(from, from + rest).join("") + tail;
}

// pages/_ui/labeler/src/name_tags.ts
var LIMITS = [36, 31, 27, 23, 20, 17, 15, 13, 11, 9, 7, 5];
var SHORT = 8;
var MIDDLE = 16;
var IN_SENTENCE = 22;
var NameTags = class {
  #colours = /* @__PURE__ */ new Map();
  #names = [];
  #shortened = /* @__PURE__ */ new Map();
  /** What has turned out to fit, by place and name. */
  #fitting = /* @__PURE__ */ new Map();
  length = "short";
  update(classes) {
    this.#names = classes.map(({ name }) => name);
    this.#colours = new Map(classes.flatMap(({ name, colour }) => colour ? [[name, colour]] : []));
    const longest = Math.max(0, ...this.#names.map((name) => name.length));
    this.length = longest <= SHORT ? "short" : longest <= MIDDLE ? "middle" : "long";
    this.#shortened.clear();
    this.forget();
  }
  /** Places have other sizes now. */
  forget() {
    this.#fitting.clear();
  }
  /** Write a name into an element. It is fitted to its place once it stands there. */
  write(tag, name) {
    put(tag, name);
    tag.dataset["full"] = name;
    const colour = this.#colours.get(name);
    if (colour === void 0) delete tag.dataset["colour"];
    else tag.dataset["colour"] = colour;
  }
  /** A name within a sentence. */
  inSentence(name) {
    return this.#short(name, IN_SENTENCE);
  }
  /** Shorten the names that are too long for their places, all of which are of one kind. */
  fit(kind, tags) {
    if (this.length === "short") return;
    let open = [...tags].filter((tag) => tag.clientWidth > 0 && !this.#putKnown(kind, tag));
    for (const limit of LIMITS) {
      const cut = new Set(open.filter(isCut));
      for (const tag of open) {
        if (cut.has(tag)) put(tag, this.#short(fullOf(tag), limit));
        else this.#fitting.set(keyOf(kind, tag), tag.textContent);
      }
      open = [...cut];
      if (!open.length) return;
    }
  }
  #putKnown(kind, tag) {
    const known2 = this.#fitting.get(keyOf(kind, tag));
    if (known2 !== void 0) put(tag, known2);
    return known2 !== void 0;
  }
  #short(name, limit) {
    const short = this.#shortened.get(limit) ?? shortNames(this.#names, limit);
    this.#shortened.set(limit, short);
    return short.get(name) ?? name;
  }
};
var put = (tag, name) => {
  const parts = name.split(/(?<=[_\-/.])(?=.)/u);
  tag.replaceChildren(...parts.flatMap((part, place) => place ? [document.createElement("wbr"), part] : [part]));
};
var fullOf = (tag) => tag.dataset["full"] ?? tag.textContent;
var keyOf = (kind, tag) => `${kind}:${fullOf(tag)}`;
var isCut = (tag) => tag.scrollHeight > tag.clientHeight + 1 || tag.scrollWidth > tag.clientWidth + 1;

// pages/_ui/labeler/src/saved.ts
function savedWords(desk, isOnline) {
  const { answers, data, outbox } = desk;
  const waiting = Object.keys(answers).length;
  const failure = outbox.failure(data.receipts) ?? "";
  const isLate = outbox.isBusy && (failure !== "" || outbox.isSlow || !isOnline);
  if (!isLate) return { text: text(desk, waiting), isAll: !waiting && !outbox.isBusy && data.saved > 0, trouble: "" };
  return {
    text: lateText(data.as_you_go ? waiting : 0),
    isAll: false,
    trouble: `${failure || "The server does not answer."} Your answers are kept in this browser and sent again.`
  };
}
var lateText = (waiting) => waiting ? `Not saved yet: ${count(waiting, "answer")}` : "Not saved yet";
function text({ data, outbox: { message } }, waiting) {
  if (message?.kind === "submit") return `Saving ${count(message.answers.length, "answer")} …`;
  const stored = count(data.saved, "answer");
  if (waiting) return `${count(waiting, "answer")} kept here, ${data.saved} saved`;
  return data.saved ? `✓ all ${stored} saved` : "Nothing to save yet";
}
function summaryWords({ answers, data }) {
  const isOldNews = data.undone !== null && !data.as_you_go && Object.keys(answers).length > 0;
  return isOldNews ? "" : data.summary;
}

// pages/_ui/labeler/src/places.ts
function placesOf({ items, beside }) {
  const places = items.map((item, index) => ({ item, index }));
  for (const answered of beside.toSorted((one, other) => one.place - other.place)) {
    places.splice(answered.place, 0, { answered });
  }
  return places;
}
var placeOf = (page, number) => placesOf(page).findIndex((place) => "index" in place && place.index === number);

// pages/_ui/labeler/src/contrast.ts
var ENDS2 = 5e-3;
var LEVELS = 256;
var LEAST = 4;
var SIDE = 128;
function rangeOf(pixels) {
  const counts = new Array(LEVELS).fill(0);
  for (let at = 0; at < pixels.length; at += 4) {
    const grey = 0.3 * (pixels[at] ?? 0) + 0.59 * (pixels[at + 1] ?? 0) + 0.11 * (pixels[at + 2] ?? 0);
    const level = Math.min(LEVELS - 1, Math.round(grey));
    counts[level] = (counts[level] ?? 0) + 1;
  }
  const few = ENDS2 * pixels.length / 4;
  return [edge(counts, few), LEVELS - 1 - edge(counts.toReversed(), few)];
}
function edge(counts, few) {
  let seen = 0;
  const found = counts.findIndex((count2) => (seen += count2) > few);
  return Math.max(0, found);
}
function stretch([low, high]) {
  if (high - low < LEAST) return "";
  const a = (LEVELS - 1) / (high + low);
  const b = (high + low) / (high - low);
  return `brightness(${a.toFixed(4)}) contrast(${b.toFixed(4)})`;
}
var known = /* @__PURE__ */ new WeakMap();
function stretchOf(image) {
  const before = known.get(image);
  if (before !== void 0) return before;
  if (!image.complete || !image.naturalWidth) return "";
  const found = stretch(rangeOf(pixelsOf(image)));
  known.set(image, found);
  return found;
}
function pixelsOf(image) {
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return [];
  context.fillStyle = "#fff";
  context.fillRect(0, 0, SIDE, SIDE);
  context.drawImage(image, 0, 0, SIDE, SIDE);
  return context.getImageData(0, 0, SIDE, SIDE).data;
}

// pages/_ui/labeler/src/zoom.ts
var FURTHEST = 8;
var WORTH = 1.2;
var NARROW = 4;
function fitted({ width, height }, place) {
  if (!width || !height) return place;
  const scale = Math.min(place.width / width, place.height / height);
  return { width: width * scale, height: height * scale };
}
function steps({ stage, image, pixels }) {
  const short = Math.min(image.width / stage.width, image.height / stage.height);
  const narrow = short > 0 ? 1 / (4 * short) : 0;
  const first = narrow > NARROW ? [1, narrow] : [1, 2, 4];
  return pixels > WORTH * Math.max(...first) ? [...first, pixels] : first;
}
var Zoom = class {
  scale = 1;
  x = 0;
  y = 0;
  get isOn() {
    return this.scale > 1;
  }
  reset() {
    this.scale = 1;
    this.x = 0;
    this.y = 0;
  }
  /** Magnify by a factor; what is at a point stays there. */
  magnify(factor, { x, y }, fit) {
    const furthest = Math.max(FURTHEST, 2 * Math.max(...steps(fit)));
    const scale = Math.min(furthest, Math.max(1, this.scale * factor));
    const change = scale / this.scale;
    this.scale = scale;
    this.x = x - (x - this.x) * change;
    this.y = y - (y - this.y) * change;
    this.#stay(fit);
  }
  /** Magnify to the next step; after the last one the image fits again. */
  step(around, fit) {
    const next = steps(fit).find((scale) => scale > 1.01 * this.scale);
    if (next === void 0) this.reset();
    else this.magnify(next / this.scale, around, fit);
  }
  move(x, y, fit) {
    this.x += x;
    this.y += y;
    this.#stay(fit);
  }
  /** No edge of the image comes further in than the edge of the stage. */
  #stay({ stage, image }) {
    this.x = within(this.x, (image.width * this.scale - stage.width) / 2);
    this.y = within(this.y, (image.height * this.scale - stage.height) / 2);
  }
};
var within = (value, limit) => limit > 0 ? Math.min(limit, Math.max(-limit, value)) : 0;

// pages/_ui/labeler/src/lens.ts
var LINE = 16;
var WHEEL = 2e-3;
var PINCH = 0.01;
var SCROLLS = 400;
var MIDDLE2 = { x: 0, y: 0 };
var Lens = class {
  #stage;
  #changed;
  #zoom = new Zoom();
  #image;
  /** Where the mouse is, while it is over the stage. */
  #mouse = null;
  #fingers = [];
  #scrolledAt = -SCROLLS;
  /** `changed` hears of each magnification. */
  constructor(stage, changed) {
    this.#stage = stage;
    this.#changed = changed;
  }
  listen(signal) {
    const stage = this.#stage;
    document.addEventListener("wheel", (event) => {
      this.#onScroll(event);
    }, { signal, passive: true });
    stage.addEventListener("wheel", (event) => {
      this.#onWheel(event);
    }, { signal, passive: false });
    stage.addEventListener("pointermove", (event) => {
      this.#onPointer(event);
    }, { signal });
    stage.addEventListener("pointerleave", () => {
      this.#mouse = null;
    }, { signal });
    stage.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "touch" && this.isOn) stage.setPointerCapture(event.pointerId);
    }, { signal });
    for (const name of ["touchstart", "touchmove", "touchend", "touchcancel"]) {
      stage.addEventListener(name, (event) => {
        this.#onTouch(event);
      }, { signal, passive: false });
    }
  }
  get isOn() {
    return this.#zoom.isOn;
  }
  /** Whether more pixels are asked for than the image on the stage has. */
  get wantsMore() {
    return this.isOn && this.#image !== void 0 && this.#zoom.scale > this.#fit(this.#image).pixels;
  }
  /** Look at an image: at another one from afar, at the same in more pixels as before. */
  show(image, isSame) {
    if (image === this.#image && isSame) return;
    if (this.#image) this.#image.style.transform = "";
    this.#image = image;
    if (!isSame) this.#zoom.reset();
    this.#draw();
  }
  step() {
    if (!this.#image) return;
    this.#zoom.step(this.#mouse ?? MIDDLE2, this.#fit(this.#image));
    this.#drawChanged();
  }
  reset() {
    this.#zoom.reset();
    this.#drawChanged();
  }
  #fit(image) {
    const place = { width: image.offsetWidth, height: image.offsetHeight };
    const natural = { width: image.naturalWidth, height: image.naturalHeight };
    const fit = fitted(natural, place);
    return {
      stage: { width: this.#stage.clientWidth, height: this.#stage.clientHeight },
      image: fit,
      pixels: fit.width ? natural.width / (fit.width * devicePixelRatio) : 1
    };
  }
  #draw() {
    const { isOn, scale, x, y } = this.#zoom;
    this.#stage.classList.toggle("zoomed", isOn);
    if (this.#image) this.#image.style.transform = isOn ? `translate(${x}px, ${y}px) scale(${scale})` : "";
  }
  #drawChanged() {
    this.#draw();
    this.#changed();
  }
  #pointOf({ clientX, clientY }) {
    const { left, top, width, height } = this.#stage.getBoundingClientRect();
    return { x: clientX - left - width / 2, y: clientY - top - height / 2 };
  }
  // ---- the mouse
  /** Whoever scrolls the page goes on doing so when the image comes under the pointer. */
  #onScroll(event) {
    if (!event.defaultPrevented) this.#scrolledAt = event.timeStamp;
  }
  #onWheel(event) {
    const isScrolling = event.timeStamp - this.#scrolledAt < SCROLLS;
    if (!this.#image || !this.isOn && (event.deltaY >= 0 || isScrolling)) return;
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * LINE : event.deltaY;
    const factor = Math.exp(-pixels * (event.ctrlKey ? PINCH : WHEEL));
    this.#zoom.magnify(factor, this.#pointOf(event), this.#fit(this.#image));
    this.#drawChanged();
  }
  #onPointer(event) {
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
  #onTouch(event) {
    const fingers = [...event.targetTouches].slice(0, 2).map((touch) => this.#pointOf(touch));
    const before = this.#fingers;
    this.#fingers = fingers;
    if (!this.#image || !fingers.length || fingers.length < 2 && !this.isOn) return;
    if (event.cancelable) event.preventDefault();
    if (event.type !== "touchmove" || before.length !== fingers.length) return;
    const [from, to, fit] = [middle(before), middle(fingers), this.#fit(this.#image)];
    this.#zoom.move(to.x - from.x, to.y - from.y, fit);
    if (fingers.length === 2) this.#zoom.magnify(apart(fingers) / Math.max(1, apart(before)), to, fit);
    this.#drawChanged();
  }
};
function middle(points) {
  const sum = points.reduce((one, other) => ({ x: one.x + other.x, y: one.y + other.y }), MIDDLE2);
  return { x: sum.x / points.length, y: sum.y / points.length };
}
var apart = ([one = MIDDLE2, other = MIDDLE2]) => Math.hypot(one.x - other.x, one.y - other.y);

// pages/_ui/labeler/src/stage.ts
var Stage = class {
  #stage;
  #pictures;
  #lens;
  #item;
  /** The image as large as the screen needs. */
  #usual;
  #contrast = false;
  /** Whether the full size was asked for, for this image. */
  #hasAsked = false;
  constructor(stage, pictures) {
    this.#stage = stage;
    this.#pictures = pictures;
    this.#lens = new Lens(stage, () => {
      this.#magnified();
    });
  }
  listen(signal) {
    this.#lens.listen(signal);
  }
  /** Show an image as a person likes to see it; another one is seen from afar at first. */
  show(item, { contrast, pixels }) {
    const picture = this.#pictures.of(item);
    const usual = pixels ? picture?.pixels : picture?.smooth;
    const isSame = item?.id === this.#item?.id;
    if (!isSame || usual !== this.#usual || !this.#lens.isOn) this.#put(usual, isSame);
    if (!isSame) this.#hasAsked = false;
    this.#item = item;
    this.#usual = usual;
    this.#contrast = contrast;
    this.follow();
  }
  /** Show what has become of the image on the stage: it may have come by now, or be missing. */
  follow() {
    this.#showLack();
    this.#spread();
  }
  /** Spread the greys of the image on the stage, as soon as it is there. */
  #spread() {
    const usual = this.#usual;
    const filter = this.#contrast && usual ? stretchOf(usual) : "";
    this.#stage.classList.toggle("stretched", filter !== "");
    this.#stage.style.setProperty("--stretch", filter);
    if (!this.#contrast || !usual || usual.complete) return;
    usual.addEventListener("load", () => {
      if (usual === this.#usual) this.#spread();
    }, { once: true });
  }
  #put(shown, isSame) {
    for (const image of this.#stage.querySelectorAll("img")) if (image !== shown) image.remove();
    if (shown && !shown.isConnected) this.#stage.append(shown);
    this.#lens.show(shown, isSame);
  }
  #showLack() {
    const usual = this.#usual;
    const lack = usual?.dataset["lack"];
    const told = find(this.#stage, ".broken");
    told.hidden = lack === void 0;
    told.textContent = lack === void 0 ? "" : lackOf(lack, usual?.dataset["why"]);
    if (usual) usual.hidden = lack !== void 0;
  }
  /** Go one step closer, or back after the last. */
  step() {
    if (!this.#usual?.hidden) this.#lens.step();
  }
  /** Look from afar again; whether that changes anything. */
  unzoom() {
    const { isOn } = this.#lens;
    if (isOn) this.#lens.reset();
    return isOn;
  }
  #magnified() {
    if (!this.#lens.isOn) this.#put(this.#usual, true);
    else if (this.#lens.wantsMore && !this.#hasAsked) void this.#fetch();
  }
  async #fetch() {
    const item = this.#item;
    if (!item?.full) return;
    this.#hasAsked = true;
    const full = await fullSize(item.full);
    if (item.id !== this.#item?.id) return;
    if (full && this.#lens.isOn) this.#put(full, true);
    else this.#hasAsked = false;
  }
};

// pages/_ui/labeler/src/spoken.ts
var Spoken = class {
  #before = null;
  /** What to say now; null where nothing has changed that is worth a word, or the images are not there yet. */
  next(desk) {
    if (!desk.isPainted && desk.data.items.length) return null;
    const { before, now } = this.#step(desk);
    if (!before) return where(desk);
    const said = [saved(before, now), given(before, now, desk)].filter(Boolean);
    if (before.item !== now.item || before.batch !== now.batch) said.push(where(desk));
    return said.length ? said.join(" ") : null;
  }
  #step(desk) {
    const before = this.#before;
    const now = {
      batch: desk.data.batch_id,
      item: desk.item?.id,
      answered: Object.keys(desk.answers).length,
      saved: desk.data.saved
    };
    this.#before = now;
    return { before, now };
  }
};
var saved = (before, now) => now.saved > before.saved ? `${count(now.saved - before.saved, "answer")} saved.` : "";
function given(before, now, desk) {
  const answer = before.item === void 0 || now.answered <= before.answered ? void 0 : desk.answers[before.item];
  return answer ? `${inShort(answer)}.` : "";
}
function where(desk) {
  const { data, item, given: answer } = desk;
  if (!item) return data.coming ? "More images are coming." : "No image is left to answer.";
  const place = data.as_you_go ? "Next image" : `Image ${placeOf(data, desk.current) + 1} of ${data.items.length + data.beside.length}`;
  const hiding = hidingOf(desk);
  const belief = verdict(hiding === "none" ? item.beliefs : [], hiding, data.calibrated, (name) => name);
  return `${place}${answer ? `, ${inShort(answer)}` : ""}. ${belief}.`;
}

// pages/_ui/labeler/src/strip.ts
var Strip = class {
  #list;
  #desk;
  #pictures;
  #tags;
  constructor(list, desk, pictures, tags) {
    this.#list = list;
    this.#desk = desk;
    this.#pictures = pictures;
    this.#tags = tags;
  }
  fill() {
    this.#list.replaceChildren(...placesOf(this.#desk.data).map((place) => {
      const entry = element("li");
      entry.append("answered" in place ? this.#standing(place.answered) : this.#open(place.item, place.index));
      return entry;
    }));
  }
  #open(item, index) {
    const tile = button("", () => {
      this.#desk.move(index);
    });
    tile.append(this.#pictures.of(item)?.tile ?? "", element("span"));
    return tile;
  }
  show() {
    const source = this.#desk.preferences.pixels ? "pixels" : "smooth";
    const places = placesOf(this.#desk.data);
    childrenOf(this.#list).forEach((entry, number) => {
      const place = places[number];
      if (!place) return;
      if ("item" in place) this.#showOpen(find(entry, "button", HTMLButtonElement), place, number);
      const image = "answered" in place ? place.answered : place.item;
      this.#pictures.draw(find(entry, "img", HTMLImageElement), image[source]);
    });
  }
  #showOpen(tile, { item, index }, number) {
    const answer = this.#desk.answers[item.id];
    const said = answer && inShort(answer);
    tile.className = `${answer ? "answered" : ""} ${index === this.#desk.current ? "current" : ""}`;
    tile.ariaLabel = `Image ${number + 1}${said ? `, ${said}` : ""}`;
    tile.title = said ?? "";
    this.#tags.write(find(tile, "span"), said ?? "·");
  }
  /** An image whose answer stands while the batch is open again. */
  #standing({ answer: { said } }) {
    const tile = button("answered standing", () => void 0);
    tile.disabled = true;
    tile.title = `Answered ${said}. Undo once more to answer it again.`;
    const tag = element("span");
    this.#tags.write(tag, said);
    tile.append(element("img"), tag);
    return tile;
  }
};

// pages/_ui/labeler/src/view.ts
var BARS = 3;
var WIDTHS = { short: 96, middle: 112, long: 132 };
var GAP2 = 8;
var View = class {
  /** There before anything is shown: the desk is made with its screen. */
  desk;
  #root;
  pictures = new Pictures(() => {
    this.stage.follow();
  });
  stage;
  keys;
  finder;
  #strip;
  #tags = new NameTags();
  #spoken = new Spoken();
  /** The keys that are shown. */
  #map;
  constructor(root) {
    this.#root = root;
    this.stage = new Stage(this.#find(".stage"), this.pictures);
  }
  attach(desk) {
    this.desk = desk;
    this.keys = new KeysView(this.#root, desk, this.#tags, () => help(desk.data));
    this.finder = new Finder(this.#root, desk, this.#tags);
    this.#strip = new Strip(this.#find(".strip"), desk, this.pictures, this.#tags);
  }
  #find(selector) {
    return find(this.#root, selector);
  }
  beginProject() {
    this.pictures.clear();
  }
  showKeys() {
    this.#tags.update(this.desk.data.classes);
    this.#root.dataset["names"] = this.#tags.length;
    this.keys.fill();
  }
  /** Other classes have come, or a person has chosen other keys. */
  #followKeys() {
    const { map } = this.desk.keys;
    if (map === this.#map) return;
    this.#map = map;
    this.finder.update();
    this.arrange();
  }
  /** Set the classes in as few rows as the width allows, each row as full as the others. */
  arrange() {
    const { classes } = this.desk.data;
    const most = Math.max(1, Math.floor((this.#root.clientWidth + GAP2) / (WIDTHS[this.#tags.length] + GAP2)));
    const rows = Math.max(1, Math.ceil(classes.length / most));
    this.#root.style.setProperty("--columns", String(Math.ceil(classes.length / rows)));
    this.#root.style.setProperty("--rows", String(rows));
    const areRows = this.#root.classList.contains("named") && !this.desk.keys.map.isFinding;
    this.#root.classList.toggle("tight", areRows && rows > 2);
    this.#tags.forget();
  }
  /** Shorten the names that have too little room. */
  fitNames() {
    for (const place of [".classes button span", ".top b", ".strip span"]) {
      this.#tags.fit(place, this.#root.querySelectorAll(place));
    }
    this.finder.fitNames();
  }
  fillImages() {
    this.pictures.fill(this.desk.data.items);
    this.#strip.fill();
  }
  imageIsThere() {
    return this.pictures.isThere(this.desk.item);
  }
  painted() {
    return painted();
  }
  setReady(batch) {
    if (batch === null) delete this.#root.dataset["ready"];
    else {
      this.#root.dataset["ready"] = batch;
      this.#speak();
    }
  }
  show() {
    const { answers, data, preferences } = this.desk;
    this.#root.classList.toggle("pixels", preferences.pixels && matters("pixels", data));
    this.#root.classList.toggle("photo", !data.ink);
    this.followTheme();
    this.#find(".question").textContent = data.question;
    this.#showRound(answers);
    this.showSaved();
    this.#showStage();
    this.#showBeliefs();
    this.#showToggles();
    this.#followKeys();
    this.finder.show();
    this.#showClasses();
    this.#showKinds();
    this.#showActions(Object.keys(answers).length);
    this.#strip.show();
    this.#showRefused();
    for (const part of [".bar", ".work", ".classes", ".strip"]) this.#find(part).hidden = !data.items.length;
    const why = data.coming ? "more" : data.others > 0 ? "others" : "all";
    for (const each of ["more", "others", "all"]) {
      this.#find(`.done.${each}`).hidden = data.items.length > 0 || each !== why;
    }
    this.fitNames();
    this.#speak();
  }
  #speak() {
    const said = this.#spoken.next(this.desk);
    if (said !== null) this.#find(".spoken").textContent = said;
  }
  #showClasses() {
    const { canAnswer, given: given2, isPainted, item } = this.desk;
    const isWaiting = isPainted && !canAnswer;
    const likely = hidingOf(this.desk) !== "none" || given2 ? void 0 : item?.beliefs[0]?.name;
    for (const each of this.#find(".classes").querySelectorAll("button")) {
      const { name } = each.dataset;
      each.classList.toggle("chosen", given2 !== void 0 && given2.label === name);
      each.classList.toggle("likely", likely === name);
      each.ariaPressed = String(given2 !== void 0 && given2.label === name);
      each.disabled = name === void 0 || isWaiting;
    }
  }
  #showKinds() {
    const { given: given2 } = this.desk;
    for (const kind of Object.keys(KINDS)) {
      const key = this.#find(`.key.${kind}`);
      key.classList.toggle("chosen", given2?.kind === kind);
      key.ariaPressed = String(given2?.kind === kind);
    }
  }
  #showActions(answered) {
    const { data, isComplete, isLocked } = this.desk;
    const undo = find(this.#root, ".undo", HTMLButtonElement);
    undo.disabled = !answered && !data.last;
    undo.title = answered || !data.last ? "Take back the last answer" : `Take back the last answer (${data.last.said})`;
    const submit = find(this.#root, ".submit", HTMLButtonElement);
    submit.disabled = !answered || isLocked;
    submit.classList.toggle("ready", isComplete && !isLocked);
    submit.hidden = data.as_you_go;
    submit.title = answered ? `Save ${count(answered, "answer")}` : "Nothing to save yet";
  }
  /** How far the round is: in the batch on screen or, as you go, by the answers it has. */
  #showRound(answers) {
    const { as_you_go: isAsYouGo, beside, items, round, round_size: roundSize, answered } = this.desk.data;
    const inRound = Object.values(answers).filter((draft) => draft.round === round).length;
    const size = isAsYouGo ? roundSize : items.length + beside.length;
    const done = isAsYouGo ? Math.min(size, answered + inRound) : Object.keys(answers).length + beside.length;
    const place = isAsYouGo ? done : placeOf(this.desk.data, this.desk.current) + 1;
    const where2 = this.#find(".where");
    where2.textContent = items.length ? `Round ${round} · ${place} of ${size}` : "";
    where2.title = isAsYouGo ? `A round is ${count(size, "answer")}; after each of them the model is fitted again.` : "A round is one batch of images; after it the model is fitted again.";
    const bar = this.#find(".bar");
    bar.ariaValueMax = String(size);
    bar.ariaValueNow = String(done);
    find(bar, "i").style.width = `${items.length ? 100 * done / size : 100}%`;
  }
  #showStage() {
    const { isLocked, item, preferences } = this.desk;
    this.stage.show(item, preferences);
    this.#find(".stage").classList.toggle("saving", isLocked);
    this.#root.dataset["item"] = String(item?.id ?? "");
  }
  #showBeliefs() {
    const { data, isLocked, item } = this.desk;
    const hiding = hidingOf(this.desk);
    const beliefs = hiding === "none" && item ? item.beliefs : [];
    const told = this.#find(".verdict");
    const { calibrated } = data;
    told.textContent = verdict(beliefs, hiding, calibrated, (name) => this.#tags.inSentence(name));
    told.title = whyHidden(hiding, data, item?.blind) || verdict(beliefs, hiding, calibrated, (name) => name);
    this.#find(".top").title = barsMean(calibrated);
    this.#find(".top").replaceChildren(...beliefs.slice(0, BARS).map((belief) => this.#bar(belief)));
    this.#find(".why").textContent = item && !isLocked ? item.why : "";
    const isFinding = this.desk.keys.map.isFinding;
    this.#find(isFinding ? ".hint" : ".idle").replaceChildren();
    this.#find(isFinding ? ".idle" : ".hint").replaceChildren(...this.#hint(beliefs[0], press(isFinding)));
  }
  /** What to do now. */
  #hint(best, what) {
    const { isComplete, isLocked } = this.desk;
    if (isLocked) return ["One moment …"];
    if (isComplete) return ["All answered. ", this.#acceptButton(), " saves them."];
    if (hidingOf(this.desk) !== "none") return [what];
    if (!best) return [`No label has reached this image yet, so the model cannot say. ${what.trimEnd()}`];
    const accept = element("span");
    accept.append(this.#acceptButton(), ` if it is ${best.name}.`);
    return [what, accept];
  }
  #acceptButton() {
    const accept = button("accept", () => {
      this.desk.perform("accept");
    });
    accept.append(keycap("Enter"));
    return accept;
  }
  #showToggles() {
    const { data, preferences } = this.desk;
    this.#find(".blind").hidden = !matters("blind", data);
    this.#find(".blind span").textContent = preferences.blind ? "Show predictions" : "Hide predictions";
    const haveLook = matters("pixels", data);
    this.#find(".smooth").hidden = !haveLook;
    this.#find(".smooth span").textContent = preferences.pixels ? "Smooth images" : "Show pixels";
    for (const name of [".contrast", ".zoom"]) this.#find(name).hidden = haveLook && data.ink;
    this.#find(".contrast span").textContent = preferences.contrast ? "Own contrast" : "More contrast";
    this.#find(".auto").hidden = !matters("auto", data);
    this.#find(".auto span").textContent = preferences.auto ? "Save manually" : "Save automatically";
  }
  /** What the server would not take, until the person sends it again or discards it. */
  #showRefused() {
    const { refused } = this.desk.drafts;
    const line = this.#find(".refused");
    line.hidden = !refused.length;
    if (!refused.length) return;
    find(line, "span").textContent = `${count(refused.length, "answer")} refused, and kept here.`;
    line.title = refused.map((draft) => `Image ${draft.item}: ${inShort(draft)}`).join("\n");
  }
  showSaved() {
    const { text: text2, isAll, trouble } = savedWords(this.desk, navigator.onLine);
    const saved2 = this.#find(".saved");
    saved2.textContent = text2;
    saved2.classList.toggle("all", isAll);
    saved2.classList.toggle("trouble", trouble !== "");
    const summary = this.#find(".summary");
    summary.classList.toggle("trouble", trouble !== "");
    const words = trouble || this.desk.notice || summaryWords(this.desk);
    summary.textContent = words.replaceAll(" %", " %");
    summary.title = summary.textContent;
  }
  followTheme() {
    const { backgroundColor } = getComputedStyle(this.#find(".theme-probe"));
    const [red = 0, green = 0, blue = 0] = (backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
    this.#root.classList.toggle("dark", 0.3 * red + 0.59 * green + 0.11 * blue < 128);
  }
  #bar({ name, probability }) {
    const row = element("li");
    const tag = element("b");
    this.#tags.write(tag, name);
    tag.title = name;
    const length = element("i");
    length.style.setProperty("--share", String(probability));
    row.append(tag, length);
    if (this.desk.data.calibrated) row.append(element("span", "", `${Math.round(100 * probability)} %`));
    return row;
  }
};

// pages/_ui/labeler/src/component.ts
var BUTTONS = {
  undo: "undo",
  skip: "skip",
  unsure: "unsure",
  bad: "bad",
  back: "back",
  next: "next",
  submit: "submit",
  help: "help",
  close: "close",
  answers: "answers",
  classing: "classes",
  "classes-too": "classes",
  blind: "blind",
  smooth: "pixels",
  auto: "auto",
  contrast: "contrast",
  zoom: "zoom"
};
var mayBeDrawn = () => isFree() && !isDialogOpen();
var Labeler = class {
  #root;
  #view;
  #line = new Line(clock, post, (heard) => {
    this.#hearQuickly(heard);
  }, isRunUnderWay, mayBeDrawn);
  #news = new News(clock, askStand, () => {
    this.#line.redraw();
  });
  #outbox;
  #desk;
  #listening = new AbortController();
  #widths = new ResizeObserver(() => {
    this.#onWidth();
  });
  constructor(parent) {
    this.#root = find(parent, ".labeler");
    this.#view = new View(this.#root);
    const { cookie: cookies } = document;
    this.#outbox = new Outbox2(clock, () => {
      this.#view.showSaved();
    }, () => this.#line.isUnderWay, whoseOf(cookies));
    this.#outbox.trigger = this.#line.trigger;
    this.#desk = new Desk(this.#view, this.#outbox, new Store(() => ownShelf(localStorage, cookies)), clock, new Store(() => ownShelf(sessionStorage, cookies)));
    this.#view.attach(this.#desk);
    this.#listen();
    this.#widths.observe(this.#root);
    this.#root.focus({ preventScroll: true });
  }
  /** A run of the page that began before the last answer came may say how things stood then. */
  update(data, trigger) {
    this.#line.update(data.post, trigger);
    this.#news.update(data.post, data.news);
    this.#desk.update(this.#line.isOvertaken(data.news) ? { ...this.#desk.data, receipts: data.receipts } : data);
  }
  #hearQuickly({ page, receipt }) {
    const data = page ?? { ...this.#desk.data, receipts: [receipt] };
    this.#news.update(data.post, data.news);
    this.#desk.update(data);
  }
  destroy() {
    this.#line.stop();
    this.#news.stop();
    this.#listening.abort();
    this.#widths.disconnect();
    this.#outbox.stop();
    this.#view.pictures.stop();
    void revive();
  }
  #listen() {
    const { signal } = this.#listening;
    document.addEventListener("keydown", (event) => {
      this.#onKey(event);
    }, { signal, capture: true });
    document.addEventListener("visibilitychange", () => {
      this.#onReturn();
    }, { signal });
    addEventListener("pagehide", () => {
      this.#news.leave(sayLeft);
    }, { signal });
    addEventListener("storage", (event) => {
      this.#onOtherTab(event);
    }, { signal });
    addEventListener("online", () => {
      this.#outbox.resend();
      this.#view.pictures.retry();
    }, { signal });
    this.#view.stage.listen(signal);
    find(this.#root, ".theme-probe").addEventListener("transitionend", () => {
      this.#view.followTheme();
    }, { signal });
    this.#root.addEventListener("pointerdown", (event) => {
      if (isWithin(event, "button")) event.preventDefault();
    }, { signal });
    find(this.#root, ".again").addEventListener("click", () => {
      settleRefused(this.#desk, true);
    }, { signal });
    find(this.#root, ".discard").addEventListener("click", () => {
      settleRefused(this.#desk, false);
    }, { signal });
    for (const [name, wish] of Object.entries(BUTTONS)) {
      find(this.#root, `button.${name}`).addEventListener("click", () => {
        this.#perform(wish);
      }, { signal });
    }
  }
  #perform(wish) {
    if (wish === "help") this.#toggleKeys();
    else if (wish === "close") this.#toggleKeys(false);
    else if (wish === "zoom") this.#view.stage.step();
    else if (wish === "answers" || wish === "classes") this.#ask(wish);
    else this.#desk.perform(wish);
  }
  #ask(wish) {
    if (this.#view.keys.isOpen) this.#toggleKeys(false);
    this.#line.trigger("ask", wish);
  }
  /** While the list of keys is open nothing is typed into the field. */
  #toggleKeys(isOpen) {
    this.#view.keys.toggle(isOpen);
    if (this.#view.keys.isOpen) this.#root.focus({ preventScroll: true });
    else this.#view.finder.focus();
  }
  #onKey(event) {
    if (this.#isForOthers(event)) return;
    const heard = this.#hear(event);
    if (heard === "written") return;
    if (heard === "done" || this.#asks(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (this.#view.keys.isOpen || !this.#view.finder.begins(event)) this.#complain(event);
  }
  /** Do what a key asks for; whether it asks for anything. */
  #asks(event) {
    const wish = event.isComposing ? null : this.#desk.keys.map.wishOf(event, this.#view.keys.isOpen);
    if (wish === null) return false;
    if (!event.repeat || goesOn(wish)) this.#perform(wish);
    return true;
  }
  #isForOthers(event) {
    return isTyped(event) && !this.#view.finder.isField(event) || pressesControl(event, "a, button, summary, [role=tab]") || isDialogOpen();
  }
  /** What becomes of a key that is not for the images: it is done with, or the browser writes it. */
  #hear(event) {
    const { finder, keys } = this.#view;
    if (keys.takes(event)) return "done";
    const heard = keys.isOpen ? null : finder.hear(event);
    return heard ?? (this.#stepsBack(event) ? "done" : null);
  }
  #stepsBack({ key }) {
    return key === "Escape" && !this.#view.keys.isOpen && this.#view.stage.unzoom();
  }
  #complain(event) {
    if (event.repeat) return;
    if (this.#view.keys.isOpen) this.#view.keys.sayItIsOpen(event.key);
    else {
      const complaint = this.#desk.keys.map.complaint(event);
      if (complaint) this.#desk.say(complaint);
    }
  }
  /** Names have another room where the page is wider, or narrower. */
  #onWidth() {
    if (!("item" in this.#root.dataset)) return;
    this.#view.arrange();
    this.#view.fitNames();
  }
  #onReturn() {
    if (document.hidden) return;
    this.#desk.restart();
    this.#desk.sync();
  }
  #onOtherTab({ key, newValue }) {
    if (!this.#desk.concerns(key)) return;
    if (newValue === null) this.#desk.sync();
    else this.#view.show();
  }
};
var component_default = mounted((parent) => new Labeler(parent));
export {
  component_default as default
};
