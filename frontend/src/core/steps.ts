/** What this person did, newest first: what Backspace takes back, and what the strip shows. */

import type { ActionKind, HistoryEntry, Item } from "./api";
import type { KeptAction } from "./outbox";

export interface Step {
  uuid: string;
  kind: Exclude<ActionKind, "undo">;
  row: number;
  id: string;
  snippet: string;
  class_id: number | null;
  /** The answer, where the project asks for a number. */
  number: number | null;
  /** Flag and note before this step; unknown for steps of an earlier page. */
  before?: Pick<Item, "flagged" | "note">;
}

/** Answers and skips: what settles an item. */
export function settles(step: Step): boolean {
  return step.kind === "answer" || step.kind === "skip";
}

export class Steps {
  #steps: Step[] = [];

  /** Newest first. */
  get all(): readonly Step[] {
    return this.#steps;
  }

  get newest(): Step | undefined {
    return this.#steps[0];
  }

  push(step: Step): void {
    this.#steps.unshift(step);
  }

  remove(uuid: string): void {
    this.#steps = this.#steps.filter((step) => step.uuid !== uuid);
  }

  /** What stands for a row: its newest answer or skip. */
  standing(row: number): Step | null {
    return this.#steps.find((step) => step.row === row && settles(step)) ?? null;
  }

  /** The newest answers and skips, one a row. */
  recent(n: number): Step[] {
    const rows = new Set<number>();
    const found: Step[] = [];
    for (const step of this.#steps) {
      if (!settles(step) || rows.has(step.row)) continue;
      rows.add(step.row);
      found.push(step);
      if (found.length === n) break;
    }
    return found;
  }

  /** Older steps, as the server tells them; what waits in the outbox is newer than all of these. */
  load(entries: readonly HistoryEntry[], pending: readonly KeptAction[]): void {
    const known = new Set(this.#steps.map((step) => step.uuid));
    const undone = new Set(pending.map((kept) => kept.action.target));
    const waiting = pending
      .map(({ action, id, snippet }) => ({ ...action, id, snippet, class_id: action.class_id ?? null, number: action.number ?? null }))
      .reverse();
    for (const step of [...waiting, ...entries.filter((entry) => !entry.undone)]) {
      if (step.kind === "undo" || known.has(step.uuid) || undone.has(step.uuid)) continue;
      known.add(step.uuid);
      const { uuid, kind, row, id, snippet, class_id, number } = step;
      this.#steps.push({ uuid, kind, row, id, snippet, class_id, number });
    }
  }
}
