/** Answers per hour and person, for the bars. */

import type { InsightsReply } from "../../core/api";

export interface SpeedTable {
  /** Hours in which somebody answered, oldest first, seconds since 1970. */
  hours: number[];
  people: string[];
  /** counts[person][hour]. */
  counts: number[][];
}

/** The last `most` hours in which anybody answered: pauses take no room. */
export function speedTable(speed: InsightsReply["speed"], most = 24): SpeedTable {
  const hours = [...new Set(speed.map((entry) => entry.hour))].sort((a, b) => a - b).slice(-most);
  const people = [...new Set(speed.filter((entry) => hours.includes(entry.hour)).map((entry) => entry.person))].sort();
  const counts = people.map(() => hours.map(() => 0));
  for (const { hour, person, n } of speed) {
    const row = counts[people.indexOf(person)];
    const at = hours.indexOf(hour);
    if (row && at >= 0) row[at] = (row[at] ?? 0) + n;
  }
  return { hours, people, counts };
}

/** The largest count, at least 1, for the length of the bars. */
export function highest(table: SpeedTable): number {
  return Math.max(1, ...table.counts.flat());
}
