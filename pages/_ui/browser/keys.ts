/** What is asked of a keyboard event. */
export type Modifiers = Pick<KeyboardEvent, "isComposing" | "ctrlKey" | "altKey" | "metaKey">;

/** Whether a key is the browser's or the system's, or belongs to a character that is being composed. */
export const isElsewhere = ({ isComposing, ctrlKey, altKey, metaKey }: Modifiers): boolean =>
  isComposing || ctrlKey || altKey || metaKey;

/** Whether a key is typed into a field. */
export function isTyped(event: Event): boolean {
  const [target] = event.composedPath();
  return target instanceof HTMLElement
    && (target.isContentEditable || target.matches("input, textarea, select"));
}

/** Whether a key presses the control that has the focus, such as a button. */
export function pressesControl(event: KeyboardEvent, controls: string): boolean {
  const [target] = event.composedPath();
  return (event.key === "Enter" || event.key === " ")
    && target instanceof Element && target.closest(controls) !== null;
}

/** Whether one of the page's own dialogs is open: what is pressed is for it. */
export const isDialogOpen = (): boolean =>
  [...document.querySelectorAll("[data-testid=stDialog], dialog[open]")].some((dialog) => dialog.checkVisibility());
