/** Guidelines: a small part of Markdown as a tree. What is not known stands there as it was written; HTML is text. */

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "strong"; inside: Inline[] }
  | { kind: "em"; inside: Inline[] }
  | { kind: "link"; href: string; inside: Inline[] };

export type Block =
  | { kind: "heading"; level: number; inside: Inline[] }
  | { kind: "paragraph"; inside: Inline[] }
  | { kind: "list"; start: number | null; items: Block[][] }
  | { kind: "quote"; blocks: Block[] }
  | { kind: "code"; text: string }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] }
  | { kind: "rule" };

/** Deeper than this nobody indents; what does is read as a paragraph. */
const DEEPEST = 6;
// Bounded, so that an opening without an end costs little.
const INLINE =
  /\\([!-/:-@[-`{-~])|`([^`\n]{1,2000})`|\*\*(?=\S)((?:[^*\n]|\*(?!\*)){1,2000})\*\*|\*(?=\S)([^*\n]{1,2000})\*|(?<![\p{L}\p{N}_])_(?=\S)([^_\n]{1,2000})_(?![\p{L}\p{N}_])|!?\[([^[\]\n]{1,500})\]\(([^()\s]{1,2000})\)|<?(https?:\/\/[^\s<>]{1,2000})>?/gu;
const LIST = /^( *)(?:[-*+]|(\d{1,9})[.)]) +(?=\S)/;
const HEADING = /^(#{1,6}) +(\S.*?)(?: +#+)? *$/;
const FENCE = /^ {0,3}(```+|~~~+)/;
const RULE = /^ {0,3}([-*_])(?: *\1){2,} *$/;
const QUOTE = /^ {0,3}> ?/;
const TABLE_LINE = /^ {0,3}\|?(?: *:?-+:? *\|)+(?: *:?-+:? *)?$/;

export function markdown(text: string): Block[] {
  return blocks(text.replace(/\r\n?/g, "\n").replace(/\t/g, "    ").split("\n"), 0);
}

function blocks(lines: readonly string[], depth: number): Block[] {
  const found: Block[] = [];
  let at = 0;
  /** Lines from here as long as they belong. */
  const take = (belongs: (line: string, n: number) => boolean): string[] => {
    const first = at;
    while (at < lines.length && belongs(lines[at]!, at - first)) at++;
    return lines.slice(first, at);
  };
  while (at < lines.length) {
    const line = lines[at]!;
    const fence = FENCE.exec(line)?.[1];
    const heading = HEADING.exec(line);
    if (line.trim() === "") at++;
    else if (fence !== undefined) {
      at++;
      found.push({ kind: "code", text: take((each) => !each.trimStart().startsWith(fence)).join("\n") });
      at++;
    } else if (heading) {
      found.push({ kind: "heading", level: heading[1]!.length, inside: inlines(heading[2]!) });
      at++;
    } else if (RULE.test(line)) {
      found.push({ kind: "rule" });
      at++;
    } else if (QUOTE.test(line) && depth < DEEPEST) {
      const inside = take((each) => QUOTE.test(each)).map((each) => each.replace(QUOTE, ""));
      found.push({ kind: "quote", blocks: blocks(inside, depth + 1) });
    } else if (LIST.test(line) && depth < DEEPEST) found.push(list(take, depth));
    else if (line.includes("|") && TABLE_LINE.test(lines[at + 1] ?? "")) {
      const [head, , ...rows] = take((each) => each.includes("|")).map(cells);
      found.push({ kind: "table", head: head!, rows });
    } else {
      const text = take((each, n) => n === 0 || !(each.trim() === "" || [FENCE, HEADING, RULE, QUOTE, LIST].some((other) => other.test(each))));
      found.push({ kind: "paragraph", inside: inlines(text.map((each) => each.trim()).join("\n")) });
    }
  }
  return found;
}

type Take = (belongs: (line: string, n: number) => boolean) => string[];

function list(take: Take, depth: number): Block {
  const items: string[][] = [];
  let start: number | null = null;
  let [indent, ordered] = [0, false];
  let inside = 0;
  let blank = false;
  take((line) => {
    const mark = LIST.exec(line);
    const begins = line.length - line.trimStart().length;
    if (items.length === 0 && mark) {
      [indent, ordered] = [begins, mark[2] !== undefined];
      start = ordered ? Number(mark[2]) : null;
    }
    if (line.trim() === "") blank = true;
    else if (mark && begins <= indent + 1 && (mark[2] !== undefined) === ordered) {
      items.push([line.slice(mark[0].length)]);
      inside = mark[0].length;
      blank = false;
      return true;
    } else if (begins <= indent && (blank || mark)) return false;
    else blank = false;
    items.at(-1)!.push(line.slice(Math.min(begins, inside)));
    return true;
  });
  return { kind: "list", start, items: items.map((lines) => blocks(lines, depth + 1)) };
}

const cells = (line: string): Inline[][] =>
  line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => inlines(cell.trim()));

function inlines(text: string): Inline[] {
  const found: Inline[] = [];
  const add = (plain: string): void => {
    const last = found.at(-1);
    if (last?.kind === "text") last.text += plain;
    else if (plain !== "") found.push({ kind: "text", text: plain });
  };
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const [all, escaped, code, strong, em, emToo, title, target, address] = match;
    add(text.slice(end, match.index));
    end = match.index + all.length;
    if (escaped !== undefined) add(escaped);
    else if (code !== undefined) found.push({ kind: "code", text: code });
    else if (strong !== undefined) found.push({ kind: "strong", inside: inlines(strong) });
    else if (em !== undefined || emToo !== undefined) found.push({ kind: "em", inside: inlines(em ?? emToo!) });
    else if (title !== undefined) {
      const href = safe(target!);
      if (href === null) add(all);
      else found.push({ kind: "link", href, inside: [{ kind: "text", text: title }] });
    } else {
      // What ends a sentence does not belong to the address.
      const bare = address!.replace(/[.,;:!?'")\]]+$/, "");
      const href = safe(bare);
      if (href === null) add(all);
      else {
        found.push({ kind: "link", href, inside: [{ kind: "text", text: bare }] });
        if (!all.startsWith("<")) end = match.index + bare.length;
      }
    }
  }
  add(text.slice(end));
  return found;
}

/** An address that may be opened; null: any other, as one of a script or of this page. */
function safe(target: string): string | null {
  try {
    const { protocol, href } = new URL(target);
    return ["http:", "https:", "mailto:"].includes(protocol) ? href : null;
  } catch {
    return null;
  }
}
