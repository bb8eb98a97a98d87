import { isDialogOpen } from "./keys.ts";
import { isRunUnderWay } from "./streamlit.ts";

/** Asks each component whether the page can be drawn anew now; one that cannot says so. */
const ASKED = "labelspread-redraw";
const OPEN = "[data-testid=stPopoverBody], [data-testid=stMainMenuPopover], [role=listbox]";

/** Have a component asked whether it is under somebody's hands, as long as it listens. */
export function whileInUse(isInUse: () => boolean, signal: AbortSignal): void {
  document.addEventListener(ASKED, (event) => { if (isInUse()) event.preventDefault(); }, { signal });
}

/** Whether the page is not to be drawn anew now: nobody looks, something is open, or somebody is at work. */
export const isPageInUse = (): boolean =>
  document.hidden || isRunUnderWay() || isDialogOpen() || isAnythingOpen() || isTyping() || isSelecting()
  || !document.dispatchEvent(new CustomEvent(ASKED, { cancelable: true }));

const isAnythingOpen = (): boolean => [...document.querySelectorAll(OPEN)].some((open) => open.checkVisibility());

/** Whether something is being typed. A list that was closed keeps the focus, and so does a field of ours that is empty. */
function isTyping(): boolean {
  const field = focused();
  if (!(field instanceof HTMLElement)) return false;
  if (field.isContentEditable) return true;
  if (!field.matches("input:not([type=checkbox], [type=radio], [type=button]), textarea")) return false;
  if (field.ariaExpanded === "false") return false;
  return !(field.getRootNode() instanceof ShadowRoot) || (field as HTMLInputElement).value !== "";
}

/** What has the focus, within components too. */
function focused(): Element | null {
  let found = document.activeElement;
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  return found;
}

/** Whether some text is selected, which a new page would lose. */
const isSelecting = (): boolean => getSelection()?.type === "Range";
