import { beforeEach, describe, expect, it } from "vitest";
import type { BulkReply, Filter, RowSummary, ExploreReply } from "../../core/api";
import { carryOut, countOverwritten, inWords } from "./bulk";
import { NOTHING, everything, toggle } from "./selection";

/** 1200 rows: the first 300 labelled 0, the next 100 labelled 1, the rest not labelled. */
class FakeServer {
  done: unknown[] = [];

  async explore(filter: Filter, _sort: string, offset: number, limit: number): Promise<ExploreReply> {
    const rows = Array.from({ length: 1200 }, (_, row) => ({ row, class_id: row < 300 ? 0 : row < 400 ? 1 : null }));
    const found = rows.filter(
      ({ class_id }) =>
        (filter.label === undefined || filter.label === class_id) &&
        (filter.status === undefined || (filter.status === "labelled") === (class_id !== null)),
    );
    return { total: found.length, n_blind: 0, items: found.slice(offset, offset + limit) as RowSummary[] };
  }

  async labelRows(classId: number | null, rows: number[]): Promise<BulkReply> {
    this.done.push(["rows", classId, rows]);
    return { n: rows.length, n_same: 0, n_kept: 0, uuid: "u1" };
  }

  async labelFiltered(classId: number | null, filter: Filter, expected: number): Promise<BulkReply> {
    this.done.push(["filter", classId, filter, expected]);
    return { n: expected, n_same: 0, n_kept: 0, uuid: "u2" };
  }

  async askAgain(rows: number[]): Promise<void> {
    this.done.push(["again", rows.length, rows[0], rows.at(-1)]);
  }
}

let server: FakeServer;
beforeEach(() => {
  server = new FakeServer();
});

const AS_1 = { kind: "label", class_id: 1, name: "spam" } as const;

describe("labels that would be replaced", () => {
  it.each<[Filter, number]>([
    [{}, 300],
    [{ label: 0 }, 300],
    [{ label: 1 }, 0],
    [{ status: "labelled" }, 300],
    [{ status: "unlabelled" }, 0],
  ])("are counted by the server where all rows of %o get class 1", async (filter, n) => {
    expect(await countOverwritten(server, everything(1200), filter, AS_1)).toBe(n);
  });

  it("are all labels where rows are skipped, none where an opinion is asked for", async () => {
    expect(await countOverwritten(server, everything(1200), {}, { kind: "skip" })).toBe(400);
    expect(await countOverwritten(server, everything(1200), {}, { kind: "again" })).toBe(0);
  });

  it("are counted here where rows were ticked one by one", async () => {
    const page = [{ row: 3, class_id: 0 }];
    expect(await countOverwritten(server, toggle(NOTHING, page, 3), {}, AS_1)).toBe(1);
  });
});

describe("carrying out", () => {
  const ticked = toggle(NOTHING, [{ row: 3, class_id: 0 }], 3);

  it("sends rows, or the filter with the number that the person saw", async () => {
    expect(await carryOut(server, ticked, {}, AS_1)).toMatchObject({ n: 1, uuid: "u1" });
    expect(await carryOut(server, everything(100), { label: 1 }, { kind: "skip" })).toMatchObject({ n: 100, uuid: "u2" });
    expect(server.done).toEqual([
      ["rows", 1, [3]],
      ["filter", null, { label: 1 }, 100],
    ]);
  });

  it("asks again for every matching row, over all pages", async () => {
    expect(await carryOut(server, everything(1200), {}, { kind: "again" })).toMatchObject({ n: 1200, uuid: null });
    expect(server.done).toEqual([["again", 1200, 0, 1199]]);
  });
});

describe("what was done", () => {
  it("counts only rows on which something changed, and says what became of the others", () => {
    expect(inWords(AS_1, { n: 3, n_same: 0, n_kept: 0, uuid: "u" })).toBe("Labelled 3 rows as spam.");
    expect(inWords(AS_1, { n: 0, n_same: 2, n_kept: 1, uuid: "u" })).toBe(
      "Labelled 0 rows as spam. 2 rows had this label already. " +
        "1 row keeps its label: a reviewer decided it, or several opinions count.",
    );
    expect(inWords({ kind: "skip" }, { n: 1, n_same: 1, n_kept: 0, uuid: "u" })).toBe(
      "Skipped 1 row. 1 row was skipped already.",
    );
  });
});
