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
var PATIENCE2 = 300;
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
    await Promise.race([decoded(this.of(item)?.smooth), pause(PATIENCE2)]);
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

// pages/_ui/review/src/cases.ts
function standingOf(one, waiting) {
  const [first] = one.items;
  let isKept = one.is_kept;
  const said = new Map(one.items.map(({ id, now }) => [id, now]));
  for (const message of waiting) {
    if (message.kind === "judge") {
      const { item, kind, label } = message.answer;
      if (said.has(item)) said.set(item, { kind, label });
    } else if (message.item === first?.id && (message.beside ?? null) === besideOf(one)) isKept = message.kind === "keep";
  }
  return { said: one.items.map(({ id, now }) => said.get(id) ?? now), isKept };
}
var besideOf = ({ items }) => items[1]?.id ?? null;
var changedOf = (one, { said }) => one.items.filter(({ was }, place) => !areSame2(was, said[place]));
var areSame2 = (one, other) => one.kind === other?.kind && one.label === other.label;

// pages/_ui/labeler/src/words.ts
var TOGGLED = {
  blind: ["Predictions are shown.", "Predictions are hidden, so that they do not influence you."],
  pixels: ["Images are smoothed.", "Images show their pixels."],
  contrast: ["Images have their own contrast.", "Faint images are given more contrast."],
  auto: ["A batch is saved when you press Enter or Save.", "A batch is saved automatically after its last image."]
};
var FINDING = [
  [["1", "–", "5"], "label as one of the likeliest classes"],
  [["6", "–", "0"], "label as one of the classes used last"],
  [["A", "–", "Z"], "find a class by a part of its name"],
  [["↑", "↓"], "choose among the matches; Enter labels"],
  [["Esc"], "clear what is typed"]
];
var press = (isFinding) => isFinding ? "Type a part of the class’s name, or press a number. " : "Press the key of the class you see. ";
var notFound = (query) => `No class is like “${query.trim()}”.`;
var lackOf = (lack, why = "This image cannot be shown. Press X.") => lack === "late" ? "This image has not come yet. It is asked for again." : why;
var count = (number, noun, ending = "s") => `${number} ${noun}${number === 1 ? "" : ending}`;

// pages/_ui/review/src/words.ts
var TOGGLED2 = TOGGLED;
var LISTS = [
  {
    which: "disputed",
    title: "Disputed",
    about: "People disagree about these images. Nothing is learned from them until you decide."
  },
  {
    which: "contradicted",
    title: "Contradicted",
    about: "Each label is compared with what all other labels say of its image. The most suspicious come first."
  },
  { which: "aside", title: "Unsure and bad", about: "Images without a label, since somebody was unsure or found them bad." },
  { which: "near", title: "Near-duplicates", about: "Two images that are nearly the same, with different labels." }
];
var nothingToKeep = "This image has no label to keep.";
var LEFT = "All others are looked at.";
var KINDS = { skip: "no answer", unsure: "unsure", bad: "bad image" };
var inShort = ({ kind, label }, which) => {
  if (kind === "skip" && which === "disputed") return "disputed";
  return kind === "label" ? label ?? "" : KINDS[kind];
};
function inAWord(said, which) {
  if (said.kind === "skip" && which === "disputed") return "?";
  return said.kind === "bad" ? "bad" : inShort(said);
}
var count2 = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
var KEEP = {
  disputed: "later",
  contradicted: "keep",
  aside: "leave as it is",
  near: "keep both"
};
var SKIP = { disputed: "later", contradicted: "later", aside: "ask again", near: "later" };
function help(which) {
  const enter = {
    disputed: "leave it for later",
    contradicted: "keep the label: it does not come up again",
    aside: "leave it as it is",
    near: "keep both labels: they do not come up again"
  }[which];
  const swap = which === "near" ? [[["Space"], "let keys be for the other image"]] : [];
  return [
    [["Enter"], enter],
    ...swap,
    [["U"], "unsure: I cannot tell"],
    [["X"], "bad image: not a proper one"],
    [["S"], which === "aside" ? "put it back among those that are asked about" : "leave it for later"],
    [["⌫"], "undo, as far back as you like; Ctrl Z too"],
    [["←", "→"], "look at another one"],
    [["[", "]"], "go to another list"],
    [["P"], "show smooth images or their pixels"],
    [["V"], "give faint images more contrast, or not"],
    [["Z"], "look closer, step by step; Esc goes back"],
    [["?"], "show or hide this list"]
  ];
}
function votesWords({ votes, missing }, name) {
  const each = votes.map(({ name: who, said }) => `${who}: ${said.label === null ? inShort(said) : name(said.label)}`);
  const more = missing ? [`${missing} more to answer`] : [];
  return [...each, ...more].join(" · ");
}
function savedWords({ message, waiting, failure, isLate }) {
  const isBusy = message !== null && message.kind !== "sync";
  if (isBusy && (failure !== void 0 || isLate)) {
    return {
      text: `Not saved yet: ${count2(waiting, "decision")}`,
      isAll: false,
      trouble: `${failure ?? "The server does not answer."} What you decided is kept in this browser and sent again.`
    };
  }
  if (waiting) return { text: `Saving ${count2(waiting, "decision")} …`, isAll: false, trouble: "" };
  return { text: "✓ all saved", isAll: true, trouble: "" };
}
function progressWords({ cases, total }, decided) {
  if (!cases.length) return "";
  const all = total > cases.length ? `${cases.length} (of ${total.toLocaleString("en")} in all)` : String(cases.length);
  return `${decided} of ${all} looked at`;
}

