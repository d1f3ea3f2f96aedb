/** One request at a time to the server: first what was pressed, then more items. Retries by itself. */

import type { Progress, QueueReply, Result } from "./api";
import type { Client } from "./client";
import type { KeptAction, Outbox } from "./outbox";
import { KEPT_AHEAD, type Queue } from "./queue";
import { Refusal, TooSlow, Unreachable, inWords } from "./transport";

/** `slow`: the server has not answered for a while, and may yet. */
export type Connection = "connecting" | "online" | "slow" | "offline" | "signed-out";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** Leases are renewed this often while the page is in view. */
export const HEARTBEAT_MS = 15_000;
/** An answer that takes longer is worth a word. */
export const SLOW_MS = 5000;
/** So long a new ranking waits for an answer that carries its items; then it is asked for by itself. */
export const PATIENCE_MS = 1500;

/** Waiting time before attempt `n` (from 0), spread so that many pages do not come back at once. */
export function retryWait(n: number, random: () => number = Math.random): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** n) * (0.5 + random() / 2);
}

export interface LaneEvents {
  changed(): void;
  progress(progress: Progress): void;
  refused(actions: KeptAction[]): void;
  /** Something was saved, but does not do all that it was meant to. */
  remarked(remark: string): void;
}

export class Lane {
  connection: Connection = "connecting";
  /** What the server says is wrong with it, while it takes no answers. */
  trouble: string | null = null;
  /** The server had fewer items than were wanted. */
  exhausted = false;

  #running = false;
  #fill = false;
  #replace = false;
  #ahead = KEPT_AHEAD;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** A batch was refused as a whole: one by one, to find the action to blame. */
  #singly = false;

  constructor(
    private readonly client: Client,
    private readonly queue: Queue,
    private readonly outbox: Outbox,
    private readonly events: LaneEvents,
  ) {}

  /** Rows whose leases this tab wants to keep: in hand, or answered here and still here after the first `sent` left. */
  holding(sent = 0, inHand = this.queue.rows()): number[] {
    const waiting = this.outbox.pending.slice(sent).map((kept) => kept.action.row);
    return [...new Set([...inHand, ...waiting])];
  }

  /** There is something to send. Does not cut a retry's wait short. */
  send(): void {
    if (this.#timer === undefined) void this.#run();
  }

  /** Ask for items, and renew the leases. */
  fill(): void {
    this.#fill = true;
    this.send();
  }

  /** What is unseen, but for the next `ahead`, gives way to better items: now, or with the next answer and soon at the latest. */
  replace(now = false, ahead = KEPT_AHEAD): void {
    this.#replace = true;
    this.#ahead = Math.min(this.#ahead, ahead);
    if (now) {
      clearTimeout(this.#patience);
      this.#patience = undefined;
      this.send();
      return;
    }
    this.#patience ??= setTimeout(() => {
      this.#patience = undefined;
      this.send();
    }, PATIENCE_MS);
  }

  /** The network or the person came back: try at once. */
  hurry(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#failures = 0;
    this.send();
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#patience);
    this.#running = true;
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      while (await this.#step());
    } finally {
      this.#running = false;
    }
  }

  /** One request, where there is a reason for one. Returns whether to go on. */
  async #step(): Promise<boolean> {
    const batch = this.outbox.batch(this.#singly ? 1 : undefined);
    const replacing = this.#replace && (batch.length > 0 || this.#patience === undefined);
    if (batch.length === 0 && !replacing && !this.#fill) return false;
    const kept = replacing ? this.queue.keptRows(this.#ahead) : this.queue.rows();
    const want = this.queue.wanted + this.queue.rows().length - kept.length;
    const holding = this.holding(batch.length, kept);
    if (replacing) this.#replace = false;
    if (replacing || batch.length === 0) this.#fill = false;
    this.queue.begin();
    const slow = setTimeout(() => this.#isSlow(), SLOW_MS);
    try {
      const reply = batch.length > 0 ? await this.client.answers(batch, holding, want) : await this.client.queue(holding, want);
      this.#settle(reply.results);
      if (replacing) {
        this.queue.dropTail(kept);
        this.#ahead = KEPT_AHEAD;
      }
      this.#take(reply, want);
      this.#singly = false;
    } catch (problem) {
      return this.#fail(problem, batch.map((action) => action.uuid), replacing);
    } finally {
      clearTimeout(slow);
    }
    this.#failures = 0;
    this.connection = "online";
    this.trouble = null;
    this.events.changed();
    return true;
  }

  #isSlow(): void {
    if (this.connection === "offline") return;
    this.connection = "slow";
    this.events.changed();
  }

  #take(reply: QueueReply, want: number): void {
    this.queue.add(reply.items, this.outbox.pending.map((kept) => kept.action.row));
    if (want > 0) this.exhausted = reply.items.length < want;
    this.events.progress(reply.progress);
  }

  #settle(results: readonly Result[]): void {
    const remark = results.find((each) => each.status === "saved" && each.message)?.message;
    if (remark) this.events.remarked(remark);
    const refused = this.outbox.settle(results);
    if (refused.length > 0) this.events.refused(refused);
  }

  #fail(problem: unknown, uuids: readonly string[], replacing: boolean): boolean {
    // What was asked for is still wanted.
    if (replacing) this.#replace = true;
    else if (uuids.length === 0) this.#fill = true;

    if (problem instanceof Refusal && problem.status === 401) {
      this.connection = "signed-out";
      this.trouble = inWords(problem);
      this.events.changed();
      return false;
    }
    if (problem instanceof Refusal && !problem.passing && uuids.length > 0) {
      // No retry will help. Of many actions only one may be to blame: find it.
      if (uuids.length > 1) {
        this.#singly = true;
        return true;
      }
      const [uuid] = uuids as [string];
      this.#settle([{ uuid, status: "refused", code: problem.code, message: inWords(problem) }]);
      this.events.changed();
      return true;
    }
    this.connection = problem instanceof TooSlow ? "slow" : "offline";
    this.trouble = problem instanceof Unreachable ? null : inWords(problem);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#run();
    }, retryWait(this.#failures++));
    this.events.changed();
    return false;
  }
}
