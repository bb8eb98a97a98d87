import type { AnsweredItem, LabelPage, ShownItem } from "./contract.ts";

/** One image of a batch: to be answered, with its number among those, or one whose answer stands. */
export type Place = { item: ShownItem; index: number } | { answered: AnsweredItem };

/** All images of a batch in their order: after an undo those whose answers stand are among them. */
export function placesOf({ items, beside }: Pick<LabelPage, "items" | "beside">): Place[] {
  const places: Place[] = items.map((item, index) => ({ item, index }));
  for (const answered of beside.toSorted((one, other) => one.place - other.place)) {
    places.splice(answered.place, 0, { answered });
  }
  return places;
}

/** Where the image of this number stands among all of the batch, from 0. */
export const placeOf = (page: Pick<LabelPage, "items" | "beside">, number: number): number =>
  placesOf(page).findIndex((place) => "index" in place && place.index === number);
