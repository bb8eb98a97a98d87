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
  /** Take up a run of so many rounds. */
  begin(count, current) {
    this.#count = count;
    this.current = this.#within(current);
  }
  get last() {
    return this.#count - 1;
  }
  #within(index) {
    return Math.min(Math.max(index, 0), this.last);
  }
  go(index) {
    const to = this.#within(index);
    const step = Math.sign(to - this.current);
    if (!step) return;
    this.current = to;
    if (to === this.last) this.isPlaying = false;
    this.show(step);
  }
  next() {
    this.go(this.current + 1);
  }
  back() {
    this.go(this.current - 1);
  }
  play(isPlaying = !this.isPlaying) {
    this.isPlaying = isPlaying && this.last > 0;
    if (this.isPlaying && this.current === this.last) this.go(0);
    this.#pace();
  }
  show(step) {
    this.#screen.show(step);
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
  ["f", "fullScreen"],
  ["?", "help"],
  ["Escape", "escape"]
]);
var commandOf = (key) => KEYS.get(key) ?? KEYS.get(key.toLowerCase());
var HELP = [
  [["→", "Space"], "next round"],
  [["←"], "back"],
  [["Home", "End"], "first and last round"],
  [["P"], `play, ${PACE / 1e3} s per round, and pause`],
  [["F"], "full screen"],
  [["?"], "show or hide this list"],
  [["Esc"], "leave"]
];

