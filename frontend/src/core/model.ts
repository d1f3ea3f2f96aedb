/** What the model does, in words: doing what, how far, for how long, and about how long still. */

import type { ModelStatus } from "./api";

const NAMES: Record<ModelStatus["state"], string> = {
  starting: "Model starting",
  waiting: "Model waiting for labels",
  training: "Model learning",
  ready: "Model up to date",
  failed: "Model stopped",
};
/** Shorter is not worth saying. */
const SOON_S = 3;
/** From so much on, what is left can be told from what is done. */
const LEAST_SHARE = 0.05;

export interface ModelWords {
  /** For the header. */
  short: string;
  /** All of it. */
  whole: string;
}

/** `now` is in milliseconds since 1970; a clock that differs from the server's tells no time below zero. */
export function modelWords(status: ModelStatus, now: number): ModelWords {
  const name = NAMES[status.state];
  const busy = status.state === "starting" || status.state === "training";
  const seconds = Math.max(0, Math.round(now / 1000 - status.since));
  if (!busy || status.since === 0 || (seconds < SOON_S && status.share === null)) {
    return { short: name, whole: [`${name}.`, status.message].filter(Boolean).join(" ") };
  }
  const done = status.share === null ? "" : `${Math.floor(100 * status.share)} %`;
  const left =
    status.share !== null && status.share >= LEAST_SHARE && seconds >= 1
      ? `about ${inTime(Math.ceil((seconds * (1 - status.share)) / status.share))} left`
      : "";
  const far = [done, left || inTime(seconds)].filter(Boolean).join(", ");
  return { short: `${name}: ${far}`, whole: `${name}. ${status.message} ${[done, `${inTime(seconds)} so far`, left].filter(Boolean).join(", ")}.` };
}

function inTime(seconds: number): string {
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
