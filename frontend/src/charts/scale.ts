/** The arithmetic of a line chart: round ticks, places on the paper, paths with gaps. */

/** About `most` round numbers (1, 2 or 5 times a power of ten) from `low` to `high`. */
export function ticks(low: number, high: number, most: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step);
  const n = Math.floor(high / step + 1e-9) - first + 1;
  // Whole multiples, written with no more digits than the step has: 0.6000000000000001 is no round number.
  return Array.from({ length: n }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Maps [low, high] onto [from, to]; everything onto the middle where there is only one value. */
export function scale(low: number, high: number, from: number, to: number): (value: number) => number {
  return (value) => (high > low ? from + ((value - low) / (high - low)) * (to - from) : (from + to) / 2);
}

/** The path through the points of a line; a null ends one stroke and the next value begins another. */
export function path(
  x: readonly number[],
  y: readonly (number | null)[],
  toX: (value: number) => number,
  toY: (value: number) => number,
): string {
  let drawing = false;
  let text = "";
  y.forEach((value, i) => {
    const at = x[i];
    if (value === null || at === undefined) {
      drawing = false;
      return;
    }
    text += `${drawing ? "L" : "M"}${toX(at).toFixed(1)} ${toY(value).toFixed(1)}`;
    drawing = true;
  });
  return text;
}

/** The outline of the area between two lines, points without both ends left out. */
export function area(
  x: readonly number[],
  low: readonly (number | null)[],
  high: readonly (number | null)[],
  toX: (value: number) => number,
  toY: (value: number) => number,
): string {
  const there = x.flatMap((at, i) => (low[i] == null || high[i] == null ? [] : [[at, low[i], high[i]] as const]));
  if (there.length === 0) return "";
  const point = (at: number, value: number): string => `${toX(at).toFixed(1)} ${toY(value).toFixed(1)}`;
  const over = there.map(([at, , top]) => point(at, top));
  const back = there.map(([at, bottom]) => point(at, bottom)).reverse();
  return `M${[...over, ...back].join("L")}Z`;
}

/** The index of the value nearest to `wanted` in an ascending list; -1 of an empty one. */
export function nearest(x: readonly number[], wanted: number): number {
  let best = -1;
  x.forEach((value, i) => {
    if (best < 0 || Math.abs(value - wanted) < Math.abs((x[best] as number) - wanted)) best = i;
  });
  return best;
}

/** At most `n` points for the table beside the chart, evenly spread, the last one always among them. */
export function thinned<T>(points: readonly T[], n: number): T[] {
  if (points.length <= n) return [...points];
  const step = (points.length - 1) / (n - 1);
  return Array.from({ length: n }, (_, i) => points[Math.round(i * step)] as T);
}
