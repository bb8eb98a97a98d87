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

// pages/_ui/browser/keys.ts
var isElsewhere = ({ isComposing, ctrlKey, altKey, metaKey }) => isComposing || ctrlKey || altKey || metaKey;
function pressesControl(event, controls) {
  const [target] = event.composedPath();
  return (event.key === "Enter" || event.key === " ") && target instanceof Element && target.closest(controls) !== null;
}

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
function drawn(tag, attributes, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.textContent = text;
  return made;
}
var childrenOf = (parent) => [...parent.children];
var settleLayout = (content) => content.offsetWidth;
var painted = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => {
  resolve();
})));
var isWithin = (event, selector) => event.target instanceof Element && event.target.closest(selector) !== null;

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

// pages/_ui/stage/src/player.ts
var PACE = 3e3;
var RESEND = 3e3;
var never = () => void 0;
var Player = class {
  current = 0;
  step = 0;
  isPlaying = false;
  isLeaving = false;
  #screen;
  #clock;
  /** Tells the server that the presenter leaves. */
  #tell;
  #count = 1;
  #callOffNext = never;
  #callOffLeave = never;
  constructor(screen, clock2, tell) {
    this.#screen = screen;
    this.#clock = clock2;
    this.#tell = tell;
  }
  /** Take up so many rounds. */
  begin(count, current) {
    this.#count = count;
    this.current = this.#within(current);
    this.step = 0;
  }
  get last() {
    return this.#count - 1;
  }
  /** The last step of the current round. */
  get lastStep() {
    return this.#screen.stepsOf(this.current) - 1;
  }
  get isAtStart() {
    return this.current === 0 && this.step === 0;
  }
  get isAtEnd() {
    return this.current === this.last && this.step >= this.lastStep;
  }
  #within(index) {
    return Math.min(Math.max(index, 0), this.last);
  }
  /** Jump to the beginning of a round. */
  go(index) {
    this.#move(index, 0);
  }
  #move(index, from) {
    const to = this.#within(index);
    const way = Math.sign(to - this.current);
    if (!way) return;
    this.current = to;
    this.step = this.#screen.entryOf(to, from);
    this.#arrive(way);
  }
  /** Go to a step of the current round. */
  goStep(step) {
    this.step = Math.min(Math.max(step, 0), this.lastStep);
    this.#arrive(0);
  }
  next() {
    if (this.step < this.lastStep) this.goStep(this.step + 1);
    else this.#move(this.current + 1, 1);
  }
  back() {
    if (this.step > 0) this.goStep(this.step - 1);
    else this.#move(this.current - 1, -1);
  }
  first() {
    if (this.current) this.go(0);
    else if (this.step) this.goStep(0);
  }
  end() {
    if (this.current < this.last) this.go(this.last);
    else if (!this.isAtEnd) this.goStep(this.lastStep);
  }
  play(isPlaying = !this.isPlaying) {
    this.isPlaying = isPlaying && (this.last > 0 || this.lastStep > 0);
    if (this.isPlaying && this.isAtEnd) this.first();
    this.#pace();
  }
  #arrive(way) {
    if (this.isAtEnd) this.isPlaying = false;
    this.show(way);
  }
  show(from) {
    this.#screen.show(from);
    this.#pace();
  }
  #pace() {
    this.#callOffNext();
    if (this.isPlaying) this.#callOffNext = this.#clock.after(PACE, () => {
      this.next();
    });
    this.#screen.showPace();
  }
  /** Tell the server until it takes the stage away: what is sent while the line is down is lost. */
  leave() {
    if (this.isLeaving) return;
    this.isLeaving = true;
    this.play(false);
    this.#screen.showLeaving();
    this.#goOnTelling();
  }
  #goOnTelling() {
    this.#tell(this.current);
    this.#callOffLeave = this.#clock.after(RESEND, () => {
      this.#goOnTelling();
    });
  }
  stop() {
    this.#callOffNext();
    this.#callOffLeave();
  }
};

// pages/_ui/stage/src/keys.ts
var KEYS = /* @__PURE__ */ new Map([
  ["ArrowRight", "next"],
  [" ", "next"],
  ["PageDown", "next"],
  ["ArrowLeft", "back"],
  ["PageUp", "back"],
  ["Home", "first"],
  ["End", "last"],
  ["p", "play"],
  ["g", "graph"],
  ["n", "label"],
  ["c", "curve"],
  ["t", "guess"],
  ["b", "blank"],
  [".", "blank"],
  ["f", "fullScreen"],
  ["?", "help"],
  ["Escape", "escape"]
]);
var commandOf = (key) => KEYS.get(key) ?? KEYS.get(key.toLowerCase());
function helpOf({ rounds, graph, curve }) {
  const isTold = rounds.some((round) => round.queries.length);
  const help = [
    [["→", "Space", "PgDn"], isTold ? "the truth, then the next round" : "on"],
    [["←", "PgUp"], "back"],
    [["Home", "End"], isTold ? "first and last round" : "first and last"],
    [["P"], `play, ${PACE / 1e3} s a step, and pause`],
    [["T"], "truth at once, or on the next key", isTold],
    [["G"], "the graph; → spreads a label", graph],
    [["N"], "in the graph: another label", graph],
    [["C"], "learning curves", isTold && curve],
    [["B", "."], "blank the screen"],
    [["F"], "full screen"],
    [["?"], "show or hide this list"],
    [["Esc"], "leave"]
  ];
  return help.filter(([, , isThere = true]) => isThere).map(([keys, meaning]) => [keys, meaning]);
}

