import { describe, expect, it } from "vitest";

import type { ModelStatus } from "./api";
import { modelWords } from "./model";

const status = (more: Partial<ModelStatus>): ModelStatus => ({
  state: "starting", version: 0, n_labels: 0, message: "Reading the rows: 500 of 2,000.", share: null, since: 1000, ...more,
});

describe("what the model does", () => {
  it("has how far it is and about how long it still takes, once that can be told", () => {
    expect(modelWords(status({ share: 0.25 }), 1_010_000)).toEqual({
      short: "Model starting: 25 %, about 30 s left",
      whole: "Model starting. Reading the rows: 500 of 2,000. 25 %, 10 s so far, about 30 s left.",
    });
    expect(modelWords(status({ share: 0.01 }), 1_010_000).short).toBe("Model starting: 1 %, 10 s");
  });

  it("says for how long where it is not known how far", () => {
    const loading = status({ message: "Loading the parts that it needs." });
    expect(modelWords(loading, 1_001_000).short).toBe("Model starting");
    expect(modelWords(loading, 1_150_000)).toEqual({
      short: "Model starting: 3 min",
      whole: "Model starting. Loading the parts that it needs. 3 min so far.",
    });
    expect(modelWords(status({ state: "training" }), 1_012_000).short).toBe("Model learning: 12 s");
  });

  it("says no more than its name where it rests, or the clocks differ", () => {
    expect(modelWords(status({ state: "ready", message: "" }), 5_000_000)).toEqual({ short: "Model up to date", whole: "Model up to date." });
    expect(modelWords(status({}), 900_000).short).toBe("Model starting");
  });
});
