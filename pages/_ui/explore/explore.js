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
var pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
var isWithin = (event, selector) => event.target instanceof Element && event.target.closest(selector) !== null;

// pages/_ui/browser/keys.ts
var isElsewhere = ({ isComposing, ctrlKey, altKey, metaKey }) => isComposing || ctrlKey || altKey || metaKey;
function isTyped(event) {
  const [target] = event.composedPath();
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
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

// pages/_ui/browser/streamlit.ts
var stand = () => document.querySelector(".stApp")?.dataset ?? {};
var isAtRest = ({ testScriptState, testConnectionState } = stand()) => testConnectionState === "CONNECTED" && testScriptState === "notRunning";

// pages/_ui/browser/revive.ts
async function revive() {
  for (let empty = 0; empty < 3; ) {
    await pause(1e3);
    if (document.querySelector("[data-testid=stMain] [data-testid=stElementContainer]")) return;
    empty = isAtRest() ? empty + 1 : 0;
  }
  location.reload();
}

// pages/_ui/explore/src/marks.ts
var STATES = ["unreached", "predicted", "labelled", "given", "unsure", "bad"];
var NO_CLASS = 65535;
var Marks = class {
  n;
  classes;
  states;
  leads;
  ranks;
  constructor(buffer) {
    const n = this.n = Math.floor(buffer.byteLength / 5);
    this.classes = new Uint16Array(buffer, 0, n);
    const [states, leads, ranks] = [2, 3, 4].map((plane) => new Uint8Array(buffer, plane * n, n));
    const none = new Uint8Array();
    this.states = states ?? none;
    this.leads = leads ?? none;
    this.ranks = ranks ?? none;
  }
};
var EVERYTHING = { hidden: /* @__PURE__ */ new Set(), states: new Set(STATES), ranks: [0, 255] };
var leavesOut = ({ hidden, states, ranks: [low, high] }) => hidden.size > 0 || states.size < STATES.length || low > 0 || high < 255;
function filtered(marks, filter, nClasses) {
  const is = new Uint8Array(marks.n);
  const byClass = new Uint32Array(nClasses + 1);
  const byNumber = new Uint32Array(STATES.length);
  const isWanted = STATES.map((state) => filter.states.has(state));
  const isClassShown = Array.from({ length: nClasses + 1 }, (_, place) => !filter.hidden.has(place));
  const [low, high] = filter.ranks;
  const isRanked = low > 0 || high < 255;
  const predicted = STATES.indexOf("predicted");
  let count3 = 0;
  for (let item = 0; item < marks.n; item++) {
    const state = marks.states[item] ?? 0;
    const place = Math.min(marks.classes[item] ?? nClasses, nClasses);
    byClass[place] = (byClass[place] ?? 0) + 1;
    byNumber[state] = (byNumber[state] ?? 0) + 1;
    const rank = marks.ranks[item] ?? 0;
    const isInRange = !isRanked || state === predicted && rank >= low && rank <= high;
    if (!isInRange || isWanted[state] !== true || isClassShown[place] !== true) continue;
    is[item] = 1;
    count3 += 1;
  }
  const byState = Object.fromEntries(STATES.map((state, number) => [state, byNumber[number] ?? 0]));
  return { is, count: count3, byClass, byState };
}

// pages/_ui/explore/src/words.ts
var grouped = (number) => number.toLocaleString("en-US");
var count = (number, noun) => `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;
var STATE_WORDS = {
  predicted: "predicted",
  labelled: "labelled by a person",
  given: "label came along",
  unsure: "answered unsure",
  bad: "bad image",
  unreached: "reached by no label"
};
var SURENESS = [
  ["all", [0, 255]],
  ["most doubtful 1 %", [0, 2]],
  ["most doubtful 10 %", [0, 25]],
  ["more doubtful half", [0, 127]],
  ["surer half", [128, 255]],
  ["surest 10 %", [230, 255]]
];
function pointWords(marks, item, names) {
  const state = STATES[marks.states[item] ?? 0] ?? "unreached";
  const number = marks.classes[item] ?? NO_CLASS;
  const name = names[number] ?? "no class";
  const surer = Math.min(99, Math.floor(100 * (marks.ranks[item] ?? 0) / 255));
  const words = {
    predicted: `predicted: ${name}, surer than ${surer} % of the others`,
    labelled: `labelled: ${name}`,
    given: `came with the label ${name}`,
    unsure: `answered unsure; predicted: ${name}`,
    bad: "a bad image",
    unreached: "no label reaches it yet"
  };
  return words[state];
}
var summaryWords = (n, isGrey) => `${count(n, "image")}${isGrey ? "" : " · faint where the model is unsure · rimmed where a person has labelled"}`;
function layoutWords({ is_plain: isPlain, work, can_improve: canImprove }) {
  if (work) return `${work.stage}${leftWords(work)}`;
  if (!isPlain) return "Similar images lie close together";
  return canImprove ? "First two principal components" : "First two principal components: a plain map";
}
var leftWords = ({ seconds_left: left }) => {
  if (left === null) return "";
  return left < 120 ? ` · ${Math.ceil(left)} s left` : ` · ${Math.ceil(left / 60)} min left`;
};
var openWords = (n) => n ? `Open ${n === 1 ? "it" : `these ${grouped(n)}`} in the grid` : "Nothing to open";
function chosenWords(n, isChosen, isFiltered) {
  if (isChosen) return `${count(n, "image")} chosen.`;
  return isFiltered ? `${count(n, "image")} shown.` : "Drag a line around images with the lasso, or choose what to show above.";
}

// pages/_ui/explore/src/card.ts
var AWAY = 16;
var Card = class {
  #place;
  #image;
  #item = -1;
  #isPinned = false;
  #asking = new AbortController();
  constructor(place) {
    this.#place = place;
    this.#image = find(place, "img", HTMLImageElement);
  }
  hide() {
    this.#item = -1;
    this.#isPinned = false;
    this.#asking.abort();
    this.#place.hidden = true;
  }
  /** Show an item. One that was pressed stays until something else is. */
  async show({ item, at, isPinned }, scene, source, isInk) {
    if (this.#isPinned && !isPinned) return;
    if (item < 0) {
      this.hide();
      return;
    }
    this.#isPinned = isPinned;
    if (item === this.#item) {
      this.#put(at);
      return;
    }
    this.#item = item;
    this.#asking.abort();
    this.#asking = new AbortController();
    this.#place.classList.toggle("ink", isInk);
    this.#image.removeAttribute("src");
    this.#say("", pointWords(scene.marks, item, scene.classes.map(({ name }) => name)));
    this.#put(at);
    await this.#fetch(item, source);
  }
  async #fetch(item, source) {
    const { signal } = this.#asking;
    try {
      const { url, told } = await source.server.glance(source.found?.layout ?? "", item, signal);
      if (signal.aborted) return;
      this.#image.src = url;
      find(this.#place, "b").textContent = told;
    } catch {
      if (!signal.aborted) find(this.#place, "b").textContent = "This image cannot be shown";
    }
  }
  #say(name, words) {
    find(this.#place, "b").textContent = name;
    find(this.#place, "span").textContent = words;
  }
  /** Beside the pointer, and within the map. */
  #put({ x, y }) {
    this.#place.hidden = false;
    const room = this.#place.parentElement;
    const [width, height] = [this.#place.offsetWidth, this.#place.offsetHeight];
    const left = x + AWAY + width < (room?.clientWidth ?? 0) ? x + AWAY : Math.max(4, x - AWAY - width);
    const top = Math.min(Math.max(4, y - height / 2), Math.max(4, (room?.clientHeight ?? 0) - height - 4));
    this.#place.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
};

// pages/_ui/explore/src/camera.ts
var SIDE = 65536;
var CLOSEST = 100;
var FARTHEST = 0.6;
var EDGE = 24;
var Camera = class _Camera {
  x = SIDE / 2;
  y = SIDE / 2;
  /** How many times as large as all of it in view. */
  zoom = 1;
  width = 1;
  height = 1;
  /** Pixels a unit. */
  get scale() {
    return this.zoom * Math.max(1, Math.min(this.width, this.height) - 2 * EDGE) / SIDE;
  }
  get copy() {
    return Object.assign(new _Camera(), this);
  }
  isSame(other) {
    return this.x === other.x && this.y === other.y && this.scale === other.scale && this.width === other.width && this.height === other.height;
  }
  resize(width, height) {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
  }
  /** Where a place is on the screen. */
  toScreen({ x, y }) {
    return { x: this.width / 2 + (x - this.x) * this.scale, y: this.height / 2 - (y - this.y) * this.scale };
  }
  toMap({ x, y }) {
    return { x: this.x + (x - this.width / 2) / this.scale, y: this.y - (y - this.height / 2) / this.scale };
  }
  /** Move what is on the screen by some pixels. */
  pan(right, down) {
    this.x = within(this.x - right / this.scale);
    this.y = within(this.y + down / this.scale);
  }
  /** Come closer by a factor; what is at a place on the screen stays there. */
  zoomAt(factor, at) {
    const before = this.toMap(at);
    this.zoom = Math.min(CLOSEST, Math.max(FARTHEST, this.zoom * factor));
    const after = this.toMap(at);
    this.x = within(this.x + before.x - after.x);
    this.y = within(this.y + before.y - after.y);
  }
  /** Show all of it. */
  fit() {
    this.x = SIDE / 2;
    this.y = SIDE / 2;
    this.zoom = 1;
  }
  /** What is in view: the lowest and the highest place. */
  get view() {
    return [this.toMap({ x: 0, y: this.height }), this.toMap({ x: this.width, y: 0 })];
  }
};
var within = (coordinate) => Math.min(SIDE, Math.max(0, coordinate));

// pages/_ui/explore/src/gestures.ts
var STEP = 80;
var CLOSER = 1.4;
var STILL = 4;
var Gestures = class {
  tool = "move";
  #canvas;
  #follower;
  #down = /* @__PURE__ */ new Map();
  #line = null;
  #moved = 0;
  constructor(canvas, follower, signal) {
    this.#canvas = canvas;
    this.#follower = follower;
    const on = (name, act) => {
      canvas.addEventListener(name, act, { signal, passive: false });
    };
    on("pointerdown", (event) => {
      this.#press(event);
    });
    on("pointermove", (event) => {
      this.#move(event);
    });
    on("pointerup", (event) => {
      this.#release(event);
    });
    on("pointercancel", (event) => {
      this.#cancel(event);
    });
    on("pointerleave", (event) => {
      if (event.pointerType === "mouse" && !this.#down.size) follower.point(null, false);
    });
    on("wheel", (event) => {
      this.#wheel(event);
    });
    on("keydown", (event) => {
      this.#key(event);
    });
  }
  use(tool) {
    this.tool = tool;
    this.#canvas.classList.toggle("lassoing", tool === "lasso");
  }
  #press(event) {
    if (event.button !== 0) return;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#down.set(event.pointerId, placeOf(event));
    if (this.#down.size > 1) this.#line = null;
    else {
      this.#moved = 0;
      this.#line = this.tool === "lasso" || event.shiftKey ? [placeOf(event)] : null;
    }
    this.#canvas.classList.toggle("dragged", !this.#line);
  }
  #move(event) {
    const at = placeOf(event);
    const before = this.#down.get(event.pointerId);
    if (!before) {
      if (event.pointerType === "mouse") this.#follower.point(at, false);
      return;
    }
    const other = [...this.#down].find(([id]) => id !== event.pointerId)?.[1];
    this.#down.set(event.pointerId, at);
    this.#moved += Math.hypot(at.x - before.x, at.y - before.y);
    if (other) this.#pinch(before, at, other);
    else if (this.#line) {
      this.#line.push(at);
      this.#follower.line(this.#line, false);
    } else if (this.#moved > STILL) {
      this.#follower.point(null, false);
      this.#follower.pan(at.x - before.x, at.y - before.y);
    }
  }
  /** Two fingers move and stretch the map: what is between them stays there. */
  #pinch(before, at, other) {
    const [was, is] = [Math.hypot(before.x - other.x, before.y - other.y), Math.hypot(at.x - other.x, at.y - other.y)];
    this.#follower.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
    if (was > 0 && is > 0) this.#follower.zoom(is / was, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
  }
  #release(event) {
    if (!this.#down.delete(event.pointerId)) return;
    this.#canvas.classList.remove("dragged");
    const line = this.#line;
    this.#line = null;
    if (this.#moved <= STILL && !this.#down.size) this.#follower.point(placeOf(event), true);
    else if (line) this.#follower.line(line, true);
  }
  #cancel(event) {
    this.#down.delete(event.pointerId);
    this.#canvas.classList.remove("dragged");
    if (this.#line) this.#follower.line([], true);
    this.#line = null;
  }
  #wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    this.#follower.zoom(Math.exp(-event.deltaY * lines * 18e-4), placeOf(event));
  }
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = this.#keys[event.key] ?? this.#keys[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  }
  #keys = {
    ArrowLeft: () => {
      this.#follower.pan(STEP, 0);
    },
    ArrowRight: () => {
      this.#follower.pan(-STEP, 0);
    },
    ArrowUp: () => {
      this.#follower.pan(0, STEP);
    },
    ArrowDown: () => {
      this.#follower.pan(0, -STEP);
    },
    "+": () => {
      this.#follower.zoomMiddle(CLOSER);
    },
    "=": () => {
      this.#follower.zoomMiddle(CLOSER);
    },
    "-": () => {
      this.#follower.zoomMiddle(1 / CLOSER);
    },
    "0": () => {
      this.#follower.fit();
    },
    v: () => {
      this.#follower.chooseView();
    },
    Escape: () => {
      this.#follower.letGo();
    }
  };
};
var placeOf = (event) => ({ x: event.offsetX, y: event.offsetY });

// pages/_ui/explore/src/lasso.ts
var FEWEST = 3;
var rectangle = ({ x: left, y: low }, { x: right, y: high }) => [{ x: left, y: low }, { x: right, y: low }, { x: right, y: high }, { x: left, y: high }];
function isInside(x, y, outline) {
  let inside2 = false;
  let before = outline.at(-1);
  for (const corner of outline) {
    if (before && corner.y > y !== before.y > y) {
      const crossing = corner.x + (y - corner.y) / (before.y - corner.y) * (before.x - corner.x);
      if (x < crossing) inside2 = !inside2;
    }
    before = corner;
  }
  return inside2;
}
var isBetween = (x, y, low, high) => x >= low.x && x <= high.x && y >= low.y && y <= high.y;
function inside(points, outline) {
  const found = new Uint8Array(points.n);
  if (outline.length < FEWEST) return found;
  const [xs, ys] = [outline.map(({ x }) => x), outline.map(({ y }) => y)];
  const low = { x: Math.min(...xs), y: Math.min(...ys) };
  const high = { x: Math.max(...xs), y: Math.max(...ys) };
  for (const [from, to] of points.between(low, high)) {
    for (let at = from; at < to; at++) {
      const [x, y] = [points.xs[at] ?? 0, points.ys[at] ?? 0];
      if (isBetween(x, y, low, high) && isInside(x, y, outline)) found[at] = 1;
    }
  }
  return found;
}
function thinned(outline, reach) {
  const kept = [];
  for (const corner of outline) {
    const last = kept.at(-1);
    if (!last || Math.hypot(corner.x - last.x, corner.y - last.y) > reach) kept.push(corner);
  }
  return kept;
}
function packed(n, items) {
  const bytes = new Uint8Array(Math.ceil(n / 8));
  for (const item of items) bytes[item >> 3] = (bytes[item >> 3] ?? 0) | 1 << (item & 7);
  let text = "";
  const chunk = 8192;
  for (let start = 0; start < bytes.length; start += chunk) text += String.fromCharCode(...bytes.subarray(start, start + chunk));
  return btoa(text);
}

// pages/_ui/explore/src/overlay.ts
var FONT = "600 13px system-ui, sans-serif";
function drawSpecials(context, camera, specials, { ink, page }) {
  const isCrowded = specials.length > 800;
  const [radius, rim] = isCrowded ? [2.5, 1] : [5, 2];
  for (const { at, colour, isAside } of specials) {
    const { x, y } = camera.toScreen(at);
    if (x < -radius || y < -radius || x > camera.width + radius || y > camera.height + radius) continue;
    context.beginPath();
    if (isAside) cross(context, x, y, radius);
    else context.arc(x, y, radius, 0, 2 * Math.PI);
    context.strokeStyle = page;
    context.lineWidth = rim + 2;
    context.stroke();
    context.strokeStyle = ink;
    context.lineWidth = rim;
    context.stroke();
    context.fillStyle = `rgb(${colour.join(" ")})`;
    context.fill();
  }
}
function cross(context, x, y, radius) {
  context.moveTo(x - radius, y - radius);
  context.lineTo(x + radius, y + radius);
  context.moveTo(x + radius, y - radius);
  context.lineTo(x - radius, y + radius);
}
function drawTags(context, camera, tags, { ink, page }) {
  context.font = FONT;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  const taken = [];
  for (const { name, at } of [...tags].sort((one, other) => other.weight - one.weight)) {
    const { x, y } = camera.toScreen(at);
    const text = name.length > 24 ? `${name.slice(0, 23)}…` : name;
    const half = context.measureText(text).width / 2 + 4;
    if (taken.some(([left, up, width]) => Math.abs(left - x) < width + half && Math.abs(up - y) < 18)) continue;
    taken.push([x, y, half]);
    context.lineWidth = 4;
    context.strokeStyle = page;
    context.strokeText(text, x, y);
    context.fillStyle = ink;
    context.fillText(text, x, y);
  }
}
function drawOutline(context, line, { ink, page }) {
  context.beginPath();
  for (const { x, y } of line) context.lineTo(x, y);
  context.closePath();
  for (const [colour, width, dash] of [[page, 3, []], [ink, 1.5, [6, 4]]]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.stroke();
  }
  context.setLineDash([]);
}

// pages/_ui/explore/src/raster.ts
var STRENGTHS = [0.3, 0.5, 0.75, 1];
var COVERED = 0.6;
var LARGEST = 4.5;
var ONE_PIXEL = 0.8;
var FAINTEST = 0.45;
var Raster = class {
  width = 0;
  height = 0;
  /** Pixels of a point from its middle to its edge, in the last picture. */
  radius = 1;
  #sums = new Float32Array();
  #image = new ImageData(1, 1);
  /** Draw what is in view. `ratio` is how many pixels of the picture are one of the camera's. */
  draw(points, tones, colours, camera, ratio) {
    this.#resize(Math.max(1, Math.round(camera.width * ratio)), Math.max(1, Math.round(camera.height * ratio)));
    const [low, high] = camera.view;
    const stretches = [...points.between(low, high)];
    const shown = count2(stretches, tones);
    const area = this.width * this.height;
    const size = Math.sqrt(COVERED * area / (Math.PI * Math.max(1, shown)));
    this.radius = Math.min(LARGEST * ratio, Math.max(0.5, size));
    const table = tableOf(colours);
    const scale = camera.scale * ratio;
    const [x0, y0] = [this.width / 2 - camera.x * scale, this.height / 2 + camera.y * scale];
    for (const [from, to] of stretches) {
      if (this.radius <= ONE_PIXEL) this.#dots(points, tones, table, { from, to, scale, x0, y0 });
      else this.#discs(points, tones, table, { from, to, scale, x0, y0 });
    }
    this.#develop(this.radius <= ONE_PIXEL);
    return this.#image;
  }
  #resize(width, height) {
    if (width === this.width && height === this.height) {
      this.#sums.fill(0);
      return;
    }
    this.width = width;
    this.height = height;
    this.#sums = new Float32Array(4 * width * height);
    this.#image = new ImageData(width, height);
  }
  // eslint-disable-next-line complexity -- each array that is read counts as a branch
  #dots(points, tones, table, { from, to, scale, x0, y0 }) {
    const { xs, ys } = points;
    const { width, height } = this;
    const sums = this.#sums;
    for (let at = from; at < to; at++) {
      const tone = tones[at] ?? 0;
      if (tone === 0) continue;
      const x = Math.floor(x0 + (xs[at] ?? 0) * scale);
      const y = Math.floor(y0 - (ys[at] ?? 0) * scale);
      if (x < 0 || y < 0 || x >= width || y >= height) continue;
      const pixel = 4 * (y * width + x);
      const entry = 4 * tone;
      sums[pixel] = (sums[pixel] ?? 0) + (table[entry] ?? 0);
      sums[pixel + 1] = (sums[pixel + 1] ?? 0) + (table[entry + 1] ?? 0);
      sums[pixel + 2] = (sums[pixel + 2] ?? 0) + (table[entry + 2] ?? 0);
      sums[pixel + 3] = (sums[pixel + 3] ?? 0) + (table[entry + 3] ?? 0);
    }
  }
  // eslint-disable-next-line complexity -- each array that is read counts as a branch
  #discs(points, tones, table, { from, to, scale, x0, y0 }) {
    const { xs, ys } = points;
    const { width, height } = this;
    const stamps = stampsOf(this.radius);
    for (let at = from; at < to; at++) {
      const tone = tones[at] ?? 0;
      if (tone === 0) continue;
      const x = Math.floor(x0 + (xs[at] ?? 0) * scale);
      const y = Math.floor(y0 - (ys[at] ?? 0) * scale);
      for (const { right, down, cover } of stamps) {
        if (x + right < 0 || y + down < 0 || x + right >= width || y + down >= height) continue;
        this.#add(4 * ((y + down) * width + x + right), table, 4 * tone, cover);
      }
    }
  }
  #add(pixel, table, entry, cover) {
    const sums = this.#sums;
    for (let channel = 0; channel < 4; channel++) {
      sums[pixel + channel] = (sums[pixel + channel] ?? 0) + cover * (table[entry + channel] ?? 0);
    }
  }
  /** From sums to colours. */
  #develop(isDense) {
    const sums = this.#sums;
    const { data } = this.#image;
    const alphaOf = isDense ? alphas(this.#most()) : null;
    for (let pixel = 0; pixel < data.length; pixel += 4) {
      const weight = sums[pixel + 3] ?? 0;
      if (weight === 0) {
        data[pixel + 3] = 0;
        continue;
      }
      data[pixel] = (sums[pixel] ?? 0) / weight;
      data[pixel + 1] = (sums[pixel + 1] ?? 0) / weight;
      data[pixel + 2] = (sums[pixel + 2] ?? 0) / weight;
      data[pixel + 3] = alphaOf ? alphaOf[Math.min(alphaOf.length - 1, Math.ceil(4 * weight))] ?? 255 : 255 * Math.min(1, weight);
    }
  }
  #most() {
    let most = 0;
    for (let pixel = 3; pixel < this.#sums.length; pixel += 4) most = Math.max(most, this.#sums[pixel] ?? 0);
    return most;
  }
};
function alphas(most) {
  const table = new Uint8ClampedArray(Math.ceil(4 * most) + 1);
  for (let step = 1; step < table.length; step++) {
    const weight = step / 4;
    const share = most > 1 ? Math.log1p(weight) / Math.log1p(most) : 1;
    table[step] = 255 * Math.min(1, weight) * (FAINTEST + (1 - FAINTEST) * share);
  }
  return table;
}
function count2(stretches, tones) {
  let shown = 0;
  for (const [from, to] of stretches) for (let at = from; at < to; at++) if (tones[at] !== 0) shown += 1;
  return shown;
}
function tableOf(colours) {
  const levels = STRENGTHS.length;
  const table = new Float32Array(4 * (1 + colours.length * levels));
  colours.forEach((colour, number) => {
    STRENGTHS.forEach((strength, level) => {
      const entry = 4 * (1 + number * levels + level);
      colour.forEach((channel, place) => {
        table[entry + place] = channel * strength;
      });
      table[entry + 3] = strength;
    });
  });
  return table;
}
function stampsOf(radius) {
  const reach = Math.ceil(radius);
  const stamps = [];
  for (let down = -reach; down <= reach; down++) {
    for (let right = -reach; right <= reach; right++) {
      const cover = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(right, down)));
      if (cover > 0) stamps.push({ right, down, cover });
    }
  }
  return stamps;
}

// pages/_ui/explore/src/chart.ts
var FRAME = 14;
var APART = 3;
var REST = 90;
var COARSE = 2e5;
var REACH = 14;
var Chart = class {
  camera = new Camera();
  gestures;
  scene = null;
  ink = { ink: "#000", page: "#fff" };
  /** Pictures drawn, and the milliseconds that the last one took: a benchmark reads them. */
  drawn = { frames: 0, rasters: 0, took: 0 };
  #canvas;
  #context;
  #sheet = document.createElement("canvas");
  #raster = new Raster();
  #listener;
  #sheetCamera = null;
  #sheetAt = 0;
  #line = [];
  #frame = 0;
  #rest = 0;
  constructor(canvas, listener, signal) {
    const context = canvas.getContext("2d");
    if (!context) throw new Error("This browser draws no canvas.");
    this.#canvas = canvas;
    this.#context = context;
    this.#listener = listener;
    this.gestures = new Gestures(canvas, this, signal);
  }
  show(scene) {
    this.scene = scene;
    this.renew();
  }
  /** What is drawn has changed, and not only where it is looked at from. */
  renew() {
    this.#sheetCamera = null;
    this.request();
  }
  resize() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    this.camera.resize(width, height);
    this.#canvas.width = Math.round(width * devicePixelRatio);
    this.#canvas.height = Math.round(height * devicePixelRatio);
    this.renew();
  }
  request() {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => {
      this.#draw();
    });
  }
  stop() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#rest);
  }
  // ---- what gestures do
  pan(right, down) {
    this.camera.pan(right, down);
    this.request();
  }
  zoom(factor, at) {
    this.camera.zoomAt(factor, at);
    this.request();
  }
  zoomMiddle(factor) {
    this.zoom(factor, { x: this.camera.width / 2, y: this.camera.height / 2 });
  }
  fit() {
    this.camera.fit();
    this.request();
  }
  line(places, isDone) {
    this.#line = isDone ? [] : places;
    if (isDone) {
      const outline = thinned(places, 2).map((place) => this.camera.toMap(place));
      this.#listener.chosen(outline.length > 2 ? outline : null);
    }
    this.request();
  }
  chooseView() {
    this.#listener.chosen(rectangle(...this.camera.view));
  }
  letGo() {
    this.#listener.chosen(null);
  }
  point(at, isPinned) {
    const { scene } = this;
    if (!scene || !at) {
      this.#listener.pointed(-1, { x: 0, y: 0 }, isPinned);
      return;
    }
    const near = scene.points.nearest(this.camera.toMap(at), REACH / this.camera.scale, (place) => scene.isShown(place));
    this.#listener.pointed(near < 0 ? -1 : scene.points.order[near] ?? -1, at, isPinned);
  }
  // ---- drawing
  #draw() {
    this.#frame = 0;
    const context = this.#context;
    const ratio = devicePixelRatio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    const { scene } = this;
    if (!scene) return;
    this.#develop(scene);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#lay(context);
    drawSpecials(context, this.camera, scene.specials, this.ink);
    drawTags(context, this.camera, scene.tags, this.ink);
    if (scene.outline) drawOutline(context, scene.outline.map((place) => this.camera.toScreen(place)), this.ink);
    if (this.#line.length) drawOutline(context, this.#line, this.ink);
    this.drawn.frames += 1;
  }
  /** Draw the points anew, unless that is to wait until the map is at rest. */
  #develop(scene) {
    if (this.#sheetCamera?.isSame(this.camera)) return;
    const now = performance.now();
    const { took } = this.drawn;
    const mayWait = this.#sheetCamera !== null && took > FRAME && now - this.#sheetAt < APART * took;
    clearTimeout(this.#rest);
    if (mayWait) {
      this.#rest = setTimeout(() => {
        this.#sheetAt = 0;
        this.request();
      }, REST);
      return;
    }
    const ratio = scene.points.n > COARSE ? 1 : Math.min(2, devicePixelRatio);
    const image = this.#raster.draw(scene.points, scene.tones, scene.colours, this.camera, ratio);
    if (this.#sheet.width !== image.width || this.#sheet.height !== image.height) Object.assign(this.#sheet, { width: image.width, height: image.height });
    this.#sheet.getContext("2d")?.putImageData(image, 0, 0);
    this.#sheetCamera = this.camera.copy;
    this.#sheetAt = performance.now();
    this.drawn.rasters += 1;
    this.drawn.took = this.#sheetAt - now;
  }
  /** Lay the last picture where it belongs by now. */
  #lay(context) {
    const then = this.#sheetCamera;
    if (!then) return;
    const low = this.camera.toScreen(then.toMap({ x: 0, y: 0 }));
    const grown = this.camera.scale / then.scale;
    context.drawImage(this.#sheet, low.x, low.y, then.width * grown, then.height * grown);
  }
};

// pages/_ui/explore/src/panel.ts
var LISTED = ["predicted", "labelled", "given", "unsure", "bad", "unreached"];
var RARE = /* @__PURE__ */ new Set(["given", "unsure", "bad", "unreached"]);
var Panel = class {
  filter = EVERYTHING;
  #root;
  #panelist;
  #sure;
  constructor(root, panelist, signal) {
    this.#root = root;
    this.#panelist = panelist;
    this.#sure = find(root, ".sure select", HTMLSelectElement);
    this.#sure.replaceChildren(...SURENESS.map(([name], place) => {
      const option = element("option", "", name);
      option.value = String(place);
      return option;
    }));
    find(root, ".states").append(...LISTED.map((state) => this.#box(state, STATE_WORDS[state], () => {
      this.#toggleState(state);
    })));
    const on = (selector, act) => {
      find(root, selector).addEventListener("click", act, { signal });
    };
    this.#sure.addEventListener("change", () => {
      this.#change({ ranks: SURENESS[Number(this.#sure.value)]?.[1] ?? [0, 255] });
    }, { signal });
    on(".class-head .all", () => {
      this.#change({ hidden: /* @__PURE__ */ new Set() });
    });
    on(".class-head .none", () => {
      this.#hideAll();
    });
    on(".choose .view", () => {
      panelist.chooseView();
    });
    on(".choose .clear", () => {
      panelist.letGo();
    });
    on(".open", () => {
      panelist.open();
    });
  }
  #classes = [];
  /** List the classes; a filter by classes that are others by now is let go of. */
  list(classes, isDark) {
    const isOther = classes.map(({ name }) => name).join("\n") !== this.#classes.map(({ name }) => name).join("\n");
    this.#classes = classes;
    if (isOther) this.filter = { ...this.filter, hidden: /* @__PURE__ */ new Set() };
    const rows = classes.map(({ name, light, dark }, number) => {
      const row = element("li");
      const box = this.#box(String(number), name, () => {
        this.#toggleClass(number);
      });
      const dot = element("i");
      dot.style.setProperty("--dot", isDark ? dark : light);
      box.querySelector("span")?.before(dot);
      row.append(box);
      return row;
    });
    find(this.#root, ".classes").replaceChildren(...rows);
  }
  #box(name, text, onChange) {
    const label = element("label");
    const box = element("input");
    box.type = "checkbox";
    box.name = name;
    box.checked = true;
    box.addEventListener("change", onChange);
    const words = element("span", "", text);
    words.title = text;
    label.append(box, words, element("small"));
    return label;
  }
  #toggleState(state) {
    this.#change({ states: toggled(this.filter.states, state) });
  }
  #toggleClass(number) {
    this.#change({ hidden: toggled(this.filter.hidden, number) });
  }
  /** Hide all classes, and what has none. */
  #hideAll() {
    this.#change({ hidden: /* @__PURE__ */ new Set([...this.#classes.keys(), this.#classes.length]) });
  }
  #change(change) {
    this.filter = { ...this.filter, ...change };
    this.#panelist.filter(this.filter);
  }
  show(scene) {
    const { hidden, states } = this.filter;
    for (const row of this.#root.querySelectorAll(".states label")) {
      const box = find(row, "input", HTMLInputElement);
      const n = scene?.shown.byState[box.name] ?? 0;
      box.checked = states.has(box.name);
      row.toggleAttribute("hidden", n === 0 && RARE.has(box.name));
      find(row, "small").textContent = scene ? grouped(n) : "";
    }
    this.#root.querySelectorAll(".classes label").forEach((row, number) => {
      find(row, "input", HTMLInputElement).checked = !hidden.has(number);
      find(row, "small").textContent = scene ? grouped(scene.shown.byClass[number] ?? 0) : "";
    });
    this.#showChosen(scene);
  }
  #showChosen(scene) {
    const isEnclosed = Boolean(scene?.outline);
    const n = scene?.nChosen ?? 0;
    find(this.#root, ".foot .told").textContent = scene ? chosenWords(n, isEnclosed, leavesOut(this.filter)) : "";
    find(this.#root, ".choose .clear").hidden = !isEnclosed;
    const open = find(this.#root, ".open", HTMLButtonElement);
    open.disabled = n === 0;
    open.textContent = openWords(n);
  }
};
function toggled(values, value) {
  const others = new Set(values);
  if (!others.delete(value)) others.add(value);
  return others;
}

// pages/_ui/explore/src/scene.ts
var UNREACHED = STATES.indexOf("unreached");
var LABELLED = new Set(["labelled", "given"].map((state) => STATES.indexOf(state)));
var ASIDE = new Set(["unsure", "bad"].map((state) => STATES.indexOf(state)));
var MOST_SPECIALS = 4e3;
var TAG_CELLS = 24;
var MOST_TAGS = 40;
var Scene = class {
  points;
  marks;
  classes;
  grey;
  filter = EVERYTHING;
  shown;
  tones;
  specials = [];
  tags = [];
  outline = null;
  /** A one for each place of the sorted order inside the outline; null where none is drawn. */
  #enclosed = null;
  constructor(points, marks, classes, grey) {
    this.points = points;
    this.marks = marks;
    this.classes = classes;
    this.grey = grey;
    this.tones = new Uint16Array(points.n);
    this.shown = filtered(marks, this.filter, classes.length);
    this.#paint();
  }
  /** The colours that tones stand for: those of classes, then grey. */
  get colours() {
    return [...this.classes.map(({ colour }) => colour), this.grey];
  }
  show(filter) {
    this.filter = filter;
    this.shown = filtered(this.marks, filter, this.classes.length);
    this.#paint();
  }
  /** Choose what is inside an outline; null lets go of it. */
  enclose(outline) {
    this.outline = outline;
    this.#enclosed = outline ? inside(this.points, outline) : null;
    this.#paint();
  }
  /** The items that are shown, and inside the outline if there is one. */
  *chosen() {
    for (let at = 0; at < this.points.n; at++) {
      const item = this.points.order[at] ?? 0;
      if (this.shown.is[item] === 1 && this.#enclosed?.[at] !== 0) yield item;
    }
  }
  get nChosen() {
    if (!this.#enclosed) return this.shown.count;
    let n = 0;
    for (const item of this.chosen()) n += Number(item >= 0);
    return n;
  }
  isShown(at) {
    return (this.tones[at] ?? 0) > 0;
  }
  // eslint-disable-next-line complexity -- each array that is read counts as a branch
  #paint() {
    const { marks, points, tones } = this;
    const levels = STRENGTHS.length;
    const grey = this.classes.length;
    const specials = [];
    for (let at = 0; at < points.n; at++) {
      const item = points.order[at] ?? 0;
      const state = marks.states[item] ?? 0;
      const number = marks.classes[item] ?? NO_CLASS;
      const isGrey = number === NO_CLASS || number >= grey || ASIDE.has(state);
      const level = this.#enclosed?.[at] === 0 ? 0 : levelOf(marks.leads[item] ?? 0, state);
      const isShown = this.shown.is[item] === 1;
      tones[at] = isShown ? 1 + (isGrey ? grey : number) * levels + level : 0;
      if (isShown && (LABELLED.has(state) || ASIDE.has(state)) && specials.length <= MOST_SPECIALS) specials.push(at);
    }
    this.specials = specials.length > MOST_SPECIALS ? [] : specials.map((at) => this.#special(at));
    this.tags = this.#namePlaces();
  }
  #special(at) {
    const item = this.points.order[at] ?? 0;
    const isAside = ASIDE.has(this.marks.states[item] ?? 0);
    const colour = this.classes[this.marks.classes[item] ?? NO_CLASS]?.colour ?? this.grey;
    return { at: { x: this.points.xs[at] ?? 0, y: this.points.ys[at] ?? 0 }, colour, isAside };
  }
  /** Each class is named where most of its items are. */
  #namePlaces() {
    const { classes, marks, points, shown } = this;
    if (classes.length > MOST_TAGS) return [];
    const counts = new Uint32Array(classes.length * TAG_CELLS * TAG_CELLS);
    const cell = (coordinate) => Math.floor(coordinate * TAG_CELLS / 65536);
    for (let at = 0; at < points.n; at++) {
      const item = points.order[at] ?? 0;
      const number = marks.classes[item] ?? NO_CLASS;
      if (number >= classes.length || shown.is[item] !== 1) continue;
      const place = (number * TAG_CELLS + cell(points.ys[at] ?? 0)) * TAG_CELLS + cell(points.xs[at] ?? 0);
      counts[place] = (counts[place] ?? 0) + 1;
    }
    return classes.flatMap(({ name }, number) => tagOf(name, counts.subarray(number * TAG_CELLS ** 2, (number + 1) * TAG_CELLS ** 2)));
  }
};
function tagOf(name, counts) {
  const weight = counts.reduce((sum, one) => sum + one, 0);
  if (!weight) return [];
  const best = counts.reduce((found, one, place) => one > (counts[found] ?? 0) ? place : found, 0);
  const middle = (number) => (number + 0.5) * 65536 / TAG_CELLS;
  return [{ name, at: { x: middle(best % TAG_CELLS), y: middle(Math.floor(best / TAG_CELLS)) }, weight }];
}
function levelOf(lead, state) {
  if (LABELLED.has(state)) return STRENGTHS.length - 1;
  if (state === UNREACHED) return 1;
  if (lead < 64) return 0;
  return lead < 128 ? 1 : lead < 208 ? 2 : 3;
}

// pages/_ui/explore/src/points.ts
var PER_CELL = 16;
var MOST_CELLS = 256;
var Points = class {
  n;
  /** Cells a side. */
  cells;
  /** The item at each place of the sorted order. */
  order;
  /** Where each cell begins in that order, row by row from below; one more at the end. */
  starts;
  xs;
  ys;
  /** `places` has two numbers an item, right and up. */
  // eslint-disable-next-line complexity -- each array that is read counts as a branch
  constructor(places) {
    this.n = places.length >> 1;
    this.cells = Math.max(1, Math.min(MOST_CELLS, Math.ceil(Math.sqrt(this.n / PER_CELL))));
    const { n, cells } = this;
    const cellOf = new Uint32Array(n);
    this.starts = new Uint32Array(cells * cells + 1);
    for (let i = 0; i < n; i++) {
      const cell = this.#line(places[2 * i + 1] ?? 0) * cells + this.#line(places[2 * i] ?? 0);
      cellOf[i] = cell;
      this.starts[cell + 1] = (this.starts[cell + 1] ?? 0) + 1;
    }
    for (let cell = 0; cell < cells * cells; cell++) this.starts[cell + 1] = (this.starts[cell + 1] ?? 0) + (this.starts[cell] ?? 0);
    const next = this.starts.slice();
    this.order = new Uint32Array(n);
    this.xs = new Uint16Array(n);
    this.ys = new Uint16Array(n);
    for (let i = 0; i < n; i++) {
      const cell = cellOf[i] ?? 0;
      const at = next[cell] ?? 0;
      next[cell] = at + 1;
      this.order[at] = i;
      this.xs[at] = places[2 * i] ?? 0;
      this.ys[at] = places[2 * i + 1] ?? 0;
    }
  }
  /** The row or column of a coordinate. */
  #line(coordinate) {
    return Math.min(this.cells - 1, Math.max(0, Math.floor(coordinate * this.cells / SIDE)));
  }
  /** Stretches of the sorted order that hold all items between two corners, and some around. */
  *between(low, high) {
    const [left, right] = [this.#line(low.x), this.#line(high.x)];
    for (let row = this.#line(low.y); row <= this.#line(high.y); row++) {
      const from = this.starts[row * this.cells + left] ?? 0;
      const to = this.starts[row * this.cells + right + 1] ?? 0;
      if (to > from) yield [from, to];
    }
  }
  /** The place in the order of the item nearest to a place, no farther than `reach`; -1 for none. */
  nearest({ x, y }, reach, isShown) {
    let best = -1;
    let least = reach * reach;
    for (const [from, to] of this.between({ x: x - reach, y: y - reach }, { x: x + reach, y: y + reach })) {
      for (let at = from; at < to; at++) {
        const [right, up] = [(this.xs[at] ?? 0) - x, (this.ys[at] ?? 0) - y];
        const squared = right * right + up * up;
        if (squared <= least && isShown(at)) {
          best = at;
          least = squared;
        }
      }
    }
    return best;
  }
};

// pages/_ui/explore/src/server.ts
var REMEMBERED = 300;
var Server = class {
  #root;
  #glances = /* @__PURE__ */ new Map();
  constructor(root) {
    this.#root = root;
  }
  async state(signal) {
    return await (await this.#ask("state", signal)).json();
  }
  async places(layout, signal) {
    return new Uint16Array(await (await this.#ask(`places/${layout}`, signal)).arrayBuffer());
  }
  async marks(name, signal) {
    return await (await this.#ask(`marks/${name}`, signal)).arrayBuffer();
  }
  /** The image of an item; those asked for lately are kept. */
  async glance(layout, item, signal) {
    const address = `image/${layout}/${item}`;
    const known = this.#glances.get(address);
    if (known) return known;
    const answer = await this.#ask(address, signal);
    const url = URL.createObjectURL(await answer.blob());
    const found = { url, told: decodeURIComponent(answer.headers.get("X-Told") ?? "") };
    this.#glances.set(address, found);
    const [oldest] = this.#glances;
    if (this.#glances.size > REMEMBERED && oldest) this.#drop(oldest);
    return found;
  }
  #drop([address, { url }]) {
    URL.revokeObjectURL(url);
    this.#glances.delete(address);
  }
  close() {
    for (const glance of [...this.#glances]) this.#drop(glance);
  }
  async #ask(address, signal) {
    const answer = await fetch(`${this.#root}/${address}`, { signal });
    if (!answer.ok) throw new Error(await answer.text());
    return answer;
  }
};

