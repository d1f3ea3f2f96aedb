import { describe, expect, it } from "vitest";

import { firstTarget, inNumbers, interval, outlook, percent, planned, shown, told } from "./accuracy";
import type { EstimateInfo, HeadlineFigure, PromisePlan, ShownAccuracy } from "./api";

const figure = (quantity: string, value: number | null, n = 96): HeadlineFigure => {
  const ends = value === null ? { low: null, high: null } : { low: value - 0.1, high: Math.min(1, value + 0.1) };
  return { quantity, value, ...ends, n, n_needed: 10 };
};
const accuracy: ShownAccuracy = {
  n_labels: 480, value: 0.943, low: 0.914, high: 0.962, n: 96, n_needed: 10, confidence: 0.95, largest: null, headline: [],
};
const estimate = (value: number | null, low: number | null, high: number | null): EstimateInfo => ({
  quantity: "recall", value, low, high, n: 12, method: "", confidence: 0.95, note: "Needs 10 audit rows.", text: "",
});
const plan: PromisePlan = {
  possible: true, why: "", attempt: 1, n_remaining: 8412, n_labels: 1213, n_needed: 1150, power: 0.81, level: 0.03, released_at_most: null,
  labels_if_passed: 1190.4, labels_if_failed: 830.2, released: null, order: "", offered: null, offer: "",
};

describe("what the header shows", () => {
  it("names value, interval, and what they are about", () => {
    expect(shown(accuracy)).toEqual({
      name: "Accuracy",
      beside: null,
      value: "94 %",
      interval: "91 to 96 %",
      whole: "Model accuracy 94.3 %, 95 % interval 91.4 to 96.2 %: the model of 480 labels on a new row, from 96 random answers.",
    });
  });

  it("has what always answering the largest class would get beside it", () => {
    const told = shown({ ...accuracy, largest: figure("always answering 'ham'", 0.866) });
    expect(told).toMatchObject({ name: "Accuracy", value: "94 %", beside: { what: "always 'ham'", value: "87 %" } });
    expect(told.whole).toContain("Always answering 'ham': 87 %.");
  });

  it("begins with the rare class where there is one, and does not praise what is not known", () => {
    const rare = [figure("recall of 'spam'", 0.4, 12), figure("precision of 'spam'", null, 6)];
    const told = shown({ ...accuracy, headline: rare, largest: figure("always answering 'ham'", 0.98) });
    expect(told).toMatchObject({
      name: "Recall of 'spam'",
      value: "40 %",
      interval: "30 to 50 %",
      beside: null,
    });
    expect(told.whole).toContain("Always answering 'ham': 98 %.");
    expect(told.whole).toContain("Precision of 'spam': not known yet: 6 of the 10 check answers it takes.");
    expect(shown({ ...accuracy, headline: [figure("macro F1", null)] })).toMatchObject({ value: "not known yet", interval: "" });
  });

  it("says what is missing before there is a figure", () => {
    expect(shown(null).value).toBe("not known yet");
    expect(shown({ ...accuracy, value: null, low: null, high: null, n: 3 }).value).toBe("after 7 more random answers");
    expect(shown({ ...accuracy, value: null, low: null, high: null, n: 9 }).value).toBe("after 1 more random answer");
  });
});

it("is never 100 % unless it is", () => {
  expect([percent(1), percent(0.999), percent(0), percent(0.001), percent(0.996, 1)]).toEqual(["100 %", "> 99 %", "0 %", "< 1 %", "99.6 %"]);
  expect(interval({ low: 0.94, high: 0.999 })).toBe("94 to > 99 %");
  expect(interval({ low: null, high: null })).toBe("");
});

it("tells figures, and where there are too few answers", () => {
  expect(told(estimate(0.8, 0.7, 0.9))).toBe("80 % (70 to 90 %)");
  expect(told(estimate(null, null, null))).toBe("too few");
  expect(inNumbers(estimate(-0.02, -0.1, 0.06))).toBe("\u22120.020 (\u22120.100 to 0.060)");
  expect(inNumbers(estimate(null, null, null))).toBe("no figure. Needs 10 audit rows.");
});

it("tells what more labels would bring", () => {
  const ahead = { labels: 100, gain: 0.012, low: -0.004, high: 0.03, confidence: 0.9 };
  expect(outlook({ stop: false, reason: "", text: "", labels_per_point: 100, outlook: ahead })).toBe(
    "100 more labels would change the accuracy by about +1.2 points (90 % interval \u22120.4 to +3.0).",
  );
  expect(outlook({ stop: false, reason: "", text: "", labels_per_point: 100, outlook: null })).toBe("");
});

it("says before it begins what a promise will take", () => {
  expect(planned(plan)).toBe(
    "It takes at most 1,213 random rows (about 1,190 if it passes, about 830 if it fails); the model must get 1,150 of them right. If the model is as good as it seems, its chance of passing is 81 %.",
  );
  expect(planned({ ...plan, released_at_most: 6000, released: 4999.7, labels_if_failed: 25 })).toBe(
    "It takes at most 1,213 random rows (about 1,190 if it passes, about 25 if it fails); then the model may label about 5,000 rows, 6,000 at most. " +
      "If the model is as good as it seems, its chance of passing is 81 %.",
  );
  const unknown = { released_at_most: 6000, power: null, labels_if_passed: null, labels_if_failed: null };
  expect(planned({ ...plan, ...unknown })).toBe("It takes at most 1,213 random rows; then the model may label up to 6,000 rows.");
  expect(planned({ ...plan, possible: false, why: "Out of reach." })).toBe("Out of reach.");
});

it("proposes a target that can be passed", () => {
  expect(firstTarget(accuracy)).toBe(0.91);
  expect(firstTarget(null)).toBe(0.9);
  expect(firstTarget({ ...accuracy, value: 1 })).toBe(0.97);
  expect(firstTarget({ ...accuracy, value: 0.3 })).toBe(0.5);
});