// pages/_ui/stage/src/curve.ts
var [WIDTH, HEIGHT, TOP, BOTTOM, SIDE] = [97, 14, 3.6, 10.2, 5];
var GAP = 11;
var WIDE = 40;
function scaleOf(first, last) {
  if (isWide(first, last)) return (number) => Math.log(Math.max(number, first) / first) / Math.log(last / first);
  return (number) => (number - first) / (last - first || 1);
}
var isWide = (first, last) => first > 0 && last / first >= WIDE;
function pointsOf(rounds) {
  const [labels, shares] = [rounds.map((round) => round.labels), rounds.map((round) => round.share ?? 0)];
  const [first, last] = [labels[0] ?? 0, labels.at(-1) ?? 0];
  const [low, high] = [Math.min(...shares), Math.max(...shares)];
  const floor = BOTTOM - 0.8;
  const scale = scaleOf(first, last);
  return rounds.map((round) => ({
    x: SIDE + (WIDTH - 2 * SIDE) * scale(round.labels),
    y: floor - (floor - TOP) * ((round.share ?? 0) - low) / (high - low || 1)
  }));
}
function legible(places, current, gap) {
  const chosen = [];
  for (const index of [current, ...places.keys()]) {
    const place = places[index];
    if (place !== void 0 && chosen.every((other) => Math.abs((places[other] ?? 0) - place) >= gap)) chosen.push(index);
  }
  return chosen.sort((one, other) => one - other);
}
function drawCurve(rounds, current, isGrowing) {
  const points = pointsOf(rounds);
  const svg = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}` });
  svg.append(drawn("line", { x1: 0, x2: WIDTH, y1: BOTTOM, y2: BOTTOM }));
  const told = new Set(legible(points.map(({ x }) => x), current, GAP));
  rounds.forEach((round, index) => {
    svg.append(...drawRound(round, index, points, current, isGrowing, told.has(index)));
  });
  svg.append(...points.slice(0, current + 1).map(({ x, y }, index) => drawn("circle", { cx: x, cy: y, r: index === current ? 1.2 : 0.8 })));
  return svg;
}
function drawRound(round, index, points, current, isGrowing, isTold) {
  const [point, before] = [points[index], points[index - 1]];
  if (!point) return [];
  const when = index < current ? "seen" : index === current ? "now" : "later";
  const labels = drawn("text", { class: when, x: point.x, y: HEIGHT - 0.9 }, round.labels.toLocaleString("en"));
  const share = drawn("text", { class: `value ${when}`, x: point.x, y: point.y - 1.6 }, round.right);
  const texts = isTold ? [labels, share] : [];
  if (index > current) return texts.slice(0, 1);
  if (!before) return texts;
  const isNewest = isGrowing && index === current;
  const line = drawn("line", {
    class: isNewest ? "grown newest" : "grown",
    pathLength: 1,
    x1: before.x,
    y1: before.y,
    x2: point.x,
    y2: point.y
  });
  return [...texts, line];
}

// pages/_ui/stage/src/chart.ts
var [WIDTH2, HEIGHT2] = [112, 70];
var [LEFT, RIGHT, TOP2, BOTTOM2] = [13, 106, 2.5, 61.5];
var FLOORS = [0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.2, 0];
var GAP2 = 6;
var MANY = 5;
function axisOf(shares) {
  const lowest = Math.min(...shares, 1);
  const floor = FLOORS.find((share) => share <= lowest) ?? 0;
  const tick = floor >= 0.95 ? 0.01 : floor >= 0.9 ? 0.02 : floor >= 0.8 ? 0.05 : floor >= 0.4 ? 0.1 : 0.2;
  const count = Math.round((1 - floor) / tick);
  return Array.from({ length: count + 1 }, (_, place) => 1 - (count - place) * tick).map((mark) => Math.round(100 * mark) / 100);
}
function shareAt({ labels, shares }, upTo) {
  const place = labels.findLastIndex((number) => number <= upTo);
  return place < 0 ? void 0 : shares[place];
}
var CurveScene = class {
  #root;
  #curve = null;
  constructor(root) {
    this.#root = root;
  }
  begin(curve) {
    this.#curve = curve;
    find(this.#root, ".about").textContent = curve?.about ?? "";
  }
  show(labels, isGrowing) {
    if (!this.#curve) return;
    const plot = find(this.#root, ".plot");
    plot.replaceChildren(this.#draw(this.#curve.lines, labels, isGrowing));
    plot.ariaLabel = `Learning curves up to ${labels} labels`;
    this.#list(this.#curve.lines, labels);
  }
  #list(lines, labels) {
    const known = lines.map((line) => ({ line, share: shareAt(line, labels) }));
    known.sort((one, other) => (other.share ?? -1) - (one.share ?? -1));
    this.#root.classList.toggle("crowded", lines.length > MANY);
    find(this.#root, ".lines").replaceChildren(...known.map(({ line: { colour, note, own }, share }) => {
      const row = element("li", own ? "own" : "");
      const swatch = element("i");
      swatch.style.background = paint(colour);
      const value = share === void 0 ? "–" : `${(100 * share).toFixed(1)} %`;
      row.append(swatch, element("b", "", value), element("span", "name", colour.name), element("span", "means", note));
      return row;
    }));
  }
  #draw(lines, labels, isGrowing) {
    const svg = drawn("svg", { viewBox: `0 0 ${WIDTH2} ${HEIGHT2}` });
    const marks = axisOf(lines.flatMap(({ shares }) => shares));
    const floor = marks[0] ?? 0;
    const numbers = [...new Set(lines.flatMap((line) => line.labels))].sort((one, other) => one - other);
    const [least = 1, last = 1] = [numbers[0], numbers.at(-1)];
    const isByDoubling = isWide(least, last);
    const scale = scaleOf(isByDoubling ? least : 0, last);
    const x = (number) => LEFT + (RIGHT - LEFT) * scale(number);
    const y = (share) => BOTTOM2 - (BOTTOM2 - TOP2) * Math.max(share - floor, 0) / (1 - floor || 1);
    for (const mark of marks) {
      svg.append(
        drawn("line", { class: "grid", x1: LEFT, x2: RIGHT, y1: y(mark), y2: y(mark) }),
        drawn("text", { class: "mark", x: LEFT - 1.4, y: y(mark) + 0.9 }, `${Math.round(100 * mark)} %`)
      );
    }
    for (const number of legible(numbers.map(x), numbers.length - 1, GAP2).map((place) => numbers[place] ?? 0)) {
      svg.append(drawn("text", { class: "number", x: x(number), y: BOTTOM2 + 3.6 }, number.toLocaleString("en")));
    }
    svg.append(drawn("text", { class: "number", x: (LEFT + RIGHT) / 2, y: HEIGHT2 - 1 }, `labels given${isByDoubling ? ", each doubling as long" : ""}`));
    for (const line of lines) svg.append(...bandOf(line, labels, x, y));
    for (const line of lines) svg.append(...lineOf(line, labels, x, y, isGrowing));
    return svg;
  }
};
var paint = ({ light, dark }) => `light-dark(${light}, ${dark})`;
function bandOf({ colour, labels, low, high }, upTo, x, y) {
  const count = labels.filter((number) => number <= upTo).length;
  if (!low.length || count < 2) return [];
  const edge = (shares) => labels.slice(0, count).map((number, place) => `${x(number)},${y(shares[place] ?? 0)}`);
  const band = drawn("polygon", { class: "band", points: [...edge(high), ...edge(low).reverse()].join(" ") });
  band.style.fill = paint(colour);
  return [band];
}
function lineOf({ colour, labels, shares, own }, upTo, x, y, isGrowing) {
  const count = labels.filter((number) => number <= upTo).length;
  const places = labels.slice(0, count).map((number, place) => [x(number), y(shares[place] ?? 0)]);
  const path = drawn("polyline", { class: `line ${own ? "own" : ""}`, points: places.map((place) => place.join()).join(" ") });
  path.style.stroke = paint(colour);
  const dots = places.map(([cx, cy], place) => {
    const isNewest = place === count - 1;
    const dot = drawn("circle", { class: isNewest && isGrowing ? "newest" : "", cx, cy, r: isNewest ? 1.15 : own ? 0.8 : 0.55 });
    dot.style.fill = paint(colour);
    return dot;
  });
  return [path, ...dots];
}

// pages/_ui/stage/src/colours.ts
var SURFACE = 0.06;
function coloursOf(element2) {
  const { color, backgroundColor } = getComputedStyle(element2);
  const [ink, page] = [numbersOf(color), numbersOf(backgroundColor)];
  return { ink, page, surface: mixed(page, ink, SURFACE), isDark: page[0] < 128, of: numbersOf };
}
function numbersOf(colour) {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  const [red = 0, green = 0, blue = 0] = hex ? hex.slice(1).map((part) => parseInt(part, 16)) : (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}
var mixed = (one, other, share) => [
  Math.round(one[0] + (other[0] - one[0]) * share),
  Math.round(one[1] + (other[1] - one[1]) * share),
  Math.round(one[2] + (other[2] - one[2]) * share)
];
var written = ([red, green, blue]) => `rgb(${red} ${green} ${blue})`;

// pages/_ui/stage/src/numbers.ts
var bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
function wordsOf(text) {
  const bytes = bytesOf(text);
  return Uint16Array.from({ length: bytes.length / 2 }, (_, place) => (bytes[2 * place] ?? 0) + 256 * (bytes[2 * place + 1] ?? 0));
}

// pages/_ui/stage/src/looks.ts
var NO_CLASS = 255;
var HEARD = 0.16;
var [LEAST_SURE, SUREST] = [0.22, 0.85];
var LABELLED = 0.6;
function looksOf(graph, beliefs, moment, colours) {
  const look = moment.kind === "one" ? oneLabel(graph, moment, colours) : allLabels(graph, beliefs, moment.kind, colours);
  return Array.from({ length: graph.n_items }, (_, item) => look(item));
}
function oneLabel(graph, { label, sweep }, colours) {
  const colour = colourOf(graph, label.number, colours);
  const [shares, heard] = [bytesOf(sweep?.shares ?? ""), bytesOf(sweep?.heard ?? "")];
  return (item) => {
    if (item === label.item) return { colour, level: 1, rim: 1 };
    return { colour, level: heard[item] ? Math.max(HEARD, Math.sqrt((shares[item] ?? 0) / 255)) : 0, rim: 0 };
  };
}
function allLabels(graph, beliefs, kind, colours) {
  const [classes, leads, labelled] = [bytesOf(beliefs.classes), bytesOf(beliefs.leads), bytesOf(beliefs.labelled)];
  return (item) => {
    const number = classes[item] ?? NO_CLASS;
    const colour = colourOf(graph, number, colours);
    if (labelled[item]) return { colour, level: 1, rim: LABELLED };
    if (kind === "labels" || number === NO_CLASS) return { colour, level: 0, rim: 0 };
    return { colour, level: LEAST_SURE + (SUREST - LEAST_SURE) * (leads[item] ?? 0) / 255, rim: 0 };
  };
}
function colourOf({ classes }, number, { isDark, ink, of }) {
  const found = classes[number];
  return found ? of(isDark ? found.dark : found.light) : ink;
}

// pages/_ui/stage/src/sheet.ts
var [STRONGEST, STRONGEST_DARK] = [0.75, 0.6];
var FAR = 65535;
var SIDE2 = 0.94;
var GROWN = 0.3;
var mid = (from, to, share) => from + (to - from) * share;
var Sheet = class {
  #canvas;
  #context;
  #graph;
  #isInk;
  #places;
  #links;
  #atlas = new Image();
  #inked = null;
  #inkedIn = "";
  #unit = 1;
  #corner = [0, 0];
  constructor(canvas, graph, isInk) {
    const context = canvas.getContext("2d");
    if (!context) throw new Error("This browser draws no canvas.");
    this.#canvas = canvas;
    this.#context = context;
    this.#graph = graph;
    this.#isInk = isInk;
    this.#places = wordsOf(graph.places);
    this.#links = wordsOf(graph.links);
    this.#atlas.src = graph.atlas;
  }
  /** Resolves when the images are there, or cannot be had. */
  async ready() {
    await this.#atlas.decode().catch(() => void 0);
  }
  /** Draw all items so far on the way from one look to another, 0 to 1. */
  paint(before, looks, share, live, colours) {
    if (!this.#fit()) return;
    this.#paintLinks(live, colours);
    looks.forEach((to, item) => {
      this.#paintItem(item, between(before[item] ?? to, to, share), colours);
    });
  }
  #fit() {
    const { clientWidth, clientHeight } = this.#canvas;
    const [width, height] = [Math.round(clientWidth * devicePixelRatio), Math.round(clientHeight * devicePixelRatio)];
    if (!width || !height) return false;
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      [this.#canvas.width, this.#canvas.height] = [width, height];
    }
    this.#context.clearRect(0, 0, width, height);
    this.#unit = Math.min(height, width / this.#graph.width);
    this.#corner = [(width - this.#unit * this.#graph.width) / 2, (height - this.#unit) / 2];
    return true;
  }
  #place(item) {
    const [left, top] = this.#corner;
    return [
      left + (this.#places[2 * item] ?? 0) / FAR * this.#unit * this.#graph.width,
      top + (this.#places[2 * item + 1] ?? 0) / FAR * this.#unit
    ];
  }
  #paintLinks(live, { page, ink }) {
    const [plain, lit] = [new Path2D(), new Path2D()];
    for (let place = 0; place < this.#links.length; place += 2) {
      const [one, other] = [this.#links[place] ?? 0, this.#links[place + 1] ?? 0];
      const path = live?.heard[one] && live.heard[other] ? lit : plain;
      path.moveTo(...this.#place(one));
      path.lineTo(...this.#place(other));
    }
    const context = this.#context;
    context.lineWidth = this.#unit * 18e-4;
    context.strokeStyle = written(mixed(page, ink, 0.16));
    context.stroke(plain);
    context.lineWidth = this.#unit * 3e-3;
    context.strokeStyle = written(mixed(page, live?.colour ?? ink, 0.55));
    context.stroke(lit);
  }
  #paintItem(item, { colour, level, rim }, colours) {
    const context = this.#context;
    const [x, y] = this.#place(item);
    const side = this.#graph.tile * this.#unit * SIDE2;
    const half = side / 2 * (1 + GROWN * rim);
    context.beginPath();
    context.roundRect(x - half, y - half, 2 * half, 2 * half, half * 0.36);
    context.fillStyle = written(mixed(colours.surface, colour, level * (colours.isDark ? STRONGEST_DARK : STRONGEST)));
    context.fill();
    if (rim > 0.01) {
      context.lineWidth = side * 0.16 * rim;
      context.strokeStyle = written(mixed(colour, colours.ink, 0.45));
      context.stroke();
    }
    this.#paintImage(item, [x, y], half, level, colours);
  }
  #paintImage(item, [x, y], half, level, colours) {
    const sheet = this.#isInk ? this.#inAll(colours) : this.#atlas;
    if (!sheet?.width) return;
    const { columns } = this.#graph;
    const pixels = sheet.width / columns;
    const inner = half * (this.#isInk ? 0.94 : 0.7);
    this.#context.globalAlpha = this.#isInk ? mid(0.55, 1, level) : 1;
    this.#context.drawImage(
      sheet,
      item % columns * pixels,
      Math.floor(item / columns) * pixels,
      pixels,
      pixels,
      x - inner,
      y - inner,
      2 * inner,
      2 * inner
    );
    this.#context.globalAlpha = 1;
  }
  /** All images in the ink of the page. */
  #inAll({ ink }) {
    const colour = written(ink);
    if (this.#inkedIn === colour) return this.#inked;
    const { width, height } = this.#atlas;
    if (!this.#atlas.complete || !width) return null;
    const sheet = element("canvas");
    [sheet.width, sheet.height] = [width, height];
    const context = sheet.getContext("2d");
    if (!context) return null;
    context.drawImage(this.#atlas, 0, 0);
    context.globalCompositeOperation = "source-in";
    context.fillStyle = colour;
    context.fillRect(0, 0, width, height);
    [this.#inked, this.#inkedIn] = [sheet, colour];
    return sheet;
  }
};
function between(from, to, share) {
  return {
    colour: mixed(from.level ? from.colour : to.colour, to.level ? to.colour : from.colour, share),
    level: mid(from.level, to.level, share),
    rim: mid(from.rim, to.rim, share)
  };
}

// pages/_ui/stage/src/words.ts
var counted = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
function saidOf(graph, moment, labels) {
  if (moment.kind === "one") return oneLabel2(graph, moment);
  if (moment.kind === "labels") {
    const told = labels ? `${counted(labels, "label")} so far: the coloured ones.` : "None has a label yet.";
    return `${graph.about} ${told}`;
  }
  return labels ? `All ${counted(labels, "label")} together: each takes the class that it hears most of. Pale ones are unsure.` : "Before the first label, nothing is known.";
}
function oneLabel2({ classes, n_items: all }, { label, sweep }) {
  if (sweep) {
    return `After ${counted(sweep.sweeps, "sweep")}, it has reached ${sweep.reached} of ${all}. The stronger the colour, the more of it has arrived.`;
  }
  return `One label: this is “${classes[label.number]?.name ?? ""}”. In each sweep, all pass on to their neighbours what they have heard.`;
}

// pages/_ui/stage/src/graph.ts
var FADE = 600;
var THEME = 100;
var LEGEND = 9;
var GraphScene = class {
  #root;
  #canvas;
  #resized;
  #graph = null;
  #sheet = null;
  #rounds = [];
  #rightOf = "";
  /** Which of the labels is followed. */
  #which = 0;
  #round = 0;
  #moment = { kind: "labels" };
  #looks = [];
  #before = [];
  #since = 0;
  #frame = 0;
  constructor(root) {
    this.#root = root;
    this.#canvas = find(root, "canvas", HTMLCanvasElement);
    this.#resized = new ResizeObserver(() => {
      this.#renew();
    });
    this.#resized.observe(this.#canvas);
  }
  /** Take up a graph; resolves when its images are there. */
  async begin({ graph, rounds, ink, right_of: rightOf }) {
    this.#graph = graph;
    this.#rounds = rounds;
    this.#rightOf = rightOf;
    this.#which = 0;
    this.#looks = [];
    this.#sheet = graph && new Sheet(this.#canvas, graph, ink);
    if (graph) this.#fillLegend(graph);
    await this.#sheet?.ready();
  }
  get #label() {
    return this.#graph?.spreads[this.#which];
  }
  /** The labels, one of them alone, sweep by sweep, and all together. */
  get steps() {
    const label = this.#label;
    return label ? label.sweeps.length + 3 : 2;
  }
  another() {
    this.#which = (this.#which + 1) % Math.max(this.#graph?.spreads.length ?? 1, 1);
  }
  #momentAt(step) {
    const label = this.#label;
    if (step === 0) return { kind: "labels" };
    if (!label || step >= this.steps - 1) return { kind: "all" };
    return { kind: "one", label, sweep: label.sweeps[step - 2] };
  }
  /** Show a step of a round, and say what is to be seen. */
  show(round, step) {
    const graph = this.#graph;
    if (!graph) return "";
    this.#round = round;
    this.#moment = this.#momentAt(step);
    const looks = this.#looksNow();
    this.#before = this.#looks.length ? this.#looks : looks;
    this.#looks = looks;
    this.#since = performance.now();
    this.#draw();
    this.#showFigures(graph);
    const said = saidOf(graph, this.#moment, this.#rounds[round]?.labels ?? 0);
    this.#canvas.ariaLabel = said;
    return said;
  }
  #looksNow() {
    const beliefs = this.#graph?.rounds[this.#round];
    return this.#graph && beliefs ? looksOf(this.#graph, beliefs, this.#moment, coloursOf(this.#root)) : [];
  }
  #showFigures(graph) {
    const figures = this.#figures(graph);
    find(this.#root, ".figures").replaceChildren(...figures.map(([value, caption]) => {
      const box = element("div");
      box.append(element("dt", "", caption), element("dd", "value", value));
      return box;
    }));
  }
  #figures({ n_items: all }) {
    const moment = this.#moment;
    if (moment.kind === "one") {
      const { sweeps, reached } = moment.sweep ?? { sweeps: 0, reached: 1 };
      return [[String(sweeps), sweeps === 1 ? "sweep" : "sweeps"], [String(reached), `of ${all} reached`]];
    }
    const { labels = 0, right = "" } = this.#rounds[this.#round] ?? {};
    const given = [labels.toLocaleString("en"), labels === 1 ? "label" : "labels"];
    return moment.kind === "all" && right ? [given, [right, `right of ${this.#rightOf}`]] : [given];
  }
  #fillLegend({ classes }) {
    const rest = classes.length - LEGEND;
    const entries = (rest > 1 ? classes.slice(0, LEGEND) : classes).map(({ name, light, dark }) => {
      const entry = element("li");
      const swatch = element("i");
      swatch.style.background = `light-dark(${light}, ${dark})`;
      entry.append(swatch, element("span", "", name));
      return entry;
    });
    if (rest > 1) entries.push(element("li", "more", `and ${rest} more`));
    find(this.#root, ".legend").replaceChildren(...entries);
  }
  /** Draw all anew, in another size or in other colours. */
  #renew() {
    if (!this.#looks.length) return;
    this.#looks = this.#before = this.#looksNow();
    this.#draw();
  }
  /** Take on the colours of another theme. */
  recolour() {
    setTimeout(() => {
      this.#renew();
    }, THEME);
  }
  #draw() {
    cancelAnimationFrame(this.#frame);
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const share = isStill ? 1 : Math.min(1, (performance.now() - this.#since) / FADE);
    this.#sheet?.paint(this.#before, this.#looks, share * (2 - share), this.#live(), coloursOf(this.#root));
    if (share < 1) this.#frame = requestAnimationFrame(() => {
      this.#draw();
    });
  }
  #live() {
    const moment = this.#moment;
    if (!this.#graph || moment.kind !== "one") return null;
    const colour = colourOf(this.#graph, moment.label.number, coloursOf(this.#root));
    return { heard: bytesOf(moment.sweep?.heard ?? ""), colour };
  }
  stop() {
    cancelAnimationFrame(this.#frame);
    this.#resized.disconnect();
  }
};

// pages/_ui/stage/src/icons.ts
var CROSS = "M6 6l12 12M18 6L6 18";
var CHECK = "M5 13l4.5 4.5L19 7.5";
function icon(path) {
  const svg = drawn("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  svg.append(drawn("path", { d: path }));
  return svg;
}

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

// pages/_ui/stage/src/round.ts
var MANY2 = 5;
var ASKS = "right or wrong?";
var ASKS_FIRST = "what are they?";
var LONG = 4;
var SHORT2 = 3;
var RoundScene = class {
  #root;
  #page;
  #shown = null;
  constructor(root) {
    this.#root = root;
  }
  #find(selector) {
    return find(this.#root, selector);
  }
  begin(page) {
    this.#page = page;
    this.#shown = null;
    this.#root.classList.toggle("photos", !page.ink);
    this.#find(".curve figcaption").textContent = `Accuracy on ${page.right_of}, by number of labels`;
  }
  /** Show a round, with the truth or before it is told. */
  show(current, from, isTold) {
    const round = this.#page.rounds[current];
    if (!round) return;
    const isNew = round !== this.#shown;
    this.#shown = round;
    if (isNew) this.#fill(round, from);
    this.#tell(round, isTold);
  }
  #fill(round, from) {
    const { matrix, bars } = round;
    this.#root.classList.toggle("many", round.queries.length > MANY2);
    this.#find(".what").textContent = round.asked;
    const digits = this.#find(".digits");
    digits.style.setProperty("--from", `calc(${3 * from} * var(--u))`);
    digits.replaceChildren(...round.queries.map((query) => entryOf(query, round.known_as, this.#page.ink)));
    enter(digits);
    this.#showFigures(round);
    this.#showCurve(round, from);
    this.#find(".confusion").hidden = !matrix;
    this.#find(".tally").hidden = !bars;
    if (matrix) {
      showMatrix(this.#find(".matrix"), matrix);
      this.#find(".confusion .note").textContent = matrix.note;
    }
    if (bars) {
      this.#find(".tally h2").textContent = bars.title;
      this.#find(".tally .about").textContent = bars.about;
      this.#find(".tally .note").textContent = bars.note;
      showBars(this.#find(".bars"), bars);
    }
  }
  #showCurve(round, from) {
    const known = this.#page.rounds.filter(({ share }) => share !== null);
    const curve = this.#find(".curve");
    curve.querySelector("svg")?.remove();
    curve.hidden = known.length < 2 || round.share === null;
    this.#root.classList.toggle("crowded", !curve.hidden && round.queries.length > MANY2);
    if (!curve.hidden) curve.append(drawCurve(known, known.indexOf(round), from > 0));
  }
  #tell({ queries, wrong }, isTold) {
    const asked = this.#find(".asked");
    const isKnown = queries.some((query) => query.true);
    asked.classList.toggle("told", isTold && isKnown);
    const verdict = this.#find(".wrong");
    verdict.textContent = !isKnown ? "" : isTold ? wrong : wrong ? ASKS : ASKS_FIRST;
    verdict.classList.toggle("none", !isTold || queries.every((query) => query.right));
    asked.querySelectorAll(".ink i").forEach((ink, place) => {
      const query = queries[place];
      if (query) ink.ariaLabel = isTold ? query.told : query.alt;
    });
  }
  #showFigures({ figures }) {
    this.#find(".figures").replaceChildren(...figures.map(({ value, caption, change, trend }) => {
      const box = element("div");
      const size = value.length > LONG && !value.endsWith("%") ? "value long" : "value";
      box.append(element("dt", "", caption), element("dd", size, value), element("dd", `change ${trend}`, change));
      return box;
    }));
  }
};
function entryOf(query, knownAs, isInk) {
  const { image, predicted, rival, right: isRight } = query;
  const card = element("div", "ink");
  const ink = element("i");
  ink.role = "img";
  if (isInk) ink.style.maskImage = `url("${image}")`;
  else ink.style.backgroundImage = `url("${image}")`;
  card.append(ink);
  const isShort = areShort(query);
  const entry = element("li", `${isRight ? "" : "mistaken"} ${isShort ? "" : "named"}`);
  const below = element("p", "below");
  below.append(element("span", "rival", rival && `or ${rival}?`), element("span", "true", truthOf(query, knownAs)));
  entry.append(card, element("p", "predicted", predicted && isShort ? `predicted ${predicted}` : predicted), below);
  if (!isRight) {
    const sign = element("span", "sign");
    sign.append(icon(CROSS));
    entry.append(sign);
  }
  return entry;
}
var areShort = ({ predicted, rival, true: truth }) => [predicted, rival, truth].every((name) => name.length <= SHORT2);
function truthOf(query, knownAs) {
  const { predicted, true: truth, right: isRight } = query;
  if (!truth || areShort(query)) return truth && `${knownAs} ${truth}`;
  return predicted && isRight ? "✓ right" : truth;
}
function enter(content) {
  content.classList.remove("entering");
  settleLayout(content);
  content.classList.add("entering");
}

