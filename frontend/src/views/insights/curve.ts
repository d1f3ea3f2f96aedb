/** The running score of the random check questions, as the chart and the sentence under it need it. */

import type { RunningPoint } from "../../core/api";

/** Below so many answers a share says next to nothing. */
export const TOO_FEW = 20;
/** The length of the window of `RunningPoint.recent`. */
export const WINDOW = 50;

export const CURVE_NAME =
  "Share of the random check questions that the model of that moment had right; each answer was scored before the model learned from it";

export interface CurveData {
  /** Labels at each point. */
  x: number[];
  /** Share of all check answers up to there; null: too few. */
  overall: (number | null)[];
  /** Share of the last 50; null: fewer than that. */
  recent: (number | null)[];
}

export function curveData(curve: readonly RunningPoint[]): CurveData {
  const ordered = [...curve].sort((a, b) => a.n_labels - b.n_labels || a.n - b.n);
  return {
    x: ordered.map((point) => point.n_labels),
    overall: ordered.map((point) => shareOf(point)),
    recent: ordered.map((point) => (point.n >= WINDOW ? point.recent : null)),
  };
}

/** The last point in words: the share with its n, or "too few". */
export function curveSummary(curve: readonly RunningPoint[]): string {
  const last = curve.reduce<RunningPoint | null>((best, point) => (best && best.n > point.n ? best : point), null);
  if (!last || last.n === 0) return "No check answer has been scored yet.";
  const share = shareOf(last);
  if (share === null) return `Too few check answers to give a share: ${last.n} of the ${TOO_FEW} that are needed.`;
  return `${last.correct} of ${last.n} check answers (${Math.round(share * 100)} %).`;
}

/** At most `n` points for the table beside the chart, evenly spread, the last one always among them. */
export function thinned<T>(points: readonly T[], n: number): T[] {
  if (points.length <= n) return [...points];
  const step = (points.length - 1) / (n - 1);
  return Array.from({ length: n }, (_, i) => points[Math.round(i * step)] as T);
}

function shareOf(point: RunningPoint): number | null {
  return point.n >= TOO_FEW ? point.correct / point.n : null;
}
