import { describe, expect, it } from "vitest";

import { fold } from "./fold";

describe("fold", () => {
  it("leaves case and accents aside, and each character in its place", () => {
    for (const [text, folded] of [["Über", "uber"], ["ΆΛΦΑ", "αλφα"], ["İstanbul", "istanbul"], ["ΟΔΟΣ", "οδοσ"], ["οδος", "οδοσ"], ["don’t", "don't"]] as const) {
      expect(fold(text)).toBe(folded);
      expect(fold(text)).toHaveLength(text.length);
    }
  });

  it("makes no two letters one where a mark makes another letter", () => {
    for (const pair of [["가", "고"], ["が", "か"], ["हि", "हु"]] as const) expect(fold(pair[0])).not.toBe(fold(pair[1]));
  });
});
