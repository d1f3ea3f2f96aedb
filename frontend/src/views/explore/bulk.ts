/** Deeds on many rows: what only the server can count, and which requests they are. */

import type { BulkReply, Filter } from "../../core/api";
import type { Client } from "../../core/client";
import { counted } from "../parts/words";
import { type Deed, type Selection, nOverwritten } from "./selection";

type Server = Pick<Client, "explore" | "labelRows" | "labelFiltered" | "askAgain">;

/** Above this many rows a second opinion is not asked for at once: every one of them costs a person's time. */
export const MOST_AGAIN = 1000;
const CHUNK = 500;

/** How many labels a deed would replace. */
export async function countOverwritten(
  server: Server,
  selection: Selection,
  filter: Filter,
  deed: Deed,
): Promise<number> {
  const known = nOverwritten(selection, deed);
  if (known !== null) return known;
  if (filter.status && filter.status !== "labelled") return 0;
  const labelled = await total(server, { ...filter, status: "labelled" });
  if (deed.kind !== "label") return labelled;
  if (filter.label !== undefined && filter.label !== deed.class_id) return labelled;
  return labelled - (await total(server, { ...filter, status: "labelled", label: deed.class_id }));
}

/** What became of the rows: `n_same` had the label already, `n_kept` keep another one. */
export type Done = Omit<BulkReply, "uuid"> & { uuid: string | null };

/** What was done, in words that count only what changed. */
export function inWords(deed: Deed, { n, n_same, n_kept }: Done): string {
  const rows = counted(n, "row");
  if (deed.kind === "again") return `A second opinion will be asked for on ${rows}.`;
  const parts = [deed.kind === "label" ? `Labelled ${rows} as ${deed.name}.` : `Skipped ${rows}.`];
  const had = deed.kind === "label" ? "had this label already" : n_same === 1 ? "was skipped already" : "were skipped already";
  if (n_same) parts.push(`${counted(n_same, "row")} ${had}.`);
  if (n_kept) {
    parts.push(
      `${counted(n_kept, "row")} ${n_kept === 1 ? "keeps its" : "keep their"} label: a reviewer decided it, or several opinions count.`,
    );
  }
  return parts.join(" ");
}

/** Does it; the uuid undoes it, where it can be undone. */
export async function carryOut(
  server: Server,
  selection: Selection,
  filter: Filter,
  deed: Deed,
): Promise<Done> {
  if (deed.kind === "again") {
    const rows = selection.all ? await matching(server, filter, selection.total) : [...selection.rows.keys()];
    await server.askAgain(rows);
    return { n: rows.length, n_same: 0, n_kept: 0, uuid: null };
  }
  const classId = deed.kind === "label" ? deed.class_id : null;
  if (selection.all) return server.labelFiltered(classId, filter, selection.total);
  return server.labelRows(classId, [...selection.rows.keys()]);
}

async function matching(server: Server, filter: Filter, n: number): Promise<number[]> {
  const rows: number[] = [];
  for (let offset = 0; offset < n; offset += CHUNK) {
    const reply = await server.explore(filter, "row", offset, CHUNK);
    rows.push(...reply.items.map((item) => item.row));
  }
  return rows;
}

async function total(server: Server, filter: Filter): Promise<number> {
  return (await server.explore(filter, "row", 0, 1)).total;
}
