import { describe, expect, it } from "vitest";

import { actsInNumberBox, rangeInWords, readNumber, roughly, whyNoAnswer, withUnit } from "./number";

const WEIGHT = { name: "weight", unit: "kg", lowest: 0, highest: 100 };

describe("a number as people write it", () => {
  it.each([
    ["3", 3],
    ["3.5", 3.5],
    ["3,5", 3.5],
    [" -0,25 ", -0.25],
    ["\u22124", -4],
    [".5", 0.5],
    ["5.", 5],
    ["1 250,5", 1250.5],
    ["1e3", 1000],
  ])("reads %j", (text, value) => expect(readNumber(text)).toBe(value));

  it.each(["", "abc", "1.2.3", "1,234.5", "1.234,5", "12 kg", "e3", "--1", "1e999", "Infinity", "NaN", "."])("reads no number in %j", (text) =>
    expect(readNumber(text)).toBeNull(),
  );

  it("says what is wrong", () => {
    expect(whyNoAnswer("12,5", WEIGHT)).toBe("");
    expect(whyNoAnswer("0", WEIGHT)).toBe("");
    expect(whyNoAnswer("100", WEIGHT)).toBe("");
    expect(whyNoAnswer("heavy", WEIGHT)).toContain("not a number");
    expect(whyNoAnswer("120", WEIGHT)).toContain("above 100\u00a0kg");
    expect(whyNoAnswer("-1", WEIGHT)).toContain("below 0\u00a0kg");
    expect(whyNoAnswer(" ", WEIGHT)).toContain("Type weight");
    expect(whyNoAnswer("1e16", { ...WEIGHT, highest: null })).toContain("too large");
  });

  it("tells it with its unit", () => {
    expect(withUnit(-2.5, WEIGHT)).toBe("\u22122.5\u00a0kg");
    expect(withUnit(2.5, { ...WEIGHT, unit: "" })).toBe("2.5");
    expect(roughly(153.224)).toBe("153");
    expect(rangeInWords(WEIGHT)).toBe("0 to 100\u00a0kg");
    expect(rangeInWords({ ...WEIGHT, lowest: null })).toBe("at most 100\u00a0kg");
    expect(rangeInWords({ ...WEIGHT, lowest: null, highest: null })).toBe("");
  });

  it("leaves to the box what a number begins with", () => {
    for (const key of "0123456789.,-+") expect(actsInNumberBox(key)).toBe(false);
    for (const key of [" ", "Backspace", "f", "n", "?", "/", "Enter"]) expect(actsInNumberBox(key)).toBe(true);
  });
});