// pages/_ui/stage/src/view.ts
var IDLE = 3e3;
var LONG2 = 30;
var SIZES = [3.4, 3.1, 2.8, 2.5, 2.2, 2];
var View = class {
  room;
  scene = "round";
  /** Whether the truth is told on a key of its own. */
  isGuessing = true;
  #root;
  #round;
  #graph;
  #curve;
  /** Both are there before a round is shown. */
  #player;
  #data;
  #idle;
  constructor(root) {
    this.#root = root;
    this.room = this.#find(".room");
    this.room.style.setProperty("--pace", `${PACE}ms`);
    this.#round = new RoundScene(this.#sceneOf("round"));
    this.#graph = new GraphScene(this.#sceneOf("graph"));
    this.#curve = new CurveScene(this.#sceneOf("curve"));
  }
  attach(player) {
    this.#player = player;
  }
  #find(selector) {
    return find(this.#root, selector);
  }
  #sceneOf(name) {
    return this.#find(`[data-scene=${name}]`);
  }
  /** Take up rounds, of which the player knows the first to show; resolves when their images are there. */
  async begin(data) {
    this.#data = data;
    const pictures = data.rounds.flatMap(({ queries }) => queries.map(({ image }) => picture(image)));
    this.#find(".title").textContent = data.title;
    this.scene = this.#has("round") ? "round" : "curve";
    this.#fillDots();
    this.#round.begin(data);
    this.#showFooter("");
    this.#fitLessons();
    await Promise.allSettled([...pictures.map((image) => image.decode()), this.enrich(data)]);
  }
  /** Take up what has come since: the rounds are as they were. */
  async enrich(data) {
    const hadGraph = this.#data.graph !== null && this.#data !== data;
    this.#data = data;
    if (!hadGraph) await this.#graph.begin(data);
    this.#curve.begin(data.curve);
    if (this.scene === "curve") this.#curve.show(this.#current.labels, false);
    this.#fillHelp();
    this.#root.dataset["coming"] = String(data.coming);
    for (const name of ["graph", "curve"]) {
      const tool = find(this.#root, `.to-${name}`, HTMLButtonElement);
      tool.disabled = !this.#has(name);
      tool.hidden = !this.#has("round");
    }
  }
  #has(scene) {
    const { rounds, graph, curve } = this.#data;
    if (scene === "graph") return graph !== null;
    return scene === "curve" ? curve !== null : rounds.some(({ figures }) => figures.length > 0);
  }
  get #current() {
    const round = this.#data.rounds[this.#player.current];
    if (!round) throw new Error(`There is no round ${this.#player.current}.`);
    return round;
  }
  /** Whether what is looked at is not the round itself, where there is one. */
  get isBeside() {
    return this.scene !== "round" && this.#has("round");
  }
  /** Whether a round is shown as a guess first, and then with the truth. */
  #isGuessed(round) {
    return this.isGuessing && (this.#data.rounds[round]?.queries.some((query) => query.true) ?? false);
  }
  stepsOf(round) {
    if (this.scene === "graph") return this.#graph.steps;
    return this.scene === "round" && this.#isGuessed(round) ? 2 : 1;
  }
  entryOf(round, from) {
    return this.scene === "graph" || from < 0 ? this.stepsOf(round) - 1 : 0;
  }
  /** Look at something else of the round, or at the round itself again. */
  toggleScene(name) {
    if (!this.#has(name) || !this.#has("round")) return;
    const wasTold = this.scene !== "round";
    this.scene = this.scene === name ? "round" : name;
    this.#player.goStep(wasTold && this.scene === "round" ? this.stepsOf(this.#player.current) - 1 : 0);
  }
  /** Follow another label. */
  another() {
    if (this.scene !== "graph") return;
    this.#graph.another();
    this.#player.goStep(1);
  }
  /** Tell the truth at once, or on a key of its own. */
  toggleGuessing() {
    this.isGuessing = !this.isGuessing;
    this.#player.goStep(this.#player.step);
  }
  show(from) {
    const { current, step, lastStep } = this.#player;
    const round = this.#current;
    this.#root.dataset["round"] = String(current);
    this.#root.dataset["step"] = String(step);
    delete this.#root.dataset["ready"];
    const name = this.#find(".name");
    name.textContent = round.name;
    name.classList.toggle("long", round.name.length > LONG2);
    for (const name2 of ["round", "graph", "curve"]) {
      this.#sceneOf(name2).hidden = name2 !== this.scene;
      if (name2 !== "round") this.#find(`.to-${name2}`).ariaPressed = String(name2 === this.scene);
    }
    const said = this.#showScene(current, step, from, step === lastStep);
    this.#find(".heard").textContent = said || (step ? round.wrong : round.headline);
    this.#showFooter(said);
    nameInAddress(current);
    void this.#tellWhenPainted(current, step);
  }
  /** Fill the scene; what it says itself stands in the place of the lesson. */
  #showScene(current, step, from, isLast) {
    if (this.scene === "graph") return this.#graph.show(current, step);
    if (this.scene === "curve") this.#curve.show(this.#current.labels, from > 0);
    else this.#round.show(current, from, isLast);
    return "";
  }
  async #tellWhenPainted(current, step) {
    await painted();
    if (current === this.#player.current && step === this.#player.step) this.#root.dataset["ready"] = String(current);
  }
  showPace() {
    const { current, isPlaying, isAtStart, isAtEnd } = this.#player;
    this.room.classList.remove("playing");
    childrenOf(this.#find(".dots")).forEach((dot, index) => {
      dot.classList.toggle("current", index === current);
      dot.classList.toggle("seen", index < current);
      const step = find(dot, "button");
      if (index === current) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    });
    settleLayout(this.room);
    this.room.classList.toggle("playing", isPlaying);
    this.#find(".pace").textContent = isPlaying ? `playing, ${PACE / 1e3} s a step` : "";
    const play = this.#find(".play");
    const does = isPlaying ? "Pause" : "Play";
    play.ariaPressed = String(isPlaying);
    play.ariaLabel = does;
    play.title = `${does} (P)`;
    find(this.#root, ".back", HTMLButtonElement).disabled = isAtStart;
    find(this.#root, ".next", HTMLButtonElement).disabled = isAtEnd;
  }
  showLeaving() {
    this.room.classList.add("leaving");
  }
  #showFooter(said) {
    const { identical, lesson } = this.#current;
    const line = this.#find(".lesson");
    line.textContent = said || lesson;
    const published = this.#find(".published");
    published.hidden = identical === null || this.scene !== "round";
    published.classList.toggle("same", identical === true);
    published.replaceChildren(
      icon(identical ? CHECK : CROSS),
      element("span", "", identical ? "identical to the published run" : "differs from the published run")
    );
  }
  #fillDots() {
    const { rounds } = this.#data;
    const isAlone = rounds.length === 1;
    this.#find("nav").hidden = isAlone;
    this.#find(".play").hidden = isAlone;
    this.#find(".dots").replaceChildren(...rounds.map(({ name }, index) => {
      const step = button("", () => {
        this.#player.go(index);
      });
      step.ariaLabel = name;
      step.title = name;
      step.append(element("i"));
      const dot = element("li");
      dot.append(step);
      return dot;
    }));
  }
  /** The screen has another size. */
  resize() {
    if (!this.#root.dataset["round"]) return;
    const said = this.#find(".lesson").textContent;
    this.#fitLessons();
    this.#find(".lesson").textContent = said;
  }
  /** Write all lessons as large as the longest one fits, beside the verdict. */
  #fitLessons() {
    const line = this.#find(".lesson");
    const fits = ({ lesson }) => {
      line.textContent = lesson;
      return line.scrollHeight <= line.clientHeight;
    };
    for (const size of SIZES) {
      line.style.fontSize = `calc(${size} * var(--u))`;
      if (this.#data.rounds.every(fits)) return;
    }
  }
  #fillHelp() {
    this.#find(".keys dl").replaceChildren(...helpOf(this.#data).flatMap(([keys, meaning]) => {
      const term = element("dt");
      term.append(...keys.map(keycap));
      return [term, element("dd", "", meaning)];
    }));
  }
  get isHelpOpen() {
    return !this.#find(".keys").hidden;
  }
  toggleHelp(isOpen = !this.isHelpOpen) {
    this.#find(".keys").hidden = !isOpen;
  }
  get isBlank() {
    return !this.#find(".blank").hidden;
  }
  /** Show nothing, so that the room looks at the speaker; or show all again. */
  toggleBlank(isBlank = !this.isBlank) {
    this.#find(".blank").hidden = !isBlank;
    if (isBlank) this.#player.play(false);
  }
  /** The colours of the page have changed. */
  recolour() {
    this.#graph.recolour();
  }
  /** Show the pointer until it has rested for a while. */
  wake() {
    this.room.classList.remove("idle");
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      this.room.classList.add("idle");
    }, IDLE);
  }
  stop() {
    clearTimeout(this.#idle);
    this.#graph.stop();
  }
};
function picture(source) {
  const image = new Image();
  image.src = source;
  return image;
}
function nameInAddress(round) {
  const address = new URL(location.href);
  address.searchParams.set("round", String(round + 1));
  history.replaceState(history.state, "", address);
}

