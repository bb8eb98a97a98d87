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
function find(root2, selector, kind = HTMLElement) {
  const found2 = root2.querySelector(selector);
  if (!(found2 instanceof kind)) throw new Error(`There is no ${selector} in the component's HTML.`);
  return found2;
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
var childrenOf = (parent) => [...parent.children];

// pages/_ui/browser/storage.ts
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

// pages/_ui/phone/src/desk.ts
var AT_ONCE = 50;
var RETRY_FIRST = 1e3;
var RETRY_LAST = 15e3;
var ALIVE = 3e3;
var isSame = (one, other) => one.kind === other.kind && one.label === other.label;
var Desk = class {
  classes = [];
  /** How many images were answered. */
  said = 0;
  name = "";
  /** Whether the last message got no answer. */
  isCut = false;
  #store;
  #key;
  #clock;
  #send;
  #onChange;
  #done = /* @__PURE__ */ new Set();
  #queue = [];
  #waiting;
  #n;
  #last = null;
  #isAgain = false;
  #rest = "wait";
  #version = "";
  #shownAt = 0;
  #isSending = false;
  #delay = RETRY_FIRST;
  #again = RETRY_FIRST;
  #callOff = () => void 0;
  constructor(store, code2, clock2, send2, onChange) {
    this.#store = store;
    this.#key = `labelspread-room-${code2}`;
    this.#clock = clock2;
    this.#send = send2;
    this.#onChange = onChange;
    const kept = store.read(this.#key);
    this.#waiting = kept?.waiting ?? [];
    this.#n = kept?.n ?? 0;
    for (const { item } of this.#waiting) this.#done.add(item);
  }
  /** The image on the screen; undefined where there is none now. */
  get current() {
    return this.#rest === "wait" || this.#rest === "done" ? this.#queue[0] : void 0;
  }
  /** What is said where there is no image. */
  get rest() {
    return this.#rest;
  }
  get waiting() {
    return this.#waiting.length;
  }
  /** Images that come after the one on the screen. */
  get next() {
    return this.#queue.slice(1);
  }
  get canGoBack() {
    return this.#last !== null && !this.#isAgain && this.#rest !== "gone" && this.#rest !== "name";
  }
  /** What was said of the image on the screen, which is shown once more; null for a new one. */
  get before() {
    return this.#isAgain ? this.#last?.said ?? null : null;
  }
  /** The image is on the screen now. */
  isShown() {
    this.#shownAt = this.#clock.now();
  }
  answer(said) {
    const item = this.current;
    if (!item) return;
    const was = this.before;
    this.#queue.shift();
    this.#isAgain = false;
    this.#last = { item, said };
    if (!was || !isSame(was, said)) {
      const ms = Math.min(Math.round(this.#clock.now() - this.#shownAt), 864e5);
      this.#n += 1;
      this.#waiting.push({ n: this.#n, item: item.item, batch: item.batch, said, ms, was });
      this.#done.add(item.item);
      if (!was) this.said += 1;
      this.#keep();
    }
    this.#onChange();
    this.deliver();
  }
  /** Show the image that was answered last once more. */
  back() {
    if (!this.#last || !this.canGoBack) return;
    this.#isAgain = true;
    this.#queue.unshift(this.#last.item);
    this.#onChange();
  }
  /** Somebody has said who they are. */
  joined(page) {
    this.#take(page);
    this.deliver();
  }
  /** Send what waits, and ask for more; what is under way is waited for. */
  deliver() {
    if (!this.#isSending) void this.#deliver();
  }
  async #deliver() {
    this.#callOff();
    this.#isSending = true;
    const answers = this.#waiting.slice(0, AT_ONCE);
    const has = [...this.#queue.map(({ item }) => item), ...this.#waiting.slice(AT_ONCE).map(({ item }) => item)];
    const isFirst = !answers.length && !this.#version;
    const reply = await this.#send(isFirst ? null : { answers, has, version: this.#version });
    this.#isSending = false;
    this.#heard(reply, answers);
    this.#onChange();
    if (this.#rest !== "gone" && this.#rest !== "name") this.#goOn();
  }
  #heard({ status, page }, answers) {
    this.isCut = !page && !REFUSALS.has(status);
    if (page) {
      this.#delay = RETRY_FIRST;
      const settled = new Set(page.receipts.map(({ n }) => n));
      this.#waiting = this.#waiting.filter(({ n }) => !settled.has(n));
      this.#keep();
      this.#take(page);
    } else if (status === 401) {
      this.#rest = "name";
    } else if (status === 404) {
      this.#rest = "gone";
      this.#waiting = [];
      this.#keep();
    } else if (status === 400) {
      this.#waiting = this.#waiting.filter((one) => !answers.includes(one));
      this.#keep();
    }
  }
  #take(page) {
    if (page.classes) this.classes = page.classes;
    this.#version = page.version;
    this.name = page.name;
    this.#again = page.again;
    this.said = Math.max(this.said, page.said);
    const held = new Set(this.#queue.map(({ item }) => item));
    this.#queue.push(...page.items.filter(({ item }) => !held.has(item) && !this.#done.has(item)));
    this.#rest = page.phase === "paused" ? "break" : page.phase === "ended" ? "over" : page.done ? "done" : "wait";
  }
  /** Send the next message now, or when it is time. */
  #goOn() {
    if (this.isCut) {
      this.#callOff = this.#clock.after(this.#delay, () => {
        this.deliver();
      });
      this.#delay = Math.min(2 * this.#delay, RETRY_LAST);
    } else if (this.#waiting.length) {
      this.deliver();
    } else {
      const rest = this.current ? ALIVE : this.#again;
      this.#callOff = this.#clock.after(rest, () => {
        this.deliver();
      });
    }
  }
  #keep() {
    this.#store.write(this.#key, this.#waiting.length || this.#n ? { n: this.#n, waiting: this.#waiting } : null);
  }
};
var REFUSALS = /* @__PURE__ */ new Set([400, 401, 404]);

// pages/_ui/phone/src/choices.ts
var SHORT = 3;
var isShort = (name) => name.length <= SHORT;
function columnsFor(names) {
  const { length } = names;
  if (names.every(isShort)) return length <= 5 ? length : Math.ceil(length / 2);
  return length === 2 || length > 3 ? 2 : 1;
}
var plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
function found(classes, typed) {
  const wanted = plain(typed.trim());
  const among = classes.map((one) => ({ one, place: plain(one.name).indexOf(wanted) })).filter(({ place }) => place >= 0);
  return [...among.filter(({ place }) => place === 0), ...among.filter(({ place }) => place > 0)].map(({ one }) => one);
}

// pages/_ui/phone/src/view.ts
var FEW = 10;
var RESTS = {
  wait: ["One moment", () => "The next images are being chosen."],
  break: ["A break", () => "It goes on soon. Leave this page open."],
  over: ["That was it", ({ said, name }) => `Thank you, ${name}. You have answered ${counted(said)}.`],
  done: ["All is answered", ({ said, name }) => `Thank you, ${name}. You have answered ${counted(said)}.`],
  gone: ["There is no such room", () => "It may have been taken down. Look at the big screen."]
};
var counted = (number) => `${number.toLocaleString("en")} ${number === 1 ? "image" : "images"}`;
var View = class {
  #task = find(document, "#task");
  #told = find(document, "#told");
  #image = find(document, "#task img", HTMLImageElement);
  #classes = find(document, ".classes");
  #filter = find(document, ".filter", HTMLInputElement);
  #unsure = find(document, ".unsure", HTMLButtonElement);
  #back = find(document, ".back", HTMLButtonElement);
  #heard = find(document, "#heard");
  #desk;
  #shown = null;
  #item = -1;
  constructor(desk) {
    this.#desk = desk;
    this.#unsure.onclick = () => {
      this.#answer({ kind: "unsure", label: null }, "Not sure");
    };
    this.#back.onclick = () => {
      desk.back();
    };
    this.#filter.oninput = () => {
      this.#list();
    };
  }
  update() {
    const desk = this.#desk;
    const { current } = desk;
    document.title = "Labelspread";
    this.#task.hidden = !current;
    this.#told.hidden = Boolean(current) || desk.rest === "name";
    find(document, "#name").hidden = desk.rest !== "name";
    if (current) this.#showTask();
    else if (desk.rest !== "name") this.#tell(desk.rest);
  }
  #tell(rest) {
    this.#item = -1;
    const [title, told] = RESTS[rest];
    find(this.#told, "h1").textContent = title;
    find(this.#told, "p").textContent = this.#desk.isCut ? "There is no network. It is tried again." : told(this.#desk);
  }
  #showTask() {
    const desk = this.#desk;
    const { current, before } = desk;
    if (!current) return;
    if (this.#shown !== desk.classes) this.#begin(desk.classes);
    const number = desk.said + (before ? 0 : 1);
    find(this.#task, ".number").textContent = `Image ${number.toLocaleString("en")}`;
    find(this.#task, ".line").textContent = desk.isCut ? `No network${desk.waiting ? ` · ${desk.waiting} kept` : ""}` : "";
    this.#back.disabled = !desk.canGoBack;
    this.#task.classList.toggle("again", before !== null);
    this.#mark(before);
    this.#image.alt = `Image ${number}`;
    if (this.#item === current.item) return;
    this.#item = current.item;
    this.#image.src = current.image;
    this.#image.classList.toggle("ink", current.ink);
    desk.isShown();
    for (const { image } of desk.next) new Image().src = image;
  }
  #begin(classes) {
    this.#shown = classes;
    const isFew = classes.length <= FEW;
    this.#filter.hidden = isFew;
    this.#filter.value = "";
    this.#classes.classList.toggle("list", !isFew);
    this.#classes.classList.toggle("short", isFew && classes.every(({ name }) => isShort(name)));
    this.#classes.style.setProperty("--columns", String(columnsFor(classes.map(({ name }) => name))));
    this.#list();
  }
  #list() {
    const shown = found(this.#shown ?? [], this.#filter.value);
    this.#classes.replaceChildren(...shown.map(({ name, colour }) => {
      const one = button(colour ?? "", () => {
        this.#answer({ kind: "label", label: name }, name);
      });
      one.textContent = name;
      one.dataset["name"] = name;
      return one;
    }));
    if (!shown.length) this.#classes.append(element("p", "", "No class is called so."));
  }
  /** Mark what was said of the image before. */
  #mark(before) {
    this.#unsure.classList.toggle("said", before?.kind === "unsure");
    for (const one of childrenOf(this.#classes)) {
      const isSaid = before?.kind === "label" && one.dataset["name"] === before.label;
      one.classList.toggle("said", isSaid);
      if (isSaid) one.ariaCurrent = "true";
      else one.removeAttribute("aria-current");
    }
  }
  #answer(said, told) {
    this.#desk.answer(said);
    if (this.#filter.value) {
      this.#filter.value = "";
      this.#list();
    }
    this.#heard.textContent = this.#desk.current ? `${told}. Next image.` : `${told}.`;
  }
};

