"""Do libraries that name the same strategy ask about the same rows? ``python benchmarks/implementations/run.py``.

    run.py setup      # one environment with all of them, under .env
    run.py            # asks all of them, and writes README.md

Along one history (the rows that the paper's formula asks), each library is asked what it would ask next, given the same
probabilities, answers and committee. Then each walks alone, and the areas under the curves are compared.
"""

import argparse
import json
import os
import subprocess
import sys
import venv
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# The newest of each, and what they need; the last three ask for packages that these strategies do not use.
_PACKAGES = (
    "numpy==2.4.6",
    "scipy==1.17.1",
    "scikit-learn==1.9.1",
    "scikit-activeml==1.0.1",
    "pandas",
    "six",
    "matplotlib",
)
_ALSO = ("dill", "tqdm", "packaging", "prettytable", "Cython", "setuptools", "wheel", "typer", "rich", "platformdirs")
_BARE = ("small-text==1.4.1", "modAL-python==0.4.2.1", "alipy==1.2.5", "libact==0.1.6")
N_ROUNDS, N_FIRST, N_SPLITS = 30, 20, 3
KINDS = ("same", "tie", "rounding", "worse", "error")


def python() -> Path:
    """Return the interpreter of the environment."""
    return HERE / ".env" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def set_up() -> None:
    """Create the environment."""
    venv.create(HERE / ".env", with_pip=True, clear=True)
    # Without its compiled parts, which no compiler of today builds.
    environment = os.environ | {"LIBACT_BUILD_HINTSVM": "0", "LIBACT_BUILD_VARIANCE_REDUCTION": "0"}
    pip = [str(python()), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, *_PACKAGES, *_ALSO], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", *_BARE], check=True, env=environment)
    subprocess.run(
        [*pip, "--no-deps", "--editable", str(ROOT)], check=True, env=environment | {"QUERIST_SKIP_PAGE": "1"}
    )


def problems() -> Iterator[tuple[str, Any, Any, Any]]:
    """Yield a name, rows, codes and classifier of each problem."""
    from sklearn import datasets
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.preprocessing import StandardScaler

    sets = {"wine": datasets.load_wine, "breast cancer": datasets.load_breast_cancer}
    models = {
        "logistic regression": LogisticRegression(max_iter=5000, tol=1e-10),
        "naive Bayes": GaussianNB(),
        "extra trees": ExtraTreesClassifier(20, random_state=0),
    }
    for called, load in sets.items():
        X, y = load(return_X_y=True)
        for model_called, model in models.items():
            yield f"{called}, {model_called}", StandardScaler().fit_transform(X), y.astype(int), model


class World(NamedTuple):
    """A pool with its first answers, and rows to test on."""

    X: Any
    codes: Any
    first: Any
    X_test: Any
    codes_test: Any
    model: Any


