import { nameParts, pieces } from "../core/pieces";

function write(element: HTMLElement, parts: readonly string[]): void {
  element.replaceChildren(...parts.flatMap((part, i) => (i === 0 ? [part] : [document.createElement("wbr"), part])));
}

/** An attachment that writes a text, plain as it is, with places where its endless runs may break. */
export function broken(text: string): (element: HTMLElement) => void {
  return (element) => write(element, pieces(text));
}

/** An attachment that writes a name, with places to break where its words are joined. */
export function named(name: string): (element: HTMLElement) => void {
  return (element) => write(element, nameParts(name));
}
