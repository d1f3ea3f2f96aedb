/** Which guidelines a person has read, kept in this browser. */

type Keeper = Pick<Storage, "getItem" | "setItem">;

export type Reading = "new" | "changed" | "read";

export class ReadMark {
  readonly #name: string;

  constructor(
    private readonly keeper: Keeper,
    projectId: string,
    person: number,
  ) {
    this.#name = `querist-guidelines-${projectId}-${person}`;
  }

  /** What these guidelines are to the person; none are as good as read. */
  of(text: string): Reading {
    if (text === "") return "read";
    try {
      const kept = this.keeper.getItem(this.#name);
      return kept === null ? "new" : kept === digest(text) ? "read" : "changed";
    } catch {
      // Storage may be forbidden: then nobody is told again and again.
      return "read";
    }
  }

  set(text: string): void {
    try {
      this.keeper.setItem(this.#name, digest(text));
    } catch {
      // Forbidden or full: they are told of the guidelines again.
    }
  }
}

/** 53 bits of a text, and its length: enough to see that it is another. */
function digest(text: string): string {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 2654435761);
    b = Math.imul(b ^ text.charCodeAt(i), 1597334677);
  }
  return `${text.length}-${(a >>> 0).toString(36)}${(b >>> 0).toString(36)}`;
}
