/** Numbers, times and classes as the views write them. */

import type { ClassInfo } from "../../core/api";

/** Made once: `toLocaleString` makes one at each call, which hundreds of buttons would feel. */
const numbers = new Intl.NumberFormat("en");

export function count(n: number): string {
  return numbers.format(n);
}

/** "1 row", "1,234 rows". */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** A share in [0, 1] as percent; neither 0 nor 100 unless it is. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return "< 1 %";
  if (share < 1 && share > 0.99) return "> 99 %";
  return `${Math.round(share * 100)} %`;
}

/** How long something took: "0.8 s", "12 s", "3 min 5 s", "2 h 4 min". */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Seconds since 1970 in the person's own time zone and habit. */
export function moment(at: number): string {
  return new Date(at * 1000).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

export function activeClasses(classes: readonly ClassInfo[]): ClassInfo[] {
  return classes.filter((known) => known.state === "active");
}

/** The class that answers of `id` count for today; null where it was removed. */
export function resolved(classes: readonly ClassInfo[], id: number): ClassInfo | null {
  let known = classes.find((each) => each.id === id);
  // A chain of merges is no longer than the list.
  for (let i = 0; known?.state === "merged" && i < classes.length; i++) {
    const into = known.merged_into;
    known = classes.find((each) => each.id === into);
  }
  return known?.state === "active" ? known : null;
}

/** The name of a class as it was given, with what became of it. */
export function className(classes: readonly ClassInfo[], id: number): string {
  const known = classes.find((each) => each.id === id);
  if (!known) return `class ${id}`;
  if (known.state === "removed") return `${known.name} (removed)`;
  if (known.state === "merged") return `${known.name} (now ${resolved(classes, id)?.name ?? "removed"})`;
  return known.name;
}

/** "an owner", "a viewer". */
export function aRole(role: string): string {
  return `${/^[aeiou]/.test(role) ? "an" : "a"} ${role}`;
}
