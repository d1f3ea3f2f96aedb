import { describe, expect, it } from "vitest";
import { area, nearest, path, scale, ticks, thinned } from "./scale";

describe("ticks", () => {
  it.each([
    [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0, 100, 5, [0, 20, 40, 60, 80, 100]],
    [13, 87, 4, [20, 40, 60, 80]],
    [0, 3, 10, [0, 0.5, 1, 1.5, 2, 2.5, 3]],
    [7, 7, 5, [7]],
  ])("from %f to %f are round", (low, high, most, expected) => {
    expect(ticks(low, high, most)).toEqual(expected);
  });
});

it("a scale maps the ends, and one value onto the middle", () => {
  const to = scale(10, 20, 100, 0);
  expect([to(10), to(15), to(20)]).toEqual([100, 50, 0]);
  expect(scale(5, 5, 0, 100)(5)).toBe(50);
});

it("a path breaks where a value is missing", () => {
  const same = (value: number): number => value;
  expect(path([0, 1, 2, 3, 4], [null, 1, 2, null, 4], same, same)).toBe("M1.0 1.0L2.0 2.0M4.0 4.0");
  expect(path([0, 1], [null, null], same, same)).toBe("");
});

it("finds the nearest point", () => {
  expect(nearest([0, 10, 20], 14)).toBe(1);
  expect(nearest([0, 10, 20], 99)).toBe(2);
  expect(nearest([], 1)).toBe(-1);
});

describe("area", () => {
  const same = (value: number): number => value;
  it("goes over the upper line and back under the lower one, without points that miss an end", () => {
    expect(area([1, 2, 3], [0, null, 0], [5, 6, 7], same, same)).toBe("M1.0 5.0L3.0 7.0L3.0 0.0L1.0 0.0Z");
    expect(area([1], [null], [5], same, same)).toBe("");
  });
});

it("thins points for a table with both ends kept", () => {
  const many = Array.from({ length: 101 }, (_, i) => i);
  expect(thinned(many, 11)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  expect(thinned([1, 2], 11)).toEqual([1, 2]);
});
