/** A small server for the tests, as honest as the real one: it knows uuids, leases and a log, and may fail in any way. */

import type { ActionBody, HistoryEntry, Item, Progress, Result } from "./api";
import type { Body, Method, Reply } from "./routes";
import { Refusal, type StreamEvents, TooSlow, type Transport, Unreachable } from "./transport";

type Failure = "down" | "slow" | "reply lost" | "disk full" | "signed out";

export function item(row: number, changes: Partial<Item> = {}): Item {
  const fields = [{ name: "text", value: `text ${row}`, role: "text" as const }];
  return { row, id: String(row + 1), kind: "text", fields, image: null, truncated: false, flagged: false, note: "", guess: null, guessed_number: null, why: "", n_same: 1, ...changes };
}

export class FakeServer implements Transport {
  readonly log: ActionBody[] = [];
  readonly requests: { path: string; body: unknown }[] = [];
  failure: Failure | null = null;
  /** Milliseconds that each request takes. */
  delay = 1;
  /** Uuids, or rows, to refuse. */
  refuse = (_action: ActionBody): string | null => null;
  items = (row: number): Item => item(row);

  #leased = new Set<number>();

  constructor(readonly nRows = 1000) {}

  async request<M extends Method, P extends string>(method: M, path: P, body?: Body<M, P>): Promise<Reply<M, P>> {
    this.requests.push({ path, body });
    const { failure } = this;
    await new Promise((resolve) => setTimeout(resolve, this.delay));
    if (failure === "down") throw new Unreachable();
    if (failure === "slow") throw new TooSlow();
    if (failure === "signed out") throw new Refusal(401, "not_signed_in", "You are not signed in.");
    if (failure === "disk full") throw new Refusal(507, "disk_full", "The disk is full.");
    const reply = this.#answer(`${method} ${path}`, body as { actions?: ActionBody[]; holding: number[]; want: number });
    if (failure === "reply lost") throw new Unreachable();
    return structuredClone(reply) as Reply<M, P>;
  }

  stream(_events: StreamEvents): () => void {
    return () => {};
  }

  /** What counts: the newest answer of each row that was not undone. */
  get labels(): Map<number, number | null> {
    const labels = new Map<number, number | null>();
    for (const action of this.log) {
      if (!this.#undone(action) && (action.kind === "answer" || action.kind === "skip")) {
        labels.set(action.row, action.class_id ?? null);
      }
    }
    return labels;
  }

  get progress(): Progress {
    const model = { state: "ready" as const, version: 1, n_labels: 0, message: "", share: null, since: 0 };
    const { size } = this.labels;
    return { n_rows: this.nRows, n_copies: 0, n_labelled: size, n_skipped: 0, n_flagged: 0, n_commented: 0, mine: size, by_person: {}, by_class: {}, class_version: 1, model, accuracy: null, promise: null, n_model: 0, n_checks: 0 };
  }

  #undone(action: ActionBody): boolean {
    return this.log.some((other) => other.kind === "undo" && other.target === action.uuid);
  }

  #answer(call: string, body: { actions?: ActionBody[]; holding: number[]; want: number }): unknown {
    const [, row] = /^GET \/items\/(\d+)$/.exec(call) ?? [];
    if (row !== undefined) return this.items(Number(row));
    if (call.startsWith("GET /history")) return { entries: this.#history(Number(call.split("=")[1])) };
    if (call === "POST /queue") return { results: [], items: this.#take(body.holding, body.want), progress: this.progress };
    if (call !== "POST /answers") throw new Error(`The fake server does not know ${call}.`);
    const results = body.actions!.map((action): Result => this.#record(action));
    return { results, items: this.#take(body.holding, body.want), progress: this.progress };
  }

  #record(action: ActionBody): Result {
    const { uuid } = action;
    if (this.log.some((known) => known.uuid === uuid)) return { uuid, status: "repeated" };
    const message = this.refuse(action);
    if (message !== null) return { uuid, status: "refused", code: "refused", message };
    this.log.push(structuredClone(action));
    return { uuid, status: "saved" };
  }

  #take(holding: number[], want: number): Item[] {
    const { labels } = this;
    this.#leased = new Set(holding);
    const items: Item[] = [];
    for (let row = 0; row < this.nRows && items.length < want; row++) {
      if (labels.has(row) || this.#leased.has(row)) continue;
      items.push(this.items(row));
    }
    return items;
  }

  #history(limit: number): HistoryEntry[] {
    return this.log
      .flatMap((action): HistoryEntry[] => {
        const { uuid, kind, row, class_id = null, number = null } = action;
        if (kind === "undo") return [];
        return [{ uuid, kind, row, id: String(row + 1), snippet: `text ${row}`, class_id, number, at: 0, why: "", undone: this.#undone(action) }];
      })
      .reverse()
      .slice(0, limit);
  }
}
