import { describe, expect, it } from "vitest";
import { EVERYTHING, type ExploreQuery, formatQuery, nFilters, parseQuery, withFilter } from "./query";

const FULL: ExploreQuery = {
  filter: {
    search: 'free "prize money" & more=100% ☎',
    status: "labelled",
    label: 0,
    prediction: 3,
    min_confidence: 0.25,
    max_confidence: 1,
    annotator: 2,
    flagged: true,
    disagree: false,
    copies: "apart",
    same_as: 7,
  },
  like: 12,
  sort: "-confidence",
  page: 4,
  row: 0,
};

describe("the address", () => {
  it("carries every filter there and back", () => {
    expect(parseQuery(formatQuery(FULL))).toEqual(FULL);
  });

  it("says nothing where nothing is chosen", () => {
    expect(formatQuery(EVERYTHING)).toBe("");
    expect(parseQuery("")).toEqual(EVERYTHING);
  });

  it("counts pages from 1, as people do", () => {
    expect(formatQuery({ ...EVERYTHING, page: 1 })).toBe("page=2");
  });

  it("is the same text for the same filters, in whatever order they were chosen", () => {
    const one = formatQuery({ ...EVERYTHING, filter: { label: 1, search: "a" } });
    const other = formatQuery({ ...EVERYTHING, filter: { search: "a", label: 1 } });
    expect(one).toBe(other);
  });

  it.each([
    "status=maybe&copies=all&same_as=-1&label=-1&prediction=1.5&annotator=x&page=0&row=&sort=colour",
    "min_confidence=2&max_confidence=-0.1&flagged=yes&disagree=",
    "min_confidence=&max_confidence=NaN&label=99999999999999999999",
    "page=-3&%%%&=&&search=",
  ])("leaves out what makes no sense: %s", (text) => {
    expect(parseQuery(text)).toEqual(EVERYTHING);
  });
});

describe("withFilter", () => {
  it("sets zero and false, takes out undefined and the empty text, and leaves the original alone", () => {
    const before = { search: "a", label: 1 };
    expect(withFilter(before, "label", 0)).toEqual({ search: "a", label: 0 });
    expect(withFilter(before, "disagree", false)).toEqual({ search: "a", label: 1, disagree: false });
    expect(withFilter(before, "search", "")).toEqual({ label: 1 });
    expect(withFilter(before, "label", undefined)).toEqual({ search: "a" });
    expect(before).toEqual({ search: "a", label: 1 });
  });
});

it("counts the filters, also those that are zero or false", () => {
  expect(nFilters({})).toBe(0);
  expect(nFilters({ label: 0, disagree: false })).toBe(2);
});
