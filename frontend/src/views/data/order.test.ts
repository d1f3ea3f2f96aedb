import { expect, it } from "vitest";
import { moved, readLines } from "./order";

it.each([
  [3, 0, [3, 1, 2]],
  [1, 1, [2, 1, 3]],
  [1, 9, [2, 3, 1]],
  [2, -1, [2, 1, 3]],
  [2, 1, [1, 2, 3]],
  [7, 0, [1, 2, 3]],
])("puts %i at place %i", (id, to, expected) => {
  expect(moved([1, 2, 3], id, to)).toEqual(expected);
});

it("reads one example a line", () => {
  expect(readLines(" a b \n\n  \nc")).toEqual(["a b", "c"]);
  expect(readLines("")).toEqual([]);
});
