import { pieces } from "../core/pieces";

/** An attachment that writes a text, plain as it is, with places where its endless runs may break. */
export function broken(text: string): (element: HTMLElement) => void {
  return (element) => {
    element.replaceChildren(
      ...pieces(text).flatMap((piece, i) => (i === 0 ? [piece] : [document.createElement("wbr"), piece])),
    );
  };
}
