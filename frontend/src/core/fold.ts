/** Texts without regard to case and accents. */

const MARKS = /[\u0300-\u036f]/g;
const MARKS_ONLY = /^[\u0300-\u036f]+$/;
/** Few characters come often. */
const known = new Map<string, string>([["’", "'"], ["ς", "σ"], ["Σ", "σ"]]);

/**
 * Lower case without the accents of Latin, Greek and Cyrillic letters, one character for each: positions stay those of
 * the text. Marks that make another letter (of Japanese, of Indian scripts) and the syllables of Korean stay.
 */
export function fold(text: string): string {
  return text.replace(/[^\0-\x7f]/g, folded).toLowerCase();
}

/** A folded text without the accents that stand as characters of their own: its positions are others. */
export const withoutMarks = (text: string): string => text.replace(MARKS, "");

function folded(character: string): string {
  let letter = known.get(character);
  if (letter === undefined) {
    const apart = character.normalize("NFD");
    letter = (apart.length === 1 || MARKS_ONLY.test(apart.slice(1)) ? apart.charAt(0) : character).toLowerCase();
    if (letter.length !== 1) letter = character;
    known.set(character, letter);
  }
  return letter;
}
