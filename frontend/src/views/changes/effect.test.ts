import { describe, expect, it } from "vitest";

import type { Effect } from "../../core/api";
import { effectWords } from "./effect";

const NOTHING: Effect = {
  n_acts: 0, n_answers: 0, n_skips: 0, n_others: 0, n_rows: 0, n_lost: 0, n_changed: 0, n_gained: 0, n_check: 0, classes: [], promises: [],
};

describe("effectWords", () => {
  it("tells what counts no more, and what becomes of the rows", () => {
    const effect = { ...NOTHING, n_acts: 1304, n_answers: 1300, n_skips: 3, n_others: 1, n_lost: 1200, n_changed: 1, n_check: 2 };
    expect(effectWords(effect, false)).toEqual([
      "1,300 answers, 3 skips and 1 flag, comment or request for another opinion no longer count.",
      "1,200 rows lose their label and are asked again and 1 row gets another label.",
      "2 check questions are asked again; figures that rest on them wait for the answers.",
    ]);
  });

  it("tells what counts again", () => {
    expect(effectWords({ ...NOTHING, n_acts: 1, n_answers: 1, n_gained: 1 }, true)).toEqual([
      "1 answer counts again.",
      "1 row gets a label.",
    ]);
  });

  it("names promises, and says where no label changes", () => {
    const promises = [{ attempt: 2, kind: "auto_label" as const, n_draws: 1 }];
    expect(effectWords({ ...NOTHING, promises }, false)).toEqual([
      "No label changes.",
      "1 random row of a labelling by the model (attempt 2) is among them: what it promises is worked out again.",
    ]);
  });
});
