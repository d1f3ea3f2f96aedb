import { describe, expect, it } from "vitest";

import { DEFAULT_KEYS, Keymap, type KeyPress, actsInEmptyBox, beginnings, typeAhead } from "./keymap";

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({ key, code: "", ctrlKey: false, altKey: false, metaKey: false, ...more });
const known = (n: number, keys: Record<number, string> = {}) =>
  Array.from({ length: n }, (_, id) => ({ id, name: `class ${id}`, key: keys[id] ?? null }));
const keysOf = (map: Keymap, n: number) => Array.from({ length: n }, (_, id) => map.keyOf(id));

describe("Keymap", () => {
  it("gives digits, then letters but f and n, by the place of the button", () => {
    expect(keysOf(new Keymap(known(17)), 17)).toEqual([..."123456789abcdeghi"].slice(0, 17));
  });

  it("gives no key twice, whatever was chosen", () => {
    const map = new Keymap(known(20, { 3: "1", 5: "A", 6: "a", 7: "f", 8: "Backspace", 9: "x" }));
    const keys = keysOf(map, 20).filter((key) => key !== null);
    expect(new Set(keys).size).toBe(keys.length);
    expect(map.keyOf(3)).toBe("1");
    expect(map.keyOf(5)).toBe("a");
    expect(keys.filter((key) => ["f", "n", "Backspace"].includes(key))).toEqual([]);
  });

  it("gives no letters where names are typed, but for those that were chosen", () => {
    const keys = keysOf(new Keymap(known(30, { 20: "x" })), 30);
    expect(keys.slice(0, 9)).toEqual([..."123456789"]);
    expect(keys.slice(9).filter((key) => key !== null)).toEqual(["x"]);
    expect(keys[20]).toBe("x");
  });

  it("gives a class that is called by a digit that digit", () => {
    const digits = [..."0123456789"].map((name, id) => ({ id, name, key: null }));
    expect(keysOf(new Keymap(digits), 10)).toEqual([..."0123456789"]);
    const mixed = [{ id: 0, name: "other", key: null }, { id: 1, name: "1", key: null }, { id: 2, name: "b", key: null }];
    expect(keysOf(new Keymap(mixed), 3)).toEqual(["a", "1", "3"]);
  });

  it("reads actions and classes, upper case too, and nothing with a modifier", () => {
    const map = new Keymap(known(12));
    expect(map.read(press("2"))).toEqual({ kind: "class", classId: 1 });
    expect(map.read(press("A"))).toEqual({ kind: "class", classId: 9 });
    expect(map.read(press(" "))).toEqual({ kind: "action", action: "skip" });
    expect(map.read(press("?"))).toEqual({ kind: "action", action: "help" });
    expect(map.read(press("Escape"))).toEqual({ kind: "escape" });
    expect(map.read(press("z"))).toBe(null);
    for (const modifier of ["ctrlKey", "altKey", "metaKey"]) expect(map.read(press("1", { [modifier]: true }))).toBe(null);
  });

  it("reads other keyboards by the place of the key, but never gives a letter a second meaning", () => {
    const map = new Keymap(known(12));
    expect(map.read(press("&", { code: "Digit1" }))).toEqual({ kind: "class", classId: 0 });
    expect(map.read(press("ф", { code: "KeyA" }))).toEqual({ kind: "class", classId: 9 });
    expect(map.read(press("а", { code: "KeyF" }))).toEqual({ kind: "action", action: "flag" });
    // On AZERTY the key in place of A says "q": it is a q.
    expect(map.read(press("q", { code: "KeyA" }))).toBe(null);
  });

  it("takes no key that scrolls or zooms for the digit in its place", () => {
    const map = new Keymap(known(12));
    for (const [key, code] of [["PageDown", "Numpad3"], ["End", "Numpad1"], ["ArrowDown", "Numpad2"], ["Home", "Numpad7"], ["Clear", "Numpad5"], ["Insert", "Numpad0"]] as const) {
      expect(map.read(press(key, { code }))).toBe(null);
    }
    // On AZERTY the key in place of 6 says "-", which zooms out.
    expect(map.read(press("-", { code: "Digit6" }))).toBe(null);
    expect(map.read(press("Process", { code: "Digit2" }))).toEqual({ kind: "class", classId: 1 });
    expect(map.read(press("3", { code: "Numpad3" }))).toEqual({ kind: "class", classId: 2 });
  });

  it("accepts the guess with Enter, which nothing else may have", () => {
    const map = new Keymap(known(3));
    expect(map.read(press("Enter"))).toEqual({ kind: "action", action: "accept" });
    expect(map.isFree("Enter")).toBe(false);
  });

  it("follows remapped actions, which take precedence", () => {
    const map = new Keymap(known(12), { ...DEFAULT_KEYS, skip: "1", flag: "g" });
    expect(map.read(press("1"))).toEqual({ kind: "action", action: "skip" });
    expect(map.read(press(" "))).toBe(null);
    // What was the flag's key does not label now.
    expect(map.read(press("f"))).toBe(null);
    expect(map.keyOf(0)).not.toBe("1");
  });
});

describe("typeAhead", () => {
  const classes = ["Refund", "Über uns", "billing refund", "unrefundable"].map((name, id) => ({ id, name }));

  it("finds the start first, then a word, then any part, without regard to case and accents", () => {
    expect(typeAhead(classes, "REF").map((match) => match.classId)).toEqual([0, 2, 3]);
    expect(typeAhead(classes, "uber").map((match) => match.classId)).toEqual([1]);
    expect(typeAhead(classes, "nothing")).toEqual([]);
  });

  it("finds words in any order, whatever stands between them, and the name itself before longer ones", () => {
    const names = ["top_up_by_card_charge", "card", "card_arrival", "Charge-back"].map((name, id) => ({ id, name }));
    const found = (typed: string) => typeAhead(names, typed).map((match) => match.classId);
    expect(found("card charge")).toEqual([0]);
    expect(found("charge card")).toEqual([0]);
    expect(found("charge back")).toEqual([3]);
    expect(found("card")).toEqual([1, 2, 0]);
    expect(found("-")).toEqual([0, 2, 3]);
    expect(typeAhead(names, "charge top")[0]?.pieces).toEqual([
      { text: "top", hit: true },
      { text: "_up_by_card_", hit: false },
      { text: "charge", hit: true },
    ]);
  });

  it("marks what was typed in the name as it is written", () => {
    expect(typeAhead(classes, "uber")[0]?.pieces).toEqual([{ text: "Über", hit: true }, { text: " uns", hit: false }]);
  });
});

describe("actsInEmptyBox", () => {
  const classes = beginnings(["card lost", "Freeze_card", "top 5", "Ärger"].map((name) => ({ name })));

  it("leaves keys to the box that begin a word of a name", () => {
    for (const key of ["c", "l", "F", "5", "a", "t"]) expect(actsInEmptyBox(key, classes)).toBe(false);
    for (const key of ["n", "1", " ", "Backspace", "?", "x", "Enter"]) expect(actsInEmptyBox(key, classes)).toBe(true);
  });
});
