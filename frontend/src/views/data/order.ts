/** Another order of the buttons. */

/** `ids` with `id` at place `to` (from 0); what lies between moves by one. */
export function moved(ids: readonly number[], id: number, to: number): number[] {
  const others = ids.filter((each) => each !== id);
  if (others.length === ids.length) return [...ids];
  const place = Math.min(Math.max(to, 0), others.length);
  return [...others.slice(0, place), id, ...others.slice(place)];
}

/** Examples are written one a line; blank lines are no examples. */
export function readLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
