/** Which key does what. No key means two things, and none acts with Ctrl, Alt or Meta. */

import type { ClassInfo } from "./api";
import { fold } from "./fold";

export const ACTIONS = ["undo", "skip", "flag", "note", "guess", "accept", "words", "keywords", "guidelines", "why", "similar", "help", "search"] as const;
export type ActionName = (typeof ACTIONS)[number];
export type ActionKeys = Record<ActionName, string>;

/** Names as in `KeyboardEvent.key`, letters in lower case. */
export const DEFAULT_KEYS: ActionKeys = {
  undo: "Backspace",
  skip: " ",
  flag: "f",
  note: "n",
  guess: ".",
  accept: "Enter",
  words: ",",
  keywords: ";",
  guidelines: "!",
  why: ":",
  similar: ">",
  help: "?",
  search: "/",
};

/** From this many classes on, a box where a name is typed stands above the buttons. */
export const TYPE_AHEAD_FROM = 21;

/** F and N are kept free also where flag and note were given other keys: a habit must not label. */
const BY_POSITION = [..."123456789abcdeghijklmopqrstuvwxyz"];
const DIGITS = new Set("0123456789");

/** What a key says while an input method or a dead key waits for more. */
const NO_LETTER_YET = new Set(["Process", "Unidentified", "Dead"]);

/** Keys of the browser and of the page itself; nothing else may have them. */
const RESERVED = new Set(["Escape", "Enter", "Tab", "+", "-", "="]);

export type Command =
  | { kind: "class"; classId: number }
  | { kind: "action"; action: ActionName }
  | { kind: "escape" };

/** The part of a KeyboardEvent that decides. */
export interface KeyPress {
  key: string;
  code: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

export class Keymap {
  readonly #commands = new Map<string, Command>();
  readonly #byClass = new Map<number, string>();

