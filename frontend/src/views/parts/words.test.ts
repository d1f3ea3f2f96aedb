import { describe, expect, it } from "vitest";
import type { ClassInfo } from "../../core/api";
import { activeClasses, className, counted, duration, percent, resolved } from "./words";

describe("numbers", () => {
  it.each([
    [0, "0 %"],
    [0.0001, "< 1 %"],
    [0.5, "50 %"],
    [0.996, "> 99 %"],
    [1, "100 %"],
  ])("a share of %f is %s", (share, text) => expect(percent(share)).toBe(text));

  it.each([
    [0.84, "0.8 s"],
    [9.96, "10 s"],
    [59.4, "59 s"],
    [59.6, "1 min 0 s"],
    [185, "3 min 5 s"],
    [7440, "2 h 4 min"],
  ])("%f seconds are %s", (seconds, text) => expect(duration(seconds)).toBe(text));

  it("has one row and many rows", () => {
    expect(counted(1, "row")).toBe("1 row");
    expect(counted(1234, "row")).toBe("1,234 rows");
    expect(counted(0, "person", "people")).toBe("0 people");
  });
});

describe("classes", () => {
  const of = (id: number, name: string, state: ClassInfo["state"], merged_into: number | null = null): ClassInfo => ({
    id,
    name,
    colour: "#000000",
    key: null,
    description: "",
    examples: [],
    state,
    merged_into,
  });
  const classes = [
    of(0, "spam", "active"),
    of(1, "junk", "merged", 2),
    of(2, "ads", "merged", 0),
    of(3, "old", "removed"),
    of(4, "older", "merged", 3),
    of(5, "snake", "merged", 5),
  ];

  it("follows merges to the class that counts", () => {
    expect(resolved(classes, 1)?.name).toBe("spam");
    expect(resolved(classes, 4)).toBeNull();
    expect(resolved(classes, 5)).toBeNull();
    expect(resolved(classes, 99)).toBeNull();
  });

  it("says what became of a class", () => {
    expect([0, 1, 3, 4, 99].map((id) => className(classes, id))).toEqual([
      "spam",
      "junk (now spam)",
      "old (removed)",
      "older (now removed)",
      "class 99",
    ]);
    expect(activeClasses(classes).map((known) => known.id)).toEqual([0]);
  });
});
