import { describe, expect, it } from "vitest";
import type { ClassInfo, RunningPoint } from "../../core/api";
import { confusionTable } from "./confusion";
import { curveData, curveSummary, thinned } from "./curve";
import { highest, speedTable } from "./speed";

const point = (n: number, correct: number, recent: number | null = null): RunningPoint => ({
  n_labels: n * 10,
  at: 1e9 + n,
  n,
  correct,
  recent,
});

describe("the curve", () => {
  it("gives no share below 20 check answers, and no recent one below 50", () => {
    const data = curveData([point(19, 19), point(20, 10, 0.9), point(50, 40, 0.8)]);
    expect(data.x).toEqual([190, 200, 500]);
    expect(data.overall).toEqual([null, 0.5, 0.8]);
    expect(data.recent).toEqual([null, null, 0.8]);
  });

  it("stands in order of labels, as a chart needs it", () => {
    expect(curveData([point(30, 3), point(20, 2)]).x).toEqual([200, 300]);
  });

  it("says n, or that there are too few", () => {
    expect(curveSummary([])).toBe("No check answer has been scored yet.");
    expect(curveSummary([point(7, 7)])).toMatch(/Too few.*7 of the 20/);
    expect(curveSummary([point(7, 7), point(40, 30)])).toBe("30 of 40 check answers (75 %).");
  });

  it("is thinned for its table with both ends kept", () => {
    const many = Array.from({ length: 101 }, (_, i) => i);
    expect(thinned(many, 11)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(thinned([1, 2], 11)).toEqual([1, 2]);
  });
});

describe("the confusion table", () => {
  const classes = [
    { id: 4, name: "spam" },
    { id: 7, name: "ham" },
  ] as ClassInfo[];

  it("shares out each row, and survives a row without answers", () => {
    const table = confusionTable({ classes: [7, 4, 9], counts: [[3, 1, 0], [0, 6, 0], [0, 0, 0]], n: 10 }, classes);
    expect(table.names).toEqual(["ham", "spam", "class 9"]);
    expect(table.rows[0]?.cells.map((cell) => cell.share)).toEqual([0.75, 0.25, 0]);
    expect(table.rows[2]?.cells.map((cell) => cell.share)).toEqual([0, 0, 0]);
    expect(table.correct).toBe(9);
    expect(table.rows[1]?.cells.map((cell) => cell.right)).toEqual([false, true, false]);
  });
});

describe("the speed", () => {
  const speed = [
    { hour: 7200, person: "Bo", n: 5 },
    { hour: 3600, person: "Ann", n: 60 },
    { hour: 7200, person: "Ann", n: 80 },
  ];

  it("has a bar for every person in every hour of work", () => {
    expect(speedTable(speed)).toEqual({
      hours: [3600, 7200],
      people: ["Ann", "Bo"],
      counts: [
        [60, 80],
        [0, 5],
      ],
    });
  });

  it("keeps the last hours, and only the people of those", () => {
    expect(speedTable([...speed, { hour: 99 * 3600, person: "Cy", n: 1 }], 1)).toEqual({
      hours: [99 * 3600],
      people: ["Cy"],
      counts: [[1]],
    });
  });

  it("has a scale even where nobody answered", () => {
    expect(highest(speedTable([]))).toBe(1);
    expect(highest(speedTable(speed))).toBe(80);
  });
});
