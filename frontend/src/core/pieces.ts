/** Runs without a blank longer than this are words of no language. */
const LONG_RUN = /\S{200,}/gu;
/** Whole characters: a letter with its marks, an emoji with what is joined to it. */
const PIECE = /(?:\P{M}\p{M}*(?:\u200d\P{M}\p{M}*)*|\p{M}+){1,64}/gu;

/** A name in pieces after which a line may break, where its words are joined without blanks. */
export function nameParts(name: string): string[] {
  return name.split(/(?<=[_/.:|\\])(?=[\p{L}\p{N}])/u);
}

/**
 * The text in pieces between which a line may break (`<wbr>`): one piece, but for endless runs of characters. A browser
 * lays out a run of 20,000 letters in seconds, and the page would stand still for as long.
 */
export function pieces(text: string): string[] {
  const found: string[] = [];
  let end = 0;
  for (const { 0: run, index } of text.matchAll(LONG_RUN)) {
    const parts = run.match(PIECE) ?? [run];
    found.push(text.slice(end, index) + (parts[0] ?? ""), ...parts.slice(1, -1));
    // The last part goes with the text that follows.
    end = index + run.length - (parts.length > 1 ? parts.at(-1)!.length : 0);
  }
  found.push(text.slice(end));
  return found;
}
