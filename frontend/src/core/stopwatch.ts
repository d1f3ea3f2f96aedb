/** Time that passes while the page is in view. */
export class Stopwatch {
  #running = false;
  #visible = true;
  #since = 0;
  #total = 0;

  restart(): void {
    this.#total = 0;
    this.#since = performance.now();
    this.#running = true;
  }

  setVisible(visible: boolean): void {
    if (visible === this.#visible) return;
    if (visible) this.#since = performance.now();
    else if (this.#running) this.#total += performance.now() - this.#since;
    this.#visible = visible;
  }

  /** Whole milliseconds since `restart`, pauses left out. */
  read(): number {
    const open = this.#running && this.#visible ? performance.now() - this.#since : 0;
    return Math.round(this.#total + open);
  }
}
