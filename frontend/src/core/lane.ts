/** One request at a time to the server: first what was pressed, then more items. Retries by itself. */

import type { Progress, QueueReply, Result } from "./api";
import type { Client } from "./client";
import type { KeptAction, Outbox } from "./outbox";
import type { Queue } from "./queue";
import { Refusal, Unreachable, inWords } from "./transport";

export type Connection = "connecting" | "online" | "offline" | "signed-out";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** Leases are renewed this often while the page is in view. */
export const HEARTBEAT_MS = 15_000;

/** Waiting time before attempt `n` (from 0), spread so that many pages do not come back at once. */
export function retryWait(n: number, random: () => number = Math.random): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** n) * (0.5 + random() / 2);
}

export interface LaneEvents {
  changed(): void;
  progress(progress: Progress): void;
  refused(actions: KeptAction[]): void;
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
  holding(sent = 0): number[] {
    const waiting = this.outbox.pending.slice(sent).map((kept) => kept.action.row);
    return [...new Set([...this.queue.rows(), ...waiting])];
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

  /** A new ranking: what is unseen gives way to better items. */
  replace(): void {
    this.#replace = true;
    this.send();
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
    const replacing = batch.length === 0 && this.#replace;
    if (batch.length === 0 && !replacing && !this.#fill) return false;
    const kept = replacing ? this.queue.keptRows() : [];
    const want = replacing ? this.queue.wanted + this.queue.rows().length - kept.length : this.queue.wanted;
    this.queue.begin();
    try {
      if (batch.length > 0) {
        const reply = await this.client.answers(batch, this.holding(batch.length), want);
        this.#settle(reply.results);
        this.#take(reply, want);
        this.#singly = false;
      } else if (replacing) {
        this.#replace = this.#fill = false;
        const reply = await this.client.queue(kept, want);
        this.queue.dropTail(kept);
        this.#take(reply, want);
      } else {
        this.#fill = false;
        this.#take(await this.client.queue(this.holding(), want), want);
      }
    } catch (problem) {
      return this.#fail(problem, batch.map((action) => action.uuid), replacing);
    }
    this.#failures = 0;
    this.connection = "online";
    this.trouble = null;
    this.events.changed();
    return true;
  }

  #take(reply: QueueReply, want: number): void {
    this.queue.add(reply.items, this.outbox.pending.map((kept) => kept.action.row));
    if (want > 0) this.exhausted = reply.items.length < want;
    this.events.progress(reply.progress);
  }

  #settle(results: readonly Result[]): void {
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
    this.connection = "offline";
    this.trouble = problem instanceof Unreachable ? null : inWords(problem);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#run();
    }, retryWait(this.#failures++));
    this.events.changed();
    return false;
  }
}
