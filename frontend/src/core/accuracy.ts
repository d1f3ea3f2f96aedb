/** The figures of the model in words: what is always in view, and what stands under it. */

import type { AdviceInfo, EstimateInfo, HeadlineFigure, NumberAsked, PromisePlan, ShownAccuracy } from "./api";
import { roughly, roughlyWithUnit } from "./number";

/** A share as percent; neither 0 nor 100 unless it is. */
export function percent(share: number, digits = 0): string {
  const least = 10 ** -(digits + 2);
  if (share > 0 && share < least / 2) return `< ${(100 * least).toFixed(digits)} %`;
  if (share < 1 && share > 1 - least / 2) return `> ${(100 * (1 - least)).toFixed(digits)} %`;
  return `${(100 * share).toFixed(digits)} %`;
}

/** "91 to 96 %" */
export function interval(figure: { low: number | null; high: number | null }, digits = 0): string {
  if (figure.low === null || figure.high === null) return "";
  return `${percent(figure.low, digits).replace(" %", "")} to ${percent(figure.high, digits)}`;
}

export interface Shown {
  name: string;
  value: string;
  interval: string;
  /** What an accuracy must be read beside, always answering the largest class, and how often that would be right. */
  beside: { what: string; value: string } | null;
  /** All of it, for who points at it or hears it. */
  whole: string;
}

/** "Recall of 'spam'" */
export const titled = (quantity: string): string => quantity.charAt(0).toUpperCase() + quantity.slice(1);

/** What the header shows of the model: its accuracy, or, where a class has few rows, a figure that shows that class. */
export function shown(accuracy: ShownAccuracy | null, asked: NumberAsked | null = null): Shown {
  if (asked) return shownError(accuracy, asked);
  if (accuracy?.value == null) {
    const missing = accuracy ? accuracy.n_needed - accuracy.n : null;
    const value = missing === null ? "not known yet" : `after ${missing} more random ${missing === 1 ? "answer" : "answers"}`;
    const whole = "Model accuracy: not known yet. Some questions are drawn at random; it takes ten of their answers.";
    return { name: "Accuracy", value, interval: "", beside: null, whole };
  }
  const sure = percent(accuracy.confidence);
  const largest = accuracy.largest?.value == null ? null : { what: accuracy.largest.quantity, value: percent(accuracy.largest.value) };
  const first = accuracy.headline[0];
  const whole = [
    ...accuracy.headline.map((each) => `${titled(each.quantity)}: ${headlined(each)}.`),
    `Model accuracy ${percent(accuracy.value, 1)}, ${sure} interval ${interval(accuracy, 1)}: ` +
      `the model of ${accuracy.n_labels} labels on a new row, from ${accuracy.n} random answers.`,
    ...(largest ? [`${titled(largest.what)}: ${largest.value}.`] : []),
  ].join(" ");
  if (!first) {
    const beside = largest && { ...largest, what: largest.what.replace("always answering", "always") };
    return { name: "Accuracy", value: percent(accuracy.value), interval: interval(accuracy), beside, whole };
  }
  return {
    name: titled(first.quantity),
    value: first.value === null ? "not known yet" : percent(first.value),
    interval: interval(first),
    beside: null,
    whole,
  };
}

/** Where a number is asked for: how far off the model is, in its unit. */
function shownError(error: ShownAccuracy | null, asked: NumberAsked): Shown {
  if (error?.value == null) {
    const missing = shown(error);
    return { ...missing, name: "Typical error", whole: missing.whole.replace("Model accuracy", "Typical error") };
  }
  const between = error.low === null || error.high === null ? "" : `${roughly(error.low)} to ${roughly(error.high)}`;
  const whole =
    `Typical error (RMSE) ${roughlyWithUnit(error.value, asked)}${between && `, ${percent(error.confidence)} interval ${between}`}: ` +
    `the model of ${error.n_labels} numbers on a new row, from ${error.n} random answers.`;
  return { name: "Typical error", value: roughlyWithUnit(error.value, asked), interval: between, beside: null, whole };
}

/** "40 % (20 to 60 %)", or what is missing. */
export function headlined(figure: HeadlineFigure): string {
  if (figure.value !== null) return `${percent(figure.value)} (${interval(figure)})`;
  return figure.n < figure.n_needed
    ? `not known yet: ${figure.n} of the ${figure.n_needed} check answers it takes`
    : `not known yet: it takes ${figure.n_needed} check answers of each class`;
}

/** "94 % (91 to 96 %)", or what is missing. */
export function told(figure: EstimateInfo): string {
  if (figure.value === null) return "too few";
  return `${percent(figure.value)} (${interval(figure)})`;
}

/** Whether a figure is a share; the others are told as numbers. */
export function inNumbers(figure: EstimateInfo): string {
  if (figure.value === null) return `no figure. ${figure.note}`;
  const write = (value: number): string => value.toFixed(3).replace("-", "\u2212");
  return `${write(figure.value)} (${write(figure.low ?? 0)} to ${write(figure.high ?? 0)})`;
}

/** What more labels would bring, in words. */
export function outlook(advice: AdviceInfo): string {
  const ahead = advice.outlook;
  if (!ahead) return "";
  const points = (value: number): string => `${value >= 0 ? "+" : "\u2212"}${Math.abs(100 * value).toFixed(1)}`;
  return (
    `${ahead.labels} more labels would change the accuracy by about ${points(ahead.gain)} points ` +
    `(${percent(ahead.confidence)} interval ${points(ahead.low)} to ${points(ahead.high)}).`
  );
}

/** What an attempt will take, said before it begins. */
export function planned(plan: PromisePlan): string {
  if (!plan.possible || plan.n_labels === null) return plan.why;
  const rows = plan.n_labels.toLocaleString("en");
  const chance = plan.power === null ? "" : ` If the model is as good as it seems, its chance of passing is ${percent(plan.power)}.`;
  if (plan.released_at_most !== null) {
    const most = plan.released_at_most.toLocaleString("en");
    const released = plan.released === null ? `up to ${most} rows` : `about ${whole(plan.released)} rows, ${most} at most`;
    return `It takes at most ${rows} random rows${expectedLabels(plan)}; then the model may label ${released}.${chance}`;
  }
  const needed = plan.n_needed?.toLocaleString("en");
  return `It takes at most ${rows} random rows${expectedLabels(plan)}; the model must get ${needed} of them right.${chance}`;
}

const whole = (mean: number): string => Math.max(1, Math.round(mean)).toLocaleString("en");

function expectedLabels({ labels_if_passed: passed, labels_if_failed: failed }: PromisePlan): string {
  const told = [
    ...(passed === null ? [] : [`about ${whole(passed)} if it passes`]),
    ...(failed === null ? [] : [`about ${whole(failed)} if it fails`]),
  ];
  return told.length > 0 ? ` (${told.join(", ")})` : "";
}

/** A target to begin with: a little below the figure, so that it can be passed. */
export function firstTarget(accuracy: ShownAccuracy | null): number {
  if (accuracy?.value == null) return 0.9;
  return Math.min(0.99, Math.max(0.5, Math.floor((accuracy.value - 0.03) * 100) / 100));
}
