/**
 * The labelling machine: what is on screen, what a press does to it, and what becomes of the press. It knows no DOM;
 * a view calls it and repaints when told.
 *
 * A press changes only local state; the lane sends it when it can. An answer belongs to the item that was painted: it
 * is not taken before the view said `painted`.
 */

import type { ActionBody, ActionKind, ClassInfo, Item, NumberAsked, Progress } from "./api";
import type { Client } from "./client";
import { type Connection, HEARTBEAT_MS, Lane } from "./lane";
import { withUnit } from "./number";
import type { KeptAction, Outbox } from "./outbox";
import { Queue } from "./queue";
import { type Step, Steps, settles } from "./steps";
import { Stopwatch } from "./stopwatch";
import { inWords } from "./transport";
import { newUuid } from "./uuid";

/** What a view shows; a new object after each change. */
export interface SessionView {
  item: Item | null;
  /** The item is not yet known to be painted: tell when it is. */
  unpainted: boolean;
  /** The item on screen has this answer of mine already: another one changes it. */
  standing: Step | null;
  /** What comes next; a view preloads the images. */
  ahead: readonly Item[];
  /** Nothing is left to label, as far as the server says. */
  exhausted: boolean;
  recent: readonly Step[];
  canUndo: boolean;
  pending: number;
  refused: readonly KeptAction[];
  /** Answers outlive this page. */
  durable: boolean;
  connection: Connection;
  /** What the server says is wrong with it. */
  trouble: string | null;
  progress: Progress;
  /** What just happened, for the live region. */
  said: string;
  /** Something that could not be done, for the person to read. */
  notice: string | null;
}

const HISTORY = 100;
/** The server tells no more. */
const MOST_HISTORY = 1000;
const REMEMBERED = 500;
const SNIPPET = 80;
/** Away for longer than this, the leases may have gone to other people. */
const AWAY_MS = 45_000;
/** Who has not pressed, pointed or scrolled for so long is away, though the page is in view: others get the rows. */
export const IDLE_MS = 5 * 60_000;

export class Session {
  readonly #queue = new Queue();
  readonly #steps = new Steps();
  readonly #stopwatch = new Stopwatch();
  readonly #lane: Lane;
  readonly #listeners = new Set<(view: SessionView) => void>();
  /** Items of this page's life, so that undo works without the server. */
  readonly #known = new Map<number, Item>();