// pages/_ui/review/src/desk.ts
var Desk = class {
  /** All are there from the first update on, before which nothing is asked of a desk. */
  data;
  waiting;
  keys;
  /** The place of the case on screen. */
  current = 0;
  /** Which of its images keys are for: of near-duplicates it can be the other one. */
  side = 0;
  /** A key counts only once a person can have seen the case. */
  isPainted = false;
  /** What is said of the last thing that happened. */
  notice = "";
  outbox;
  asking;
  #preferences;
  #store;
  #screen;
  #clock;
  #shownAt = 0;
  /** The cases that were decided, the last one last. */
  #decided = [];
  /** Those of unsure and bad images that are to stay as they are: the store has nothing to note. */
  #left = /* @__PURE__ */ new Set();
  /** Cases for whose reasons the server was asked. */
  #wanted = /* @__PURE__ */ new Set();
  constructor(screen, outbox, store, clock2, isRunUnderWay2) {
    this.#screen = screen;
    this.outbox = outbox;
    this.#store = store;
    this.#clock = clock2;
    this.#preferences = new KeptPreferences(store);
    this.asking = new Asking(clock2, (wish) => {
      outbox.trigger("show", wish);
    }, isRunUnderWay2);
  }
  // ---- what comes from the server
  update(data) {
    const before = this.data;
    this.data = data;
    if (data.project !== before?.project) {
      this.waiting = new Waiting("review", data.project, this.#store, ({ id }) => id);
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
  #settle() {
    const settled = this.outbox.take(this.data.receipts);
    if (!settled) return;
    const { message, outcome, text } = settled;
    this.notice = text;
    if (message.kind === "sync") return;
    const waiting = new Waiting("review", message.project, this.#store, ({ id }) => id);
    if (outcome === "done") waiting.drop(message);
    else waiting.setAside(message);
  }
  #takeAsked(before) {
    const { wish } = this.asking;
    if (wish?.which !== this.data.which) return;
    if (!wish.is_anew || before?.list_id !== this.data.list_id) this.asking.stop();
  }
  /** The same list has come: a case may have gone from it, with its image. */
  #follow(before) {
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
  async #begin() {
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
  sendWaiting() {
    const [oldest] = this.waiting.all;
    if (this.outbox.isBusy || !oldest) return;
    this.outbox.send(oldest);
    this.#screen.showSaved();
  }
  /** Ask how things stand, unless there is something under way that will tell. */
  sync() {
    if (this.outbox.message === null) this.outbox.send({ kind: "sync", project: this.data.project });
  }
  /** Another tab has changed the storage: it has a receipt for something that waits here too. */
  hearOf(key, isGone) {
    if (!key?.startsWith(this.waiting.prefix)) return;
    const { message } = this.outbox;
    if (isGone && message && key === this.waiting.key(message.id)) this.outbox.stop();
    if (isGone) this.sync();
    this.#screen.show();
  }
  stop() {
    this.outbox.stop();
    this.asking.stop();
  }
  // ---- how things stand
  get preferences() {
    return this.#preferences.all;
  }
  get case() {
    return this.data.cases[this.current];
  }
  /** The image that keys are for. */
  get item() {
    return this.case?.items[this.side] ?? this.case?.items[0];
  }
  standing(one) {
    return standingOf(one, this.waiting.all);
  }
  /** What is said of the image that keys are for. */
  get said() {
    const { case: one, item } = this;
    return one && item && this.standing(one).said[one.items.indexOf(item)];
  }
  isDecided(one) {
    const standing = this.standing(one);
    return standing.isKept || changedOf(one, standing).length > 0 || this.isLeft(one);
  }
  /** Whether an image that is unsure or bad is to stay so. */
  isLeft({ items }) {
    return items.some(({ id }) => this.#left.has(id));
  }
  get decided() {
    return this.data.cases.filter((one) => this.isDecided(one)).length;
  }
  /** Whether another list is on its way. */
  get isHeld() {
    const { wish } = this.asking;
    return !this.isPainted || wish !== null && (wish.is_anew || wish.which !== this.data.which);
  }
  get canAnswer() {
    return !this.isHeld && this.item !== void 0;
  }
  /** The list that is shown, or else the one that was asked for. */
  get which() {
    return this.asking.wish?.which ?? this.data.which;
  }
  /** The first case at or after a place that is not decided, going round; -1 if there is none. */
  #firstOpen(start) {
    const open = this.data.cases.flatMap((one, place) => this.isDecided(one) ? [] : [place]);
    return open.find((place) => place >= start) ?? open[0] ?? -1;
  }
  // ---- what a person does
  perform(wish) {
    this.notice = "";
    if (typeof wish === "object") this.#judge({ kind: "label", label: wish.label });
    else this.#deeds[wish]();
  }
  #deeds = {
    keep: () => {
      this.#keep();
    },
    undo: () => {
      this.#undo();
    },
    skip: () => {
      this.#skip();
    },
    unsure: () => {
      this.#judge({ kind: "unsure", label: null });
    },
    bad: () => {
      this.#judge({ kind: "bad", label: null });
    },
    back: () => {
      this.move(this.current - 1);
    },
    next: () => {
      this.move(this.current + 1);
    },
    swap: () => {
      this.swap(1 - this.side);
    },
    pixels: () => {
      this.#toggle("pixels");
    },
    contrast: () => {
      this.#toggle("contrast");
    },
    following: () => {
      this.#step(1);
    },
    previous: () => {
      this.#step(-1);
    }
  };
  /** Say something until something happens. */
  say(notice) {
    this.notice = notice;
    this.#screen.show();
  }
  /** Look at another case. */
  move(place) {
    const { length } = this.data.cases;
    if (!length || !this.isPainted) return;
    this.current = (place + length) % length;
    this.side = 0;
    this.restart();
    this.#screen.show();
  }
  /** Let keys be for the other one of two near-duplicates. */
  swap(side) {
    if (!this.case?.items[side] || !this.isPainted) return;
    this.side = side;
    this.#screen.show();
  }
  /** Count the time for the case on screen from now. */
  restart() {
    this.#shownAt = this.#clock.now();
  }
  /** Show another list, or the same one made anew. */
  show(which) {
    this.notice = "";
    this.asking.send({ which, item: null, is_anew: which === this.data.which });
    this.#screen.show();
  }
  #step(by) {
    const { lists } = this.data;
    const next = lists[(lists.indexOf(this.which) + by + lists.length) % lists.length];
    if (next) this.show(next);
  }
  /** Ask for the reasons of the case on screen, and of those that come next, where they are not there. */
  wantReasons() {
    const missing = this.data.cases.slice(this.current, this.current + 3).find((one) => one.for_other === null && !this.#wanted.has(one.items[0]?.id ?? -1));
    const item = missing?.items[0]?.id;
    if (item === void 0 || this.asking.wish !== null) return;
    this.#wanted.add(item);
    this.outbox.trigger("show", { which: this.data.which, item, is_anew: false });
  }
  #judge(now) {
    const { case: one, item, said } = this;
    if (!this.canAnswer || !one || !item || !said) return;
    if (areSame2(said, now)) {
      this.#keep();
      return;
    }
    if (now.label !== null) this.keys.note(now.label);
    const ms = Math.round(this.#clock.now() - this.#shownAt);
    this.#send(this.#judgement(item.id, now, ms));
    this.#goOn();
  }
  #judgement(item, { kind, label }, ms) {
    const { named, project } = this.data;
    return { kind: "judge", project, batch_id: identifier(), answer: { item, kind, label, ms, named, hidden: null } };
  }
  /** Leave what is said as it is. */
  #keep() {
    const { case: one } = this;
    if (!this.canAnswer || !one) return;
    if (this.isDecided(one) || this.data.which === "disputed") this.#next();
    else if (this.data.which === "aside") this.#leave(one);
    else this.#noteKept(one);
  }
  #leave({ items }) {
    for (const { id } of items) this.#left.add(id);
    this.#goOn();
  }
  #noteKept(one) {
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
  #skip() {
    if (this.data.which === "aside") this.#judge({ kind: "skip", label: null });
    else if (this.canAnswer) this.#next();
  }
  #send(doing) {
    this.waiting.keep({ v: PROTOCOL, id: identifier(), ...doing });
    this.sendWaiting();
  }
  #goOn() {
    this.#decided = [...this.#decided.filter((place) => place !== this.current), this.current];
    this.#next();
  }
  #next() {
    const next = this.#firstOpen(this.current + 1);
    if (next >= 0 && next !== this.current) this.move(next);
    else if (next < 0) this.#screen.show();
    else this.say(LEFT);
  }
  /** Take back what was decided last, whether it is stored or not. */
  #undo() {
    if (this.isHeld) return;
    const place = this.#decided.pop() ?? this.data.cases.findLastIndex((one2) => this.isDecided(one2));
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
  #toggle(preference) {
    this.say(TOGGLED2[preference][this.#preferences.toggle(preference) ? 1 : 0]);
  }
  /** Send what was refused once more, or discard it. */
  settleRefused(isAgain) {
    if (isAgain) this.waiting.revive();
    else this.waiting.discardRefused();
    this.sendWaiting();
    this.#screen.show();
  }
};

