/** What a person chose for this browser; kept in localStorage, checked when read. */

import { ACTIONS, type ActionKeys, DEFAULT_KEYS } from "./keymap";

export type Theme = "system" | "light" | "dark";
export const TEXT_SIZES = ["small", "normal", "large", "huge"] as const;
export type TextSize = (typeof TEXT_SIZES)[number];

export interface Preferences {
  theme: Theme;
  textSize: TextSize;
  /** Show the model's guess. */
  guess: boolean;
  /** Highlight what speaks for the guess, where that is shown. */
  words: boolean;
  /** Highlight the project's keywords. */
  keywords: boolean;
  /** The guidelines stand beside the item. */
  guidelines: boolean;
  /** Nothing but the card and the buttons. */
  focus: boolean;
  /** Keys act without a modifier (WCAG 2.1.4: may be switched off). */
  shortcuts: boolean;
  keys: ActionKeys;
}

export const DEFAULTS: Preferences = {
  theme: "system",
  textSize: "normal",
  guess: false,
  words: false,
  keywords: true,
  guidelines: false,
  focus: false,
  shortcuts: true,
  keys: DEFAULT_KEYS,
};

const NAME = "querist-preferences";

type Keeper = Pick<Storage, "getItem" | "setItem">;

/** Unknown or broken values fall back one by one: a preference is never worth a blank page. */
export function readPreferences(keeper: Keeper): Preferences {
  let kept: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(keeper.getItem(NAME) ?? "{}");
    if (typeof parsed === "object" && parsed !== null) kept = parsed as Record<string, unknown>;
  } catch {
    // Storage may be forbidden or hold something else; the defaults are fine.
  }
  const among = <T>(value: unknown, allowed: readonly T[], otherwise: T): T =>
    allowed.includes(value as T) ? (value as T) : otherwise;
  const flag = (value: unknown, otherwise: boolean): boolean => (typeof value === "boolean" ? value : otherwise);
  return {
    theme: among(kept["theme"], ["system", "light", "dark"] as const, DEFAULTS.theme),
    textSize: among(kept["textSize"], TEXT_SIZES, DEFAULTS.textSize),
    guess: flag(kept["guess"], DEFAULTS.guess),
    words: flag(kept["words"], DEFAULTS.words),
    keywords: flag(kept["keywords"], DEFAULTS.keywords),
    guidelines: flag(kept["guidelines"], DEFAULTS.guidelines),
    focus: flag(kept["focus"], DEFAULTS.focus),
    shortcuts: flag(kept["shortcuts"], DEFAULTS.shortcuts),
    keys: readKeys(kept["keys"]),
  };
}

export function keepPreferences(keeper: Keeper, preferences: Preferences): void {
  try {
    keeper.setItem(NAME, JSON.stringify(preferences));
  } catch {
    // Forbidden or full: the choice holds until the page closes.
  }
}

/** Actions that an earlier version did not have. */
const NEWER = ["guess", "accept", "words", "keywords", "guidelines", "why", "similar"] as const;
const SPARE = ["'", "*", "#", "$", "%", "~", "^"];

function readKeys(kept: unknown): ActionKeys {
  if (typeof kept !== "object" || kept === null) return DEFAULT_KEYS;
  const keys = { ...DEFAULT_KEYS };
  const chosen = new Set<string>();
  for (const action of ACTIONS) {
    const key = (kept as Record<string, unknown>)[action];
    if (typeof key !== "string" || key === "") continue;
    keys[action] = key;
    chosen.add(key);
  }
  // An action that is newer than the choice may find its key taken.
  for (const action of NEWER) {
    if (!(action in kept) && chosen.has(keys[action])) keys[action] = SPARE.find((key) => !Object.values(keys).includes(key)) ?? keys[action];
  }
  return new Set(Object.values(keys)).size === ACTIONS.length ? keys : DEFAULT_KEYS;
}
