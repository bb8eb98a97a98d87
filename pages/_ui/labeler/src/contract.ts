export type AnswerKind = "label" | "skip" | "unsure" | "bad";

export interface LabelClass { name: string; key: string | null }
export interface Belief { name: string; probability: number }
export interface Item { id: number; smooth: string; pixels: string; why: string; beliefs: Belief[] }
export interface LastAnswer { batch_id: string; item: number; said: string }
export interface Receipt { id: string | null; outcome: "done" | "refused" | "failed"; text: string }

/** Everything the label page's component shows. */
export interface LabelerData {
  v: number;
  project: string;
  question: string;
  classes: LabelClass[];
  batch_id: string | null;
  as_you_go: boolean;
  round: number;
  round_size: number;
  answered: number;
  items: Item[];
  saved: number;
  summary: string;
  last: LastAnswer | null;
  receipts: Receipt[];
}

export interface SubmittedAnswer { item: number; kind: AnswerKind; label: string | null; ms: number | null }
export interface SubmitMessage { v: number; id: string; project: string; kind: "submit"; batch_id: string; answers: SubmittedAnswer[] }
export interface UndoMessage { v: number; id: string; project: string; kind: "undo"; batch_id: string; item: number }
export interface SyncMessage { v: number; id: string; project: string; kind: "sync" }
export type Message = SubmitMessage | UndoMessage | SyncMessage;