  #classes: readonly ClassInfo[] = [];
  #classVersion = 0;
  #asked: NumberAsked | null = null;
  #progress: Progress;
  /** The item on screen was brought back, and this answer stands for it. */
  #standing: Step | null = null;
  #painted: number | null = null;
  #shownAt = 0;
  #guessVisible = false;
  #guessSeen = false;
  #fetching = false;
  #historyAsked = HISTORY;
  #historyLength = 0;
  #historyDone = false;
  readonly #reread = new Set<number>();
  #hiddenSince: number | null = null;
  #presentAt = Date.now();
  /** A new ranking came while nobody looked. */
  #missed = false;
  /** Other items were asked for from another view. */
  #wanted = false;
  #said = "";
  #notice: string | null = null;
  #heartbeat: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly client: Client,
    private readonly outbox: Outbox,
    progress: Progress,
  ) {
    this.#progress = progress;
    this.#lane = new Lane(client, this.#queue, outbox, {
      changed: () => this.#changed(),
      progress: (now) => {
        this.setProgress(now);
        void this.#readAgain().catch(() => {});
      },
      refused: (actions) => this.#takeBackRefused(actions),
      remarked: (remark) => {
        this.#notice = remark;
      },
    });
    client.holding = () => this.#lane.holding();
  }

  /** Send what an earlier page left behind, then fill the queue. */
  async start(livingTabs?: ReadonlySet<string>): Promise<void> {
    await this.outbox.open(livingTabs);
    this.#steps.load([], this.outbox.pending);
    this.#lane.fill();
    this.#heartbeat = setInterval(() => {
      if (this.#asks) this.#lane.fill();
    }, HEARTBEAT_MS);
    // Undo works at once on what is pending; the rest of the history may come later, and does when it is needed.
    await this.#loadHistory().catch(() => {});
  }

  /** The page is being closed: what it holds and has not answered is free at once. */
  close(): void {
    void this.client.queue(this.#lane.holding(0, []), 0).catch(() => {});
  }

  /** The person is there. */
  present(): void {
    const idle = this.#idle;
    this.#presentAt = Date.now();
    if (!idle || this.#hiddenSince !== null) return;
    this.#missed = false;
    this.#lane.replace();
  }

  /** The label view is in sight of somebody: it holds rows. */
  get #asks(): boolean {
    return this.#hiddenSince === null && !this.#idle;
  }

  get #idle(): boolean {
    return Date.now() - this.#presentAt > IDLE_MS;
  }

  stop(): void {
    clearInterval(this.#heartbeat);
    this.#lane.stop();
    this.client.holding = () => [];
  }

  subscribe(listener: (view: SessionView) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  view(): SessionView {
    return {
      item: this.#queue.current,
      unpainted: this.#queue.current !== null && this.#queue.current.row !== this.#painted,
      standing: this.#standing,
      ahead: this.#queue.ahead,
      exhausted: this.#lane.exhausted,
      recent: this.#steps.recent(10),
      canUndo: this.#steps.newest !== undefined || !this.#historyDone,
      pending: this.outbox.pending.length,
      refused: this.outbox.refused,
      durable: this.outbox.durable,
      connection: this.#lane.connection,
      trouble: this.#lane.trouble,
      progress: this.#progress,
      said: this.#said,
      notice: this.#notice,
    };
  }

  // --- told from outside

  setClasses(classes: readonly ClassInfo[], version: number): void {
    this.#classes = classes;
    this.#classVersion = version;
  }

  /** The project asks for a number, and not for classes. */
  setNumber(asked: NumberAsked | null): void {
    this.#asked = asked;
  }

  setProgress(progress: Progress): void {
    this.#progress = progress;
    this.#changed();
  }

  /** The person wants to see the model's guess, where there is one. */
  setGuessVisible(visible: boolean): void {
    this.#guessVisible = visible;
    this.#noteGuess();
  }

  /** The person was told what the model thinks of the item on screen, in words. */
  toldGuess(): void {
    const item = this.#queue.current;
    if (item && (item.guess || item.guessed_number !== null) && this.#painted === item.row) this.#guessSeen = true;
  }

  setVisible(visible: boolean): void {
    this.#stopwatch.setVisible(visible);
    if (!visible) {
      this.#hiddenSince ??= Date.now();
      return;
    }
    const away = this.#hiddenSince === null ? 0 : Date.now() - this.#hiddenSince;
    this.#hiddenSince = null;
    this.#presentAt = Date.now();
    if (away > AWAY_MS || this.#missed) this.#lane.replace(true, this.#wanted ? 0 : undefined);
    this.#missed = this.#wanted = false;
    this.#lane.hurry();
  }

  /** A new ranking is there. */
  ranked(): void {
    // Who is away, or looks at another view, is asked nothing: the newest order comes with the person.
    if (this.#asks) this.#lane.replace();
    else this.#missed = true;
  }

  /** The person wants other items, and at once: only the one on screen stays. */
  reordered(): void {
    if (this.#asks) this.#lane.replace(true, 0);
    else this.#missed = this.#wanted = true;
  }

  /** The network, the server or the person is back. */
  reconnected(): void {
    if (this.#asks) this.#lane.fill();
    this.#lane.hurry();
  }

  /** The view painted this item: from now on a press belongs to it. */
  painted(row: number): void {
    if (row !== this.#queue.current?.row || row === this.#painted) return;
    this.#painted = row;
    this.#shownAt = Date.now();
    this.#stopwatch.restart();
    this.#noteGuess();
    this.#changed();
  }

  // --- what a person does; each tells whether it was done

  answer(classId: number): boolean {
    const item = this.#pressed();
    const chosen = this.#classes.find((each) => each.id === classId && each.state === "active");
    if (!item || !chosen) return false;
    this.#settle("answer", item, { class_id: classId }, chosen.name);
    return true;
  }

  /** Answer by a number, which the view has checked. */
  answerNumber(value: number): boolean {
    const item = this.#pressed();
    if (!item || !this.#asked) return false;
    this.#settle("answer", item, { number: value }, withUnit(value, this.#asked));
    return true;
  }

  skip(): boolean {
    const item = this.#pressed();
    if (!item) return false;
    this.#settle("skip", item, {}, "Skipped");
    return true;
  }

  /** Flag the item, or take the flag off. */
  flag(): boolean {
    const item = this.#pressed();
    if (!item) return false;
    const flagged = !item.flagged;
    this.#record(flagged ? "flag" : "unflag", item, flagged ? { note: item.note } : {});
    this.#change(item.row, { flagged });
    this.#say(flagged ? "Flagged" : "Flag removed");
    return true;
  }

  comment(text: string): boolean {
    const item = this.#pressed();
    if (!item || !text) return false;
    this.#record("comment", item, { note: text });
    this.#change(item.row, { note: text });
    this.#say("Comment saved");
    return true;
  }

  /** Take back the newest step; an answer or a skip brings its item back on screen. */
  async undo(): Promise<boolean> {
    if (this.#fetching) return false;
    return this.#whileFetching(async () => {
      if (!this.#steps.newest && !this.#historyDone) await this.#loadHistory();
      const step = this.#steps.newest;
      if (!step) {
        this.#say("Nothing to undo");
        return false;
      }
      // Before anything is taken back: an item that cannot be shown keeps its answer.
      const item = settles(step) ? await this.#fetch(step.row) : null;
      this.#send({ ...this.#action("undo", step.row), target: step.uuid }, step);
      this.#steps.remove(step.uuid);
      if (item) this.#show(item, this.#steps.standing(step.row));
      else if (step.before) this.#change(step.row, step.before);
      else this.#reread.add(step.row);
      this.#say(`Undone: ${this.#inWords(step)}`);
      return true;
    });
  }

  /** Bring an answered item back on screen; its answer stands until another one is given. */
  async revisit(row: number): Promise<boolean> {
    if (this.#fetching) return false;
    return this.#whileFetching(async () => {
      const step = this.#steps.standing(row);
      if (!step) return false;
      this.#show(await this.#fetch(row), step);
      this.#say(`Back on screen: ${this.#inWords(step)}`);
      return true;
    });
  }

  /** Get all of an item whose text was cut. */
  async whole(): Promise<void> {
    const row = this.#queue.current?.row;
    if (row === undefined) return;
    try {
      const { fields } = await this.client.item(row);
      this.#change(row, { fields, truncated: false });
    } catch (problem) {
      this.#notice = `The rest of the text cannot be loaded now. ${inWords(problem)}`;
    }
    this.#changed();
  }

  /** Leave a revisited item as it is. */
  leave(): boolean {
    if (!this.#standing) return false;
    this.#advance();
    if (this.#queue.wanted > 0) this.#lane.fill();
    this.#changed();
    return true;
  }

  /** Show the item of a refused action again. */
  async again(uuid: string): Promise<boolean> {
    const refused = this.outbox.refused.find((kept) => kept.uuid === uuid);
    if (!refused || this.#fetching) return false;
    return this.#whileFetching(async () => {
      const { row } = refused.action;
      this.#show(await this.#fetch(row), this.#steps.standing(row));
      this.outbox.dismiss(uuid);
      return true;
    });
  }

  dismiss(uuid: string): void {
    this.outbox.dismiss(uuid);
    this.#changed();
  }

  clearNotice(): void {
    this.#notice = null;
    this.#changed();
  }

  // --- inside

  /** The item that a press belongs to: the painted one. */
  #pressed(): Item | null {
    this.present();
    const item = this.#queue.current;
    return item && this.#painted === item.row && !this.#fetching ? item : null;
  }

  #settle(kind: "answer" | "skip", item: Item, more: Partial<ActionBody>, said: string): void {
    this.#remember(item);
    const circumstances = {
      // An item that was brought back with its answer in sight is corrected; any other is a question.
      asked: this.#standing === null,
      shown_at: this.#shownAt,
      answered_at: Date.now(),
      duration_ms: this.#stopwatch.read(),
      guess_shown: this.#guessSeen,
    };
    // First off the screen: the request that saves it asks for what comes in its place.
    this.#advance();
    this.#record(kind, item, { ...more, ...circumstances });
    this.#say(said);
  }

  #record(kind: Exclude<ActionKind, "undo">, item: Item, more: Partial<ActionBody>): void {
    const action = { ...this.#action(kind, item.row), ...more };
    const about = { id: item.id, snippet: snippet(item) };
    const { uuid, row, class_id = null, number = null } = action;
    this.#steps.push({ uuid, kind, row, class_id, number, ...about, before: { flagged: item.flagged, note: item.note } });
    this.#send(action, about);
  }

  #action(kind: ActionKind, row: number): ActionBody {
    return { uuid: newUuid(), kind, row, class_version: this.#classVersion };
  }

  #send(action: ActionBody, about: { id: string; snippet: string }): void {
    this.outbox.add(action, about);
    this.#lane.send();
  }

  #show(item: Item, standing: Step | null): void {
    // An item that has its answer needs no place in the queue.
    this.#queue.bringBack(item, this.#standing !== null);
    this.#standing = standing;
    this.#unpaint();
  }

  #advance(): void {
    this.#queue.advance();
    this.#standing = null;
    this.#unpaint();
  }

  #unpaint(): void {
    this.#painted = null;
    this.#guessSeen = false;
  }

  #noteGuess(): void {
    if (this.#guessVisible) this.toldGuess();
  }

  #remember(item: Item): void {
    this.#known.delete(item.row);
    this.#known.set(item.row, item);
    if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.keys().next().value!);
  }

  #change(row: number, changes: Partial<Item>): void {
    this.#queue.update(row, changes);
    const known = this.#known.get(row);
    if (known) this.#known.set(row, { ...known, ...changes });
  }

  /** Flags and comments of steps that an earlier page did, and this one took back: the server knows what was before. */
  async #readAgain(): Promise<void> {
    if (this.outbox.pending.length > 0) return;
    for (const row of [...this.#reread]) {
      this.#reread.delete(row);
      const { flagged, note } = await this.client.item(row);
      this.#change(row, { flagged, note });
      this.#changed();
    }
  }

  #takeBackRefused(actions: readonly KeptAction[]): void {
    for (const { uuid } of actions) this.#steps.remove(uuid);
    this.#changed();
  }

  async #fetch(row: number): Promise<Item> {
    const onScreen = this.#queue.current;
    return onScreen?.row === row ? onScreen : (this.#known.get(row) ?? (await this.client.item(row)));
  }

  async #whileFetching(work: () => Promise<boolean>): Promise<boolean> {
    this.#fetching = true;
    try {
      return await work();
    } catch (problem) {
      this.#notice = `This item cannot be brought back now. ${inWords(problem)}`;
      return false;
    } finally {
      this.#fetching = false;
      this.#changed();
    }
  }

  async #loadHistory(): Promise<void> {
    const entries = await this.client.history(this.#historyAsked);
    this.#steps.load(entries, this.outbox.pending);
    this.#historyDone = entries.length <= this.#historyLength;
    this.#historyLength = entries.length;
    this.#historyAsked = Math.min(10 * this.#historyAsked, MOST_HISTORY);
    this.#changed();
  }

  #inWords(step: Step): string {
    if (step.kind !== "answer") return { skip: "skipped", flag: "flag", unflag: "flag removed", note: "comment", comment: "comment" }[step.kind];
    if (this.#asked && step.number !== null) return withUnit(step.number, this.#asked);
    return this.#classes.find((each) => each.id === step.class_id)?.name ?? "answer";
  }

  #say(what: string): void {
    this.#said = what;
    this.#notice = null;
    this.#changed();
  }

  #changed(): void {
    const view = this.view();
    for (const listener of [...this.#listeners]) listener(view);
  }
}

/** The start of an item, for lists. */
export function snippet(item: Item): string {
  const prose = item.fields.filter((field) => field.role === "text");
  const parts = prose.length > 0 ? prose.map((field) => field.value) : item.fields.map((f) => `${f.name} ${f.value}`);
  const text = parts.join(" ").slice(0, 4 * SNIPPET).replace(/\s+/g, " ").trim();
  return text.length > SNIPPET ? `${text.slice(0, SNIPPET - 1)}…` : text;
}
