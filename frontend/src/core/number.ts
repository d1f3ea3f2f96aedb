/** Answers that are numbers: read as people write them, checked, and told with their unit. */

import type { NumberAsked } from "./api";

const MOST = 1e15;
/** What is typed of a number: such a key is the box's, not a command. */
const TYPED = /^[0-9.,+\-\u2212]$/;
const WRITTEN = /^[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:e[+-]?\d+)?$/i;

/** A number with a decimal point or a comma; null where it is none. A comma or point never separates thousands. */
export function readNumber(text: string): number | null {
  const plain = text.replace(/[\s\u00a0\u202f]/g, "").replace("\u2212", "-");
  if (!WRITTEN.test(plain)) return null;
  const value = Number(plain.replace(",", "."));
  return Number.isFinite(value) ? value : null;
}

/** Why what was typed is no answer; empty: it is one. */
export function whyNoAnswer(text: string, asked: NumberAsked): string {
  if (text.trim() === "") return `Type ${asked.name}, then press Enter.`;
  const value = readNumber(text);
  if (value === null) return `“${text.trim()}” is not a number. Write it like 12.5 or 12,5.`;
  if (Math.abs(value) >= MOST) return `${numberInWords(value)} is too large a number.`;
  if (asked.lowest !== null && value < asked.lowest) return `${withUnit(value, asked)} is below ${withUnit(asked.lowest, asked)}, the lowest value.`;
  if (asked.highest !== null && value > asked.highest) return `${withUnit(value, asked)} is above ${withUnit(asked.highest, asked)}, the highest value.`;
  return "";
}

/** All digits of an answer. */
export const numberInWords = (value: number): string => String(value).replace("-", "\u2212");

export function withUnit(value: number, asked: NumberAsked): string {
  return asked.unit ? `${numberInWords(value)}\u00a0${asked.unit}` : numberInWords(value);
}

/** What a model says: no more digits than mean something. */
export function roughly(value: number): string {
  return numberInWords(Number(value.toPrecision(3)));
}

export function roughlyWithUnit(value: number, asked: NumberAsked): string {
  return asked.unit ? `${roughly(value)}\u00a0${asked.unit}` : roughly(value);
}

/** What the number may be, in words; empty where it may be anything. */
export function rangeInWords(asked: NumberAsked): string {
  const { lowest, highest } = asked;
  if (lowest !== null && highest !== null) return `${numberInWords(lowest)} to ${withUnit(highest, asked)}`;
  if (lowest !== null) return `at least ${withUnit(lowest, asked)}`;
  return highest === null ? "" : `at most ${withUnit(highest, asked)}`;
}

/** Whether a key in the empty box is a command, as no number begins with it. */
export const actsInNumberBox = (key: string): boolean => !TYPED.test(key);
