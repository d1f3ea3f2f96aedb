/**
 * What was pressed and is not yet acknowledged. An action is in here from the press until the server says that it is
 * saved (or was saved before); it outlives reloads, outages and crashes of the browser where the store does.
 */

import type { ActionBody, Result } from "./api";

/** An action, with what the page needs to show it again after a reload. */
export interface KeptAction {
  uuid: string;
  /** Position in the order of pressing, over all tabs of this browser. */
  order: number;
  tab: string;
  action: ActionBody;
  /** The item, in words. */
  id: string;
  snippet: string;
  /** Why the server will not have it; it waits for the person then. */
  refused: string | null;
  /** Who pressed; earlier versions did not keep it. */
  person?: number;
}

/** Where actions are kept between page loads. */
export interface ActionStore {
  load(): Promise<KeptAction[]>;
  put(kept: KeptAction): Promise<void>;
  remove(uuids: readonly string[]): Promise<void>;
}

/** More than this many actions go in several requests. */
export const BATCH = 50;
/** So many letters of actions go in one request: also as UTF-8, three bytes a letter, it is below the server's bound. */
export const BATCH_LETTERS = 250_000;

export class Outbox {
  #kept: KeptAction[] = [];
  #order = 0;
  #durable = true;

  /** `store` null: the browser keeps nothing, and closing the page loses what is pending. */
  constructor(
    private readonly store: ActionStore | null,
    private readonly tab: string,
    private readonly changed: () => void = () => {},
    private readonly person?: number,
  ) {
    this.#durable = store !== null;
  }

  /** Take over what earlier pages left behind; tabs that still live send their own. Returns it in order. */
  async open(living: ReadonlySet<string> = new Set()): Promise<readonly KeptAction[]> {
    let left: KeptAction[] = [];
    try {
      left = (await this.store?.load()) ?? [];
    } catch {
      this.#durable = false;
    }
    const here = new Set(this.#kept.map((kept) => kept.uuid));
    left = left.filter((kept) => !here.has(kept.uuid) && (kept.tab === this.tab || !living.has(kept.tab)));
    // What somebody else pressed in this browser waits until they are back.
    left = left.filter((kept) => kept.person === undefined || kept.person === this.person);
    this.#kept = [...left.sort((a, b) => a.order - b.order), ...this.#kept];
    this.#order = Math.max(this.#order, ...left.map((kept) => kept.order));
    this.changed();
    return left;
  }

  /** False: what is pending lives in this page only. */
  get durable(): boolean {
    return this.#durable;
  }

  /** What still has to reach the server, in the order of pressing. */
  get pending(): readonly KeptAction[] {
    return this.#kept.filter((kept) => kept.refused === null);
  }

  get refused(): readonly KeptAction[] {
    return this.#kept.filter((kept) => kept.refused !== null);
  }

  add(action: ActionBody, item: { id: string; snippet: string }): void {
    // Microseconds since 1970, but never twice the same: the order holds over reloads too.
    this.#order = Math.max(this.#order + 1, Date.now() * 1000);
    const { id, snippet } = item;
    const kept: KeptAction = { uuid: action.uuid, order: this.#order, tab: this.tab, action, id, snippet, refused: null };
    if (this.person !== undefined) kept.person = this.person;
    this.#kept.push(kept);
    this.#write((store) => store.put(kept));
  }

  /** The next actions to send. */
  batch(size = BATCH): ActionBody[] {
    const actions: ActionBody[] = [];
    let letters = 0;
    for (const { action } of this.pending.slice(0, size)) {
      letters += JSON.stringify(action).length;
      if (actions.length > 0 && letters > BATCH_LETTERS) break;
      actions.push(action);
    }
    return actions;
  }

  /** Only an acknowledged action leaves; a refused one stays in sight. Returns what was refused. */
  settle(results: readonly Result[]): KeptAction[] {
    const done: string[] = [];
    const refused: KeptAction[] = [];
    for (const { uuid, status, message } of results) {
      const kept = this.#kept.find((other) => other.uuid === uuid);
      if (!kept) continue;
      if (status === "refused") refused.push(...this.#refuse(kept, message ?? "The server refused it.", done));
      else done.push(uuid);
    }
    this.#drop(done);
    return refused;
  }

  /** The person has seen it. */
  dismiss(uuid: string): void {
    this.#drop([uuid]);
  }

  #refuse(kept: KeptAction, message: string, done: string[]): KeptAction[] {
    // Taken back before it was refused: there is nothing left of either.
    const undo = this.#kept.find((other) => other.action.kind === "undo" && other.action.target === kept.uuid);
    if (undo) {
      done.push(kept.uuid, undo.uuid);
      return [];
    }
    kept.refused = message;
    this.#write((store) => store.put(kept));
    return [kept];
  }

  #drop(uuids: readonly string[]): void {
    if (uuids.length === 0) return;
    this.#kept = this.#kept.filter((kept) => !uuids.includes(kept.uuid));
    this.#write((store) => store.remove(uuids));
  }

  #write(write: (store: ActionStore) => Promise<void>): void {
    if (!this.store) return;
    write(this.store).catch(() => {
      this.#durable = false;
      this.changed();
    });
  }
}
