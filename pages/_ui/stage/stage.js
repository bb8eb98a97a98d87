// Presentation mode. All rounds are here from the start: stepping and playing need no server, so a
// talk goes on when the network does not. The server hears only that the presenter has left.
//
// Text from outside is set with textContent only: nothing here is sandboxed.

const PACE = 3000;
const IDLE = 3000;
const RESEND = 3000;
const MANY = 5;
const STRONG = 0.8;
const SIZES = [3.4, 3.1, 2.8, 2.5, 2.2, 2];
const CROSS = "M6 6l12 12M18 6L6 18";
const CHECK = "M5 13l4.5 4.5L19 7.5";
const HELP = [
  [["→", "Space"], "next round"],
  [["←"], "back"],
  [["Home", "End"], "first and last round"],
  [["P"], `play, ${PACE / 1000} s a round, and pause`],
  [["F"], "full screen"],
  [["?"], "show or hide this list"],
  [["Esc"], "leave"],
];

class Stage {
  constructor(parent) {
    this.root = parent.querySelector(".stage");
    this.room = this.find(".room");
    this.listening = new AbortController();
    this.data = null;
    this.timers = {};
    this.room.style.setProperty("--pace", `${PACE}ms`);
    this.fillHelp();
    this.root.showModal();
    this.listen();
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  // ---- what comes from the server

  async update(data, trigger) {
    this.trigger = trigger;
    if (data.run === this.data?.run) return;
    this.data = data;
    this.pictures = data.rounds.flatMap((round) => round.queries.map(({ image }) => picture(image)));
    this.current = Math.min(Math.max(data.current, 0), this.last);
    this.find(".title").textContent = data.title;
    this.fillDots();
    this.showFooter();
    this.fitLessons();
    await Promise.allSettled(this.pictures.map((image) => image.decode()));
    this.show(0);
  }

  get round() {
    return this.data.rounds[this.current];
  }

  get last() {
    return this.data.rounds.length - 1;
  }

  // ---- what the presenter does

  go(index) {
    const to = Math.min(Math.max(index, 0), this.last);
    const step = Math.sign(to - this.current);
    if (!step) return;
    this.current = to;
    if (to === this.last) this.isPlaying = false;
    this.show(step);
  }

  play(isPlaying = !this.isPlaying) {
    this.isPlaying = isPlaying && this.last > 0;
    if (this.isPlaying && this.current === this.last) this.go(0);
    this.showPace();
  }

  escape() {
    if (!this.find(".keys").hidden) this.toggleHelp(false);
    else if (document.fullscreenElement) document.exitFullscreen();
    else this.leave();
  }

  /** Tell the server until it takes the stage away: what is sent while the line is down is lost. */
  leave() {
    if (this.timers.leave) return;
    this.play(false);
    this.room.classList.add("leaving");
    const send = () => this.trigger("leave", { round: this.current });
    this.timers.leave = setInterval(send, RESEND);
    send();
  }

  toggleFullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.room.requestFullscreen?.().catch(() => {});
  }

  toggleHelp(isOpen = this.find(".keys").hidden) {
    this.find(".keys").hidden = !isOpen;
  }

  // ---- keys and pointers

  listen() {
    const { signal } = this.listening;
    const on = (target, type, listener, options) =>
      target.addEventListener(type, listener, { signal, ...options });
    on(document, "keydown", (event) => this.onKey(event), { capture: true });
    // Where a device has another way to close a dialog, such as a gesture.
    on(this.root, "cancel", (event) => { event.preventDefault(); this.escape(); });
    on(this.root, "close", () => this.leave());
    on(this.room, "pointermove", () => this.wake());
    // A click must not leave the focus on a button, where the space bar would press it again.
    on(this.room, "pointerdown", (event) => event.target.closest("button") && event.preventDefault());
    on(this.room, "click", (event) => this.onClick(event));
    const press = { back: () => this.go(this.current - 1), next: () => this.go(this.current + 1),
      play: () => this.play(), help: () => this.toggleHelp(), leave: () => this.leave() };
    for (const [name, action] of Object.entries(press)) on(this.find(`button.${name}`), "click", action);
  }

