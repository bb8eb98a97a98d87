// The page that phones in a room open: a code, a first name, and then one image after another.

import { clock } from "../../browser/clock.ts";
import { find } from "../../browser/dom.ts";
import { Store } from "../../browser/storage.ts";
import type { PhoneAnswers, PhonePage } from "./contract.ts";
import { Desk, type Reply } from "./desk.ts";
import { View } from "./view.ts";

/** Milliseconds after which nothing is waited for any more. */
const PATIENCE = 12000;

const root = document.documentElement.dataset["root"] ?? "/r";
const code = location.pathname.slice(root.length).replaceAll("/", "").toUpperCase();

/** Ask the server; the status is 0 where it is not reached. */
async function ask(path: string, message: unknown): Promise<{ status: number; told: unknown }> {
  try {
    const reply = await fetch(`${root}/${code}/${path}`, {
      method: message === null ? "GET" : "POST",
      signal: AbortSignal.timeout(PATIENCE),
      ...(message === null ? {} : { body: JSON.stringify(message), headers: { "Content-Type": "application/json" } }),
    });
    return { status: reply.status, told: await reply.json() };
  } catch {
    return { status: 0, told: null };
  }
}

async function send(message: PhoneAnswers | null): Promise<Reply> {
  const { status, told } = await ask(message ? "answers" : "items", message);
  return { status, page: status === 200 ? told as PhonePage : null };
}

function askForCode(): void {
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

function enter(): void {
  const desk = new Desk(new Store(() => localStorage), code, clock, send, () => { view.update(); });
  const view = new View(desk);
  const form = find(document, "#name", HTMLFormElement);
  form.onsubmit = (event) => {
    event.preventDefault();
    void join(form, desk);
  };
  addEventListener("online", () => { desk.deliver(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) desk.deliver(); });
  desk.deliver();
}

async function join(form: HTMLFormElement, desk: Desk): Promise<void> {
  const [typed, go, problem] = [
    find(form, "input", HTMLInputElement), find(form, "button", HTMLButtonElement), find(form, ".problem"),
  ];
  go.disabled = true;
  problem.textContent = "";
  const { status, told } = await ask("join", { name: typed.value });
  go.disabled = false;
  if (status === 200) desk.joined(told as PhonePage);
  else problem.textContent = (told as { told?: string } | null)?.told ?? "The server is not reached. Try again.";
  // Joining tells how things stand, as delivering does.
  if (status === 200) typed.blur();
}

if (code) enter();
else askForCode();
