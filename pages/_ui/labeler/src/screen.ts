/** What shows the desk. */
export interface Screen {
  /** Another project has come: its classes, its keys. */
  beginProject(): void;
  /** Show the classes with their keys, and the list of keys. */
  showKeys(): void;
  /** Load the images of a batch. */
  fillImages(): void;
  /** Resolves when the current image can be shown, or has kept people waiting for long enough. */
  imageIsThere(): Promise<void>;
  show(): void;
  /** Show what is saved and what is not. */
  showSaved(): void;
  /** Resolves when a person can have seen what is shown. */
  painted(): Promise<void>;
  /** Tell of the batch whose keys count now; null while none do. */
  setReady(batch: string | null): void;
}
