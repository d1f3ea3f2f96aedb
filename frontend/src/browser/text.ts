import { type Piece, cut } from "../core/keywords";
import { nameParts, pieces } from "../core/pieces";
import type { Layer } from "../views/parts/look";
import { afterPaint } from "./paint";

function nodes(parts: readonly string[]): (Node | string)[] {
  return parts.flatMap((part, i) => (i === 0 ? [part] : [document.createElement("wbr"), part]));
}

/** Of a long text so much is marked before the first paint: more than a card shows. */
const AT_ONCE = 3000;

/** An attachment that writes a text, plain as it is, with places where its endless runs may break and words marked. */
export function broken(text: string, layers: readonly Layer[] = []): (element: HTMLElement) => void | (() => void) {
  return (element) => {
    const found = layers.map(({ words }) => words.find(text));
    if (found.every((spans) => spans.length === 0)) return element.replaceChildren(...nodes(pieces(text)));
    let stop = (): void => {};
    // Marks move no letter: what they leave of a long text for the next frames stands there at once.
    const write = (parts: readonly Piece[], place: (...nodes: (Node | string)[]) => void): void => {
      let [length, n] = [0, 0];
      while (n < parts.length && length < AT_ONCE) length += parts[n++]!.text.length;
      const rest = parts.slice(n);
      const left = document.createElement("span");
      left.append(...nodes(pieces(rest.map((part) => part.text).join(""))));
      place(...parts.slice(0, n).flatMap((part) => written(part, layers)), ...(rest.length > 0 ? [left] : []));
      if (rest.some(isMarked)) stop = afterPaint(() => write(rest, (...made) => left.replaceWith(...made)));
    };
    write(cut(text, found), (...made) => element.replaceChildren(...made));
    return () => stop();
  };
}

const isMarked = (piece: Piece): boolean => piece.spans.some((span) => span !== undefined);

function written(piece: Piece, layers: readonly Layer[]): (Node | string)[] {
  const inside = nodes(pieces(piece.text));
  if (!isMarked(piece)) return inside;
  const mark = document.createElement("mark");
  const titles: string[] = [];
  for (const [i, span] of piece.spans.entries()) {
    if (span === undefined) continue;
    const { kind, told } = layers[i]!;
    const { title, colour } = told(span);
    mark.classList.add(kind);
    titles.push(title);
    if (colour !== undefined) mark.style.setProperty("--class-colour", colour);
  }
  mark.title = titles.join("; ");
  mark.append(...inside);
  return [mark];
}

/** An attachment that writes a name, with places to break where its words are joined. */
export function named(name: string): (element: HTMLElement) => void {
  return (element) => element.replaceChildren(...nodes(nameParts(name)));
}
