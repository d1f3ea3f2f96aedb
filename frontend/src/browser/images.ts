import type { Item } from "../core/api";

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
