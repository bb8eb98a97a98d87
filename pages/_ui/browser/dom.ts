// The few things that every component does with the page. Text from outside is set as text only:
// nothing in a component is sandboxed.

/** The element for a selector, which the component's HTML has, and of the kind that is asked for. */
export function find(root: ParentNode, selector: string): HTMLElement;
export function find<E extends Element>(root: ParentNode, selector: string, kind: new () => E): E;
export function find(root: ParentNode, selector: string, kind: new () => Element = HTMLElement): Element {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`There is no ${selector} in the component's HTML.`);
  return found;
}

/** A new element with a class and a text. */
export function element<K extends keyof HTMLElementTagNameMap>(tag: K, className = "", text = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** A button that does nothing but what it is given to do. */
export function button(className: string, onClick: () => void): HTMLButtonElement {
  const made = element("button", className);
  made.type = "button";
  made.onclick = onClick;
  return made;
}

/** A key as it is drawn. */
export const keycap = (name: string): HTMLElement => element("kbd", "", name);

/** A new element of a drawing. */
export function drawn(tag: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const made: SVGElement = document.createElementNS("http://www.w3.org/2000/svg", tag as "svg");
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.textContent = text;
  return made;
}

/** Children that are HTML, as all are in what a component fills itself. */
export const childrenOf = (parent: Element): HTMLElement[] => [...parent.children] as HTMLElement[];

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Settle the layout, so that what is changed next is a change for animations. */
export const settleLayout = (content: HTMLElement): number => content.offsetWidth;

/** Resolves when what was changed by now is on the screen. */
export const painted = (): Promise<void> =>
  new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => { resolve(); })));

/** Whether a click or a key is meant for a button or link of its own. */
export const isWithin = (event: Event, selector: string): boolean =>
  event.target instanceof Element && event.target.closest(selector) !== null;
