// Built from src/ by `make components`: make changes there.

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
var keycap = (name) => element("kbd", "", name);
function drawn(tag, attributes, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.textContent = text;
  return made;
}
var childrenOf = (parent) => [...parent.children];

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

// pages/_ui/room/src/keys.ts
var KEYS = /* @__PURE__ */ new Map([
  ["p", "pause"],
  ["n", "names"],
  ["h", "hide"],
  ["b", "blank"],
  [".", "blank"],
  ["f", "fill"],
  ["?", "help"],
  ["Escape", "escape"]
]);
var commandOf = (key) => KEYS.get(key) ?? KEYS.get(key.toLowerCase());
var HELP = [
  [["P"], "a break, or go on"],
  [["N"], "who is in the room"],
  [["H"], "hide or show results"],
  [["B", "."], "blank the screen; any key brings it back"],
  [["F"], "full screen"],
  [["?"], "show or hide this list"],
  [["Esc"], "leave"]
];

// pages/_ui/stage/src/matrix.ts
var STRONG = 0.8;
var SHORT = 2;
var KIND_BY_SIGN = /* @__PURE__ */ new Map([[1, "hit"], [-1, "miss"]]);
function showMatrix(matrix, data) {
  const { classes, note } = data;
  const size = classes.length + 1;
  if (matrix.children.length !== size * size) {
    matrix.style.setProperty("--n", String(classes.length));
    matrix.replaceChildren(...Array.from({ length: size * size }, () => element("span")));
  }
  matrix.classList.toggle("named", classes.some((name) => name.length > SHORT));
  childrenOf(matrix).forEach((cell, place) => {
    showCell(cell, data, Math.floor(place / size) - 1, place % size - 1);
  });
  matrix.ariaLabel = `Confusion matrix of ${classes.length} classes. ${note}`;
}
function showCell(cell, { classes, counts, levels }, row, column) {
  if (row < 0 || column < 0) {
    cell.className = `head ${row < 0 ? "top" : "left"}`;
    cell.textContent = classes[Math.max(row, column)] ?? "";
    return;
  }
  const level = at(levels, row, column);
  const count = short(at(counts, row, column));
  cell.className = `cell ${KIND_BY_SIGN.get(Math.sign(level)) ?? ""} ${level >= STRONG ? "strong" : ""}`;
  cell.style.setProperty("--level", `${100 * Math.abs(level)}%`);
  cell.style.setProperty("--letters", String(Math.max(count.length, 2)));
  cell.textContent = count;
}
var at = (table, row, column) => table[row]?.[column] ?? 0;
function short(count) {
  if (count < 1e3) return String(count || "");
  const value = count / 1e3;
  return value < 9.95 ? `${value.toFixed(1)}k` : `${Math.round(value)}k`;
}
function showBars(list, { bars }) {
  list.replaceChildren(...bars.map(({ name, value, share }) => {
    const row = element("li");
    const bar = element("i");
    bar.style.setProperty("--share", `${100 * share}%`);
    row.append(element("span", "name", name), element("span", "value", value), bar);
    return row;
  }));
}

// pages/_ui/stage/src/curve.ts
function legible(places, current, gap) {
  const chosen = [];
  for (const index of [current, ...places.keys()]) {
    const place = places[index];
    if (place !== void 0 && chosen.every((other) => Math.abs((places[other] ?? 0) - place) >= gap)) chosen.push(index);
  }
  return chosen.sort((one, other) => one - other);
}