// pages/_ui/explore/src/source.ts
var SOON = 1e3;
var LATER = 4e3;
var Source = class {
  found = null;
  server;
  #heard;
  #failed;
  #stopping = new AbortController();
  #state = null;
  #timer = 0;
  #isFetching = false;
  constructor(root, heard, failed) {
    this.server = new Server(root);
    this.#heard = heard;
    this.#failed = failed;
  }
  /** Fetch what is other than before. */
  take(state) {
    this.#state = state;
    void this.#fetch();
    this.#plan();
  }
  /** Look how things stand now. */
  hurry() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#look();
    }, 300);
  }
  stop() {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    this.server.close();
  }
  #plan() {
    if (this.#stopping.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#look();
    }, this.#state?.work ? SOON : LATER);
  }
  async #look() {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    if (!document.hidden) {
      try {
        this.#state = await this.server.state(signal);
        this.#heard(this.#state);
        await this.#fetch();
      } catch {
      }
    }
    this.#plan();
  }
  async #points(layout, before) {
    if (before?.layout === layout) return before.points;
    return new Points(await this.server.places(layout, this.#stopping.signal));
  }
  async #marks(name, before) {
    return before?.name === name ? before.marks : new Marks(await this.server.marks(name, this.#stopping.signal));
  }
  #fail(error) {
    if (!this.#stopping.signal.aborted) this.#failed(error instanceof Error ? error.message : String(error));
  }
  async #fetch() {
    const [state, before] = [this.#state, this.found];
    if (!state || this.#isFetching || before?.layout === state.layout && before.name === state.marks) return;
    this.#isFetching = true;
    try {
      const [points, marks] = await Promise.all([this.#points(state.layout, before), this.#marks(state.marks, before)]);
      this.found = { layout: state.layout, points, name: state.marks, marks };
      this.#heard(state);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isFetching = false;
    }
  }
};

// pages/_ui/explore/src/component.ts
var Explore = class {
  #root;
  #chart;
  #panel;
  #card;
  #listening = new AbortController();
  #sizes = new ResizeObserver(() => {
    this.#chart.resize();
  });
  #source = null;
  #data = null;
  #state = null;
  #trigger = () => void 0;
  constructor(parent) {
    const { signal } = this.#listening;
    this.#root = find(parent, ".explore");
    const canvas = find(this.#root, "canvas", HTMLCanvasElement);
    this.#chart = new Chart(canvas, this, signal);
    this.#panel = new Panel(find(this.#root, "aside"), this, signal);
    this.#card = new Card(find(this.#root, ".card"));
    this.#sizes.observe(canvas);
    this.#listen(signal);
  }
  update(data, trigger) {
    const isOther = data.project !== this.#data?.project || data.root !== this.#data.root;
    this.#trigger = trigger;
    this.#data = data;
    this.#followTheme();
    if (isOther) {
      this.#source?.stop();
      this.#chart.show(null);
      this.#source = data.root === null ? null : new Source(data.root, (state) => {
        this.#hear(state);
      }, (problem) => {
        this.#say(problem);
      });
      if (!this.#source) this.#say("The map is sent by Labelspread's own server only: start it with “make run”.");
    }
    this.#source?.take(data.state);
    this.#hear(data.state);
    this.#root.dataset["shown"] = "";
  }
  destroy() {
    this.#listening.abort();
    this.#sizes.disconnect();
    this.#source?.stop();
    this.#chart.stop();
    void revive();
  }
  // ---- what comes from the server
  /** How things stand, and whatever has come of the map by now. */
  #hear(state) {
    const data = this.#data;
    if (!data) return;
    if (state.named !== data.state.named || state.numbering !== data.state.numbering) this.#trigger("act", "look");
    this.#state = state;
    this.#showHead(data, state);
    const found = this.#source?.found;
    const scene = this.#chart.scene;
    if (!found || scene?.points === found.points && scene.marks === found.marks) return;
    this.#build();
  }
  #build() {
    const found = this.#source?.found;
    const data = this.#data;
    if (!found || !data || found.marks.n !== found.points.n) return;
    const before = this.#chart.scene;
    const isDark = this.#root.classList.contains("dark");
    const classes = data.classes.map(({ name, light, dark }) => ({ name, colour: channels(isDark ? dark : light) }));
    const scene = new Scene(found.points, found.marks, classes, isDark ? [120, 130, 146] : [140, 148, 162]);
    scene.show(this.#panel.filter);
    if (before?.outline && before.points === scene.points) scene.enclose(before.outline);
    this.#say("");
    this.#chart.show(scene);
    this.#panel.show(scene);
    this.#root.dataset["ready"] = `${found.layout} ${found.name}`;
  }
  #showHead(data, state) {
    find(this.#root, ".summary").textContent = summaryWords(data.n_items, state.says !== "");
    find(this.#root, ".says").hidden = !state.says;
    find(this.#root, ".says").textContent = state.says;
    find(this.#root, ".layout .told").textContent = layoutWords(state);
    const bar = find(this.#root, "progress", HTMLProgressElement);
    bar.hidden = !state.work;
    bar.value = state.work?.share ?? 0;
    const work = find(this.#root, ".work");
    work.hidden = !state.work && !state.can_improve;
    work.textContent = state.work ? "Stop" : "Lay out a better map";
  }
  #say(words) {
    if (words && this.#chart.scene) return;
    find(this.#root, ".moment").textContent = words;
  }
  // ---- what a person does
  pointed(item, at, isPinned) {
    const [source, scene, data] = [this.#source, this.#chart.scene, this.#data];
    if (!source?.found || !scene || !data) return;
    void this.#card.show({ item, at, isPinned }, scene, source, data.ink);
  }
  chosen(outline) {
    this.#chart.scene?.enclose(outline);
    this.#chart.renew();
    this.#panel.show(this.#chart.scene);
  }
  filter(filter) {
    this.#chart.scene?.show(filter);
    this.#chart.renew();
    this.#panel.show(this.#chart.scene);
  }
  chooseView() {
    this.#chart.chooseView();
  }
  letGo() {
    this.chosen(null);
    this.#card.hide();
  }
  open() {
    const { scene } = this.#chart;
    if (!scene || !this.#state) return;
    const { n } = scene.points;
    const choice = { numbering: this.#state.numbering, n_items: n, bits: packed(n, scene.chosen()) };
    this.#trigger("choose", choice);
  }
  #use(tool) {
    this.#chart.gestures.use(tool);
    for (const name of ["move", "lasso"]) find(this.#root, `.tools .${name}`).ariaPressed = String(name === tool);
  }
  #listen(signal) {
    const on = (selector, act) => {
      find(this.#root, selector).addEventListener("click", act, { signal });
    };
    on(".tools .move", () => {
      this.#use("move");
    });
    on(".tools .lasso", () => {
      this.#use("lasso");
    });
    on(".tools .in", () => {
      this.#chart.zoomMiddle(1.4);
    });
    on(".tools .out", () => {
      this.#chart.zoomMiddle(1 / 1.4);
    });
    on(".tools .fit", () => {
      this.#chart.fit();
    });
    on(".work", () => {
      this.#trigger("act", this.#state?.work ? "stop" : "improve");
      this.#source?.hurry();
    });
    document.addEventListener("keydown", (event) => {
      this.#onKey(event);
    }, { signal });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#source?.hurry();
    }, { signal });
    find(this.#root, ".theme-probe").addEventListener("transitionend", () => {
      this.#followTheme();
    }, { signal });
    find(this.#root, ".tools").addEventListener("pointerdown", (event) => {
      if (isWithin(event, "button")) event.preventDefault();
    }, { signal });
  }
  #onKey(event) {
    if (isElsewhere(event) || isTyped(event) || isDialogOpen() || event.key.toLowerCase() !== "l") return;
    this.#use(this.#chart.gestures.tool === "lasso" ? "move" : "lasso");
  }
  #followTheme() {
    const { backgroundColor, color } = getComputedStyle(find(this.#root, ".theme-probe"));
    const [red = 0, green = 0, blue = 0] = (backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
    this.#root.classList.toggle("dark", 0.3 * red + 0.59 * green + 0.11 * blue < 128);
    this.#chart.ink = { ink: color, page: backgroundColor };
    this.#panel.list(this.#data?.classes ?? [], this.#root.classList.contains("dark"));
    this.#panel.show(this.#chart.scene);
    if (this.#chart.scene) this.#build();
  }
};
var channels = (colour) => [1, 3, 5].map((place) => Number.parseInt(colour.slice(place, place + 2), 16));
var component_default = mounted((parent) => new Explore(parent));
export {
  component_default as default
};
