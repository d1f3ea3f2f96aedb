import { describe, expect, it } from "vitest";

import { ReadMark } from "./read_mark";

function keeper() {
  const kept = new Map<string, string>();
  return { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => void kept.set(name, value) };
}

describe("ReadMark", () => {
  it("knows guidelines that are new, read, changed", () => {
    const one = keeper();
    const mark = new ReadMark(one, "p", 1);
    expect([mark.of(""), mark.of("a")]).toEqual(["read", "new"]);
    mark.set("a");
    expect([mark.of("a"), mark.of("b"), mark.of("")]).toEqual(["read", "changed", "read"]);
    expect(new ReadMark(one, "p", 2).of("a")).toBe("new");
    expect(new ReadMark(one, "q", 1).of("a")).toBe("new");
  });

  it("never fails where storage is forbidden", () => {
    const forbidden = {
      getItem: () => {
        throw new Error("forbidden");
      },
      setItem: () => {
        throw new Error("forbidden");
      },
    };
    const mark = new ReadMark(forbidden, "p", 1);
    mark.set("a");
    expect(mark.of("a")).toBe("read");
  });
});
