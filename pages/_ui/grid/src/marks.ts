import type { Store } from "../../browser/storage.ts";
import type { GridPage } from "./contract.ts";

/** An image that is not what it is predicted as, and what it is, if that was said. */
export interface Mark {
  item: number;
  name: string | null;
}

/** What is kept of a grid. */
interface Kept {
  /** What its images are predicted as. */
  predicted: string;
  /** What classes were called: another class may be called so by now. */
  named: number;
  /** Its place in the order in which grids were marked. */
  at: number;
  /** The one that was marked last is the last. */
  marks: Mark[];
}

/** So many grids are remembered; of those before, the images may be answered long since. */
const REMEMBERED = 30;

/** Marks of grids that were not accepted yet, by batch. All tabs of a browser share them. */
export class Marks {
  readonly prefix: string;
  readonly #store: Store;

  constructor(project: string, store: Store) {
    this.prefix = `labelspread:grid:marks:${project}:`;
    this.#store = store;
  }

  key(batch: string): string {
    return this.prefix + batch;
  }

  /** The marks of a grid, the last one last. */
  all(batch: string): Mark[] {
    return this.#read(this.key(batch))?.marks ?? [];
  }

  /** Mark an image, or say of a marked one what it is. */
  put(page: GridPage, mark: Mark): void {
    this.write(page, [...this.all(page.batch_id).filter(({ item }) => item !== mark.item), mark]);
  }

  drop(page: GridPage, item: number): void {
    this.write(page, this.all(page.batch_id).filter((mark) => mark.item !== item));
  }

  clear(batch: string): void {
    this.#store.write(this.key(batch), null);
  }

  write({ batch_id: batch, name: predicted, named }: Pick<GridPage, "batch_id" | "name" | "named">, marks: Mark[]): void {
    const key = this.key(batch);
    if (!marks.length || predicted === null) {
      this.#store.write(key, null);
      return;
    }
    const others = this.#others(key);
    const kept: Kept = { predicted, named, at: 1 + (others.at(-1)?.at ?? 0), marks };
    for (const { key: old } of others.slice(0, Math.max(0, others.length - REMEMBERED))) this.#store.write(old, null);
    this.#store.write(key, kept);
  }

  /**
   * Take over what was marked of the images of a page while they stood in other grids: the server, or the
   * person, may have put them together anew.
   *
   * @param sent Grids that were accepted: their marks are on their way.
   */
  adopt(page: GridPage, sent: ReadonlySet<string>): void {
    const shown = new Set(page.items.map(({ id }) => id));
    const names = new Set(page.classes.map(({ name }) => name));
    const found = new Map<number, Mark>();
    for (const { key, predicted, named, marks } of this.#others(this.key(page.batch_id))) {
      const batch = key.slice(this.prefix.length);
      // Where classes have other names by now, an image that was marked is still not what was predicted of it then.
      const isAsThen = named === page.named;
      if (sent.has(batch) || (isAsThen && predicted !== page.name)) continue;
      const here = marks.filter(({ item }) => shown.has(item));
      for (const mark of here) found.set(mark.item, isAsThen ? mark : { ...mark, name: null });
      if (here.length) this.write({ batch_id: batch, name: predicted, named }, marks.filter((mark) => !here.includes(mark)));
    }
    const before = this.all(page.batch_id);
    for (const mark of before) found.set(mark.item, mark);
    const all = [...found.values()].map((mark) => (isOf(names, mark) ? mark : { ...mark, name: null }));
    if (all.length) this.write(page, all);
  }

  /** What is kept of all grids but one, the oldest first. */
  #others(but: string): (Kept & { key: string })[] {
    return this.#store.keys(this.prefix)
      .flatMap((key) => {
        const kept = key === but ? null : this.#read(key);
        return kept ? [{ ...kept, key }] : [];
      })
      .sort((one, other) => one.at - other.at);
  }

  #read(key: string): Kept | null {
    return this.#store.read(key) as Kept | null;
  }
}

/** Whether the class that was given is there still. */
const isOf = (names: ReadonlySet<string>, { name }: Mark): boolean => name === null || names.has(name);