// pages/_ui/review/src/keys.ts
var NAMED2 = /* @__PURE__ */ new Map([
  [" ", "swap"],
  ["PageDown", "following"],
  ["PageUp", "previous"],
  ["]", "following"],
  ["[", "previous"]
]);
var SHARED = /* @__PURE__ */ new Map([
  ["accept", "keep"],
  ["undo", "undo"],
  ["skip", "skip"],
  ["unsure", "unsure"],
  ["bad", "bad"],
  ["back", "back"],
  ["next", "next"],
  ["pixels", "pixels"],
  ["contrast", "contrast"],
  ["zoom", "zoom"],
  ["help", "help"],
  ["close", "close"]
]);
function wishOf(press2, map, isHelpOpen = false) {
  const named = isHelpOpen || isElsewhere(press2) ? void 0 : NAMED2.get(press2.key);
  if (named) return named;
  const wish = map.wishOf(press2, isHelpOpen);
  if (typeof wish === "string") return SHARED.get(wish) ?? null;
  return wish && "label" in wish ? { label: wish.label } : null;
}
var goesOn = (wish) => wish === "back" || wish === "next";

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
var folded = (text) => text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toUpperCase().toLowerCase().replaceAll(/[æœøłđðþıħ]/g, (letter) => ALIKE[letter] ?? letter).replaceAll(/\s+/g, " ").trim();
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
function rankOfWords(asked, { text, plain, starts, initials }) {
  if (plain.startsWith(asked) || text.startsWith(asked)) return FIT.prefix * STEP;
  if (starts.some((start) => plain.startsWith(asked, start)) || beginWords(asked, plain)) return FIT.wordPrefix * STEP;
  if (initials.startsWith(asked)) return FIT.initials * STEP;
  if (plain.includes(asked) || text.includes(asked)) return FIT.substring * STEP;
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
    const isFree = root.activeElement === null || root.activeElement === this.#root;
    if (this.#keys && isFree && matchMedia("(pointer: fine)").matches) this.#field.focus({ preventScroll: true });
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
    const told2 = [...ofClasses, ...this.#help()];
    this.#find(".keys dl").replaceChildren(...told2.flatMap(([keys, meaning]) => {
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
  #say(text) {
    this.#find(".keys .says").textContent = text;
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
var lettersOf = (text) => SIMPLE.test(text) ? Array.from(text) : Array.from(graphemes.segment(text), ({ segment }) => segment);
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
  const found = counts.findIndex((count3) => (seen += count3) > few);
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
    const told2 = find(this.#stage, ".broken");
    told2.hidden = lack === void 0;
    told2.textContent = lack === void 0 ? "" : lackOf(lack, usual?.dataset["why"]);
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

// pages/_ui/review/src/reasons.ts
var ReasonsView = class {
  #place;
  #pictures;
  constructor(place, pictures) {
    this.#place = place;
    this.#pictures = pictures;
  }
  show(all, hasPixels) {
    this.#place.replaceChildren(...all.map((one) => this.#section(one, hasPixels)));
  }
  #section({ title, isAgainst, items, none }, hasPixels) {
    const section = element("section", isAgainst ? "against" : "");
    section.append(element("h3", "", title));
    if (items?.length === 0) section.append(element("p", "", none));
    else {
      const list = element("ol");
      list.ariaLabel = title;
      list.append(...(items ?? []).map((item) => this.#tile(item, hasPixels)));
      section.append(list);
    }
    return section;
  }
  #tile(item, hasPixels) {
    const tile = element("li");
    const image = element("img");
    image.alt = item.now.label ?? "";
    image.draggable = false;
    this.#pictures.draw(image, hasPixels ? item.pixels : item.smooth);
    tile.title = `Image ${item.id}, labelled ${item.now.label ?? ""}`;
    tile.append(image);
    return tile;
  }
};

// pages/_ui/review/src/strip.ts
var Strip = class {
  #list;
  #desk;
  #pictures;
  #tags;
  #current = -1;
  constructor(list, desk, pictures, tags) {
    this.#list = list;
    this.#desk = desk;
    this.#pictures = pictures;
    this.#tags = tags;
  }
  fill() {
    this.#current = -1;
    this.#list.replaceChildren(...this.#desk.data.cases.map((one, place) => {
      const tile = button("", () => {
        this.#desk.move(place);
      });
      const images = element("div", one.items.length > 1 ? "pair" : "");
      images.append(...one.items.map(() => Object.assign(element("img"), { alt: "", draggable: false })));
      tile.append(images, element("span"));
      const entry = element("li");
      entry.append(tile);
      return entry;
    }));
  }
  show() {
    const { current, data: { cases }, preferences: { pixels } } = this.#desk;
    childrenOf(this.#list).forEach((entry, place) => {
      const one = cases[place];
      if (!one) return;
      entry.querySelectorAll("img").forEach((image, number) => {
        const item = one.items[number];
        if (item) this.#pictures.draw(image, pixels ? item.pixels : item.smooth);
      });
      this.#showOne(find(entry, "button", HTMLButtonElement), one, place);
    });
    if (current === this.#current) return;
    this.#current = current;
    const tile = childrenOf(this.#list)[current];
    if (tile) this.#list.scrollLeft = tile.offsetLeft - this.#list.offsetLeft - this.#list.clientWidth / 2 + tile.offsetWidth / 2;
  }
  #showOne(tile, one, place) {
    const isDecided = this.#desk.isDecided(one);
    const isCurrent = place === this.#desk.current;
    const words = this.#words(one);
    tile.className = `${isDecided ? "answered" : ""} ${isCurrent ? "current" : ""}`;
    tile.ariaLabel = `${place + 1}, ${words}`;
    tile.title = words;
    this.#tags.write(find(tile, "span"), words);
  }
  /** What a case is, or what has become of it, in a word or two. */
  #words(one) {
    const standing = this.#desk.standing(one);
    const changed = changedOf(one, standing);
    const { which } = this.#desk.data;
    if (changed.length) return changed.map((item) => inAWord(standing.said[one.items.indexOf(item)] ?? item.now)).join(", ");
    if (standing.isKept) return "kept";
    if (this.#desk.isLeft(one)) return "left";
    return one.items.map(({ was }) => inAWord(was, which)).join(" · ");
  }
};

// pages/_ui/review/src/telling.ts
function verdictWords(which, one, standing, name) {
  const were = one.items.map(({ was }) => told(was, name));
  if (changedOf(one, standing).length) return becomeWords(standing, name);
  if (standing.isKept) return which === "near" ? "Both labels are kept." : `Kept as ${were.join()}.`;
  if (which === "disputed") return `${[...new Set(one.votes.map(({ said }) => told(said, name)))].join(" or ")}?`;
  if (which === "near") return `Nearly the same, labelled ${were.join(" and ")}.`;
  if (which === "aside") return were[0] === "unsure" ? "Somebody was unsure." : "Somebody found this image bad.";
  return `Labelled ${were.join()}. The others say ${name(one.other ?? "")}.`;
}
function becomeWords({ said }, name) {
  const names = said.map((now) => told(now, name));
  if (names.length > 1) return `Now ${names.join(" and ")}.`;
  return said[0]?.kind === "skip" ? "Put back: it may be asked about again." : `It is ${names.join()} now.`;
}
var told = (said, name) => said.label === null ? inShort(said) : name(said.label);
function becauseWords(which, one, isDecided, name) {
  const { other } = one;
  if (which === "disputed") {
    const votes = votesWords(one, name);
    return isDecided || other === null ? votes : `${votes}. The model would say ${name(other)}, so that key is outlined.`;
  }
  if (isDecided) return "⌫ takes that back; another key changes it.";
  if (which === "near") return "One of them is wrong, or what tells them apart is very small.";
  if (which === "contradicted") return "Without its own label the model would say so, because of these labelled images:";
  return other === null ? "No label has reached it, so the model cannot say what it is." : `The model would say ${name(other)}. These labelled images speak most for it:`;
}

// pages/_ui/review/src/view.ts
var WIDTHS = { short: 96, middle: 112, long: 132 };
var GAP2 = 8;
var View = class {
  /** There before anything is shown: the desk is made with its screen. */
  desk;
  #root;
  pictures = new Pictures(() => {
    for (const stage of this.stages) stage.follow();
  });
  stages;
  keys;
  finder;
  #strip;
  #reasons;
  #tags = new NameTags();
  /** The keys that are shown. */
  #map;
  /** What the reasons were shown for: they stay while that does. */
  #reasonsFor = "";
  constructor(root) {
    this.#root = root;
    this.stages = [".stage.one", ".stage.two"].map((place) => new Stage(this.#find(place), this.pictures));
    this.#reasons = new ReasonsView(this.#find(".reasons"), this.pictures);
  }
  attach(desk) {
    this.desk = desk;
    this.keys = new KeysView(this.#root, desk, this.#tags, () => help(desk.data.which));
    this.finder = new Finder(this.#root, takerOf(desk), this.#tags);
    this.#strip = new Strip(this.#find(".strip"), desk, this.pictures, this.#tags);
    this.#find(".tabs").replaceChildren(...LISTS.map(({ which, title, about }) => {
      const tab = button("", () => {
        desk.show(which);
      });
      tab.role = "tab";
      tab.dataset["which"] = which;
      tab.title = about;
      tab.textContent = title;
      return tab;
    }));
  }
  #find(selector) {
    return find(this.#root, selector);
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
    for (const place of [".classes button span", ".strip span"]) {
      this.#tags.fit(place, this.#root.querySelectorAll(place));
    }
    this.finder.fitNames();
  }
  fill() {
    this.pictures.fill(this.desk.data.cases.flatMap(({ items }) => items));
    this.#strip.fill();
  }
  async imagesAreThere() {
    await Promise.all((this.desk.case?.items ?? []).map((item) => this.pictures.isThere(item)));
  }
  painted() {
    return painted();
  }
  setReady(list) {
    if (list === null) delete this.#root.dataset["ready"];
    else this.#root.dataset["ready"] = list;
  }
  show() {
    const { data, preferences } = this.desk;
    const isEmpty = !data.cases.length;
    this.#root.classList.toggle("photo", !data.ink);
    this.#root.classList.toggle("pixels", preferences.pixels && this.#haveLook);
    this.#root.classList.toggle("paired", (this.desk.case?.items.length ?? 0) > 1);
    this.#root.classList.toggle("held", this.desk.isHeld);
    this.followTheme();
    this.#showProgress();
    this.#showTabs();
    this.showSaved();
    this.#showStages();
    this.#showCase();
    this.#showToggles();
    this.#followKeys();
    this.finder.show();
    this.#showClasses();
    this.#showActions();
    this.#strip.show();
    this.#showRefused();
    for (const part of [".bar", ".work", ".classes", ".strip", ".actions"]) this.#find(part).hidden = isEmpty;
    this.#find(".blank").hidden = !isEmpty;
    this.#find(".blank p").textContent = data.nothing;
    this.#root.dataset["item"] = String(this.desk.item?.id ?? "");
    this.fitNames();
    this.desk.wantReasons();
  }
  get #haveLook() {
    return this.desk.data.cases.some(({ items }) => items.some(isSmall));
  }
  #showProgress() {
    const { data, decided } = this.desk;
    this.#find(".where").textContent = progressWords(data, decided);
    const bar = this.#find(".bar");
    bar.ariaValueMax = String(data.cases.length);
    bar.ariaValueNow = String(decided);
    find(bar, "i").style.width = `${100 * decided / Math.max(1, data.cases.length)}%`;
    this.#find(".anew").classList.toggle("ready", data.cases.length > 0 && decided === data.cases.length);
  }
  #showTabs() {
    const { lists } = this.desk.data;
    for (const tab of this.#root.querySelectorAll(".tabs button")) {
      tab.hidden = !lists.some((which) => which === tab.dataset["which"]);
      tab.ariaSelected = String(tab.dataset["which"] === this.desk.which);
    }
  }
  #showStages() {
    const { case: one, preferences, side } = this.desk;
    const said = one ? this.desk.standing(one).said : [];
    [".stage.one", ".stage.two"].forEach((place, number) => {
      const item = one?.items[number];
      const stage = this.#find(place);
      this.stages[number]?.show(item, preferences);
      stage.hidden = number > 0 && !item;
      stage.classList.toggle("asked", number === side);
      const tag = find(stage, ".tag");
      const now = said[number];
      tag.textContent = now ? inShort(now, this.desk.data.which) : "";
      tag.classList.toggle("changed", item !== void 0 && !areSame2(item.was, now));
    });
  }
  #showCase() {
    const { case: one, data: { which } } = this.desk;
    const name = (label) => this.#tags.inSentence(label);
    this.#find(".verdict").textContent = one ? verdictWords(which, one, this.desk.standing(one), name) : "";
    this.#find(".because").textContent = one ? becauseWords(which, one, this.desk.isDecided(one), name) : "";
    this.#find(".idle").textContent = this.desk.keys.map.isFinding ? press(true) : "";
    this.#showReasons(one, name);
  }
  #showReasons(one, name) {
    const { data: { which }, preferences: { pixels } } = this.desk;
    const wanted = JSON.stringify([one?.items[0]?.id, one?.for_other, one?.for_given, pixels, which]);
    if (wanted === this.#reasonsFor) return;
    this.#reasonsFor = wanted;
    this.#reasons.show(one && which !== "near" ? speaking(one, which, name) : [], pixels);
  }
  #showToggles() {
    const { data, preferences } = this.desk;
    const haveLook = this.#haveLook;
    this.#find(".smooth").hidden = !haveLook;
    this.#find(".smooth span").textContent = preferences.pixels ? "Smooth images" : "Show pixels";
    for (const name of [".toggle.contrast", ".toggle.zoom"]) this.#find(name).hidden = haveLook && data.ink;
    this.#find(".toggle.contrast span").textContent = preferences.contrast ? "Own contrast" : "More contrast";
  }
  #showClasses() {
    const { canAnswer, case: one, said } = this.desk;
    for (const each of this.#find(".classes").querySelectorAll("button")) {
      const { name } = each.dataset;
      each.classList.toggle("chosen", name !== void 0 && said?.label === name);
      each.classList.toggle("likely", name !== void 0 && said?.label !== name && one?.other === name);
      each.disabled = name === void 0 || this.desk.isPainted && !canAnswer;
    }
  }
  #showActions() {
    const { case: one, data: { which }, said } = this.desk;
    const isDecided = one !== void 0 && this.desk.isDecided(one);
    this.#find(".keep span").textContent = isDecided ? "next" : KEEP[which];
    this.#find(".skip span").textContent = SKIP[which];
    this.#find(".skip").title = which === "aside" ? "Put it back among those that are asked about" : "Leave it for later";
    this.#find(".swap").hidden = which !== "near";
    for (const kind of ["unsure", "bad"]) this.#find(`.key.${kind}`).classList.toggle("chosen", said?.kind === kind);
    find(this.#root, ".undo", HTMLButtonElement).disabled = !this.desk.decided;
  }
  /** What the server would not take, until the person sends it again or discards it. */
  #showRefused() {
    const { refused } = this.desk.waiting;
    const line = this.#find(".refused");
    line.hidden = !refused.length;
    find(line, "span").textContent = `${count2(refused.length, "decision")} refused, and kept here.`;
  }
  showSaved() {
    const { data, notice, outbox, waiting } = this.desk;
    const { text, isAll, trouble } = savedWords({
      message: outbox.message,
      waiting: waiting.all.length,
      failure: outbox.failure(data.receipts),
      isLate: outbox.isSlow || !navigator.onLine
    });
    const saved = this.#find(".saved");
    saved.textContent = text;
    saved.classList.toggle("all", isAll);
    saved.classList.toggle("trouble", trouble !== "");
    const summary = this.#find(".summary");
    summary.classList.toggle("trouble", trouble !== "");
    summary.textContent = trouble || notice || this.#about;
    summary.title = summary.textContent;
  }
  get #about() {
    const { data: { cases, which }, decided, isHeld } = this.desk;
    if (isHeld) return "One moment …";
    if (cases.length && decided === cases.length) return "All of them are looked at. “Look again” makes the list anew.";
    return LISTS.find((one) => one.which === which)?.about ?? "";
  }
  followTheme() {
    const { backgroundColor } = getComputedStyle(this.#find(".theme-probe"));
    const [red = 0, green = 0, blue = 0] = (backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
    this.#root.classList.toggle("dark", 0.3 * red + 0.59 * green + 0.11 * blue < 128);
  }
};
function speaking(one, which, name) {
  const [first] = one.items;
  const given = first?.was.label;
  const all = [];
  if (one.other !== null) {
    const title = `Labelled ${name(one.other)}`;
    all.push({ title, isAgainst: which === "contradicted", items: one.for_other, none: "None of them is near." });
  }
  if (typeof given === "string") {
    all.push({ title: `Labelled ${name(given)}`, isAgainst: false, items: one.for_given, none: "No other one is near." });
  }
  return all;
}
var takerOf = (desk) => ({
  get data() {
    const { cases, classes, list_id: list, named } = desk.data;
    return { batch_id: list, classes, named, items: cases };
  },
  get keys() {
    return desk.keys;
  },
  get item() {
    const { case: one, item } = desk;
    return item && { id: item.id, beliefs: (one?.likely ?? []).map((name) => ({ name, probability: 0 })) };
  },
  get preferences() {
    return { blind: false };
  },
  get canAnswer() {
    return desk.canAnswer;
  },
  perform: (wish) => {
    desk.perform(wish);
  },
  say: (notice) => {
    desk.say(notice);
  }
});

// pages/_ui/review/src/component.ts
var BUTTONS = {
  ".key.undo": "undo",
  ".key.skip": "skip",
  ".key.unsure": "unsure",
  ".key.bad": "bad",
  ".key.swap": "swap",
  ".key.back": "back",
  ".key.next": "next",
  ".key.help": "help",
  ".keep": "keep",
  ".toggle.smooth": "pixels",
  ".toggle.contrast": "contrast",
  ".toggle.zoom": "zoom",
  ".foot .close": "close"
};
var Review = class {
  #root;
  #view;
  #outbox;
  #desk;
  #listening = new AbortController();
  #widths = new ResizeObserver(() => {
    this.#onWidth();
  });
  constructor(parent) {
    this.#root = find(parent, ".review");
    this.#view = new View(this.#root);
    const { cookie: cookies } = document;
    this.#outbox = new Outbox(clock, () => {
      this.#view.showSaved();
    }, isRunUnderWay, whoseOf(cookies));
    this.#desk = new Desk(this.#view, this.#outbox, new Store(() => ownShelf(localStorage, cookies)), clock, isRunUnderWay);
    this.#view.attach(this.#desk);
    this.#listen();
    this.#widths.observe(this.#root);
    this.#root.focus({ preventScroll: true });
  }
  update(data, trigger) {
    this.#outbox.trigger = trigger;
    this.#desk.update(data);
  }
  destroy() {
    this.#listening.abort();
    this.#widths.disconnect();
    this.#desk.stop();
    this.#view.pictures.stop();
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
      this.#view.pictures.retry();
    }, { signal });
    this.#view.stages.forEach((stage, side) => {
      stage.listen(signal);
      find(this.#root, side ? ".stage.two" : ".stage.one").addEventListener("click", () => {
        this.#desk.swap(side);
      }, { signal });
    });
    find(this.#root, ".theme-probe").addEventListener("transitionend", () => {
      this.#view.followTheme();
    }, { signal });
    this.#root.addEventListener("pointerdown", (event) => {
      if (isWithin(event, "button")) event.preventDefault();
    }, { signal });
    find(this.#root, ".anew").addEventListener("click", () => {
      this.#desk.show(this.#desk.which);
    }, { signal });
    find(this.#root, ".again").addEventListener("click", () => {
      this.#desk.settleRefused(true);
    }, { signal });
    find(this.#root, ".discard").addEventListener("click", () => {
      this.#desk.settleRefused(false);
    }, { signal });
    for (const [place, wish] of Object.entries(BUTTONS)) {
      find(this.#root, place).addEventListener("click", () => {
        this.#perform(wish);
      }, { signal });
    }
  }
  /** Whether something was decided that is not stored yet, or another list is on its way. */
  get #isInUse() {
    const { asking, isHeld, outbox, waiting } = this.#desk;
    return isHeld || outbox.isBusy || waiting.all.length > 0 || asking.wish !== null;
  }
  #perform(wish) {
    if (wish === "help") this.#toggleKeys();
    else if (wish === "close") this.#toggleKeys(false);
    else if (wish === "zoom") this.#view.stages[this.#desk.side]?.step();
    else this.#desk.perform(wish);
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
    const wish = event.isComposing ? null : wishOf(event, this.#desk.keys.map, this.#view.keys.isOpen);
    if (wish === null) return false;
    if (!event.repeat || goesOn(wish)) this.#perform(wish);
    return true;
  }
  #isForOthers(event) {
    return isTyped(event) && !this.#view.finder.isField(event) || pressesControl(event, "a, button, summary, [role=tab]") || isDialogOpen();
  }
  /** What becomes of a key that is not for the list: it is done with, or the browser writes it. */
  #hear(event) {
    const { finder, keys } = this.#view;
    if (keys.takes(event)) return "done";
    const heard = keys.isOpen ? null : finder.hear(event);
    return heard ?? (this.#stepsBack(event) ? "done" : null);
  }
  #stepsBack({ key }) {
    return key === "Escape" && !this.#view.keys.isOpen && this.#view.stages.some((stage) => stage.unzoom());
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
};
var component_default = mounted((parent) => new Review(parent));
export {
  component_default as default
};
