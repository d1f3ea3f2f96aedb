/** Answers against predictions: counts, with the shares that colour the cells. */

import type { ClassInfo, InsightsReply } from "../../core/api";

/** Below so many answers shares say next to nothing. */
export const TOO_FEW = 20;

export interface ConfusionRow {
  id: number;
  name: string;
  total: number;
  cells: { id: number; count: number; share: number; right: boolean }[];
}

export interface ConfusionTable {
  names: string[];
  rows: ConfusionRow[];
  n: number;
}

/** Rows are answers, columns predictions; the shares of a row add up to 1 (an empty row has none). */
export function confusionTable(confusion: InsightsReply["confusion"], classes: readonly ClassInfo[]): ConfusionTable {
  const { classes: ids, counts } = confusion;
  const names = ids.map((id) => classes.find((known) => known.id === id)?.name ?? `class ${id}`);
  const rows = ids.map((id, i) => {
    const row = counts[i] ?? [];
    const total = row.reduce((sum, count) => sum + count, 0);
    const cells = ids.map((other, j) => {
      const count = row[j] ?? 0;
      return { id: other, count, share: total ? count / total : 0, right: i === j };
    });
    return { id, name: names[i] as string, total, cells };
  });
  return { names, rows, n: confusion.n };
}

export interface MixUp {
  answer: number;
  prediction: number;
  count: number;
}

/** What the model took for something else, most often first. */
export function mixUps({ classes, counts }: InsightsReply["confusion"]): MixUp[] {
  const found = classes.flatMap((answer, i) =>
    classes.flatMap((prediction, j): MixUp[] => {
      const count = counts[i]?.[j] ?? 0;
      return i !== j && count ? [{ answer, prediction, count }] : [];
    }),
  );
  return found.sort((one, other) => other.count - one.count);
}
