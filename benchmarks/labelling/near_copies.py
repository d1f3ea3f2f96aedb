"""Near-copies beside each pair compared: ``python benchmarks/labelling/near_copies.py`` prints a table.

Rows in groups as `near_copies` finds them (MinHash, then each candidate exactly) and as all pairs give them; seconds of
CPU from texts to groups.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse

from querist.labelling.trainer.near_copies import LIKENESS, near_copies, words_of

DATA = Path(__file__).parents[3] / "shared" / "data" / "text"


def by_all_pairs(words):
    """Return how many rows are in groups if all pairs are compared."""
    binary = (words != 0).astype(np.float32)
    sizes = np.asarray(binary.sum(axis=1)).ravel()
    common = (binary @ binary.T).tocoo()
    alike = common.data / (sizes[common.row] + sizes[common.col] - common.data) >= LIKENESS
    graph = scipy.sparse.coo_matrix((alike, (common.row, common.col)), shape=common.shape)
    graph.eliminate_zeros()
    counts = np.bincount(scipy.sparse.csgraph.connected_components(graph, directed=False)[1])
    return int(counts[counts > 1].sum())


def main():
    """Measure and print."""
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    print("| set | texts | rows in groups | by all pairs | groups | seconds |\n|---|---|---|---|---|---|")
    for name in ("sms_spam", "subj", "banking77"):
        texts = [str(text) for text in pd.read_csv(DATA / f"{name}.csv")["text"]]
        start = time.process_time()
        groups = near_copies(words_of(texts))
        taken = time.process_time() - start
        found, all_pairs = sum(map(len, groups)), by_all_pairs(words_of(texts))
        print(f"| {name} | {len(texts):,} | {found:,} | {all_pairs:,} | {len(groups):,} | {taken:.2f} |", flush=True)


if __name__ == "__main__":
    main()