// pages/_ui/phone/src/component.ts
var PATIENCE = 12e3;
var root = document.documentElement.dataset["root"] ?? "/r";
var code = location.pathname.slice(root.length).replaceAll("/", "").toUpperCase();
async function ask(path, message) {
  try {
    const reply = await fetch(`${root}/${code}/${path}`, {
      method: message === null ? "GET" : "POST",
      signal: AbortSignal.timeout(PATIENCE),
      ...message === null ? {} : { body: JSON.stringify(message), headers: { "Content-Type": "application/json" } }
    });
    return { status: reply.status, told: await reply.json() };
  } catch {
    return { status: 0, told: null };
  }
}
async function send(message) {
  const { status, told } = await ask(message ? "answers" : "items", message);
  return { status, page: status === 200 ? told : null };
}
function askForCode() {
  const form = find(document, "#code", HTMLFormElement);
  const typed = find(form, "input", HTMLInputElement);
  form.hidden = false;
  form.onsubmit = (event) => {
    event.preventDefault();
    const wanted = typed.value.trim().toUpperCase();
    if (/^[0-9A-Z]{1,8}$/.test(wanted)) location.assign(`${root}/${wanted}`);
    else find(form, ".problem").textContent = "A code has four or five letters and digits.";
  };
}
function enter() {
  const desk = new Desk(new Store(() => localStorage), code, clock, send, () => {
    view.update();
  });
  const view = new View(desk);
  const form = find(document, "#name", HTMLFormElement);
  form.onsubmit = (event) => {
    event.preventDefault();
    void join(form, desk);
  };
  addEventListener("online", () => {
    desk.deliver();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) desk.deliver();
  });
  desk.deliver();
}
async function join(form, desk) {
  const [typed, go, problem] = [
    find(form, "input", HTMLInputElement),
    find(form, "button", HTMLButtonElement),
    find(form, ".problem")
  ];
  go.disabled = true;
  problem.textContent = "";
  const { status, told } = await ask("join", { name: typed.value });
  go.disabled = false;
  if (status === 200) desk.joined(told);
  else problem.textContent = told?.told ?? "The server is not reached. Try again.";
  if (status === 200) typed.blur();
}
if (code) enter();
else askForCode();
