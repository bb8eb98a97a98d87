/** How an image is to be seen: it is there, it is on its way, or it does not come. */
export type Look = "there" | "coming" | "missing";

/** What shows the desk. */
export interface Screen {
  /** Show the classes with their keys, and the list of keys. */
  showKeys(): void;
  /** Load the images of a page, beside what is on screen. */
  load(): void;
  /** Resolves when they can be shown, or have kept people waiting for long enough. */
  imagesAreThere(): Promise<void>;
  /** Put them on the screen, in the place of those before. */
  draw(): void;
  show(): void;
  /** Show what is saved and what is not. */
  showSaved(): void;
  /** Resolves when a person can have seen what is shown. */
  painted(): Promise<void>;
  /** Tell of the grid whose keys count now; null while none do. */
  setReady(batch: string | null): void;
  /** How an image on screen is to be seen. */
  lookOf(item: number): Look;
  /** How many images stand beside one another. */
  readonly columns: number;
}
