export interface StageFigure { value: string; caption: string; change: string; trend: string }
export interface StageQuery { image: string; predicted: string; true: string; right: boolean; alt: string }
export interface StageMatrix { classes: string[]; counts: number[][]; levels: number[][]; note: string }
export interface StageRound {
  name: string;
  headline: string;
  figures: StageFigure[];
  labels: number;
  share: number;
  right: string;
  asked: string;
  wrong: string;
  queries: StageQuery[];
  matrix: StageMatrix;
  lesson: string;
  identical: boolean;
}

/** Everything that presentation mode shows. */
export interface StageData { run: string; title: string; current: number; rounds: StageRound[] }