// pages/_ui/stage/src/curve.ts
var [WIDTH, HEIGHT, TOP, BOTTOM, SIDE] = [97, 14, 3.6, 10.2, 5];
function pointsOf(rounds) {
  const [labels, shares] = [rounds.map((round) => round.labels), rounds.map((round) => round.share)];
  const [first, last] = [labels[0] ?? 0, labels.at(-1) ?? 0];
  const [low, high] = [Math.min(...shares), Math.max(...shares)];
  const floor = BOTTOM - 0.8;
  return rounds.map((round) => ({
    x: SIDE + (WIDTH - 2 * SIDE) * (round.labels - first) / (last - first || 1),
    y: floor - (floor - TOP) * (round.share - low) / (high - low || 1)
  }));
}
function drawCurve(rounds, current, isGrowing) {
  const points = pointsOf(rounds);
  const svg = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}` });
  svg.append(drawn("line", { x1: 0, x2: WIDTH, y1: BOTTOM, y2: BOTTOM }));
  rounds.forEach((round, index) => {
    svg.append(...drawRound(round, index, points, current, isGrowing));
  });
  svg.append(...points.slice(0, current + 1).map(({ x, y }, index) => drawn("circle", { cx: x, cy: y, r: index === current ? 1.2 : 0.8 })));
  return svg;
}
function drawRound(round, index, points, current, isGrowing) {
  const [point, before] = [points[index], points[index - 1]];
  if (!point) return [];
  const when = index < current ? "seen" : index === current ? "now" : "later";
  const labels = drawn("text", { class: when, x: point.x, y: HEIGHT - 0.9 }, String(round.labels));
  if (index > current) return [labels];
  const share = drawn("text", { class: `value ${when}`, x: point.x, y: point.y - 1.6 }, round.right);
  if (!before) return [labels, share];
  const isNewest = isGrowing && index === current;
  const line = drawn("line", {
    class: isNewest ? "grown newest" : "grown",
    pathLength: 1,
    x1: before.x,
    y1: before.y,
    x2: point.x,
    y2: point.y
  });
  return [labels, share, line];
}

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
var KIND_BY_SIGN = /* @__PURE__ */ new Map([[1, "hit"], [-1, "miss"]]);
function showMatrix(matrix, data) {
  const { classes, note } = data;
  const size = classes.length + 1;
  if (matrix.children.length !== size * size) {
    matrix.style.setProperty("--n", String(classes.length));
    matrix.replaceChildren(...Array.from({ length: size * size }, () => element("span")));
  }
  childrenOf(matrix).forEach((cell, place) => {
    showCell(cell, data, Math.floor(place / size) - 1, place % size - 1);
  });
  matrix.ariaLabel = `Confusion matrix of ${classes.length} classes. ${note}`;
}
function showCell(cell, { classes, counts, levels }, row, column) {
  if (row < 0 || column < 0) {
    cell.className = "head";
    cell.textContent = classes[Math.max(row, column)] ?? "";
    return;
  }
  const level = at(levels, row, column);
  cell.className = `cell ${KIND_BY_SIGN.get(Math.sign(level)) ?? ""} ${level >= STRONG ? "strong" : ""}`;
  cell.style.setProperty("--level", `${100 * Math.abs(level)}%`);
  cell.textContent = String(at(counts, row, column) || "");
}
var at = (table, row, column) => table[row]?.[column] ?? 0;

// pages/_ui/stage/src/view.ts
var IDLE = 3e3;
var MANY = 5;
var SIZES = [3.4, 3.1, 2.8, 2.5, 2.2, 2];
var View = class {
  room;
  #root;
  /** Both are there before a round is shown. */
  #player;
  #data;
  #idle;
  constructor(root) {
    this.#root = root;
    this.room = this.#find(".room");
    this.room.style.setProperty("--pace", `${PACE}ms`);
    this.#fillHelp();
  }
  attach(player) {
    this.#player = player;
  }
  #find(selector) {
    return find(this.#root, selector);
  }
  /** Take up a run, whose first round to show the player knows; resolves when its images are there. */
  async begin(data) {
    this.#data = data;
    const pictures = data.rounds.flatMap(({ queries }) => queries.map(({ image }) => picture(image)));
    this.#find(".title").textContent = data.title;
    this.#fillDots();
    this.#showFooter();
    this.#fitLessons();
    await Promise.allSettled(pictures.map((image) => image.decode()));
  }
  get #round() {
    const round = this.#data.rounds[this.#player.current];
    if (!round) throw new Error(`There is no round ${this.#player.current}.`);
    return round;
  }
  show(step) {
    const { current } = this.#player;
    const round = this.#round;
    this.#root.dataset["round"] = String(current);
    this.#find(".name").textContent = round.name;
    this.#find(".heard").textContent = round.headline;
    this.room.classList.toggle("many", round.queries.length > MANY);
    this.#showAsked(round, step);
    this.#showFigures(round);
    this.#showCurve(step);
    showMatrix(this.#find(".matrix"), round.matrix);
    this.#find(".note").textContent = round.matrix.note;
    this.#showFooter();
    nameInAddress(current);
    void this.#tellWhenPainted(current);
  }
  async #tellWhenPainted(current) {
    await painted();
    if (current === this.#player.current) this.#root.dataset["ready"] = String(current);
  }
  showPace() {
    const { current, isPlaying, last } = this.#player;
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
    this.#find(".pace").textContent = isPlaying ? `playing, ${PACE / 1e3} s per round` : "";
    const play = this.#find(".play");
    const does = isPlaying ? "Pause" : "Play";
    play.ariaPressed = String(isPlaying);
    play.ariaLabel = does;
    play.title = `${does} (P)`;
    find(this.#root, ".back", HTMLButtonElement).disabled = current === 0;
    find(this.#root, ".next", HTMLButtonElement).disabled = current === last;
  }
  showLeaving() {
    this.room.classList.add("leaving");
  }
  #showAsked({ asked, wrong, queries }, step) {
    this.#find(".what").textContent = asked;
    this.#find(".wrong").textContent = wrong;
    this.#find(".wrong").classList.toggle("none", queries.every((query) => query.right));
    const digits = this.#find(".digits");
    digits.style.setProperty("--from", `calc(${3 * step} * var(--u))`);
    digits.replaceChildren(...queries.map(digit));
    enter(digits);
  }
  #showFigures({ figures }) {
    this.#find(".figures").replaceChildren(...figures.map(({ value, caption, change, trend }) => {
      const box = element("div");
      box.append(element("dt", "", caption), element("dd", "value", value), element("dd", `change ${trend}`, change));
      return box;
    }));
  }
  #showCurve(step) {
    const curve = this.#find(".curve");
    curve.querySelector("svg")?.remove();
    curve.hidden = this.#player.last === 0;
    if (!curve.hidden) curve.append(drawCurve(this.#data.rounds, this.#player.current, step > 0));
  }
  #showFooter() {
    const { identical, lesson } = this.#round;
    this.#find(".lesson").textContent = lesson;
    const published = this.#find(".published");
    published.classList.toggle("same", identical);
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
    this.#find(".keys dl").replaceChildren(...HELP.flatMap(([keys, meaning]) => {
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
  }
};
function digit({ image, predicted, true: truth, right: isRight, alt }) {
  const card = element("div", "ink");
  const ink = element("i");
  ink.role = "img";
  ink.ariaLabel = alt;
  ink.style.maskImage = `url("${image}")`;
  card.append(ink);
  const entry = element("li", isRight ? "" : "mistaken");
  entry.append(card, element("p", "predicted", `predicted ${predicted}`), element("p", "", `true ${truth}`));
  if (!isRight) {
    const sign = element("span", "sign");
    sign.append(icon(CROSS));
    entry.append(sign);
  }
  return entry;
}
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
function enter(content) {
  content.classList.remove("entering");
  settleLayout(content);
  content.classList.add("entering");
}

// pages/_ui/stage/src/component.ts
var BUTTONS = ["back", "next", "play", "help", "leave"];
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
      this.#player.go(0);
    },
    last: () => {
      this.#player.go(this.#player.last);
    },
    play: () => {
      this.#player.play();
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
    for (const name of BUTTONS) {
      find(this.#root, `button.${name}`).addEventListener("click", () => {
        this.#perform(name);
      }, { signal });
    }
  }
  #onKey(event) {
    if (isElsewhere(event) || pressesControl(event, "button")) return;
    const command = commandOf(event.key);
    if (!command || this.#player.isLeaving) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat || event.key.startsWith("Arrow")) this.#perform(command);
  }
  /** A click on the right third goes on, one on the left third goes back. */
  #onClick(event) {
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
