/** Which rows of a result are ticked: some, one by one and over several pages, or all that the filters let through. */

/** What must be known of a ticked row, so that the page can say what would be overwritten. */
export interface Ticked {
  row: number;
  class_id: number | null;
}

export type Selection =
  | { all: false; rows: ReadonlyMap<number, number | null>; anchor: number | null }
  | { all: true; total: number };

/** What is about to be done with the ticked rows. */
export type Deed = { kind: "label"; class_id: number; name: string } | { kind: "skip" } | { kind: "again" };

export const NOTHING: Selection = { all: false, rows: new Map(), anchor: null };

export function everything(total: number): Selection {
  return { all: true, total };
}

export function size(selection: Selection): number {
  return selection.all ? selection.total : selection.rows.size;
}

export function has(selection: Selection, row: number): boolean {
  return selection.all || selection.rows.has(row);
}

/**
 * Ticks or unticks one row of the page on screen; with `range` (shift), every row between it and the one before gets
 * the same tick. Where all matching rows were ticked, what stays ticked is the page on screen without that row.
 */
export function toggle(selection: Selection, page: readonly Ticked[], row: number, range = false): Selection {
  const at = page.findIndex((item) => item.row === row);
  if (at < 0) return selection;
  const ticked = !has(selection, row);
  const rows = new Map(selection.all ? page.map((item) => [item.row, item.class_id]) : selection.rows);
  const anchor = selection.all || !range ? -1 : page.findIndex((item) => item.row === selection.anchor);
  const [first, last] = anchor < 0 ? [at, at] : [Math.min(anchor, at), Math.max(anchor, at)];
  for (const item of page.slice(first, last + 1)) {
    if (ticked) rows.set(item.row, item.class_id);
    else rows.delete(item.row);
  }
  return { all: false, rows, anchor: row };
}

/** Ticks the whole page on screen, or unticks it where every row of it is ticked. */
export function togglePage(selection: Selection, page: readonly Ticked[]): Selection {
  if (selection.all) return NOTHING;
  const rows = new Map(selection.rows);
  const full = pageState(selection, page) === "all";
  for (const item of page) {
    if (full) rows.delete(item.row);
    else rows.set(item.row, item.class_id);
  }
  return { all: false, rows, anchor: null };
}

export function pageState(selection: Selection, page: readonly Ticked[]): "none" | "some" | "all" {
  const n = page.filter((item) => has(selection, item.row)).length;
  return n === 0 ? "none" : n === page.length ? "all" : "some";
}

/** How many of the ticked rows have a label that the deed would replace; null where only the server can tell. */
export function nOverwritten(selection: Selection, deed: Deed): number | null {
  if (deed.kind === "again") return 0;
  if (selection.all) return null;
  const kept = deed.kind === "label" ? deed.class_id : null;
  return [...selection.rows.values()].filter((id) => id !== null && id !== kept).length;
}

/** The question before a deed on many rows: what will happen, with numbers. */
export function question(deed: Deed, n: number, overwritten: number): string {
  const rows = `${n.toLocaleString("en")} ${n === 1 ? "row" : "rows"}`;
  if (deed.kind === "again") return `Ask for a second opinion on ${rows}? Another person will be asked; nobody's answer changes.`;
  const ask = deed.kind === "label" ? `Label ${rows} as ${deed.name}?` : `Skip ${rows}?`;
  if (overwritten === 0) return ask;
  const label = deed.kind === "label" ? "another label" : "a label";
  if (n === 1) return `${ask} It has ${label}.`;
  if (overwritten === n) return `${ask} All of them have ${label}.`;
  return `${ask} ${overwritten.toLocaleString("en")} of them ${overwritten === 1 ? "has" : "have"} ${label}.`;
}
