/** Keywords in a text, found in one pass: time grows with the text, hardly with the number of keywords. */

import { fold, withoutMarks } from "./fold";

export interface Span {
  start: number;
  end: number;
  /** The classes that the words speak for, in the order of the lists. */
  classes: readonly number[];
}

/** Words; characters of scripts that put no blanks between words; and any other character that is no blank. */
const UNSPACED = String.raw`[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]\p{M}*`;
const EVERYTHING = new RegExp(String.raw`${UNSPACED}|[\p{L}\p{N}\p{M}_]+?(?=${UNSPACED}|[^\p{L}\p{N}\p{M}_]|$)|[^\s]`, "gu");
/** Without the other characters: as a model reads a text. */
const WORDS = new RegExp(String.raw`${UNSPACED}|[\p{L}\p{N}\p{M}_]+?(?=${UNSPACED}|[^\p{L}\p{N}\p{M}_]|$)`, "gu");

/** Where a keyword goes on: by its next word, by the beginnings of its last word, or with blanks before. */
class Node {
  readonly next = new Map<string, Node>();
  /** Classes of the keywords that end here. */
  classes: readonly number[] = [];
  /** The beginnings of last words (`refund*`), and the classes of their keywords. */
  readonly beginnings = new Map<string, readonly number[]>();
  readonly lengths = new Set<number>();
}

interface Word {
  text: string;
  start: number;
  end: number;
}

export class Keywords {
  readonly #root = new Node();
  readonly #reads: RegExp;
  readonly size: number = 0;

  /**
   * Whole words, without regard to case and accents; `word*` is every word that begins so, a phrase its words in that
   * order. `loose`: what stands between the words of a phrase does not matter.
   */
  constructor(lists: readonly { class_id: number; words: readonly string[] }[], { loose = false } = {}) {
    this.#reads = loose ? WORDS : EVERYTHING;
    for (const { class_id, words } of lists) {
      for (const word of words) if (this.#add(word, class_id, loose)) this.size++;
    }
  }

  #add(keyword: string, classId: number, loose: boolean): boolean {
    const star = !loose && keyword.endsWith("*");
    const words = this.#words(star ? keyword.slice(0, -1) : keyword);
    const last = words.pop();
    if (last === undefined) return false;
    let node = this.#root;
    for (const [i, word] of words.entries()) node = step(node, key(word, words[i - 1], loose));
    const ending = key(last, words.at(-1), loose);
    if (star) {
      node.beginnings.set(ending, together(node.beginnings.get(ending), classId));
      node.lengths.add(ending.length);
    } else {
      const end = step(node, ending);
      end.classes = together(end.classes, classId);
    }
    return true;
  }

  #words(text: string): Word[] {
    const folded = fold(text);
    return Array.from(folded.matchAll(this.#reads), ({ 0: found, index }) => ({ text: withoutMarks(found), start: index, end: index + found.length }));
  }

  /** The keywords in a text, in order; of those that begin at the same word the longest, and none within another. */
  find(text: string): Span[] {
    if (this.size === 0) return [];
    const loose = this.#reads === WORDS;
    const words = this.#words(text);
    const spans: Span[] = [];
    for (let at = 0; at < words.length; at++) {
      const found = this.#longest(words, at, loose);
      if (found === null) continue;
      spans.push({ start: words[at]!.start, end: words[found.last]!.end, classes: found.classes });
      at = found.last;
    }
    return spans;
  }

  #longest(words: readonly Word[], at: number, loose: boolean): { last: number; classes: readonly number[] } | null {
    let last = -1;
    let classes: readonly number[] = [];
    let node: Node | undefined = this.#root;
    for (let i = at; node && i < words.length; i++) {
      const ending: string = key(words[i]!, i === at ? undefined : words[i - 1], loose);
      const next: Node | undefined = node.next.get(ending);
      const here = new Set(next?.classes);
      for (const length of node.lengths) {
        if (length <= ending.length) for (const id of node.beginnings.get(ending.slice(0, length)) ?? []) here.add(id);
      }
      if (here.size > 0) [last, classes] = [i, [...here]];
      node = next;
    }
    return last < 0 ? null : { last, classes };
  }
}

/** A word, and whether a blank stands before it: "c + +" is not "c++". */
function key(word: Word, before: Word | undefined, loose: boolean): string {
  return before !== undefined && !loose && before.end < word.start ? ` ${word.text}` : word.text;
}

function step(node: Node, word: string): Node {
  let next = node.next.get(word);
  if (!next) node.next.set(word, (next = new Node()));
  return next;
}

const together = (known: readonly number[] | undefined, classId: number): readonly number[] =>
  known?.includes(classId) ? known : [...(known ?? []), classId];

export interface Piece {
  text: string;
  /** By layer, the span that the piece lies in. */
  spans: (Span | undefined)[];
}

/** A text cut where the spans of any layer begin and end; those of one layer do not overlap. */
export function cut(text: string, layers: readonly (readonly Span[])[]): Piece[] {
  const edges = layers.flatMap((spans) => spans.flatMap(({ start, end }) => [start, end]));
  const places = [...new Set([0, ...edges.sort((a, b) => a - b), text.length])];
  const next = layers.map(() => 0);
  return places.slice(0, -1).map((start, i) => ({
    text: text.slice(start, places[i + 1]),
    spans: layers.map((spans, layer) => {
      while (spans[next[layer]!] && spans[next[layer]!]!.end <= start) next[layer]!++;
      const span = spans[next[layer]!];
      return span && span.start <= start ? span : undefined;
    }),
  }));
}
