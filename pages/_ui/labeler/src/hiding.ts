// Whether a person is shown what is predicted. They may wish not to be; and a project can draw lots, so
// that it can be known whether predictions sway answers. What is hidden by lot is not sent at all.

import type { LabelPage, ShownItem } from "./contract.ts";
import type { Preferences } from "./preferences.ts";

/** Whose predictions are hidden: of no image, of the one on screen, of all. */
export type Hiding = "none" | "this" | "all";

interface Shown {
  data: Pick<LabelPage, "hidden_share">;
  item: Pick<ShownItem, "hidden"> | undefined;
  preferences: Pick<Preferences, "blind">;
}

export function hidingOf({ data, item, preferences }: Shown): Hiding {
  if (preferences.blind || data.hidden_share === 1) return "all";
  return item?.hidden ? "this" : "none";
}

/** Why predictions are hidden; nothing where that is the person's own wish. */
export function whyHidden(hiding: Hiding, { hidden_share: share }: Shown["data"], isBlind = false): string {
  if (isBlind && hiding !== "none") return "Others answer this image too, and what is predicted would tell what they have said.";
  if (share === 1) return "In this project, all predictions are hidden.";
  if (hiding !== "this") return "";
  return `${percent(share)} of predictions are hidden, drawn by lot: so it can be known whether they sway answers.`;
}

/** What is said when a person has predictions shown again. */
export const shownAgain = (share: number): string =>
  share > 0 ? `Predictions are shown, but for the ${percent(share)} that are hidden by lot.` : "Predictions are shown.";

const percent = (share: number): string => `${Math.round(100 * share)} %`;
