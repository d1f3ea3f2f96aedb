import { describe, expect, it } from "vitest";

import { DEFAULT_KEYS } from "./keymap";
import { DEFAULTS, keepPreferences, readPreferences } from "./preferences";

function keeper(kept: string | null = null) {
  return { getItem: () => kept, setItem: (_: string, value: string) => void (kept = value) };
}

describe("preferences", () => {
  it("come back as they were kept", () => {
    const one = keeper();
    const chosen = { ...DEFAULTS, theme: "dark" as const, guess: true, keys: { ...DEFAULT_KEYS, skip: "s" } };
    keepPreferences(one, chosen);
    expect(readPreferences(one)).toEqual(chosen);
  });

  it("fall back where what was kept is broken, value by value", () => {
    expect(readPreferences(keeper("{nonsense"))).toEqual(DEFAULTS);
    expect(readPreferences(keeper("null"))).toEqual(DEFAULTS);
    const kept = JSON.stringify({ theme: "pink", guess: "yes", textSize: "huge", keys: { skip: "f" } });
    expect(readPreferences(keeper(kept))).toEqual({ ...DEFAULTS, textSize: "huge" });
  });

  it("keep keys that were chosen before an action came that has them at first", () => {
    const { guess: _, accept: __, words: ___, keywords: ____, guidelines: _____, why: ______, similar: _______, ...before } = DEFAULT_KEYS;
    const kept = JSON.stringify({ keys: { ...before, flag: "." } });
    expect(readPreferences(keeper(kept)).keys).toEqual({ ...DEFAULT_KEYS, flag: ".", guess: "'" });
  });

  it("never fail where storage is forbidden", () => {
    const forbidden = {
      getItem: () => {
        throw new Error("forbidden");
      },
      setItem: () => {
        throw new Error("forbidden");
      },
    };
    expect(readPreferences(forbidden)).toEqual(DEFAULTS);
    expect(() => keepPreferences(forbidden, DEFAULTS)).not.toThrow();
  });
});
