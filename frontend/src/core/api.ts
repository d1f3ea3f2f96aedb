/** The JSON shapes of `/api/v1`, as `querist.web.schemas` writes them. */

export type Kind = "text" | "table" | "image";
/** `model`: labelled by the model under a promise, not by a person. */
export type Status = "labelled" | "skipped" | "model" | "unlabelled";

export interface ClassInfo {
  id: number;
  name: string;
  /** `#rrggbb` */
  colour: string;
  /** The key that a person chose; null: by position. */
  key: string | null;
  description: string;
  examples: string[];
  state: "active" | "removed" | "merged";
  merged_into: number | null;
}

export interface ModelStatus {
  state: "starting" | "waiting" | "training" | "ready" | "failed";
  /** Version of the ranking in use; 0: none yet. */
  version: number;
  /** Labels that the ranking in use knows. */
  n_labels: number;
  message: string;
}

export interface Progress {
  n_rows: number;
  n_labelled: number;
  n_skipped: number;
  n_flagged: number;
  /** Answers of this person. */
  mine: number;
  /** Labels by class id. */
  by_class: Record<string, number>;
  class_version: number;
  model: ModelStatus;
  /** Null before the first figure. */
  accuracy: ShownAccuracy | null;
  /** The promise whose random rows are being asked about. */
  promise: { kind: PromiseKind; n_closed: number; n_drawn: number } | null;
  /** Rows that the model has labelled under a promise. */
  n_model: number;
}

/** The accuracy of the model that was trained on `n_labels` labels; no value before `n_needed` random answers. */
export interface ShownAccuracy {
  n_labels: number;
  value: number | null;
  low: number | null;
  high: number | null;
  n: number;
  n_needed: number;
  confidence: number;
}

/** A figure with its interval; no value where there are too few answers. */
export interface Estimate {
  quantity: string;
  value: number | null;
  low: number | null;
  high: number | null;
  n: number;
  method: string;
  confidence: number;
  note: string;
  text: string;
}

export interface Advice {
  stop: boolean;
  reason: string;
  outlook: { labels: number; gain: number; low: number; high: number; confidence: number } | null;
  labels_per_point: number;
  text: string;
}

export interface Figures {
  n_labels: number;
  at: number | null;
  n_audited: number;
  n_skipped: number;
  accuracy: Estimate;
  running: Estimate;
  others: Estimate[];
  classes: { class_id: number; recall: Estimate; precision: Estimate; prevalence: Estimate }[];
  calibration: { confidence: number; accuracy: Estimate }[] | null;
  plan: { half_width: number; audit: number; total: number } | null;
  advice: Advice;
}

export interface FiguresReply {
  figures: Figures | null;
  /** Model accuracy at earlier moments, in order. */
  curve: { n_labels: number; at: number; value: number | null; low: number | null; high: number | null; n: number }[];
}

export type PromiseKind = "certificate" | "auto_label";

export interface PromisePlan {
  possible: boolean;
  why: string;
  attempt: number;
  n_remaining: number | null;
  n_labels: number | null;
  n_needed: number | null;
  /** Chance to pass, if the model is as good as it is thought to be. */
  power: number | null;
  level: number | null;
  released_at_most: number | null;
}

export interface PromiseInfo {
  id: string;
  kind: PromiseKind;
  target: number;
  confidence: number;
  state: "asking" | "passed" | "failed" | "cancelled" | "applied";
  attempt: number;
  created_at: number;
  n_labels_at: number;
  n_remaining: number;
  n_drawn: number;
  n_answered: number;
  n_correct: number;
  n_closed: number;
  n_needed: number;
  stage: { number: number; of: number };
  n_released: number | null;
  sentence: string;
}

export interface Person {
  id: number;
  name: string;
  role: "owner" | "annotator";
  active: boolean;
  n_answers: number;
}

export interface Project {
  id: string;
  name: string;
  kind: Kind;
  /** The user's columns, in order. */
  columns: string[];
  classes: ClassInfo[];
  me: Person;
  people: Person[];
  settings: Settings;
  progress: Progress;
  /** What the person should know: a network drive, a moved data file ... */
  warnings: string[];
  /** What was guessed about the data, in words. */
  notes: string[];
  version: string;
}

export interface Settings {
  /** Answers by different people wanted per row. */
  opinions: number;
  /** Share of the questions that follow the random order. */
  audit_share: number;
  /** How many labels one point of accuracy is worth: advice to stop counts with it. */
  labels_per_point: number;
  strategy: string;
  estimator: string;
  /** What may be chosen. */
  strategies: string[];
  estimators: string[];
}