// pages/_ui/room/src/race.ts
var [WIDTH, HEIGHT] = [112, 86];
var [LEFT, RIGHT, TOP, BOTTOM] = [12, 109, 2.5, 76];
var FLOORS = [0.9, 0.8, 0.6, 0.4, 0.2, 0];
var STEPS = [5, 10, 20, 25, 50, 100, 200, 250, 500, 1e3, 2e3, 5e3];
var LEAST = 50;
var GAP = 12;
function reach(labels) {
  let most = LEAST;
  while (most < labels) most *= 2;
  return most;
}
function floorOf(shares) {
  const least = shares.length ? Math.min(...shares) : 0;
  return FLOORS.find((floor) => floor <= least) ?? 0;
}
function shareAt({ labels, shares }, count) {
  const after = labels.findIndex((number) => number >= count);
  if (after < 0) return void 0;
  if (labels[after] === count) return shares[after];
  if (after === 0) return void 0;
  const [low = 0, high = 0] = [labels[after - 1], labels[after]];
  const [one = 0, other = 0] = [shares[after - 1], shares[after]];
  return one + (other - one) * (count - low) / (high - low || 1);
}
function cut(line, count) {
  const places = line.labels.flatMap((number, place) => number <= count ? [place] : []);
  const of = (values) => places.flatMap((place) => values[place] ?? []);
  return { ...line, labels: of(line.labels), shares: of(line.shares), low: of(line.low), high: of(line.high) };
}
function drawRace(own, others, labels) {
  const svg = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}` });
  const most = reach(labels);
  const shown = [...others.map((line) => cut(line, most)), own];
  const floor = floorOf(shown.flatMap(({ shares }) => shares.slice(1)));
  const x = (number) => LEFT + (RIGHT - LEFT) * number / most;
  const y = (share) => BOTTOM - (BOTTOM - TOP) * Math.max(share - floor, 0) / (1 - floor);
  const step = (1 - floor) / (floor === 0.9 ? 5 : 4);
  for (let mark = floor; mark < 1 + step / 2; mark += step) {
    svg.append(
      drawn("line", { class: "grid", x1: LEFT, x2: RIGHT, y1: y(mark), y2: y(mark) }),
      drawn("text", { class: "mark", x: LEFT - 1.4, y: y(mark) + 1 }, `${Math.round(100 * mark)} %`)
    );
  }
  svg.append(...numbers(most, x));
  if (labels) svg.append(drawn("line", { class: "now", x1: x(labels), x2: x(labels), y1: TOP, y2: BOTTOM }));
  for (const line of shown) svg.append(...lineOf(line, x, y));
  return svg;
}
function numbers(most, x) {
  const step = STEPS.find((one) => most / one <= 6) ?? most;
  const marks = Array.from({ length: Math.floor(most / step) + 1 }, (_, place) => place * step);
  const told = legible(marks.map(x), 0, GAP).map((place) => marks[place] ?? 0);
  return [
    ...told.map((number) => drawn("text", { x: x(number), y: BOTTOM + 4.4 }, number.toLocaleString("en"))),
    drawn("text", { x: (LEFT + RIGHT) / 2, y: HEIGHT - 0.8 }, "labelled images")
  ];
}
var paint = ({ light, dark }) => `light-dark(${light}, ${dark})`;
function lineOf({ colour, labels, shares, low, high, own }, x, y) {
  const places = labels.map((number, place) => ({ x: x(number), y: y(shares[place] ?? 0) }));
  const edge = (values) => labels.map((number, place) => `${x(number)},${y(values[place] ?? 0)}`);
  const path = drawn("polyline", { class: `line ${own ? "own" : ""}`, points: places.map((place) => `${place.x},${place.y}`).join(" ") });
  path.style.stroke = paint(colour);
  const last = places.at(-1);
  const parts = [path];
  if (low.length > 1) {
    const band = drawn("polygon", { class: "band", points: [...edge(high), ...edge(low).reverse()].join(" ") });
    band.style.fill = paint(colour);
    parts.unshift(band);
  }
  if (own && last) {
    const dot = drawn("circle", { cx: last.x, cy: last.y, r: 1.6 });
    dot.style.fill = paint(colour);
    parts.push(dot);
  }
  return parts;
}
function listRace(list, { own, others, labels, coming }) {
  const rows = [own, ...others].map((line) => {
    const share = line.own ? line.shares.at(-1) : shareAt(line, labels);
    const row = element("li");
    const swatch = element("i");
    swatch.style.background = paint(line.colour);
    row.append(swatch, element("b", "", share === void 0 ? "–" : `${(100 * share).toFixed(1)} %`), element("span", "", line.colour.name));
    return row;
  });
  const told = coming ? "The others are being worked out." : others.length ? "The others get right answers alone; means of several runs." : "";
  list.replaceChildren(...own.shares.length || others.length ? rows : [], element("li", "told", told));
}

// pages/_ui/room/src/view.ts
var [LARGEST, ROOM] = [4, 62];
var FEWEST = 4;
var TOLD = { open: "", paused: "A break", ended: "Ended" };
var View = class {
  screen;
  #stage;
  #frame;
  #blank;
  #figures = null;
  #disputes = "";
  #confusion = "";
  #code = "";
  constructor(parent) {
    this.screen = find(parent, ".screen");
    this.#stage = find(parent, ".stage", HTMLDialogElement);
    this.#frame = find(parent, ".frame");
    this.#blank = find(parent, ".blank", HTMLDialogElement);
    this.#frame.append(this.screen);
    this.#at(".keys dl").replaceChildren(...HELP.flatMap(([keys, meaning]) => {
      const term = element("dt");
      term.append(...keys.map(keycap));
      return [term, element("dd", "", meaning)];
    }));
  }
  get phase() {
    return this.#figures?.phase ?? "open";
  }
  get areNamesShown() {
    return !this.#at(".names").hidden;
  }
  get isBlank() {
    return this.#blank.open;
  }
  get isHelpOpen() {
    return !this.#at(".keys").hidden;
  }
  get isFilling() {
    return this.#stage.open;
  }
  begin({ title, code, address, qr }) {
    if (code === this.#code) return;
    this.#code = code;
    this.#at(".title").textContent = title;
    this.#at(".code").textContent = code;
    const shown = this.#at(".address");
    shown.textContent = address;
    shown.style.setProperty("--fit", String(Math.min(LARGEST, ROOM / address.length)));
    const picture = this.#at(".qr");
    picture.ariaLabel = `QR code of ${address}/${code}`;
    picture.replaceChildren(drawQr(qr));
  }
  show(figures) {
    const before = this.#figures;
    this.#figures = figures;
    const { phase, joined, rate, labels, share, known, own, others } = figures;
    this.screen.classList.toggle("paused", phase === "paused");
    this.screen.classList.toggle("ended", phase === "ended");
    this.screen.classList.toggle("photos", !figures.ink);
    this.said(TOLD[phase]);
    this.#labelPause(phase);
    this.#text(".joined b", joined.toLocaleString("en"));
    const people = joined === 1 ? "person" : "people";
    this.#text(".joined span", phase === "ended" ? `${people} took part` : `${people} in the room`);
    this.#text(".unit", labels === 1 ? "label" : "labels");
    this.#count(labels.toLocaleString("en"));
    this.#text(".rate", rate.toFixed(1));
    this.#text(".share", share === null ? "–" : `${(100 * share).toFixed(1)} %`);
    this.#text(".known", known);
    this.#names(figures);
    this.#confused(figures);
    this.#dispute(figures.disputed);
    if (before && JSON.stringify([before.own, before.others, before.labels]) === JSON.stringify([own, others, labels])) return;
    const plot = this.#at(".plot");
    plot.replaceChildren(drawRace(own, others, labels));
    plot.ariaLabel = `Share of images that is right, up to ${labels} labels`;
    listRace(this.#at(".lines"), figures);
  }
  said(text) {
    this.#text(".state", text);
  }
  toggleNames(isShown = !this.areNamesShown) {
    this.#at(".names").hidden = !isShown;
    this.#at(".joined").ariaExpanded = String(isShown);
  }
  toggleHidden() {
    const isQuiet = this.screen.classList.toggle("quiet");
    this.#at(".hidden-told").hidden = !isQuiet;
    this.#at(".hide").ariaPressed = String(isQuiet);
  }
  toggleHelp(isOpen = !this.isHelpOpen) {
    this.#at(".keys").hidden = !isOpen;
  }
  /** Blank all of the window; a dialog lies above all of Streamlit. */
  toggleBlank(isBlank = !this.isBlank) {
    if (isBlank) this.#blank.showModal();
    else this.#blank.close();
  }
  /** Fill the window; a dialog lies above all of Streamlit. */
  async fill() {
    this.#stage.append(this.screen);
    this.#stage.showModal();
    this.screen.focus();
    this.#text(".fill span", "Leave");
    try {
      await this.screen.requestFullscreen();
    } catch {
    }
  }
  async leave() {
    if (document.fullscreenElement) await document.exitFullscreen();
    this.#stage.close();
    this.#frame.append(this.screen);
    this.#text(".fill span", "Full screen");
  }
  #labelPause(phase) {
    const pause = this.#at(".pause");
    pause.ariaPressed = String(phase !== "open");
    pause.title = "Pause or go on (P)";
    this.#text(".pause span", { open: "Pause", paused: "Go on", ended: "Open again" }[phase]);
  }
  #names({ names }) {
    if (this.areNamesShown) this.#at(".names").replaceChildren(...names.map((name) => element("li", "", name)));
  }
  #confused({ matrix, bars }) {
    const told = JSON.stringify([matrix, bars]);
    if (told === this.#confusion) return;
    this.#confusion = told;
    const [cells, list] = [this.#at(".matrix"), this.#at(".bars")];
    cells.hidden = !matrix;
    list.hidden = !bars;
    this.#text(".confusion h2", matrix ? "Predicted (across) and true (down)" : bars ? bars.title : "");
    if (matrix) showMatrix(cells, matrix);
    if (bars) showBars(list, bars);
  }
  #dispute(disputed) {
    const told = JSON.stringify(disputed.map(({ item, votes }) => [item, votes]));
    if (told === this.#disputes) return;
    this.#disputes = told;
    this.#at(".disputed .none").hidden = disputed.length > 0;
    this.#at(".disputed ol").replaceChildren(...disputed.map(({ image, votes }) => {
      const row = element("li");
      const picture = element("div", "ink");
      const shown = element("i");
      shown.style.maskImage = shown.style.backgroundImage = `url("${image}")`;
      if (!this.screen.classList.contains("photos")) shown.style.backgroundImage = "";
      picture.append(shown);
      row.append(picture, ...votes.map(({ name, count }) => element("p", "", `${count} × ${name}`)));
      return row;
    }));
  }
  /** The number that grows: the longer it is, the smaller it and those beside it are. */
  #count(labels) {
    this.#text(".labels", labels);
    this.#at(".figures").style.setProperty("--letters", String(Math.max(FEWEST, labels.length)));
  }
  #text(selector, text) {
    const shown = this.#at(selector);
    if (shown.textContent !== text) shown.textContent = text;
  }
  #at(selector) {
    return find(this.screen, selector);
  }
};
function drawQr(rows) {
  const size = rows.length;
  const path = rows.flatMap((row, y) => [...row.matchAll(/1+/g)].map(({ index, 0: { length } }) => `M${index} ${y}h${length}v1h-${length}z`));
  const svg = drawn("svg", { viewBox: `0 0 ${size} ${size}`, "shape-rendering": "crispEdges" });
  svg.append(drawn("path", { d: path.join(""), fill: "#000" }));
  return svg;
}

// pages/_ui/room/src/component.ts
var EVERY = 1e3;
var SURE = 4e3;
var PATIENCE = 8e3;
var Screen = class {
  #view;
  #listening = new AbortController();
  #page = null;
  #timer = 0;
  #sure = 0;
  constructor(parent) {
    this.#view = new View(parent);
    this.#listen();
  }
  update(data) {
    const isNew = data.figures !== this.#page?.figures;
    this.#page = data;
    this.#view.begin(data);
    if (isNew) void this.#follow();
  }
  destroy() {
    this.#listening.abort();
    clearTimeout(this.#timer);
    this.#page = null;
  }
  async #follow() {
    clearTimeout(this.#timer);
    await this.#fetch();
    if (this.#page) this.#timer = window.setTimeout(() => {
      void this.#follow();
    }, EVERY);
  }
  async #fetch(phase) {
    if (!this.#page) return;
    const names = this.#view.areNamesShown ? "?names=1" : "";
    try {
      const reply = await fetch(`${this.#page.figures}${names}`, {
        signal: AbortSignal.timeout(PATIENCE),
        ...phase ? { method: "POST", body: JSON.stringify({ phase }), headers: { "Content-Type": "application/json" } } : {}
      });
      this.#view.screen.classList.toggle("off", !reply.ok);
      if (reply.ok) this.#view.show(await reply.json());
      else this.#view.said((await reply.text()).slice(0, 100));
    } catch {
      if (!this.#listening.signal.aborted) this.#view.said("The server is not reached");
    }
  }
  #deeds = {
    pause: () => {
      void this.#fetch(this.#view.phase === "open" ? "paused" : "open");
    },
    names: () => {
      this.#view.toggleNames();
      void this.#fetch();
    },
    hide: () => {
      this.#view.toggleHidden();
    },
    blank: () => {
      this.#view.toggleBlank();
    },
    fill: () => {
      void (this.#view.isFilling ? this.#view.leave() : this.#view.fill());
    },
    help: () => {
      this.#view.toggleHelp();
    },
    escape: () => {
      if (this.#view.isBlank) this.#view.toggleBlank(false);
      else if (this.#view.isHelpOpen) this.#view.toggleHelp(false);
      else if (this.#view.areNamesShown) this.#view.toggleNames(false);
      else if (this.#view.isFilling) void this.#view.leave();
    }
  };
  #end(button) {
    const isSure = button.classList.toggle("sure");
    clearTimeout(this.#sure);
    find(button, "span").textContent = isSure ? "End it for all?" : "End";
    if (!isSure) void this.#fetch("ended");
    else this.#sure = window.setTimeout(() => {
      button.classList.remove("sure");
      find(button, "span").textContent = "End";
    }, SURE);
  }
  #listen() {
    const { signal } = this.#listening;
    const { screen } = this.#view;
    document.addEventListener("keydown", (event) => {
      this.#onKey(event);
    }, { signal, capture: true });
    screen.parentElement?.parentElement?.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#deeds.escape();
    }, { signal, capture: true });
    for (const [name, command] of BUTTONS) {
      find(screen, `.${name}`).addEventListener("click", () => {
        this.#deeds[command]();
      }, { signal });
    }
    const end = find(screen, ".end");
    end.addEventListener("click", () => {
      this.#end(end);
    }, { signal });
    find(screen, ".blank").addEventListener("click", () => {
      this.#view.toggleBlank(false);
    }, { signal });
    find(screen, ".keys").addEventListener("click", () => {
      this.#view.toggleHelp(false);
    }, { signal });
  }
  /** Whether a key is meant for the screen, and not for a field or a dialog of the page. */
  #isOurs(event) {
    if (isElsewhere(event) || isTyped(event) || pressesControl(event, "button")) return false;
    const { isFilling, areNamesShown, isHelpOpen } = this.#view;
    if (isFilling) return true;
    return !isDialogOpen() && (commandOf(event.key) !== "escape" || areNamesShown || isHelpOpen);
  }
  #onKey(event) {
    const { isBlank } = this.#view;
    const command = commandOf(event.key);
    if (!isBlank && (!command || event.repeat || !this.#isOurs(event))) return;
    event.preventDefault();
    event.stopPropagation();
    if (isBlank) this.#view.toggleBlank(false);
    else if (command) this.#deeds[command]();
  }
};
var BUTTONS = [
  ["pause", "pause"],
  ["joined", "names"],
  ["hide", "hide"],
  ["fill", "fill"],
  ["help", "help"]
];
var component_default = mounted((parent) => new Screen(parent));
export {
  component_default as default
};
