/** What shows the desk. */
export interface Screen {
  /** Show the classes with their keys, and the list of keys. */
  showKeys(): void;
  /** Load the images of a list. */
  fill(): void;
  /** Resolves when the current case can be shown, or has kept people waiting for long enough. */
  imagesAreThere(): Promise<void>;
  show(): void;
  /** Show what is saved and what is not. */
  showSaved(): void;
  /** Resolves when a person can have seen what is shown. */
  painted(): Promise<void>;
  /** Tell of the list whose keys count now; null while none do. */
  setReady(list: string | null): void;
}
