/** What is looked at in the explore view, as it stands in the address: filters, order, page, open row. */

import type { Filter, ExploreSort, Status } from "../../core/api";

export interface ExploreQuery {
  filter: Filter;
  /** Only rows like this one. */
  like: number | null;
  sort: ExploreSort;
  /** From 0. */
  page: number;
  /** The row whose detail is open. */
  row: number | null;
}

export const SORTS: readonly ExploreSort[] = [
  "row",
  "-row",
  "confidence",
  "-confidence",
  "-time",
  "time",
  "-seconds",
  "seconds",
  "number",
  "-number",
];
const STATUSES: readonly Status[] = ["labelled", "skipped", "model", "unlabelled"];
const WHOLE = ["label", "prediction", "annotator", "same_as"] as const;
const COPIES = ["grouped", "nearly", "apart"] as const;
const SHARES = ["min_confidence", "max_confidence"] as const;
const NUMBERS = ["min_number", "max_number"] as const;
const FLAGS = ["flagged", "disagree", "open_comments"] as const;

export const EVERYTHING: ExploreQuery = { filter: {}, like: null, sort: "row", page: 0, row: null };

/** Reads the part of an address after the `?`. What makes no sense there is left out: links are typed by people. */
export function parseQuery(text: string): ExploreQuery {
  const params = new URLSearchParams(text);
  const filter: Filter = {};
  const search = params.get("search");
  if (search) filter.search = search;
  const status = STATUSES.find((known) => known === params.get("status"));
  if (status) filter.status = status;
  const copies = COPIES.find((known) => known === params.get("copies"));
  if (copies) filter.copies = copies;
  for (const name of WHOLE) {
    const value = whole(params.get(name));
    if (value !== null) filter[name] = value;
  }
  for (const name of SHARES) {
    const value = share(params.get(name));
    if (value !== null) filter[name] = value;
  }
  for (const name of NUMBERS) {
    const value = finite(params.get(name));
    if (value !== null) filter[name] = value;
  }
  for (const name of FLAGS) {
    const value = params.get(name);
    if (value === "true" || value === "false") filter[name] = value === "true";
  }
  return {
    filter,
    like: whole(params.get("like")),
    sort: SORTS.find((known) => known === params.get("sort")) ?? EVERYTHING.sort,
    page: Math.max((whole(params.get("page")) ?? 1) - 1, 0),
    row: whole(params.get("row")),
  };
}

/** The inverse of `parseQuery`; only what differs from the default is written, always in the same order. */
export function formatQuery(query: ExploreQuery): string {
  const params = filterParams(query.filter);
  if (query.like !== null) params.set("like", String(query.like));
  if (query.sort !== EVERYTHING.sort) params.set("sort", query.sort);
  if (query.page > 0) params.set("page", String(query.page + 1));
  if (query.row !== null) params.set("row", String(query.row));
  return params.toString();
}

/** A copy of `filter` with one entry set; undefined or an empty text takes it out. */
export function withFilter<K extends keyof Filter>(
  filter: Filter,
  name: K,
  value: Filter[K],
): Filter {
  const changed = { ...filter };
  if (value === undefined || value === "") delete changed[name];
  else changed[name] = value;
  return changed;
}

export function nFilters(filter: Filter): number {
  return Object.keys(filter).length;
}

function filterParams(filter: Filter): URLSearchParams {
  const params = new URLSearchParams();
  const names = ["search", "status", "copies", ...WHOLE, ...SHARES, ...NUMBERS, ...FLAGS] as const;
  for (const name of names) {
    const value = filter[name];
    if (value !== undefined) params.set(name, String(value));
  }
  return params;
}

function whole(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function finite(text: string | null): number | null {
  const value = text === null || text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

function share(text: string | null): number | null {
  const value = text === null || text.trim() === "" ? NaN : Number(text);
  return value >= 0 && value <= 1 ? value : null;
}
