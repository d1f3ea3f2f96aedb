/** Hours of work as days of the person who looks. */

import type { PersonWork } from "../../core/api";

export interface Day {
  /** Midnight in the person's own time zone, in milliseconds since 1970. */
  at: number;
  n: number;
}

/** The days on which something was done, the last first. */
export function days(hours: PersonWork["hours"]): Day[] {
  const found = new Map<number, number>();
  for (const { at, n } of hours) {
    const day = new Date(at * 1000).setHours(0, 0, 0, 0);
    found.set(day, (found.get(day) ?? 0) + n);
  }
  return [...found].map(([at, n]) => ({ at, n })).sort((one, other) => other.at - one.at);
}