  onKey(event) {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const isControl = event.composedPath()[0].closest?.("button");
    if (isControl && (event.key === "Enter" || event.key === " ")) return;
    const action = this.actionOf(event.key);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat || event.key.startsWith("Arrow")) action();
  }

  actionOf(key) {
    if (this.timers.leave) return null;
    const next = () => this.go(this.current + 1);
    const back = () => this.go(this.current - 1);
    const actions = { ArrowRight: next, " ": next, PageDown: next, ArrowLeft: back, PageUp: back,
      Home: () => this.go(0), End: () => this.go(this.last), p: () => this.play(),
      f: () => this.toggleFullScreen(), "?": () => this.toggleHelp(), Escape: () => this.escape() };
    return actions[key] ?? actions[key.toLowerCase()];
  }

  /** A click on the right third goes on, one on the left third goes back. */
  onClick(event) {
    if (event.target.closest("button") || this.timers.leave) return;
    if (!this.find(".keys").hidden) return this.toggleHelp(false);
    const place = event.clientX / this.room.clientWidth;
    if (place > 2 / 3) this.go(this.current + 1);
    else if (place < 1 / 3) this.go(this.current - 1);
  }

  /** Show the pointer until it has rested for a while. */
  wake() {
    this.room.classList.remove("idle");
    clearTimeout(this.timers.idle);
    this.timers.idle = setTimeout(() => this.room.classList.add("idle"), IDLE);
  }

  // ---- what the room sees

  /** Show the current round, which came from the left (-1), from the right (1) or anew (0). */
  show(step) {
    const { round, current } = this;
    this.root.dataset.round = current;
    this.find(".name").textContent = round.name;
    this.find(".heard").textContent = round.headline;
    this.room.classList.toggle("many", round.queries.length > MANY);
    this.showAsked(step);
    this.showFigures();
    this.showCurve(step);
    this.showMatrix();
    this.showFooter();
    this.showPace();
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (current === this.current) this.root.dataset.ready = current;
    }));
  }

  showPace() {
    clearTimeout(this.timers.play);
    const { isPlaying, current } = this;
    if (isPlaying) this.timers.play = setTimeout(() => this.go(current + 1), PACE);
    // The bar in the current dot starts afresh with each round.
    this.room.classList.remove("playing");
    [...this.find(".dots").children].forEach((dot, index) => {
      dot.classList.toggle("current", index === current);
      dot.classList.toggle("seen", index < current);
      if (index === current) dot.firstElementChild.setAttribute("aria-current", "step");
      else dot.firstElementChild.removeAttribute("aria-current");
    });
    void this.room.offsetWidth;
    this.room.classList.toggle("playing", Boolean(isPlaying));
    this.find(".pace").textContent = isPlaying ? `playing, ${PACE / 1000} s a round` : "";
    const play = this.find(".play");
    play.ariaPressed = String(Boolean(isPlaying));
    play.ariaLabel = isPlaying ? "Pause" : "Play";
    play.title = `${play.ariaLabel} (P)`;
    this.find(".back").disabled = current === 0;
    this.find(".next").disabled = current === this.last;
  }

  showAsked(step) {
    const { asked, wrong, queries } = this.round;
    this.find(".what").textContent = asked;
    this.find(".wrong").textContent = wrong;
    this.find(".wrong").classList.toggle("none", queries.every((query) => query.right));
    const digits = this.find(".digits");
    digits.style.setProperty("--from", `calc(${3 * step} * var(--u))`);
    digits.replaceChildren(...queries.map(digit));
    enter(digits);
  }

  showFigures() {
    this.find(".figures").replaceChildren(...this.round.figures.map(({ value, caption, change, trend }) => {
      const box = element("div");
      box.append(element("dt", "", caption), element("dd", "value", value), element("dd", `change ${trend}`, change));
      return box;
    }));
  }

  showCurve(step) {
    const curve = this.find(".curve");
    curve.querySelector("svg")?.remove();
    curve.hidden = this.last === 0;
    if (!curve.hidden) curve.append(drawCurve(this.data.rounds, this.current, step > 0));
  }

  showMatrix() {
    const { classes, counts, levels, note } = this.round.matrix;
    const matrix = this.find(".matrix");
    const size = classes.length + 1;
    if (matrix.children.length !== size * size) {
      matrix.style.setProperty("--n", classes.length);
      matrix.replaceChildren(...Array.from({ length: size * size }, () => element("span")));
    }
    [...matrix.children].forEach((cell, place) => {
      const [row, column] = [Math.floor(place / size) - 1, (place % size) - 1];
      if (row < 0 || column < 0) {
        cell.className = "head";
        cell.textContent = classes[Math.max(row, column)] ?? "";
        return;
      }
      const level = levels[row][column];
      cell.className = `cell ${level > 0 ? "hit" : level < 0 ? "miss" : ""} ${level >= STRONG ? "strong" : ""}`;
      cell.style.setProperty("--level", `${100 * Math.abs(level)}%`);
      cell.textContent = counts[row][column] || "";
    });
    matrix.ariaLabel = `Confusion matrix of ${classes.length} classes. ${note}`;
    this.find(".note").textContent = note;
  }

  showFooter() {
    const { identical, lesson } = this.round;
    this.find(".lesson").textContent = lesson;
    const published = this.find(".published");
    published.classList.toggle("same", identical);
    published.replaceChildren(
      icon(identical ? CHECK : CROSS),
      element("span", "", identical ? "identical to the published run" : "differs from the published run"),
    );
  }

  fillDots() {
    const { rounds } = this.data;
    this.find("nav").hidden = this.find(".play").hidden = rounds.length === 1;
    this.find(".dots").replaceChildren(...rounds.map(({ name }, index) => {
      const button = element("button");
      button.type = "button";
      button.ariaLabel = button.title = name;
      button.onclick = () => this.go(index);
      button.append(element("i"));
      const dot = element("li");
      dot.append(button);
      return dot;
    }));
  }

  /** Write all lessons as large as the longest one fits, beside the verdict. */
  fitLessons() {
    const line = this.find(".lesson");
    const fits = ({ lesson }) => {
      line.textContent = lesson;
      return line.scrollHeight <= line.clientHeight;
    };
    for (const size of SIZES) {
      line.style.fontSize = `calc(${size} * var(--u))`;
      if (this.data.rounds.every(fits)) return;
    }
  }

  fillHelp() {
    this.find(".keys dl").replaceChildren(...HELP.flatMap(([keys, meaning]) => {
      const term = element("dt");
      term.append(...keys.map((key) => element("kbd", "", key)));
      return [term, element("dd", "", meaning)];
    }));
  }

  destroy() {
    this.listening.abort();
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
  }
}