def world_of(X: Any, codes: Any, model: Any, seed: int) -> World:
    """Return half of the rows as a pool in which every class has two first answers, and the other half to test on."""
    import numpy as np

    rng = np.random.default_rng(seed)
    order = rng.permutation(codes.size)
    pool, test = order[: codes.size // 2], order[codes.size // 2 :]
    first = [place for code in range(codes.max() + 1) for place in np.flatnonzero(codes[pool] == code)[:2].tolist()]
    first += [place for place in range(pool.size) if place not in first][: max(N_FIRST - len(first), 0)]
    return World(X[pool], codes[pool], np.sort(first), X[test], codes[test], model)


def question_of(world: World, rows: Any, strategy: str) -> tuple[Any, float]:
    """Fit the model, and the committee where it is asked; return what is asked, and the accuracy on the test rows."""
    import numpy as np
    from definitions import Question
    from sklearn.base import clone

    n_classes = world.codes.max() + 1
    fitted = clone(world.model).fit(world.X[rows], world.codes[rows])
    proba = fitted.predict_proba(world.X)
    members = []
    for place in range(5 if strategy in ("vote entropy", "mean KL") else 0):
        part = np.delete(rows, np.s_[place::5])
        member, found = clone(world.model).fit(world.X[part], world.codes[part]), np.zeros((len(world.X), n_classes))
        found[:, member.classes_] = member.predict_proba(world.X)
        members.append(found)
    free = np.setdiff1d(np.arange(len(world.X)), rows)
    score = float(fitted.score(world.X_test, world.codes_test))
    return Question(world.X, world.codes, rows, free, proba, np.array(members)), score


def verdict(question: Any, strategy: str, row: int) -> str:
    """Return how a row stands by the formula: the best, as good as the best, as good but for rounding, or worse."""
    import numpy as np
    from definitions import DEFINITIONS

    values = DEFINITIONS[strategy](question)
    best, found = values.max(), values[np.flatnonzero(question.free == row)[0]]
    if row == question.free[values.argmax()]:
        return "same"
    if best == found:
        return "tie"
    return "rounding" if best - found <= 1e-12 * max(abs(best), 1e-3) else "worse"


def measure() -> list[dict[str, Any]]:
    """Ask all libraries; return a record for each library, strategy and problem."""
    from definitions import DEFINITIONS
    from libraries import LIBRARIES

    found = []
    for called, X, codes, model in problems():
        worlds = [world_of(X, codes, model, seed) for seed in range(N_SPLITS)]
        for strategy in DEFINITIONS:
            verdicts, areas = along_the_formula(worlds, strategy)
            for (library, named), told in verdicts.items():
                share = {kind: told.count(kind) / len(told) for kind in KINDS}
                differs = share["same"] < 1
                answer = LIBRARIES[library][0]
                area = [walk(world, answer, named) for world in worlds] if differs else areas
                gaps = [100 * (one - other) for one, other in zip(area, areas, strict=True)]
                first = 1 + told.index("worse") % N_ROUNDS if "worse" in told else None
                found.append(
                    {"problem": called, "library": library, "strategy": named, "first": first, **share}
                    | {"area": sum(gaps) / len(gaps)}
                )
                print(json.dumps(found[-1]), flush=True)
    return found


def along_the_formula(worlds: list[World], strategy: str) -> tuple[dict[tuple[str, str], list[str]], list[float]]:
    """Ask the row that is best by the formula in each round; return what each library would have asked, and areas."""
    import numpy as np
    from definitions import DEFINITIONS
    from libraries import LIBRARIES

    verdicts: dict[tuple[str, str], list[str]] = {
        (library, named): []
        for library, (_, strategies) in LIBRARIES.items()
        for named in strategies
        if named.partition(",")[0] == strategy
    }
    areas = []
    for world in worlds:
        rows, scores = world.first, []
        for _ in range(N_ROUNDS):
            question, score = question_of(world, rows, strategy)
            scores.append(score)
            for (library, named), told in verdicts.items():
                try:
                    told.append(verdict(question, strategy, LIBRARIES[library][0](question, named)))
                except ValueError:
                    told.append("error")
            best = question.free[DEFINITIONS[strategy](question).argmax()]
            rows = np.sort(np.append(rows, best))
        areas.append(float(np.mean(scores)))
    return verdicts, areas


def walk(world: World, answer: Any, strategy: str) -> float:
    """Return the area under the curve where a library asks by itself; NaN if it ends with an error."""
    import numpy as np

    rows, scores = world.first, []
    for _ in range(N_ROUNDS):
        question, score = question_of(world, rows, strategy)
        scores.append(score)
        try:
            rows = np.sort(np.append(rows, answer(question, strategy)))
        except ValueError:
            return float("nan")
    return float(np.mean(scores))


def report(found: list[dict[str, Any]]) -> str:
    """Return the page."""
    import pandas as pd

    table = pd.DataFrame(found)
    shares = table.groupby(["strategy", "library"], sort=False)[[*KINDS, "area"]].mean()
    spread = table.groupby(["strategy", "library"], sort=False)["area"].agg(lambda values: values.abs().max())
    order = list(dict.fromkeys(table["strategy"]))
    lines = [
        "| strategy | library | the same row | another, equal by the formula | equal but for rounding "
        "| worse by the formula | an error | area under the curve, points: mean, largest of a problem |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for strategy in order:
        for library in dict.fromkeys(table["library"]):
            if (strategy, library) in shares.index:
                row = shares.loc[(strategy, library)]
                cells = [f"{row[kind]:.1%}" for kind in KINDS]
                cells.append(f"{row['area']:+.2f}, {spread.loc[(strategy, library)]:.2f}")
                lines.append(f"| {strategy} | {library} | {' | '.join(cells)} |")
    worse = table[table["worse"] + table["error"] > 0].sort_values(["strategy", "library", "problem"])
    lines += ["", "Where a row was asked that is worse by the formula, or none:", ""]
    lines += ["| strategy | library | problem | worse | error | first in round |", "|---|---|---|---|---|---|"]
    for row in worse.itertuples():
        first = "" if pd.isna(row.first) else int(row.first)
        told = f"{row.worse:.1%} | {row.error:.1%} | {first}"
        lines.append(f"| {row.strategy} | {row.library} | {row.problem} | {told} |")
    return "\n".join(lines)


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("command", nargs="?", choices=["setup", "measure"], default="measure")
    parser.add_argument("--here", action="store_true", help="in this environment")
    chosen = parser.parse_args()
    if chosen.command == "setup":
        set_up()
    elif not chosen.here:
        subprocess.run([str(python()), __file__, "--here"], check=True)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            page = report(measure())
        head, mark, rest = (HERE / "README.md").read_text().partition("<!-- measured -->\n")
        tail = rest.partition("<!-- end -->")[2]
        (HERE / "README.md").write_text(f"{head}{mark}{page}\n<!-- end -->{tail}")


if __name__ == "__main__":
    main()
