import { describe, expect, it } from "vitest";
import { NOTHING, everything, has, nOverwritten, pageState, question, size, toggle, togglePage } from "./selection";

const PAGE = [10, 11, 12, 13, 14].map((row) => ({ row, class_id: row % 2 ? 1 : null }));
const NEXT = [20, 21].map((row) => ({ row, class_id: 2 }));
const SPAM = { kind: "label", class_id: 1, name: "spam" } as const;

const rowsOf = (selection: typeof NOTHING): number[] => (selection.all ? [] : [...selection.rows.keys()].sort());

describe("toggle", () => {
  it("ticks and unticks one row", () => {
    const one = toggle(NOTHING, PAGE, 11);
    expect(rowsOf(one)).toEqual([11]);
    expect(size(toggle(one, PAGE, 11))).toBe(0);
    expect(size(NOTHING)).toBe(0);
  });

  it("ticks everything between two rows with shift, in both directions", () => {
    expect(rowsOf(toggle(toggle(NOTHING, PAGE, 11), PAGE, 13, true))).toEqual([11, 12, 13]);
    expect(rowsOf(toggle(toggle(NOTHING, PAGE, 13), PAGE, 11, true))).toEqual([11, 12, 13]);
  });

  it("unticks a range where the row that is clicked was ticked", () => {
    const all = togglePage(NOTHING, PAGE);
    const anchored = toggle(all, PAGE, 11);
    expect(rowsOf(toggle(anchored, PAGE, 13, true))).toEqual([10, 14]);
  });

  it("takes one row where the other end of the range is on another page", () => {
    expect(rowsOf(toggle(toggle(NOTHING, PAGE, 11), NEXT, 21, true))).toEqual([11, 21]);
  });

  it("keeps the page without the row after all matching rows were ticked", () => {
    expect(rowsOf(toggle(everything(1234), PAGE, 12))).toEqual([10, 11, 13, 14]);
  });

  it("ignores rows that are not on screen", () => {
    expect(toggle(NOTHING, PAGE, 99)).toBe(NOTHING);
  });
});

describe("togglePage", () => {
  it("adds the page to what is ticked elsewhere, and takes only the page away again", () => {
    const elsewhere = toggle(NOTHING, NEXT, 20);
    const both = togglePage(elsewhere, PAGE);
    expect(size(both)).toBe(6);
    expect(rowsOf(togglePage(both, PAGE))).toEqual([20]);
  });

  it("completes a page of which some rows are ticked", () => {
    const some = toggle(NOTHING, PAGE, 12);
    expect(pageState(some, PAGE)).toBe("some");
    expect(pageState(togglePage(some, PAGE), PAGE)).toBe("all");
    expect(pageState(NOTHING, PAGE)).toBe("none");
    expect(pageState(NOTHING, [])).toBe("none");
  });
});

it("all matching rows are ticked, also those never loaded", () => {
  expect(size(everything(1234))).toBe(1234);
  expect(has(everything(1234), 999)).toBe(true);
  expect(togglePage(everything(1234), PAGE)).toBe(NOTHING);
});

describe("the question", () => {
  it("counts the labels that would be replaced", () => {
    const selection = togglePage(toggle(NOTHING, NEXT, 20), PAGE);
    expect(nOverwritten(selection, SPAM)).toBe(1);
    expect(nOverwritten(selection, { kind: "skip" })).toBe(3);
    expect(nOverwritten(selection, { kind: "again" })).toBe(0);
    expect(nOverwritten(everything(5), SPAM)).toBeNull();
  });

  it.each([
    [SPAM, 34, 3, "Label 34 rows as spam? 3 of them have another label."],
    [SPAM, 34, 1, "Label 34 rows as spam? 1 of them has another label."],
    [SPAM, 1234, 0, "Label 1,234 rows as spam?"],
    [SPAM, 1, 1, "Label 1 row as spam? It has another label."],
    [SPAM, 2, 2, "Label 2 rows as spam? All of them have another label."],
    [{ kind: "skip" } as const, 5, 2, "Skip 5 rows? 2 of them have a label."],
  ])("is exact: %o %i %i", (deed, n, overwritten, text) => {
    expect(question(deed, n, overwritten)).toBe(text);
  });
});
