"""How many labels does the labelling page need? ``python benchmarks/labelling/labels_needed.py`` writes README.md.

An oracle labels real data through the HTTP API of ``querist label``, with all defaults. Counted are the labels until
the default model, trained on them, reaches 95 % of the accuracy that it has when trained on the whole pool, on a test
part that the page never sees. Compared with the same count for rows in random order.
"""

import argparse
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import scipy.sparse
from page_client import served
from problems import IMAGES, TABLES, TEXTS, LabellingProblem, data_folder, load

from querist.labelling.log.settings import AUTO, Settings
from querist.session.parts import resolve_estimator

HERE = Path(__file__).parent
SHARE = 0.95
# Labels between two trainings, and between two looks at the test part; accuracy must hold for so many looks.
EVERY = 10
HOLDS = 3
# With more classes thousands of labels are needed, and a training takes seconds.
MANY_CLASSES, EVERY_OF_MANY = 20, 50


def every(problem: LabellingProblem) -> int:
    """Return the number of labels between two looks."""
    return EVERY_OF_MANY if len(problem.classes) > MANY_CLASSES else EVERY


def labels_needed(problem: LabellingProblem, rows: Iterable[int], target: float) -> int:
    """Return after how many labels the accuracy reaches the target and stays there for three looks."""
    seen: list[int] = []
    held = 0
    for row in rows:
        seen.append(row)
        if len(seen) % every(problem):
            continue
        held = held + 1 if accuracy(problem, seen) >= target else 0
        if held == HOLDS:
            return len(seen) - (HOLDS - 1) * every(problem)
    return len(seen)


def accuracy(problem: LabellingProblem, rows: list[int]) -> float:
    """Return the accuracy of the default model, trained on some rows, on the test part."""
    labels = np.array([problem.truth[row] for row in rows])
    if np.unique(labels).size < 2:
        return float((problem.y_test == labels[0]).mean())
    kind = "text" if scipy.sparse.issparse(problem.X) else "table"
    model = (
        resolve_estimator(Settings(kind, auto=AUTO).estimator_in_use)
        .set_params(random_state=0)
        .fit(problem.X[rows], labels)
    )
    return float((model.predict(problem.X_test) == problem.y_test).mean())


def measure(name: str, data: Path, seed: int, options: list[str]) -> dict[str, float]:
    """Return the labels needed by the page and by random rows, on one split."""
    with tempfile.TemporaryDirectory() as folder:
        problem = load(name, data, Path(folder), seed)
        n_rows = len(problem.truth)
        full = accuracy(problem, list(range(n_rows)))
        random = np.random.default_rng(seed).permutation(n_rows).tolist()
        with served(problem, Path(folder) / "p.querist", options) as client:
            page = labels_needed(problem, client.label(problem.truth, every=every(problem)), SHARE * full)
        return {
            "seed": seed,
            "n_rows": n_rows,
            "n_classes": len(problem.classes),
            "full": round(full, 4),
            "random": labels_needed(problem, random, SHARE * full),
            "page": page,
        }


def table(found: dict[str, list[dict[str, float]]], names: Iterable[str]) -> list[str]:
    """Return the lines of one table."""
    lines = [
        "| data | rows to label | classes | accuracy, all labelled | random | page | page / random |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in names:
        if runs := found.get(name):
            mean = {key: np.mean([run[key] for run in runs]) for key in runs[0]}
            lines.append(
                f"| {name} | {mean['n_rows']:.0f} | {mean['n_classes']:.0f} | {mean['full']:.3f} "
                f"| {mean['random']:.0f} | {mean['page']:.0f} | **{mean['page'] / mean['random']:.2f}** |"
            )
    return lines


def page(found: dict[str, list[dict[str, float]]]) -> str:
    """Return the published page."""
    n_seeds = sorted({len(runs) for runs in found.values()})
    lines = [
        "# Labels needed",
        "",
        "Written by `python benchmarks/labelling/labels_needed.py`. An oracle labels real data through the HTTP API",
        "of `querist label` with all defaults, a fifth of the questions being the audit's random ones. Counted are the",
        f"labels until the default model reaches {SHARE:.0%} of the accuracy of the model trained on the whole pool,",
        f"on a quarter of the rows kept for testing ({HOLDS} looks in a row, one each {EVERY} labels, or",
        f"{EVERY_OF_MANY} with more than {MANY_CLASSES} classes). Means over",
        f"{' to '.join(str(count) for count in n_seeds)} splits of the",
        "same count for random rows and for the page.",
        "",
        "## Texts",
        "",
        *table(found, TEXTS),
        "",
        "## Tables and images",
        "",
        *table(found, (*TABLES, *IMAGES)),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure what is not measured yet, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=data_folder())
    parser.add_argument("--only", nargs="*", default=[*TEXTS, *TABLES, *IMAGES])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--strategy", help="another one than the default; nothing is written then")
    arguments = parser.parse_args()
    kept = HERE / "labels_needed.json"
    options = ["--strategy", arguments.strategy] if arguments.strategy else []
    found = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() and not options else {}
    for seed in range(arguments.seeds):
        for name in arguments.only:
            if seed in [run["seed"] for run in found.get(name, [])]:
                continue
            found.setdefault(name, []).append(measure(name, arguments.data, seed, options))
            print(name, found[name][-1], flush=True)
            if not options:
                kept.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
                (HERE / "README.md").write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
