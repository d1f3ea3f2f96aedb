import { describe, expect, it } from "vitest";

import { Keywords, cut } from "./keywords";

const found = (words: string[], text: string, options = {}) =>
  new Keywords([{ class_id: 0, words }], options).find(text).map(({ start, end }) => text.slice(start, end));

describe("Keywords", () => {
  it("are whole words, whatever their case and accents", () => {
    expect(found(["win", "Über", "resume"], "WIN, winner, uber; ÜBER re\u0301sume\u0301 résumé")).toEqual([
      "WIN", "uber", "ÜBER", "re\u0301sume\u0301", "résumé",
    ]);
  });

  it("with a star are all words that begin so", () => {
    expect(found(["refund*", "free entr*"], "Refunds refunded a re-fund; free\nentries, free of entry")).toEqual([
      "Refunds", "refunded", "free\nentries",
    ]);
  });

  it("are phrases, and the longest that begins at a word", () => {
    expect(found(["free", "free entry", "entry to win"], "free entry to win, free  entry")).toEqual(["free entry", "free  entry"]);
    expect(found(["new york"], "New, York; new-york; New York")).toEqual(["New York"]);
  });

  it("hold signs", () => {
    expect(found(["c++", "£1000", "don't", "50%", "@home"], "C++ and C + +, £1000 or £ 1000, don’t 50% off @home")).toEqual([
      "C++", "£1000", "don’t", "50%", "@home",
    ]);
  });

  it("are found within texts without blanks", () => {
    expect(found(["免费", "ฟรี"], "现在免费领取iPhone免 费 ของฟรีวันนี้")).toEqual(["免费", "ฟรี"]);
    expect(found(["iphone"], "领取iPhone免费")).toEqual(["iPhone"]);
    // Korean syllables are no accents of each other, and が is not か.
    expect(found(["고", "か"], "가 고 が か")).toEqual(["고", "か"]);
  });

  it("of several classes name all of them", () => {
    const keywords = new Keywords([{ class_id: 4, words: ["free", "win*"] }, { class_id: 1, words: ["FREE", "winner"] }]);
    expect(keywords.find("free winner").map((span) => span.classes)).toEqual([[4, 1], [1, 4]]);
  });

  it("are found as a model reads, where only words count", () => {
    expect(found(["free entry"], "Free, ENTRY!", { loose: true })).toEqual(["Free, ENTRY"]);
  });

  it("are none where there are none", () => {
    expect(found([], "text")).toEqual([]);
    expect(found(["", " ", "*"], "a * b")).toEqual([]);
  });

  it("are found in time that grows with the text alone", () => {
    // A thousand phrases with the same beginning, and a text of nothing else: backtracking would never end.
    const words = Array.from({ length: 1000 }, (_, i) => `${"a ".repeat(20)}b${i}`);
    const keywords = new Keywords([{ class_id: 0, words }, { class_id: 1, words: ["a b*"] }]);
    expect(keywords.find("a ".repeat(10_000))).toEqual([]);
  });
});

describe("cut", () => {
  it("gives back the text, each piece in the spans that it lies in", () => {
    const text = "one two three";
    const a = { start: 0, end: 7, classes: [1] };
    const b = { start: 4, end: 13, classes: [2] };
    const pieces = cut(text, [[a], [b]]);
    expect(pieces.map((piece) => piece.text)).toEqual(["one ", "two", " three"]);
    expect(pieces.map((piece) => piece.spans)).toEqual([[a, undefined], [a, b], [undefined, b]]);
    expect(cut("", [[]])).toEqual([]);
  });
});
