import type { Item } from "../core/api";

/** Images of at most so many pixels a side are shown with their pixels as squares, wherever they are shown. */
const TINY = 96;

export function isTiny(image: HTMLImageElement): boolean {
  return Math.max(image.naturalWidth, image.naturalHeight) <= TINY;
}

/** An attachment: a tiny image is not smoothed beyond recognition. */
export function crisp(image: HTMLImageElement): () => void {
  const loaded = (): void => {
    image.style.imageRendering = isTiny(image) ? "pixelated" : "";
  };
  if (image.complete && image.naturalWidth > 0) loaded();
  image.addEventListener("load", loaded);
  return () => image.removeEventListener("load", loaded);
}

/** Keeps the images of the next items loaded and decoded, so that they show with the frame of the key press. */
export class Preloader {
  readonly #images = new Map<string, HTMLImageElement>();

  keep(items: readonly Item[]): void {
    const wanted = new Set(items.map((item) => item.image).filter((address) => address !== null));
    for (const address of this.#images.keys()) if (!wanted.has(address)) this.#images.delete(address);
    for (const address of wanted) {
      if (this.#images.has(address)) continue;
      const image = new Image();
      image.src = address;
      // One that does not decode is told when its item is on screen.
      image.decode().catch(() => {});
      this.#images.set(address, image);
    }
  }
}
