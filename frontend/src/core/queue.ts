/** The items in hand: the one on screen and those that come after it. */

import type { Item } from "./api";

/** So many items are held beyond the one on screen. */
export const WANTED_AHEAD = 12;
/** A new ranking leaves the next ones alone: their images are decoded, and one of them is about to be painted. */
export const KEPT_AHEAD = 2;

export class Queue {
  #current: Item | null = null;
  #ahead: Item[] = [];
  /** Rows that came on screen since the last request began: the server may not know yet, and offer them again. */
  readonly #shown = new Set<number>();
  /** Rows that gave way to one that was brought back; after it, the person expects them again. */
  readonly #met = new Set<number>();

  get current(): Item | null {
    return this.#current;
  }

  get ahead(): readonly Item[] {
    return this.#ahead;
  }

  /** How many more items are wanted. */
  get wanted(): number {
    return Math.max(0, WANTED_AHEAD - this.#ahead.length + (this.#current ? 0 : 1));
  }

  /** Every row in hand. */
  rows(): number[] {
    return [...(this.#current ? [this.#current.row] : []), ...this.#ahead.map((item) => item.row)];
  }

  /** The rows that a new ranking leaves in hand: the next ones, and those that the person has met already. */
  keptRows(ahead = KEPT_AHEAD): number[] {
    return this.rows().filter((row, place) => place <= ahead || this.#met.has(row));
  }

  /** A request for items begins now. */
  begin(): void {
    this.#shown.clear();
  }

  /** Append what is new, but for the rows of `answered`. The item on screen stays; an empty screen gets the first. */
  add(items: readonly Item[], answered: Iterable<number> = []): void {
    const taken = new Set([...this.rows(), ...this.#shown, ...answered]);
    for (const item of items) {
      if (taken.has(item.row)) continue;
      taken.add(item.row);
      this.#ahead.push(item);
    }
    if (!this.#current) this.advance();
  }

  /** A new ranking: drop all that is unseen, but for the rows of `kept`. */
  dropTail(kept: readonly number[]): void {
    this.#ahead = this.#ahead.filter((item) => kept.includes(item.row));
  }

  /** Take the item off the screen; the next one is on it now. */
  advance(): void {
    this.#current = this.#ahead.shift() ?? null;
    if (!this.#current) return;
    this.#shown.add(this.#current.row);
    this.#met.delete(this.#current.row);
  }

  /** Show this item now. The one on screen comes next, or goes where `drop` says so. */
  bringBack(item: Item, drop = false): void {
    const former = this.#current;
    this.#ahead = this.#ahead.filter((other) => other.row !== item.row);
    if (former && former.row !== item.row && !drop) {
      this.#ahead.unshift(former);
      this.#met.add(former.row);
    }
    this.#current = item;
    this.#shown.add(item.row);
  }

  /** Change an item in hand, wherever it stands. */
  update(row: number, changes: Partial<Item>): void {
    if (this.#current?.row === row) this.#current = { ...this.#current, ...changes };
    this.#ahead = this.#ahead.map((item) => (item.row === row ? { ...item, ...changes } : item));
  }
}
