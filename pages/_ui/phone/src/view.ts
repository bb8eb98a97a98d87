// The page of a phone: one image, and a button for each class where the thumb is.

import { button, childrenOf, element, find } from "../../browser/dom.ts";
import type { PhoneClass, PhoneSaid } from "./contract.ts";
import { columnsFor, found, isShort } from "./choices.ts";
import type { Desk, Rest } from "./desk.ts";

/** Up to so many classes have a button each that needs no scrolling. */
const FEW = 10;
const RESTS: Record<Exclude<Rest, "name">, [string, (desk: Desk) => string]> = {
  wait: ["One moment", () => "The next images are being chosen."],
  break: ["A break", () => "It goes on soon. Leave this page open."],
  over: ["That was it", ({ said, name }) => `Thank you, ${name}. You have answered ${counted(said)}.`],
  done: ["All is answered", ({ said, name }) => `Thank you, ${name}. You have answered ${counted(said)}.`],
  gone: ["There is no such room", () => "It may have been taken down. Look at the big screen."],
};

const counted = (number: number): string => `${number.toLocaleString("en")} ${number === 1 ? "image" : "images"}`;

export class View {
  readonly #task = find(document, "#task");
  readonly #told = find(document, "#told");
  readonly #image = find(document, "#task img", HTMLImageElement);
  readonly #classes = find(document, ".classes");
  readonly #filter = find(document, ".filter", HTMLInputElement);
  readonly #unsure = find(document, ".unsure", HTMLButtonElement);
  readonly #back = find(document, ".back", HTMLButtonElement);
  readonly #heard = find(document, "#heard");
  readonly #desk: Desk;
  #shown: PhoneClass[] | null = null;
  #item = -1;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#unsure.onclick = () => { this.#answer({ kind: "unsure", label: null }, "Not sure"); };
    this.#back.onclick = () => { desk.back(); };
    this.#filter.oninput = () => { this.#list(); };
  }

  update(): void {
    const desk = this.#desk;
    const { current } = desk;
    document.title = "Labelspread";
    this.#task.hidden = !current;
    this.#told.hidden = Boolean(current) || desk.rest === "name";
    find(document, "#name").hidden = desk.rest !== "name";
    if (current) this.#showTask();
    else if (desk.rest !== "name") this.#tell(desk.rest);
  }

  #tell(rest: Exclude<Rest, "name">): void {
    this.#item = -1;
    const [title, told] = RESTS[rest];
    find(this.#told, "h1").textContent = title;
    find(this.#told, "p").textContent = this.#desk.isCut ? "There is no network. It is tried again." : told(this.#desk);
  }

  #showTask(): void {
    const desk = this.#desk;
    const { current, before } = desk;
    if (!current) return;
    if (this.#shown !== desk.classes) this.#begin(desk.classes);
    const number = desk.said + (before ? 0 : 1);
    find(this.#task, ".number").textContent = `Image ${number.toLocaleString("en")}`;
    find(this.#task, ".line").textContent = desk.isCut
      ? `No network${desk.waiting ? ` · ${desk.waiting} kept` : ""}` : "";
    this.#back.disabled = !desk.canGoBack;
    this.#task.classList.toggle("again", before !== null);
    this.#mark(before);
    this.#image.alt = `Image ${number}`;
    if (this.#item === current.item) return;
    this.#item = current.item;
    this.#image.src = current.image;
    this.#image.classList.toggle("ink", current.ink);
    desk.isShown();
    // On their way already, so that the next one is there at once.
    for (const { image } of desk.next) new Image().src = image;
  }

  #begin(classes: PhoneClass[]): void {
    this.#shown = classes;
    const isFew = classes.length <= FEW;
    this.#filter.hidden = isFew;
    this.#filter.value = "";
    this.#classes.classList.toggle("list", !isFew);
    this.#classes.classList.toggle("short", isFew && classes.every(({ name }) => isShort(name)));
    this.#classes.style.setProperty("--columns", String(columnsFor(classes.map(({ name }) => name))));
    this.#list();
  }

  #list(): void {
    const shown = found(this.#shown ?? [], this.#filter.value);
    this.#classes.replaceChildren(...shown.map(({ name, colour }) => {
      const one = button(colour ?? "", () => { this.#answer({ kind: "label", label: name }, name); });
      one.textContent = name;
      one.dataset["name"] = name;
      return one;
    }));
    if (!shown.length) this.#classes.append(element("p", "", "No class is called so."));
  }

  /** Mark what was said of the image before. */
  #mark(before: PhoneSaid | null): void {
    this.#unsure.classList.toggle("said", before?.kind === "unsure");
    for (const one of childrenOf(this.#classes)) {
      const isSaid = before?.kind === "label" && one.dataset["name"] === before.label;
      one.classList.toggle("said", isSaid);
      if (isSaid) one.ariaCurrent = "true";
      else one.removeAttribute("aria-current");
    }
  }

  #answer(said: PhoneSaid, told: string): void {
    this.#desk.answer(said);
    if (this.#filter.value) {
      this.#filter.value = "";
      this.#list();
    }
    this.#heard.textContent = this.#desk.current ? `${told}. Next image.` : `${told}.`;
  }
}
