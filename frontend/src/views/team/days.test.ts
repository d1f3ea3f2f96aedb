import { expect, test } from "vitest";

import { days } from "./days";

test("hours become the days of who looks, the last first, and nothing is lost", () => {
  const noon = new Date(2026, 10, 28, 12).getTime() / 1000;
  const hours = [
    { at: noon, n: 3 },
    { at: noon + 3600, n: 4 },
    { at: noon + 24 * 3600, n: 5 },
  ];
  expect(days(hours)).toEqual([
    { at: new Date(2026, 10, 29).getTime(), n: 5 },
    { at: new Date(2026, 10, 28).getTime(), n: 7 },
  ]);
  expect(days([])).toEqual([]);
});