// pages/_ui/stage/src/component.ts
var BUTTONS = [
  ["back", "back"],
  ["next", "next"],
  ["to-graph", "graph"],
  ["to-curve", "curve"],
  ["play", "play"],
  ["help", "help"],
  ["leave", "leave"]
];
var Stage = class {
  #root;
  #view;
  #player;
  #listening = new AbortController();
  #run = "";
  #trigger = () => void 0;
  constructor(parent) {
    this.#root = find(parent, ".stage", HTMLDialogElement);
    this.#view = new View(this.#root);
    this.#player = new Player(this.#view, clock, (round) => {
      this.#trigger("leave", { round });
    });
    this.#view.attach(this.#player);
    this.#root.showModal();
    this.#listen();
  }
  update(data, trigger) {
    this.#trigger = trigger;
    if (data.run !== this.#run) void this.#begin(data);
    else void this.#view.enrich(data);
  }
  async #begin(data) {
    this.#run = data.run;
    this.#player.begin(data.rounds.length, data.current);
    await this.#view.begin(data);
    this.#player.show(0);
  }
  destroy() {
    this.#listening.abort();
    this.#player.stop();
    this.#view.stop();
  }
  #perform(command) {
    this.#deeds[command]();
  }
  #deeds = {
    next: () => {
      this.#player.next();
    },
    back: () => {
      this.#player.back();
    },
    first: () => {
      this.#player.first();
    },
    last: () => {
      this.#player.end();
    },
    play: () => {
      this.#player.play();
    },
    graph: () => {
      this.#view.toggleScene("graph");
    },
    label: () => {
      this.#view.another();
    },
    curve: () => {
      this.#view.toggleScene("curve");
    },
    guess: () => {
      this.#view.toggleGuessing();
    },
    blank: () => {
      this.#view.toggleBlank();
    },
    fullScreen: () => {
      void this.#toggleFullScreen();
    },
    help: () => {
      this.#view.toggleHelp();
    },
    escape: () => {
      this.#escape();
    },
    leave: () => {
      this.#player.leave();
    }
  };
  #escape() {
    if (this.#view.isHelpOpen) this.#view.toggleHelp(false);
    else if (document.fullscreenElement) void document.exitFullscreen();
    else if (this.#view.isBeside) this.#view.toggleScene(this.#view.scene);
    else this.#player.leave();
  }
  async #toggleFullScreen() {
    try {
      if (document.fullscreenElement) await document.exitFullscreen();
      else await this.#view.room.requestFullscreen();
    } catch {
    }
  }
  #listen() {
    const { signal } = this.#listening;
    const { room } = this.#view;
    addEventListener("resize", () => {
      this.#view.resize();
    }, { signal });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#view.recolour();
    }, { signal });
    document.addEventListener("keydown", (event) => {
      this.#onKey(event);
    }, { signal, capture: true });
    this.#root.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#escape();
    }, { signal });
    this.#root.addEventListener("close", () => {
      this.#player.leave();
    }, { signal });
    room.addEventListener("pointermove", () => {
      this.#view.wake();
    }, { signal });
    room.addEventListener("pointerdown", (event) => {
      if (isWithin(event, "button")) event.preventDefault();
    }, { signal });
    room.addEventListener("click", (event) => {
      this.#onClick(event);
    }, { signal });
    for (const [name, command] of BUTTONS) {
      find(this.#root, `button.${name}`).addEventListener("click", () => {
        this.#perform(command);
      }, { signal });
    }
  }
  #onKey(event) {
    if (isElsewhere(event) || pressesControl(event, "button")) return;
    const command = commandOf(event.key);
    const { isBlank } = this.#view;
    if (!isBlank && (!command || this.#player.isLeaving)) return;
    event.preventDefault();
    event.stopPropagation();
    if (isBlank) this.#view.toggleBlank(false);
    else if (command && (!event.repeat || event.key.startsWith("Arrow"))) this.#perform(command);
  }
  /** A click on the right third goes on, one on the left third goes back. */
  #onClick(event) {
    if (this.#view.isBlank) {
      this.#view.toggleBlank(false);
      return;
    }
    if (isWithin(event, "button") || this.#player.isLeaving) return;
    if (this.#view.isHelpOpen) {
      this.#view.toggleHelp(false);
      return;
    }
    const place = event.clientX / this.#view.room.clientWidth;
    if (place > 2 / 3) this.#player.next();
    else if (place < 1 / 3) this.#player.back();
  }
};
var component_default = mounted((parent) => new Stage(parent));
export {
  component_default as default
};
