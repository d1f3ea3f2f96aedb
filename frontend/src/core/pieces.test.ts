import { describe, expect, it } from "vitest";

import { nameParts, pieces } from "./pieces";

describe("pieces", () => {
  it("leaves text as it is", () => {
    for (const text of ["", "one two", "word ".repeat(1000), "x".repeat(199)]) expect(pieces(text)).toEqual([text]);
  });

  it("cuts endless runs, and loses nothing", () => {
    const text = `before ${"A".repeat(20_000)} between ${"é".repeat(300)} after`;
    const cut = pieces(text);
    expect(cut.join("")).toBe(text);
    expect(Math.max(...cut.map((piece) => piece.length))).toBeLessThan(200);
  });

  it("cuts no character in two", () => {
    const family = "👩‍👩‍👧‍👦";
    expect(pieces(family.repeat(100)).every((piece) => piece.split(family).join("") === "")).toBe(true);
    expect(pieces("e\u0301".repeat(300)).every((piece) => piece.startsWith("e"))).toBe(true);
    expect(pieces("\u0301".repeat(300)).join("")).toBe("\u0301".repeat(300));
    expect(pieces(`${"a".repeat(250)}\u200d`).join("")).toBe(`${"a".repeat(250)}\u200d`);
  });
});

describe("nameParts", () => {
  it("lets a line break where words are joined, and loses nothing", () => {
    expect(nameParts("apple_pay_or_google_pay")).toEqual(["apple_", "pay_", "or_", "google_", "pay"]);
    for (const name of ["irrelevant", "so, so", "a__b", "_x_", "http://x.y", ""]) expect(nameParts(name).join("")).toBe(name);
  });
});
