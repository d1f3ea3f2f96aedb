/** Lists too long to be read: what matters comes first, the rest is folded away, and a word finds any of it. */

/** Lists of so many are shown whole, in their own order. */
export const LONG = 12;

export interface Ordering<T> {
  name: (row: T) => string;
  /** It has something to tell; the others are folded away. */
  tells: (row: T) => boolean;
  /** Of what tells something, what comes first: as for `Array.sort`. */
  order: (one: T, other: T) => number;
}

export interface Parted<T> {
  shown: T[];
  folded: T[];
}

export function parted<T>(rows: readonly T[], { name, tells, order }: Ordering<T>, search = ""): Parted<T> {
  if (rows.length <= LONG) return { shown: [...rows], folded: [] };
  const words = search.trim().toLocaleLowerCase();
  const telling = rows.filter(tells).sort(order);
  const all = [...telling, ...rows.filter((row) => !tells(row))];
  if (words) return { shown: all.filter((row) => name(row).toLocaleLowerCase().includes(words)), folded: [] };
  const n = Math.min(LONG, telling.length);
  return { shown: all.slice(0, n), folded: all.slice(n) };
}