  /**
   * `classes`: the active ones, in the order of their buttons. A key that was chosen comes first; then a class that is
   * called by one digit has just that (5 must mean "5", whatever the place of its button); then the place decides.
   */
  constructor(
    classes: readonly Pick<ClassInfo, "id" | "name" | "key">[],
    readonly actions: ActionKeys = DEFAULT_KEYS,
  ) {
    for (const action of ACTIONS) this.#commands.set(actions[action], { kind: "action", action });
    for (const { id, key } of classes) {
      const own = key === null ? null : normal(key);
      if (own !== null && this.isFree(own)) this.#give(id, own);
    }
    for (const { id, name } of classes) {
      const own = normal(name.trim());
      if (!this.#byClass.has(id) && DIGITS.has(own) && this.isFree(own)) this.#give(id, own);
    }
    // With a box to type names in, a letter that somebody means for the box must not answer.
    const places = classes.length < TYPE_AHEAD_FROM ? BY_POSITION : BY_POSITION.slice(0, 9);
    classes.forEach(({ id }, position) => {
      if (this.#byClass.has(id)) return;
      const wanted = places[position];
      // Where the place's own key is taken, a letter: the next digit would move every later one.
      const key = wanted !== undefined && this.isFree(wanted) ? wanted : places.slice(9).find((k) => this.isFree(k));
      if (key !== undefined) this.#give(id, key);
    });
    this.#commands.set("Escape", { kind: "escape" });
  }

  isFree(key: string): boolean {
    return !this.#commands.has(key) && !RESERVED.has(key);
  }

  /** The key of a class, or null: there are more classes than keys. */
  keyOf(classId: number): string | null {
    return this.#byClass.get(classId) ?? null;
  }

  /** What a press means, or null. */
  read(press: KeyPress): Command | null {
    if (press.ctrlKey || press.altKey || press.metaKey) return null;
    const command = this.#commands.get(normal(press.key));
    if (command) return command;
    // Keyboards without Latin letters, or with digits above the shift key, say what the key is by its place. A key that
    // writes nothing (Page Down on the number pad) is what it says, and so is one that the page has for itself.
    const place = /^(?:Digit|Numpad)(\d)$|^Key([A-Z])$/.exec(press.code);
    const writes = [...press.key].length === 1 || NO_LETTER_YET.has(press.key);
    if (!place || !writes || /^[a-z0-9]$/i.test(press.key) || RESERVED.has(press.key)) return null;
    return this.#commands.get(place[1] ?? place[2]!.toLowerCase()) ?? null;
  }

  #give(classId: number, key: string): void {
    this.#byClass.set(classId, key);
    this.#commands.set(key, { kind: "class", classId });
  }
}

/** `A` and `a` are one key: Caps Lock must not change a meaning. */
function normal(key: string): string {
  return key.length === 1 ? key.toLowerCase() : key;
}

/** How a key is called on a key cap. */
export function keyName(key: string): string {
  const names: Record<string, string> = {
    " ": "Space",
    Backspace: "⌫",
    ArrowLeft: "←",
    ArrowRight: "→",
    ArrowUp: "↑",
    ArrowDown: "↓",
  };
  return names[key] ?? (key.length === 1 ? key.toUpperCase() : key);
}

export interface Match {
  classId: number;
  /** The name in pieces; `hit` pieces are what was typed. */
  pieces: { text: string; hit: boolean }[];
}

/**
 * Classes whose names hold what was typed, or each of its words: the name itself first, then those that begin with it,
 * those with a word that does, and the others. Letters count alike whatever their case and accents; `_`, `-`, `.` and
 * `/` are blanks.
 */
export function typeAhead(classes: readonly Pick<ClassInfo, "id" | "name">[], typed: string): Match[] {
  const wanted = spaced(typed.trim());
  const found: { match: Match; rank: number }[] = [];
  for (const { id, name } of classes) {
    const folded = spaced(name);
    const at = folded.indexOf(wanted);
    if (at >= 0) {
      const inWord = /[\p{L}\p{N}]/u.test(name.charAt(at - 1));
      const rank = at > 0 ? (inWord ? 3 : 2) : folded === wanted ? 0 : 1;
      found.push({ match: { classId: id, pieces: marked(name, [[at, at + wanted.length]]) }, rank });
      continue;
    }
    const typedWords = wanted.split(/\s+/u).filter((word) => word !== "");
    const words = typedWords.map((word): [number, number] => [folded.indexOf(word), word.length]);
    if (words.length > 0 && words.every(([start]) => start >= 0)) {
      const hits = words.map(([start, length]): [number, number] => [start, start + length]);
      found.push({ match: { classId: id, pieces: marked(name, hits) }, rank: 4 });
    }
  }
  return found.sort((a, b) => a.rank - b.rank).map(({ match }) => match);
}

/** The name in pieces, those from a start to an end as hits; hits that overlap are one. */
function marked(name: string, hits: [number, number][]): Match["pieces"] {
  const pieces: Match["pieces"] = [];
  let done = 0;
  for (const [start, end] of [...hits].sort((a, b) => a[0] - b[0])) {
    if (start > done) pieces.push({ text: name.slice(done, start), hit: false });
    if (end > done) pieces.push({ text: name.slice(Math.max(start, done), end), hit: true });
    done = Math.max(done, end);
  }
  if (done < name.length) pieces.push({ text: name.slice(done), hit: false });
  return pieces;
}

/** The letters that begin a word of a class's name, folded. Worked out once for all buttons and presses. */
export function beginnings(classes: readonly Pick<ClassInfo, "name">[]): ReadonlySet<string> {
  const words = classes.flatMap(({ name }) => fold(name).split(/[^\p{L}\p{N}]+/u));
  return new Set(words.map((word) => word.charAt(0)));
}

/** Whether a key acts while the box for names is empty: no word of a class's name begins with it. */
export function actsInEmptyBox(key: string, begun: ReadonlySet<string>): boolean {
  return key.length !== 1 || key.trim() === "" || !begun.has(fold(key));
}

/** What joins the words of a name counts as a blank; positions stay those of the name. */
const spaced = (text: string): string => fold(text).replace(/[-_./]/g, " ");
