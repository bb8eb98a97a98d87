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
function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
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
var isElsewhere = ({ isComposing, ctrlKey, altKey, metaKey }) => isComposing || ctrlKey || altKey || metaKey;
function isTyped(event) {
  const [target] = event.composedPath();
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}
function pressesControl(event, controls) {
  const [target] = event.composedPath();
  return (event.key === "Enter" || event.key === " ") && target instanceof Element && target.closest(controls) !== null;
}
var isDialogOpen = () => [...document.querySelectorAll("[data-testid=stDialog], dialog[open]")].some((dialog) => dialog.checkVisibility());

// pages/_ui/browser/streamlit.ts
var UNDER_WAY = /* @__PURE__ */ new Set(["running", "rerunRequested"]);
var stand = () => document.querySelector(".stApp")?.dataset ?? {};
var isRunUnderWay = ({ testScriptState, testConnectionState } = stand()) => testConnectionState === "CONNECTED" && UNDER_WAY.has(testScriptState ?? "");
var isAtRest = ({ testScriptState, testConnectionState } = stand()) => testConnectionState === "CONNECTED" && testScriptState === "notRunning";

// pages/_ui/browser/in_use.ts
var ASKED = "labelspread-redraw";
function whileInUse(isInUse, signal) {
  document.addEventListener(ASKED, (event) => {
    if (isInUse()) event.preventDefault();
  }, { signal });
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
  wishOf(press, isHelpOpen = false) {
    if (isHelpOpen) return closes(press.key) ? "close" : null;
    if (press.ctrlKey || press.metaKey) return press.altKey ? null : chord(press);
    if (press.altKey) return null;
    const named = NAMED.get(press.key);
    if (named) return named;
    const written = this.#wishOfCharacter(press.key.toLowerCase(), press.shiftKey);
    return written ?? this.#wishOfCharacter(placedKey(press), press.shiftKey);
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
  complaint(press) {
    if (press.isComposing || press.key === "Process") {
      return "An input method (IME) takes the keys. Switch it off to label by key.";
    }
    if (press.ctrlKey || press.altKey || press.metaKey || !writes(press.key)) return "";
    const name = press.key === " " ? "Space" : press.key.toUpperCase();
    return commandOf(press.key.toLowerCase()) && this.isShifted ? `Hold Shift for this command: ⇧ ${name}.` : `${name} is no key here. ? shows those there are.`;
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
function digitOf(press) {
  const key = isClassKey(press.key) ? press.key : placedKey(press);
  return /^[0-9]$/.test(key) ? key : "";
}
var writes = (key) => /^.$/u.test(key);
var closes = (key) => key === "Escape" || NAMED.get(key) === "help";
var isLetter = (key) => /^\p{L}$/u.test(key);
var letterAt = (code) => /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? "";

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
  wishOf(press, isHelpOpen = false) {
    const wish = super.wishOf(press, isHelpOpen);
    if (wish !== null || isHelpOpen || press.ctrlKey || press.altKey || press.metaKey) return wish;
    const label = this.#slots.get(digitOf(press));
    return typeof label === "string" ? { label } : null;
  }
  /** What means nothing else is written into the field. */
  complaint() {
    return "";
  }
  /** Whether a key that asks for nothing writes into the field: whatever writes, but for the digits of slots. */
  types(press) {
    if (press.isComposing || COMPOSING.has(press.key)) return true;
    return !press.ctrlKey && !press.metaKey && writes(press.key) && digitOf(press) === "";
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

// pages/_ui/browser/reload.ts
var FIRST = 1e3;
var LONGEST = 15e3;
var PATIENCE = 2;
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
    else if (found === true && vain < PATIENCE) {
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
var isSmall = ({ smooth }) => smooth.startsWith("data:");
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

// pages/_ui/labeler/src/preferences.ts
var NAME = "labelspread:view";
var FIRST2 = { blind: false, pixels: false, contrast: false, auto: true };
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

// pages/_ui/browser/asking.ts
var AGAIN = 3e3;
var TIMES = 5;
var Asking = class {
  /** What was asked for and has not come. */
  wish = null;
  #clock;
  #ask;
  #isRunUnderWay;
  #callOff = () => void 0;
  constructor(clock2, ask, isRunUnderWay2) {
    this.#clock = clock2;
    this.#ask = ask;
    this.#isRunUnderWay = isRunUnderWay2;
  }
  send(wish) {
    this.stop();
    this.wish = wish;
    this.#send(wish, TIMES);
  }
  stop() {
    this.#callOff();
    this.wish = null;
  }
  #send(wish, times) {
    this.#ask(wish);
    this.#await(wish, times - 1);
  }
  /** Ask again if nothing has come; not while a run is under way that may bring it. */
  #await(wish, times) {
    this.#callOff = this.#clock.after(AGAIN, () => {
      if (this.#isRunUnderWay()) this.#await(wish, times);
      else if (times > 0) this.#send(wish, times);
      else this.stop();
    });
  }
};

// pages/_ui/grid/src/asking.ts
var Asking2 = class extends Asking {
  /** See whether a page is what was asked for; a class of which nothing is left gives way to another. */
  take({ name, order, size, to_check: classes, corrects, among, batch_id: batch }) {
    const { wish } = this;
    if (wish?.order !== order || wish.size !== size || wish.seen === batch) return;
    if (wish.is_all ? among !== null : wish.corrects !== corrects) return;
    if (wish.name === name || !classes.some((one) => one.name === wish.name)) this.stop();
  }
};

// pages/_ui/grid/src/words.ts
var CHOOSE = "Choose an image first: click it, or use the arrow keys.";
var TAKEN_BACK = "Taken back.";
var NOT_REACHED = "";
var LONG = 24;
var ORDERS = { surest: "surest first", doubtful: "most doubtful first" };
var HELP = [
  [["Enter"], "accept all that are not marked, with the marks"],
  [["←", "↑", "→", "↓"], "go to an image; Home and End too"],
  [["Space", "X"], "mark the image, or take its mark away"],
  [["⌫"], "take back the last mark, or the last grid; Ctrl Z too"],
  [["]", "["], "the next class, or the one before; Page ↓ and ↑ too"],
  [["Z"], "look closer at the image; two clicks too, Esc goes back"],
  [["P"], "show smooth images or their pixels"],
  [["?"], "show or hide this list"]
];
var grouped = (number) => number.toLocaleString("en-US");
var count = (number, noun) => `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;
var percent = (share2) => `${share2 < 1 ? Math.min(99, Math.round(100 * share2)) : 100} %`;
var short = (name) => name.length > LONG ? `${name.slice(0, LONG - 1).trimEnd()}…` : name;
function acceptWords({ name, corrects }, accepted, marked, missing) {
  if (corrects) return goOnWords("correct", marked);
  if (name === NOT_REACHED) return goOnWords("answer", marked);
  const rest = [...marked ? [`${marked} marked`] : [], ...missing ? [`${missing} not shown`] : []];
  return [accepted ? `Accept ${accepted} as ${short(name ?? "")}` : "Go on", rest.map((part) => `, ${part}`).join("")];
}
var goOnWords = (verb, marked) => marked ? [`${verb === "answer" ? "Answer" : "Correct"} ${marked}`, ", and go on"] : ["Go on", `: nothing to ${verb}`];
function markWords({ name, corrects }, marks, target, isTouch) {
  if (!marks.length) return { told: startWords(name ?? "", corrects, isTouch), hint: "" };
  const told = `Marked: ${marks.length}.`;
  if (!target) return { told, hint: "What has no class is asked about on the Label page." };
  if (target.name !== null) return { told, hint: `This one is ${short(target.name)}.` };
  const press = isTouch ? "Choose" : "Press the key of";
  return { told, hint: `${press} its class, or leave it: it is asked about on the Label page.` };
}
function startWords(name, corrects, isTouch) {
  if (name === NOT_REACHED) return `${isTouch ? "Tap an image" : "Click an image, or mark it by key,"} to say what it is.${isTouch ? "" : " Enter goes on."}`;
  const isNot = `what is not ${short(name)}`;
  if (isTouch) return corrects ? `Tap ${isNot}.` : `Tap ${isNot}, then accept the rest.`;
  return `Click ${isNot}, or mark it by key. Enter ${corrects ? "goes on" : "accepts the rest"}.`;
}
function imageWords({ id, chance, answer }, name, mark) {
  const said = name === NOT_REACHED ? "nothing" : name;
  const predicted = chance === null ? said : `${said}, ${percent(chance)}`;
  const told = answer ? `Image ${id}, answered: ${answer.said}; the model: ${predicted}` : `Image ${id}, predicted as ${predicted}`;
  return mark ? `${told}, marked as ${mark.name ?? (name === NOT_REACHED ? "skipped" : "wrong")}` : told;
}
var leftWords = (left, name, corrects) => corrects ? `${grouped(left)} answered` : `${grouped(left)} left ${name === NOT_REACHED ? "that no label reaches" : `as ${short(name)}`}`;
var amongWords = ({ n_items: all, said }) => `Only the ${count(all, "image")} ${said}`;
function savedWords({ message, waiting, answered, failure, isLate }) {
  const isBusy = message !== null && message.kind !== "sync";
  if (isBusy && (failure !== void 0 || isLate)) {
    return {
      text: waiting ? `Not saved yet: ${count(waiting, "answer")}` : "Not saved yet",
      isAll: false,
      trouble: `${failure ?? "The server does not answer."} Your answers are kept in this browser and sent again.`
    };
  }
  if (waiting) return { text: `Saving ${count(waiting, "answer")} …`, isAll: false, trouble: "" };
  return { text: answered ? "✓ all saved" : "Nothing to save yet", isAll: !isBusy && answered > 0, trouble: "" };
}
var lackOf = (lack) => lack === "late" ? "not here yet" : "cannot be shown";

// pages/_ui/grid/src/check.ts
function checkOf({ page, name, marks, unseen, took }) {
  const marked = new Map(marks.map((mark) => [mark.item, mark]));
  const items = name === NOT_REACHED ? page.items.filter(({ id }) => marked.has(id)) : page.items;
  const ms = Math.round(took / items.length);
  const answer = (item) => {
    const mark = marked.get(item);
    const label = mark ? mark.name : name;
    const isSkipped = label === null || !mark && unseen.has(item);
    return { item, kind: isSkipped ? "skip" : "label", label: isSkipped ? null : label, ms, named: page.named, hidden: false };
  };
  return {
    v: PROTOCOL,
    id: identifier(),
    project: page.project,
    kind: "check",
    batch_id: page.batch_id,
    name,
    numbering: page.numbering,
    named: page.named,
    items: items.map(({ id, probability }) => ({ item: id, probability })),
    answers: items.map(({ id }) => answer(id))
  };
}
function correctionsOf(page, marks) {
  const standing = new Map(page.items.map(({ id, answer }) => [id, answer]));
  const answers = marks.flatMap(({ item, name }) => {
    const before = standing.get(item);
    const kind = name === null ? "skip" : "label";
    const answer = { item, kind, label: name, ms: null, named: page.named, hidden: null };
    return before ? [{ batch_id: before.batch_id, answer }] : [];
  });
  if (!answers.length) return null;
  return {
    v: PROTOCOL,
    id: identifier(),
    project: page.project,
    kind: "correct_many",
    batch_id: page.batch_id,
    numbering: page.numbering,
    named: page.named,
    answers
  };
}

// pages/_ui/grid/src/layout.ts
var GAP = 6;
var CAPTION = 18;
var CAPTIONED = 72;
var LARGEST = 240;
var WIDEST = 1.35;
function layoutOf(n, room, least) {
  const captioned = largest(n, room, CAPTION);
  if (captioned.side >= CAPTIONED) return widened(captioned, room, true, true);
  const plain = largest(n, room, 0);
  return plain.side >= least ? widened(plain, room, false, true) : scrolled(room, least);
}
function largest(n, { width, height }, caption) {
  let best = { columns: 1, side: 0 };
  for (let columns = 1; columns <= n; columns += 1) {
    const rows = Math.ceil(n / columns);
    const side = Math.min(LARGEST, share(width, columns), share(height, rows) - caption);
    if (side > best.side) best = { columns, side };
    else if (side === best.side && rows < Math.ceil(n / best.columns)) best = { columns, side };
  }
  return best;
}
function scrolled(room, least) {
  const columns = Math.max(1, Math.floor((room.width + GAP) / (least + GAP)));
  return widened({ columns, side: Math.max(least, share(room.width, columns)) }, room, false, false);
}
function widened({ columns, side }, { width }, isCaptioned, fits) {
  const wide = Math.min(share(width, columns), Math.floor(WIDEST * side));
  return { columns, side, width: Math.max(wide, side), isCaptioned, fits };
}
var share = (length, n) => Math.floor((length - (n - 1) * GAP) / n);
function movedTo(from, move, n, columns) {
  if (move === "first" || from < 0 && move !== "last") return 0;
  if (move === "last") return n - 1;
  const to = from + { left: -1, right: 1, up: -columns, down: columns }[move];
  if (to < 0) return from;
  if (to < n) return to;
  const hasRowBelow = Math.floor(from / columns) < Math.floor((n - 1) / columns);
  return move === "down" && hasRowBelow ? n - 1 : from;
}

// pages/_ui/grid/src/marks.ts
var REMEMBERED = 30;
var Marks = class {
  prefix;
  #store;
  constructor(project, store) {
    this.prefix = `labelspread:grid:marks:${project}:`;
    this.#store = store;
  }
  key(batch) {
    return this.prefix + batch;
  }
  /** The marks of a grid, the last one last. */
  all(batch) {
    return this.#read(this.key(batch))?.marks ?? [];
  }
  /** Mark an image, or say of a marked one what it is. */
  put(page, mark) {
    this.write(page, [...this.all(page.batch_id).filter(({ item }) => item !== mark.item), mark]);
  }
  drop(page, item) {
    this.write(page, this.all(page.batch_id).filter((mark) => mark.item !== item));
  }
  clear(batch) {
    this.#store.write(this.key(batch), null);
  }
  write({ batch_id: batch, name: predicted, named }, marks) {
    const key = this.key(batch);
    if (!marks.length || predicted === null) {
      this.#store.write(key, null);
      return;
    }
    const others = this.#others(key);
    const kept = { predicted, named, at: 1 + (others.at(-1)?.at ?? 0), marks };
    for (const { key: old } of others.slice(0, Math.max(0, others.length - REMEMBERED))) this.#store.write(old, null);
    this.#store.write(key, kept);
  }
  /**
   * Take over what was marked of the images of a page while they stood in other grids: the server, or the
   * person, may have put them together anew.
   *
   * @param sent Grids that were accepted: their marks are on their way.
   */
  adopt(page, sent) {
    const shown = new Set(page.items.map(({ id }) => id));
    const names = new Set(page.classes.map(({ name }) => name));
    const found = /* @__PURE__ */ new Map();
    for (const { key, predicted, named, marks } of this.#others(this.key(page.batch_id))) {
      const batch = key.slice(this.prefix.length);
      const isAsThen = named === page.named;
      if (sent.has(batch) || isAsThen && predicted !== page.name) continue;
      const here = marks.filter(({ item }) => shown.has(item));
      for (const mark of here) found.set(mark.item, isAsThen ? mark : { ...mark, name: null });
      if (here.length) this.write({ batch_id: batch, name: predicted, named }, marks.filter((mark) => !here.includes(mark)));
    }
    const before = this.all(page.batch_id);
    for (const mark of before) found.set(mark.item, mark);
    const all = [...found.values()].map((mark) => isOf(names, mark) ? mark : { ...mark, name: null });
    if (all.length) this.write(page, all);
  }
  /** What is kept of all grids but one, the oldest first. */
  #others(but) {
    return this.#store.keys(this.prefix).flatMap((key) => {
      const kept = key === but ? null : this.#read(key);
      return kept ? [{ ...kept, key }] : [];
    }).sort((one, other) => one.at - other.at);
  }
  #read(key) {
    return this.#store.read(key);
  }
};
var isOf = (names, { name }) => name === null || names.has(name);

// pages/_ui/browser/waiting.ts
var Waiting = class {
  prefix;
  #refused;
  #store;
  #nameOf;
  /**
   * @param kind What the messages are about.
   * @param nameOf What a message is kept by: of those by the same name the last one counts.
   */
  constructor(kind, project, store, nameOf) {
    this.prefix = `labelspread:${kind}:waiting:${project}:`;
    this.#refused = `labelspread:${kind}:refused:${project}:`;
    this.#store = store;
    this.#nameOf = nameOf;
  }
  /** What a message by this name is kept under. */
  key(name) {
    return this.prefix + name;
  }
  keep(message) {
    this.#put(this.prefix, message);
  }
  /** All that wait, the oldest first. */
  get all() {
    return this.#under(this.prefix);
  }
  drop(message) {
    this.#store.write(this.key(this.#nameOf(message)), null);
  }
  /** Put what the server will not take out of the way, without destroying it. */
  setAside(message) {
    this.#put(this.#refused, message);
    this.drop(message);
  }
  get refused() {
    return this.#under(this.#refused);
  }
  /** Let what was refused wait once more, by another id: the receipt for the old one is there. */
  revive() {
    for (const message of this.refused) this.keep({ ...message, id: identifier() });
    this.discardRefused();
  }
  discardRefused() {
    for (const key of this.#store.keys(this.#refused)) this.#store.write(key, null);
  }
  #put(prefix, message) {
    const kept = { at: 1 + Math.max(0, ...this.#kept(prefix).map(({ at }) => at)), message };
    this.#store.write(prefix + this.#nameOf(message), kept);
  }
  #under(prefix) {
    return this.#kept(prefix).sort((one, other) => one.at - other.at).map(({ message }) => message);
  }
  #kept(prefix) {
    return this.#store.keys(prefix).flatMap((key) => this.#store.read(key) ?? []);
  }
};

// pages/_ui/grid/src/waiting.ts
var Waiting2 = class extends Waiting {
  constructor(project, store) {
    super("grid", project, store, ({ batch_id: batch }) => batch);
  }
};

// pages/_ui/grid/src/desk.ts
var PATIENCE2 = 5e3;
var Desk = class {
  /** All are there from the first update on, before which nothing is asked of a desk. */
  data;
  marks;
  waiting;
  keys;
  /** The index of the image that keys are for; -1 while none was chosen. */
  current = -1;
  /** A key counts only once a person can have seen the images. */
  isPainted = false;
  /** What is said of the last thing that happened. */
  notice = "";
  outbox;
  asking;
  #preferences;
  #store;
  #screen;
  #clock;
  #turn = 0;
  /** Whether what is still on its way was waited for long enough. */
  #isOverdue = false;
  #callOffOverdue = () => void 0;
  #shownAt = 0;
  /** The marks there were before the last click, which may be the first of two. */
  #before = [];
  constructor(screen, outbox, store, clock2, isRunUnderWay2) {
    this.#screen = screen;
    this.outbox = outbox;
    this.#store = store;
    this.#clock = clock2;
    this.#preferences = new KeptPreferences(store);
    this.asking = new Asking2(clock2, (wish) => {
      outbox.trigger("show", wish);
    }, isRunUnderWay2);
  }
  // ---- what comes from the server
  update(data) {
    const before = this.data;
    this.data = data;
    if (data.project !== before?.project) this.#beginProject();
    if (this.keys.update(data.classes)) this.#screen.showKeys();
    this.asking.take(data);
    this.#settle();
    if (before && areSame2(before, data)) this.#screen.show();
    else void this.#begin();
    this.sendWaiting();
  }
  #beginProject() {
    const { project } = this.data;
    this.marks = new Marks(project, this.#store);
    this.waiting = new Waiting2(project, this.#store);
    this.keys = new ProjectKeys(project, this.#store);
    this.asking.stop();
  }
  #settle() {
    const settled = this.outbox.take(this.data.receipts);
    if (!settled) return;
    const { message, outcome, text } = settled;
    this.notice = text;
    if (message.kind === "check" || message.kind === "correct_many") this.#settleCheck(message, outcome === "done");
    else if (message.kind === "take_back_batch") this.notice ||= TAKEN_BACK;
  }
  /** A grid has its receipt. It may be of the project that was open before. */
  #settleCheck(message, isStored) {
    const { project } = message;
    const waiting = new Waiting2(project, this.#store);
    if (!isStored) waiting.setAside(message);
    else {
      waiting.drop(message);
      new Marks(project, this.#store).clear(message.batch_id);
    }
  }
  /** Show other images. */
  async #begin() {
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
  #expectImages() {
    this.#isOverdue = false;
    this.#callOffOverdue();
    this.#callOffOverdue = this.#clock.after(PATIENCE2, () => {
      this.#isOverdue = true;
      this.#screen.show();
    });
  }
  /** Send what was accepted, the oldest first. */
  sendWaiting() {
    const [oldest] = this.waiting.all;
    if (this.outbox.isBusy || !oldest) return;
    this.outbox.send(oldest);
    this.#screen.show();
  }
  /** Ask how things stand, unless there is something under way that will tell. */
  sync() {
    if (this.outbox.message === null) this.outbox.send({ kind: "sync", project: this.data.project });
  }
  /** Another tab has changed the storage. */
  hearOf(key, isGone) {
    const { message } = this.outbox;
    if (key === this.marks.key(this.data.batch_id)) this.#screen.show();
    else if (isGone && key?.startsWith(this.waiting.prefix)) {
      if (message && message.kind !== "sync" && message.kind !== "take_back_batch" && key === this.waiting.key(message.batch_id)) this.outbox.stop();
      this.sync();
      this.#screen.show();
    }
  }
  stop() {
    this.outbox.stop();
    this.asking.stop();
    this.#callOffOverdue();
  }
  // ---- how things stand
  get items() {
    return this.data.items;
  }
  get given() {
    return this.marks.all(this.data.batch_id);
  }
  get hasPixels() {
    return this.#preferences.all.pixels;
  }
  /** Whether something is on its way to the server. */
  get isLocked() {
    return this.outbox.isBusy;
  }
  get canMark() {
    return this.isPainted && !this.isLocked && this.items.length > 0;
  }
  /** What is asked for, or else what is shown. */
  get shows() {
    const { name, order, size, corrects } = this.data;
    return this.asking.wish ?? { name, order, size, corrects, is_all: false, seen: null };
  }
  /** The image that the key of a class is for: the chosen one, or else the one that was marked last. */
  get target() {
    const last = this.given.at(-1);
    return this.items[this.current] ?? this.items.find(({ id }) => id === last?.item);
  }
  /** How an image on screen is to be seen; what does not come in time is missing. */
  lookOf(item) {
    const look = this.#screen.lookOf(item);
    return look === "coming" && this.#isOverdue ? "missing" : look;
  }
  /** The images that nobody can have seen. */
  get missing() {
    return new Set(this.items.filter(({ id }) => this.lookOf(id) === "missing").map(({ id }) => id));
  }
  // ---- what a person does
  perform(wish) {
    this.notice = "";
    if (typeof wish !== "object") this.#deeds[wish]();
    else if ("move" in wish) this.choose(movedTo(this.current, wish.move, this.items.length, this.#screen.columns));
    else this.#give(wish.label);
  }
  #deeds = {
    accept: () => {
      this.#accept();
    },
    undo: () => {
      this.#undo();
    },
    mark: () => {
      this.#mark();
    },
    pixels: () => {
      this.#togglePixels();
    },
    previous: () => {
      this.#step(-1);
    },
    following: () => {
      this.#step(1);
    }
  };
  /** Say something until something happens. */
  say(notice) {
    this.notice = notice;
    this.#screen.show();
  }
  /** Choose an image for the keys. */
  choose(index) {
    if (!this.isPainted || !this.items[index]) return;
    this.current = index;
    this.#screen.show();
  }
  #mark() {
    const item = this.items[this.current];
    if (!this.canMark) return;
    if (item) this.#toggle(item.id);
    else this.say(CHOOSE);
  }
  #toggle(item) {
    if (this.given.some((mark) => mark.item === item)) this.marks.drop(this.data, item);
    else this.marks.put(this.data, { item, name: null });
    this.#screen.show();
  }
  /** Say what an image is; that it is as predicted takes its mark away. */
  #give(name) {
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
  click(index, isRange) {
    const item = this.items[index];
    if (!this.canMark || !item) return;
    this.notice = "";
    this.#before = this.given;
    const from = this.current;
    this.current = index;
    if (isRange && from >= 0) this.#markAll(Math.min(from, index), Math.max(from, index));
    else this.#toggle(item.id);
  }
  #markAll(first, last) {
    const marked = new Set(this.given.map(({ item }) => item));
    const fresh = this.items.slice(first, last + 1).filter(({ id }) => !marked.has(id));
    this.marks.write(this.data, [...this.given, ...fresh.map(({ id }) => ({ item: id, name: null }))]);
    this.#screen.show();
  }
  /** Two clicks look closer: the first one has marked nothing. */
  takeClickBack() {
    if (!this.canMark) return;
    this.marks.write(this.data, this.#before);
    this.#screen.show();
  }
  #accept() {
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
  #correct() {
    const corrections = correctionsOf(this.data, this.given);
    if (corrections) {
      this.waiting.keep(corrections);
      this.sendWaiting();
    } else this.ask({ seen: this.data.batch_id });
  }
  /** Take back the last mark, or else the grid that was accepted last. */
  #undo() {
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
  #togglePixels() {
    this.#preferences.toggle("pixels");
    this.#expectImages();
    this.#screen.show();
  }
  /** Ask for other images. */
  ask(wish) {
    if (!this.isLocked) this.asking.send({ ...this.shows, seen: null, ...wish });
    this.#screen.show();
  }
  /** Ask for another class: one before, or one after. */
  #step(by) {
    const names = this.data.to_check.map(({ name: name2 }) => name2);
    if (names.length < 2) return;
    const at = names.indexOf(this.shows.name ?? "");
    const name = names.at((at + by) % names.length);
    if (name !== void 0) this.ask({ name });
  }
  /** Count the time for the images on screen from now. */
  restart() {
    this.#shownAt = this.#clock.now();
  }
  /** Send what was refused once more, or throw it away. */
  settleRefused(isAgain) {
    if (isAgain) this.waiting.revive();
    else this.waiting.discardRefused();
    this.sendWaiting();
    this.say(isAgain ? "" : "Discarded.");
  }
};
var saidOf = ({ answer }, { name }) => answer ? answer.said : name;
var areSame2 = (one, other) => one.project === other.project && one.batch_id === other.batch_id && one.items.length === other.items.length && one.items.every(({ id }, index) => id === other.items[index]?.id);

// pages/_ui/grid/src/keys.ts
var NAMED2 = /* @__PURE__ */ new Map([
  ["ArrowLeft", { move: "left" }],
  ["ArrowRight", { move: "right" }],
  ["ArrowUp", { move: "up" }],
  ["ArrowDown", { move: "down" }],
  ["Home", { move: "first" }],
  ["End", { move: "last" }],
  ["PageDown", "following"],
  ["PageUp", "previous"],
  ["]", "following"],
  ["[", "previous"],
  [" ", "mark"]
]);
var SHARED = /* @__PURE__ */ new Map([
  ["accept", "accept"],
  ["undo", "undo"],
  ["bad", "mark"],
  ["zoom", "closer"],
  ["pixels", "pixels"],
  ["help", "help"],
  ["close", "close"]
]);
function wishOf(press, map, isHelpOpen = false) {
  const named = isHelpOpen || isElsewhere(press) ? void 0 : NAMED2.get(press.key);
  if (named) return named;
  const wish = map.wishOf(press, isHelpOpen);
  if (typeof wish === "string") return SHARED.get(wish) ?? null;
  return wish && "label" in wish ? { label: wish.label } : null;
}
var goesOn = (wish) => typeof wish === "object" && "move" in wish;

// pages/_ui/grid/src/choices.ts
var CHECKED = "open";
var CORRECTED = "answered";
var Choices = class {
  #desk;
  #state;
  #class;
  #order;
  #size;
  constructor(root, desk) {
    this.#desk = desk;
    this.#state = find(root, ".among .state", HTMLSelectElement);
    this.#class = find(root, ".choices .class", HTMLSelectElement);
    this.#order = find(root, ".choices .order", HTMLSelectElement);
    this.#size = find(root, ".choices .size", HTMLSelectElement);
  }
  /** `chosen` hears when a pointer has chosen: the keys are for the images again. */
  listen(signal, chosen) {
    const asks = [
      [this.#state, (state) => {
        this.#desk.ask({ name: null, corrects: state === CORRECTED });
      }],
      [this.#class, (name) => {
        this.#desk.ask({ name });
      }],
      [this.#order, (order) => {
        this.#desk.ask({ order });
      }],
      [this.#size, (size) => {
        this.#desk.ask({ size: Number(size) });
      }]
    ];
    for (const [field, ask] of asks) {
      let isByKey = false;
      field.addEventListener("keydown", () => {
        isByKey = true;
      }, { signal });
      field.addEventListener("pointerdown", () => {
        isByKey = false;
      }, { signal });
      field.addEventListener("change", () => {
        ask(field.value);
        if (!isByKey) chosen();
      }, { signal });
    }
  }
  show() {
    const { data: { among, sizes, to_check: classes }, isLocked, shows } = this.#desk;
    fill(this.#state, stateOptions(among), shows.corrects ? CORRECTED : CHECKED);
    this.#state.disabled = isLocked;
    fill(this.#class, classes.map(({ name, count: count2 }) => [name, `${name === NOT_REACHED ? "not reached" : name} (${grouped(count2)})`]), shows.name ?? "");
    fill(this.#order, Object.entries(ORDERS), shows.order);
    fill(this.#size, sizes.map((size) => [String(size), `${size} images`]), String(shows.size));
    for (const field of [this.#class, this.#order, this.#size]) {
      field.disabled = isLocked;
      field.hidden = !classes.length;
    }
  }
};
var stateOptions = (among) => among ? [[CHECKED, `not answered (${grouped(among.n_open)})`], [CORRECTED, `answered (${grouped(among.n_answered)})`]] : [];
function fill(field, options, value) {
  const isSame = field.length === options.length && options.every(([name, text], index) => field.options[index]?.value === name && field.options[index].text === text);
  if (!isSame) {
    field.replaceChildren(...options.map(([name, text]) => {
      const option = element("option", "", text);
      option.value = name;
      return option;
    }));
  }
  if (field.value !== value) field.value = value;
}

// pages/_ui/grid/src/closer.ts
var Closer = class {
  #dialog;
  #item;
  constructor(dialog) {
    this.#dialog = dialog;
  }
  listen(signal) {
    this.#dialog.addEventListener("click", () => {
      this.close();
    }, { signal });
  }
  get isOpen() {
    return this.#dialog.open;
  }
  /** Show an image, as it is at hand, and in full size once that has come. */
  open(item, words, hasPixels) {
    this.#item = item;
    this.#put(hasPixels && isSmall(item) ? item.pixels : item.smooth, words);
    find(this.#dialog, "figcaption").textContent = words;
    this.#dialog.showModal();
    if (item.full !== null) void this.#fetch(item, item.full, words);
  }
  async #fetch(item, address, words) {
    const full = await fullSize(address);
    if (full && item === this.#item && this.isOpen) this.#put(address, words);
  }
  #put(address, words) {
    const image = find(this.#dialog, "img", HTMLImageElement);
    image.src = address;
    image.alt = words;
  }
  close() {
    this.#item = void 0;
    this.#dialog.close();
  }
};

// pages/_ui/grid/src/keys_view.ts
var FEW = 3;
var KeysView = class {
  #list;
  #desk;
  constructor(list, desk) {
    this.#list = list;
    this.#desk = desk;
  }
  get isOpen() {
    return !this.#list.hidden;
  }
  toggle(isOpen = !this.isOpen) {
    this.#list.hidden = !isOpen;
    this.#say("");
    this.fill();
  }
  /** Say that keys do nothing else while the list is open. */
  sayItIsOpen(key) {
    if (writes(key)) this.#say("Close this list to go on by key.");
  }
  fill() {
    const { data, keys: { map } } = this.#desk;
    const caps = data.classes.flatMap(({ name }) => map.keyOf(name)?.toUpperCase() ?? []);
    const forClasses = caps.length > FEW ? [...caps.slice(0, FEW - 1), "…"] : caps;
    const told = [...HELP];
    if (caps.length) told.splice(1, 0, [forClasses, "say what the chosen image is; that marks it"]);
    find(this.#list, "dl").replaceChildren(...told.flatMap(([keys, meaning]) => {
      const term = element("dt");
      term.append(...keys.map((key) => key === "…" ? key : keycap(keys === forClasses ? key : this.#capOf(key))));
      return [term, element("dd", "", meaning)];
    }));
  }
  /** Commands take Shift where their letters are classes. */
  #capOf(key) {
    return /^[A-Z]$/.test(key) ? this.#desk.keys.map.capOf(key) : key;
  }
  #say(text) {
    find(this.#list, ".says").textContent = text;
  }
};

// pages/_ui/grid/src/marked.ts
var FEW2 = 12;
var SHORT = 72;
var LONGEST2 = 18;
var Marked = class {
  #line;
  #desk;
  constructor(line, desk) {
    this.#line = line;
    this.#desk = desk;
  }
  /** Show the classes there are. */
  fill() {
    const { classes } = this.#desk.data;
    const length = classes.reduce((sum, { name }) => sum + Math.min(LONGEST2, name.length), 0);
    const isShort = classes.length <= FEW2 && length <= SHORT;
    find(this.#line, ".classes").replaceChildren(...isShort ? classes.map(({ name }) => this.#button(name)) : [this.#list()]);
  }
  #button(name) {
    const cap = this.#desk.keys.map.keyOf(name)?.toUpperCase();
    const each = button("", () => {
      this.#desk.perform({ label: name });
    });
    each.dataset["name"] = name;
    each.title = `It is ${name}${cap ? ` (key ${cap})` : ""}`;
    if (cap && cap !== name.toUpperCase()) each.append(keycap(cap));
    each.append(element("span", "", name));
    return each;
  }
  #list() {
    const list = element("select");
    list.ariaLabel = "Class of the image that was marked last";
    const none = element("option", "", "its class …");
    none.value = "";
    list.append(none, ...this.#desk.data.classes.map(({ name }) => {
      const option = element("option", "", name);
      option.value = name;
      return option;
    }));
    list.addEventListener("change", () => {
      if (list.value) this.#desk.perform({ label: list.value });
      list.blur();
    });
    return list;
  }
  show() {
    const { canMark, data, given, target } = this.#desk;
    const mark = given.find(({ item }) => item === target?.id);
    const { told, hint } = markWords(data, given, mark, matchMedia("(pointer: coarse)").matches);
    find(this.#line, ".told").textContent = told;
    find(this.#line, ".hint").textContent = hint;
    const classes = find(this.#line, ".classes");
    classes.hidden = !mark;
    for (const each of childrenOf(classes)) {
      if (each instanceof HTMLSelectElement) each.value = mark?.name ?? "";
      each.classList.toggle("chosen", mark !== void 0 && mark.name === each.dataset["name"]);
      each.toggleAttribute("disabled", !canMark);
    }
  }
};

// pages/_ui/grid/src/tiles.ts
var PATIENCE3 = 300;
var Tiles = class {
  #list;
  #desk;
  #reloader;
  #changed;
  #shown = [];
  #next = [];
  constructor(list, desk, changed) {
    this.#list = list;
    this.#desk = desk;
    this.#changed = changed;
    this.#reloader = new Reloader(clock, askServer, changed);
  }
  /** How many are on screen. */
  get length() {
    return this.#shown.length;
  }
  listen(signal, look) {
    this.#list.addEventListener("click", (event) => {
      const index = this.#indexOf(event);
      if (index >= 0 && event.detail < 2) this.#desk.click(index, event.shiftKey);
    }, { signal });
    this.#list.addEventListener("dblclick", (event) => {
      if (this.#indexOf(event) < 0) return;
      this.#desk.takeClickBack();
      look();
    }, { signal });
    this.#list.addEventListener("focusin", (event) => {
      const index = this.#indexOf(event);
      if (index !== this.#desk.current) this.#desk.choose(index);
    }, { signal });
  }
  #indexOf({ target }) {
    return this.#shown.findIndex(({ place }) => target instanceof Node && place.contains(target));
  }
  load() {
    const { hasPixels, items } = this.#desk;
    this.#next = items.map((item) => this.#tile(item, hasPixels));
    this.#reloader.keep([...this.#shown, ...this.#next].map(({ image }) => image));
  }
  #tile(item, hasPixels) {
    const place = button("tile", () => void 0);
    const image = element("img");
    image.alt = "";
    image.decoding = "sync";
    image.draggable = false;
    image.addEventListener("load", () => {
      if (image.hidden) this.#changed();
    });
    this.#reloader.load(image, addressOf(item, hasPixels));
    place.append(image, element("span", "lack"), element("b"), element("i", "", otherwise(item, this.#desk.data.name)), element("small", "", item.chance === null ? "" : percent(item.chance)));
    return { item, place, image };
  }
  async areThere() {
    await Promise.race([Promise.allSettled(this.#next.map(({ image }) => image.decode())), pause(PATIENCE3)]);
  }
  draw() {
    this.#shown = this.#next;
    this.#reloader.keep(this.#shown.map(({ image }) => image));
    this.#list.replaceChildren(...this.#shown.map(({ place }) => place));
  }
  arrange({ columns, side, width, isCaptioned }) {
    this.#list.style.setProperty("--columns", String(columns));
    this.#list.style.setProperty("--side", `${side}px`);
    this.#list.style.setProperty("--width", `${width}px`);
    this.#list.classList.toggle("captioned", isCaptioned);
  }
  show() {
    const { canMark, current, given } = this.#desk;
    const marks = new Map(given.map((mark) => [mark.item, mark]));
    this.#shown.forEach((tile, index) => {
      const { item, place } = tile;
      place.classList.toggle("current", index === current);
      place.tabIndex = index === Math.max(0, current) ? 0 : -1;
      place.ariaDisabled = String(!canMark);
      this.#showMark(tile, marks.get(item.id));
      this.#showImage(tile);
    });
  }
  #showMark({ item, place }, mark) {
    place.classList.toggle("marked", mark !== void 0);
    place.ariaPressed = String(mark !== void 0);
    place.ariaLabel = imageWords(item, this.#desk.data.name ?? "", mark);
    place.title = place.ariaLabel;
    find(place, "b").textContent = mark ? mark.name ?? "✕" : "";
  }
  #showImage({ item, place, image }) {
    const isMissing = this.#desk.lookOf(item.id) === "missing";
    const lack = image.dataset["lack"] ?? (isMissing ? "late" : void 0);
    const address = addressOf(item, this.#desk.hasPixels);
    const told = find(place, ".lack");
    told.textContent = lack === void 0 ? "" : lackOf(lack);
    told.title = image.dataset["why"] ?? "";
    image.hidden = lack !== void 0;
    if (lack === void 0 && image.getAttribute("src") !== address) this.#reloader.load(image, address);
  }
  /** Give the chosen image the focus. */
  focus() {
    this.#shown[this.#desk.current]?.place.focus();
  }
  lookOf(item) {
    const image = this.#shown.find((tile) => tile.item.id === item)?.image;
    if (!image || image.dataset["lack"] !== void 0) return "missing";
    return image.complete && image.naturalWidth > 0 ? "there" : "coming";
  }
  /** Ask again for images that did not come. */
  retry() {
    this.#reloader.retry();
  }
  stop() {
    this.#reloader.stop();
  }
};
var otherwise = ({ answer }, name) => answer && answer.said !== name ? answer.said : "";
var addressOf = (item, hasPixels) => hasPixels && isSmall(item) ? item.pixels : item.smooth;

// pages/_ui/grid/src/view.ts
var LEAST = 44;
var LEAST_FOR_FINGERS = 56;
var NARROW = 600;
var BELOW = 18;
var View = class {
  columns = 1;
  /** All are there before anything is shown: the desk is made with its screen. */
  #desk;
  tiles;
  keys;
  choices;
  #marked;
  closer;
  #root;
  constructor(root) {
    this.#root = root;
    this.closer = new Closer(find(root, ".closer", HTMLDialogElement));
  }
  attach(desk) {
    this.#desk = desk;
    this.tiles = new Tiles(this.#find(".tiles"), desk, () => {
      this.show();
    });
    this.keys = new KeysView(this.#find(".keys"), desk);
    this.choices = new Choices(this.#root, desk);
    this.#marked = new Marked(this.#find(".marked-line"), desk);
  }
  #find(selector) {
    return find(this.#root, selector);
  }
  showKeys() {
    this.#marked.fill();
    this.keys.fill();
    for (const cap of this.#root.querySelectorAll("kbd[data-letter]")) {
      cap.textContent = this.#desk.keys.map.capOf(cap.dataset["letter"] ?? "");
    }
  }
  load() {
    this.tiles.load();
    this.#showHold();
  }
  imagesAreThere() {
    return this.tiles.areThere();
  }
  painted() {
    return painted();
  }
  lookOf(item) {
    return this.tiles.lookOf(item);
  }
  setReady(batch) {
    if (batch === null) delete this.#root.dataset["ready"];
    else this.#root.dataset["ready"] = batch;
  }
  draw() {
    const hadFocus = this.#hasFocusOnTiles;
    const isFirst = !this.tiles.length;
    this.tiles.draw();
    this.#root.dataset["batch"] = this.#desk.data.batch_id;
    if (hadFocus) this.#root.focus({ preventScroll: true });
    this.#showHead();
    this.fit();
    if (!isFirst) main()?.scrollTo(0, 0);
  }
  /** Whether a tile has the focus. */
  get #hasFocusOnTiles() {
    const inside = this.#root.getRootNode();
    return inside.activeElement?.matches(".tile") ?? false;
  }
  /** Give all images as much room as the screen has. */
  fit() {
    if (!this.tiles.length) return;
    const list = this.#find(".tiles");
    const width = this.#root.clientWidth;
    const top = list.getBoundingClientRect().top + (main()?.scrollTop ?? 0);
    const foot = this.#find(".foot").offsetHeight;
    const layout = layoutOf(this.tiles.length, { width, height: innerHeight - top - foot - BELOW }, width < NARROW ? LEAST_FOR_FINGERS : LEAST);
    this.columns = layout.columns;
    this.#root.classList.toggle("moved", !layout.fits);
    this.tiles.arrange(layout);
  }
  show() {
    this.followTheme();
    this.choices.show();
    this.showSaved();
    this.#showRefused();
    this.#showHold();
    if (this.#root.dataset["batch"] !== this.#desk.data.batch_id) return;
    this.#showHead();
    this.tiles.show();
    this.#marked.show();
    this.#showActions();
  }
  #showHead() {
    const { data } = this.#desk;
    const { corrects, items, name } = data;
    this.#showAmong();
    this.#root.classList.toggle("photo", !data.ink);
    const left = data.to_check.find((one) => one.name === name)?.count ?? 0;
    const question = this.#find(".question");
    question.hidden = !name;
    question.title = name ? `Are all of these ${name}?` : "";
    find(question, "b").textContent = short(name ?? "");
    this.#find(".none").hidden = Boolean(name);
    this.#find(".none").textContent = name === NOT_REACHED ? "What are these?" : "Nothing to check";
    this.#find(".left").textContent = name === null ? "" : leftWords(left, name, corrects);
    this.#find(".left").title = `${count(data.n_to_check, "image")} ${corrects ? "answered" : "to check"} in all classes`;
    const isEmpty = !items.length;
    this.#find(".nothing").hidden = !isEmpty;
    this.#find(".nothing").textContent = data.nothing_yet;
    this.#find(".marked-line").hidden = isEmpty;
    this.#find(".tiles").hidden = isEmpty;
    this.#find(".tiles").ariaLabel = name === NOT_REACHED ? "Images that no label reaches" : `Images predicted as ${name ?? ""}`;
  }
  /** Say of which images only some are shown. */
  #showAmong() {
    const { among } = this.#desk.data;
    const line = this.#find(".among");
    const wasHidden = line.hidden;
    line.hidden = !among;
    find(line, ".told").textContent = among ? amongWords(among) : "";
    if (line.hidden !== wasHidden) this.fit();
  }
  #showActions() {
    const { canMark, data, given, isLocked, items, missing } = this.#desk;
    const marked = new Set(given.map(({ item }) => item));
    const unseen = [...missing].filter((item) => !marked.has(item)).length;
    const accept = find(this.#root, ".accept", HTMLButtonElement);
    accept.hidden = !items.length;
    accept.disabled = !canMark;
    const [told, rest] = acceptWords(data, items.length - marked.size - unseen, marked.size, unseen);
    find(accept, ".told").textContent = told;
    find(accept, ".rest").textContent = rest;
    accept.title = told + rest;
    const undo = find(this.#root, ".undo", HTMLButtonElement);
    undo.disabled = isLocked || !marked.size && !data.last;
    const last = data.last ? `Take back: ${data.last.said}` : "There is nothing to take back";
    undo.title = marked.size ? "Take back the last mark" : last;
    this.#find(".look").hidden = !items.length;
    this.#find(".smooth").hidden = !items.some(isSmall);
    this.#find(".smooth span").textContent = this.#desk.hasPixels ? "smooth" : "pixels";
    this.#root.classList.toggle("pixels", this.#desk.hasPixels && items.some(isSmall));
  }
  /** Dim what cannot be marked now. */
  #showHold() {
    const isHeld = this.#desk.isLocked || !this.#desk.isPainted;
    this.#root.classList.toggle("held", isHeld);
    this.#find(".moment").textContent = this.#desk.isLocked ? "One moment …" : "";
  }
  /** What the server would not take, until the person sends it again or discards it. */
  #showRefused() {
    const { refused } = this.#desk.waiting;
    const line = this.#find(".refused");
    const wasHidden = line.hidden;
    line.hidden = !refused.length;
    const answers = refused.reduce((sum, message) => sum + message.answers.length, 0);
    find(line, "span").textContent = `${count(answers, "answer")} refused, and kept here.`;
    if (line.hidden !== wasHidden) this.fit();
  }
  showSaved() {
    const { data, notice, outbox, waiting } = this.#desk;
    const { text, isAll, trouble } = savedWords({
      message: outbox.message,
      waiting: waiting.all.reduce((sum, message) => sum + message.answers.length, 0),
      answered: data.answered,
      failure: outbox.failure(data.receipts),
      isLate: outbox.isSlow || !navigator.onLine
    });
    const saved = this.#find(".saved");
    saved.textContent = text;
    saved.classList.toggle("all", isAll);
    saved.classList.toggle("trouble", trouble !== "");
    const summary = this.#find(".summary");
    summary.classList.toggle("trouble", trouble !== "");
    summary.textContent = trouble || notice || `${grouped(data.answered)} of ${count(data.n_items, "image")} answered`;
    summary.title = summary.textContent;
  }
  /** Look closer at the chosen image. */
  look() {
    const { data, given, hasPixels, target } = this.#desk;
    if (!target) this.#desk.say(CHOOSE);
    if (!target || this.tiles.lookOf(target.id) !== "there") return;
    const mark = given.find(({ item }) => item === target.id);
    this.closer.open(target, imageWords(target, data.name ?? "", mark), hasPixels);
  }
  followTheme() {
    const { backgroundColor } = getComputedStyle(this.#find(".theme-probe"));
    const [red = 0, green = 0, blue = 0] = (backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
    this.#root.classList.toggle("dark", 0.3 * red + 0.59 * green + 0.11 * blue < 128);
  }
};
var main = () => document.querySelector("[data-testid=stMain]");

// pages/_ui/grid/src/component.ts
var BUTTONS = {
  accept: "accept",
  undo: "undo",
  look: "closer",
  smooth: "pixels",
  help: "help",
  close: "close"
};
var Grid = class {
  #root;
  #view;
  #outbox;
  #desk;
  #listening = new AbortController();
  #sizes = new ResizeObserver(() => {
    this.#view.fit();
  });
  constructor(parent) {
    this.#root = find(parent, ".grid");
    this.#view = new View(this.#root);
    const { cookie: cookies } = document;
    this.#outbox = new Outbox(clock, () => {
      this.#view.showSaved();
    }, isRunUnderWay, whoseOf(cookies));
    this.#desk = new Desk(this.#view, this.#outbox, new Store(() => ownShelf(localStorage, cookies)), clock, isRunUnderWay);
    this.#view.attach(this.#desk);
    this.#listen();
    for (const part of [this.#root, ...document.querySelectorAll("[data-testid=stMainBlockContainer]")]) this.#sizes.observe(part);
    this.#root.focus({ preventScroll: true });
  }
  update(data, trigger) {
    this.#outbox.trigger = trigger;
    this.#desk.update(data);
  }
  destroy() {
    this.#listening.abort();
    this.#sizes.disconnect();
    this.#desk.stop();
    this.#view.tiles.stop();
    void revive();
  }
  #listen() {
    const { signal } = this.#listening;
    whileInUse(() => this.#isInUse, signal);
    document.addEventListener("keydown", (event) => {
      this.#onKey(event);
    }, { signal, capture: true });
    document.addEventListener("visibilitychange", () => {
      this.#onReturn();
    }, { signal });
    addEventListener("storage", ({ key, newValue }) => {
      this.#desk.hearOf(key, newValue === null);
    }, { signal });
    addEventListener("online", () => {
      this.#outbox.resend();
      this.#view.tiles.retry();
    }, { signal });
    addEventListener("resize", () => {
      this.#view.fit();
    }, { signal });
    this.#view.tiles.listen(signal, () => {
      this.#view.look();
    });
    this.#view.choices.listen(signal, () => {
      this.#root.focus({ preventScroll: true });
    });
    this.#view.closer.listen(signal);
    find(this.#root, ".theme-probe").addEventListener("transitionend", () => {
      this.#view.followTheme();
    }, { signal });
    this.#root.addEventListener("pointerdown", (event) => {
      if (isWithin(event, "button")) event.preventDefault();
    }, { signal });
    find(this.#root, ".all").addEventListener("click", () => {
      this.#desk.ask({ name: null, corrects: false, is_all: true });
    }, { signal });
    find(this.#root, ".again").addEventListener("click", () => {
      this.#desk.settleRefused(true);
    }, { signal });
    find(this.#root, ".discard").addEventListener("click", () => {
      this.#desk.settleRefused(false);
    }, { signal });
    for (const [name, wish] of Object.entries(BUTTONS)) {
      find(this.#root, `button.${name}`).addEventListener("click", () => {
        this.#perform(wish);
      }, { signal });
    }
  }
  /** Whether something is marked, on its way, or looked at more closely. */
  get #isInUse() {
    const { asking, given, isLocked, isPainted, waiting } = this.#desk;
    return !isPainted || isLocked || given.length > 0 || waiting.all.length > 0 || asking.wish !== null || this.#view.closer.isOpen;
  }
  #perform(wish) {
    if (wish === "help") this.#view.keys.toggle();
    else if (wish === "close") this.#view.keys.toggle(false);
    else if (wish === "closer") this.#view.look();
    else this.#desk.perform(wish);
  }
  #onKey(event) {
    if (this.#view.closer.isOpen) {
      this.#closeCloser(event);
      return;
    }
    if (isTyped(event) || this.#pressesControl(event) || isDialogOpen()) return;
    const wish = event.isComposing ? null : wishOf(event, this.#desk.keys.map, this.#view.keys.isOpen);
    if (!wish) {
      this.#complain(event);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat && !goesOn(wish)) return;
    this.#perform(wish);
    if (goesOn(wish)) this.#view.tiles.focus();
  }
  /** The space bar presses the image that has the focus; Enter is for all of them. */
  #pressesControl(event) {
    return pressesControl(event, event.key === " " ? "a, button, summary, [role=tab]" : "a, button:not(.tile), summary, [role=tab]");
  }
  /** Any key ends a closer look, but for those that do nothing by themselves. */
  #closeCloser(event) {
    if (["Shift", "Control", "Alt", "Meta"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) this.#view.closer.close();
  }
  #complain(event) {
    if (event.repeat) return;
    if (this.#view.keys.isOpen) this.#view.keys.sayItIsOpen(event.key);
    else {
      const complaint = this.#desk.keys.map.complaint(event);
      if (complaint) this.#desk.say(complaint);
    }
  }
  #onReturn() {
    if (document.hidden) return;
    this.#desk.restart();
    this.#desk.sync();
  }
};
var component_default = mounted((parent) => new Grid(parent));
export {
  component_default as default
};
