import { describe, expect, it, test } from "vitest";
import type { ClassInfo } from "../../core/api";
import { confusionTable, mixUps } from "./confusion";
import { highest, speedTable } from "./speed";

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
    expect(table.rows[1]?.cells.map((cell) => cell.right)).toEqual([false, true, false]);
  });
});

test("mix-ups are listed by how often they came, without what was right", () => {
  expect(mixUps({ classes: [7, 4, 9], counts: [[3, 1, 0], [2, 6, 0], [0, 0, 0]], n: 12 })).toEqual([
    { answer: 4, prediction: 7, count: 2 },
    { answer: 7, prediction: 4, count: 1 },
  ]);
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
