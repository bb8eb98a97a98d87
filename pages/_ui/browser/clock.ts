/** Time, so that a test can have its own. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Call once, after so many milliseconds; gives what calls it off. */
  after(milliseconds: number, action: () => void): () => void;
}

export const clock: Clock = {
  now: () => performance.now(),
  after(milliseconds, action) {
    const timer = setTimeout(action, milliseconds);
    return () => { clearTimeout(timer); };
  },
};