export interface Field {
  name: string;
  value: string;
  /** `text` is read as prose, `field` stands in the card's table. */
  role: "text" | "field";
}

export interface Guess {
  class_id: number;
  /** In [0, 1]. */
  confidence: number;
  /** Words or columns that speak for it (weight > 0) or against it. */
  because: { word: string; weight: number }[];
}

export interface Item {
  row: number;
  /** The user's own id of the row, else its number in the file from 1. */
  id: string;
  kind: Kind;
  fields: Field[];
  /** Address of the image, or null. */
  image: string | null;
  /** A text was cut; GET /items/{row} has all of it. */
  truncated: boolean;
  flagged: boolean;
  note: string;
  /** Null where there is none, or where it is hidden. */
  guess: Guess | null;
}

export type ActionKind = "answer" | "skip" | "flag" | "unflag" | "note" | "undo";

export interface Action {
  /** Made by the browser; a repeat of the same uuid changes nothing. */
  uuid: string;
  kind: ActionKind;
  row: number;
  /** For `answer`. */
  class_id?: number;
  /** For `note` and `flag`. */
  note?: string;
  /** For `undo`: the uuid of the action that no longer counts (or of a bulk action). */
  target?: string;
  /** Milliseconds since 1970, by the browser's clock. */
  shown_at?: number;
  answered_at?: number;
  /** Time that the item was visible, without pauses of the tab. */
  duration_ms?: number;
  guess_shown?: boolean;
  class_version?: number;
}

export interface Result {
  uuid: string;
  status: "saved" | "repeated" | "refused";
  code?: string;
  message?: string;
}

export interface QueueReply {
  items: Item[];
  progress: Progress;
}

export interface AnswersReply extends QueueReply {
  results: Result[];
}

export interface HistoryEntry {
  uuid: string;
  kind: ActionKind;
  row: number;
  id: string;
  snippet: string;
  class_id: number | null;
  /** Seconds since 1970. */
  at: number;
  /** Why it was asked, in words. */
  why: string;
  undone: boolean;
}

export interface AnswerInfo {
  person: string;
  class_id: number | null;
  at: number;
  seconds: number | null;
}

export interface ExploreItem {
  row: number;
  id: string;
  snippet: string;
  image: string | null;
  status: Status;
  class_id: number | null;
  answers: AnswerInfo[];
  prediction: number | null;
  confidence: number | null;
  flagged: boolean;
  note: string;
  why: string;
}

export interface ExploreFilter {
  search?: string;
  status?: Status;
  label?: number;
  prediction?: number;
  min_confidence?: number;
  max_confidence?: number;
  annotator?: number;
  flagged?: boolean;
  /** The model's prediction differs from the label. */
  disagree?: boolean;
}

export type ExploreSort = "row" | "-row" | "confidence" | "-confidence" | "time" | "-time" | "seconds" | "-seconds";

export interface ExploreReply {
  total: number;
  items: ExploreItem[];
}

export interface ItemDetail extends Item {
  status: Status;
  class_id: number | null;
  answers: AnswerInfo[];
  prediction: number | null;
  confidence: number | null;
  why: string;
  log: { at: number; person: string; what: string }[];
}

export interface CurvePoint {
  n_labels: number;
  at: number;
  /** Audit answers up to here, and how many the then-current model had right. */
  n: number;
  correct: number;
  /** Share over the last 50 of them. */
  recent: number | null;
}

export interface Insights {
  progress: Progress;
  /** Running accuracy: audit answers, each scored before it trained. */
  curve: CurvePoint[];
  /** rows: answers; columns: predictions; class ids in `classes`; audit answers scored before they trained. */
  confusion: { classes: number[]; counts: number[][]; n: number };
  speed: { hour: number; person: string; n: number }[];
  slow: { row: number; id: string; snippet: string; class_id: number | null; seconds: number }[];
  /** Labels that other labels speak against, out of fold (cleanlab); likeliest mistake first. */
  mistakes: { row: number; id: string; snippet: string; class_id: number; suggested: number; score: number }[];
  people: Person[];
}

export interface ImportReply {
  imported: number;
  unchanged: number;
  refused: { where: string; message: string }[];
}

export interface ApiError {
  error: { code: string; message: string; where: string | null; hint: string | null };
}
