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
var isDialogOpen = () => [...document.querySelectorAll("[data-testid=stDialog], dialog[open]")].some((dialog) => dialog.checkVisibility());

// pages/_ui/browser/streamlit.ts
var UNDER_WAY = /* @__PURE__ */ new Set(["running", "rerunRequested"]);
var stand = () => document.querySelector(".stApp")?.dataset ?? {};
var isRunUnderWay = ({ testScriptState, testConnectionState } = stand()) => testConnectionState === "CONNECTED" && UNDER_WAY.has(testScriptState ?? "");

// pages/_ui/browser/in_use.ts
var ASKED = "labelspread-redraw";
var OPEN = "[data-testid=stPopoverBody], [data-testid=stMainMenuPopover], [role=listbox]";
var isPageInUse = () => document.hidden || isRunUnderWay() || isDialogOpen() || isAnythingOpen() || isTyping() || isSelecting() || !document.dispatchEvent(new CustomEvent(ASKED, { cancelable: true }));
var isAnythingOpen = () => [...document.querySelectorAll(OPEN)].some((open) => open.checkVisibility());
function isTyping() {
  const field = focused();
  if (!(field instanceof HTMLElement)) return false;
  if (field.isContentEditable) return true;
  if (!field.matches("input:not([type=checkbox], [type=radio], [type=button]), textarea")) return false;
  if (field.ariaExpanded === "false") return false;
  return !(field.getRootNode() instanceof ShadowRoot) || field.value !== "";
}
function focused() {
  let found = document.activeElement;
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  return found;
}
var isSelecting = () => getSelection()?.type === "Range";

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
var never = () => void 0;
var News = class {
  #clock;
  #ask;
  #onNews;
  #address = null;
  #known = 0;
  #callOff = never;
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
    this.#callOff = this.#address === null ? never : this.#clock.after(milliseconds, () => {
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

// pages/_ui/news/src/follower.ts
var CALM = 3;
var LOOK = 1e3;
var Follower = class {
  #clock;
  #isBusy;
  #redraw;
  /** What the page is to know; null where it knows all. */
  #wanted = null;
  #drawnAt = -Infinity;
  #callOff = () => void 0;
  constructor(clock2, isBusy, redraw) {
    this.#clock = clock2;
    this.#isBusy = isBusy;
    this.#redraw = redraw;
  }
  /** Somebody has done something. */
  hear(stand2) {
    this.#wanted = stand2;
    this.#look();
  }
  /** The page was drawn, whoever wanted that. */
  update(news) {
    if (this.#wanted !== null && news >= this.#wanted.news) this.stop();
  }
  stop() {
    this.#wanted = null;
    this.#callOff();
  }
  /** What is sent while the server is away is lost, so it is sent again until the page was drawn. */
  #look() {
    this.#callOff();
    if (this.#wanted === null) return;
    const wait = this.#drawnAt + CALM * this.#wanted.every - this.#clock.now();
    if (wait <= 0 && !this.#isBusy()) {
      this.#drawnAt = this.#clock.now();
      this.#redraw();
    }
    this.#callOff = this.#clock.after(Math.max(wait, LOOK), () => {
      this.#look();
    });
  }
};

// pages/_ui/news/src/component.ts
var Follow = class {
  #trigger = () => void 0;
  #follower = new Follower(clock, isPageInUse, () => {
    this.#trigger("redraw", clock.now());
  });
  #news = new News(clock, askStand, (stand2) => {
    this.#follower.hear(stand2);
  });
  update({ address, news }, trigger) {
    this.#trigger = trigger;
    this.#follower.update(news);
    this.#news.update(address, news);
  }
  destroy() {
    this.#news.stop();
    this.#follower.stop();
  }
};
var component_default = mounted(() => new Follow());
export {
  component_default as default
};
