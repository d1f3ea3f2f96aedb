import { expect, test } from "vitest";

import { LONG, parted } from "./long_list";

const ordering = {
  name: (row: { name: string }) => row.name,
  tells: (row: { n: number }) => row.n > 0,
  order: (one: { n: number }, other: { n: number }) => other.n - one.n,
};
const rows = (n: number) => Array.from({ length: n }, (_, i) => ({ name: `Class ${i}`, n: i % 3 }));

test("a short list is shown as it is", () => {
  expect(parted(rows(LONG), ordering)).toEqual({ shown: rows(LONG), folded: [] });
});

test("of a long one what matters is shown, and nothing is lost", () => {
  const { shown, folded } = parted(rows(77), ordering);
  expect(shown.length).toBe(LONG);
  expect(shown.every((row) => row.n === 2)).toBe(true);
  expect([...shown, ...folded].map((row) => row.name).sort()).toEqual(rows(77).map((row) => row.name).sort());
  expect(folded.at(-1)?.n).toBe(0);
  // Where nothing tells anything, all of it is folded away.
  expect(parted(rows(77).map((row) => ({ ...row, n: 0 })), ordering).shown).toEqual([]);
});

test("a word finds what is folded away", () => {
  expect(parted(rows(77), ordering, " CLASS 7").shown.map((row) => row.name)).toEqual([
    "Class 71", "Class 74", "Class 7", "Class 70", "Class 73", "Class 76", "Class 72", "Class 75",
  ]);
  expect(parted(rows(77), ordering, "none").shown).toEqual([]);
});