function digit({ image, predicted, true: truth, right, alt }) {
  const card = element("div", "ink");
  const ink = element("i");
  ink.role = "img";
  ink.ariaLabel = alt;
  // A mask takes the colour of the theme.
  ink.style.maskImage = `url("${image}")`;
  card.append(ink);
  const entry = element("li", right ? "" : "mistaken");
  entry.append(card, element("p", "predicted", `predicted ${predicted}`), element("p", "", `true ${truth}`));
  if (!right) {
    const sign = element("span", "sign");
    sign.append(icon(CROSS));
    entry.append(sign);
  }
  return entry;
}

/** The share right by the number of labels: all rounds on the axis, a point for those seen so far. */
function drawCurve(rounds, current, isGrowing) {
  const [width, height, top, bottom, side] = [97, 14, 3.6, 10.2, 5];
  const [first, last] = [rounds[0].labels, rounds.at(-1).labels];
  const shares = rounds.map((round) => round.share);
  const [low, high] = [Math.min(...shares), Math.max(...shares)];
  const x = (round) => side + ((width - 2 * side) * (round.labels - first)) / (last - first || 1);
  const y = (round) => bottom - .8 - ((bottom - .8 - top) * (round.share - low)) / (high - low || 1);
  const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}` });
  svg.append(drawn("line", { x1: 0, x2: width, y1: bottom, y2: bottom }));
  rounds.forEach((round, index) => {
    const when = index < current ? "seen" : index === current ? "now" : "later";
    svg.append(drawn("text", { class: when, x: x(round), y: height - .9 }, round.labels));
    if (index > current) return;
    svg.append(drawn("text", { class: `value ${when}`, x: x(round), y: y(round) - 1.6 }, round.right));
    if (index === 0) return;
    const [from, newest] = [rounds[index - 1], isGrowing && index === current];
    svg.append(drawn("line", { class: newest ? "grown newest" : "grown", pathLength: 1,
      x1: x(from), y1: y(from), x2: x(round), y2: y(round) }));
  });
  const points = rounds.slice(0, current + 1);
  svg.append(...points.map((round, i) => drawn("circle", { cx: x(round), cy: y(round), r: i === current ? 1.2 : .8 })));
  return svg;
}

function picture(source) {
  const image = new Image();
  image.src = source;
  return image;
}

/** Let new content come in, however often in a row. */
function enter(content) {
  content.classList.remove("entering");
  void content.offsetWidth;
  content.classList.add("entering");
}

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function drawn(tag, attributes, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

function icon(path) {
  const svg = drawn("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  svg.append(drawn("path", { d: path }));
  return svg;
}

// Streamlit calls the default export again on every change of the data, on the same element.
const instances = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let stage = instances.get(parentElement);
  if (!stage) {
    stage = new Stage(parentElement);
    instances.set(parentElement, stage);
  }
  stage.update(data, setTriggerValue);
  return () => {
    stage.destroy();
    instances.delete(parentElement);
  };
}
