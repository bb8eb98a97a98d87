import type { Clock } from "../../browser/clock.ts";

export const PACE = 3000;
export const RESEND = 3000;

/** What shows the rounds. A round is shown in one step or in several: a guess, then the truth. */
export interface Screen {
  /** How many steps a round has. */
  stepsOf(round: number): number;
  /** The step with which a round begins that one comes to from the left (1), from the right (-1), or anew (0). */
  entryOf(round: number, from: number): number;
  /** Show the current step; its round came from the left (-1), from the right (1), or was there (0). */
  show(from: number): void;
  showPace(): void;
  showLeaving(): void;
}

const never = (): void => undefined;

/** Which step of which round is shown, and whether they go on by themselves. */
export class Player {
  current = 0;
  step = 0;
  isPlaying = false;
  isLeaving = false;
  readonly #screen: Screen;
  readonly #clock: Clock;
  /** Tells the server that the presenter leaves. */
  readonly #tell: (round: number) => void;
  #count = 1;
  #callOffNext = never;
  #callOffLeave = never;

  constructor(screen: Screen, clock: Clock, tell: (round: number) => void) {
    this.#screen = screen;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Take up so many rounds. */
  begin(count: number, current: number): void {
    this.#count = count;
    this.current = this.#within(current);
    this.step = 0;
  }

  get last(): number {
    return this.#count - 1;
  }

  /** The last step of the current round. */
  get lastStep(): number {
    return this.#screen.stepsOf(this.current) - 1;
  }

  get isAtStart(): boolean {
    return this.current === 0 && this.step === 0;
  }

  get isAtEnd(): boolean {
    return this.current === this.last && this.step >= this.lastStep;
  }

  #within(index: number): number {
    return Math.min(Math.max(index, 0), this.last);
  }

  /** Jump to the beginning of a round. */
  go(index: number): void {
    this.#move(index, 0);
  }

  #move(index: number, from: number): void {
    const to = this.#within(index);
    const way = Math.sign(to - this.current);
    if (!way) return;
    this.current = to;
    this.step = this.#screen.entryOf(to, from);
    this.#arrive(way);
  }

  /** Go to a step of the current round. */
  goStep(step: number): void {
    this.step = Math.min(Math.max(step, 0), this.lastStep);
    this.#arrive(0);
  }

  next(): void {
    if (this.step < this.lastStep) this.goStep(this.step + 1);
    else this.#move(this.current + 1, 1);
  }

  back(): void {
    if (this.step > 0) this.goStep(this.step - 1);
    else this.#move(this.current - 1, -1);
  }

  first(): void {
    if (this.current) this.go(0);
    else if (this.step) this.goStep(0);
  }

  end(): void {
    if (this.current < this.last) this.go(this.last);
    else if (!this.isAtEnd) this.goStep(this.lastStep);
  }

  play(isPlaying = !this.isPlaying): void {
    this.isPlaying = isPlaying && (this.last > 0 || this.lastStep > 0);
    if (this.isPlaying && this.isAtEnd) this.first();
    this.#pace();
  }

  #arrive(way: number): void {
    if (this.isAtEnd) this.isPlaying = false;
    this.show(way);
  }

  show(from: number): void {
    this.#screen.show(from);
    this.#pace();
  }

  #pace(): void {
    this.#callOffNext();
    if (this.isPlaying) this.#callOffNext = this.#clock.after(PACE, () => { this.next(); });
    this.#screen.showPace();
  }

  /** Tell the server until it takes the stage away: what is sent while the line is down is lost. */
  leave(): void {
    if (this.isLeaving) return;
    this.isLeaving = true;
    this.play(false);
    this.#screen.showLeaving();
    this.#goOnTelling();
  }

  #goOnTelling(): void {
    this.#tell(this.current);
    this.#callOffLeave = this.#clock.after(RESEND, () => { this.#goOnTelling(); });
  }

  stop(): void {
    this.#callOffNext();
    this.#callOffLeave();
  }
}
