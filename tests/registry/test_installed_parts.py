"""Parts of third parties: a real small package, built and installed by pip, and packages with something wrong."""

import importlib
import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import make_classification

import querist
from querist import registry
from querist.checks import check_query_strategy
from querist.exceptions import InvalidParameterError, PackageWarning, UnknownNameError
from querist.registry.installed import brought

PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "distant-rows"
version = "1.2"

[tool.hatch.build.targets.wheel]
packages = ["distant_rows"]

[project.entry-points."querist.strategies"]
distant = "distant_rows:Distant"

[project.entry-points."querist.selections"]
every_other = "distant_rows.selection:EveryOther"

[project.entry-points."querist.estimators"]
nearest_mean = "distant_rows:nearest_mean"
"""
STRATEGY = '''
"""Distances."""
import numpy as np
from sklearn.linear_model import LogisticRegression
from querist.base import QueryStrategy


class Distant(QueryStrategy):
    """Ask the rows that lie farthest from the origin.

    Notes
    -----
    Utilities: the squared norm, at least 0.
    """

    needs_model = False
    measures_distances = True

    def __init__(self, power=2.0, selection=None, candidates=None, ties="random"):
        super().__init__(selection=selection, candidates=candidates, ties=ties)
        self.power = power

    def utilities(self, context):
        """See `QueryStrategy.utilities`."""
        return (np.abs(context.space.dense(context.candidates)) ** self.power).sum(axis=1)


def nearest_mean(C=0.01):
    """Return a strongly regularised logistic regression."""
    return LogisticRegression(C=C)
'''
SELECTION = '''
import numpy as np
from querist.base import Selection


class EveryOther(Selection):
    """Take every other of the rows with the highest utilities."""

    def select(self, utilities, *, batch_size, tie_keys, random_state, space, candidates):
        """See `Selection.select`."""
        order = np.lexsort((np.arange(utilities.size), -utilities))
        return np.concatenate([order[::2], order[1::2]])[:batch_size]
'''


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder into which pip has installed the package."""
    source = tmp_path_factory.mktemp("source")
    (source / "distant_rows").mkdir()
    (source / "pyproject.toml").write_text(PYPROJECT)
    (source / "distant_rows" / "__init__.py").write_text(STRATEGY)
    (source / "distant_rows" / "selection.py").write_text(SELECTION)
    target = tmp_path_factory.mktemp("environment") / "site-packages"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run([*command, "--target", target, source], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


def forget():
    brought.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "distant_rows"]:
        del sys.modules[name]
    importlib.invalidate_caches()


@pytest.fixture
def there(installed, monkeypatch):
    """The package, found by this process."""
    monkeypatch.syspath_prepend(installed)
    forget()
    yield installed
    monkeypatch.undo()
    forget()


def run(installed, *words, cwd):
    environment = {"PYTHONPATH": str(installed), "PATH": "", "XDG_CACHE_HOME": str(cwd), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, *map(str, words)], capture_output=True, text=True, check=False, env=environment, cwd=cwd
    )


def rows():
    return make_classification(80, n_features=4, random_state=0)


def test_names_of_installed_packages_are_known(there):
    assert {"distant", "margin"} <= set(querist.strategy_names())
    assert "nearest_mean" in querist.estimator_names()
    assert "every_other" in registry.part_names("selections")
    strategy = querist.make_strategy("distant", selection="every_other", power=4.0)
    assert (strategy.power, type(strategy.selection).__name__) == (4.0, "EveryOther")
    assert querist.make_estimator("nearest_mean", C=2.0).C == 2.0
    assert registry.registered_name("strategies", strategy) == "distant"
    assert registry.registered_name("selections", strategy.selection) == "every_other"
    assert registry.package_of("strategies", "distant") == "distant-rows 1.2"
    assert registry.package_of("strategies", "margin") is None
    with pytest.raises(UnknownNameError, match="Did you mean 'distant'"):
        querist.make_strategy("distnat")
    with pytest.raises(InvalidParameterError, match="no parameter 'powr'"):
        querist.make_strategy("distant", powr=1)


def test_the_strategy_keeps_the_laws(there):
    check_query_strategy(querist.make_strategy("distant"))


@pytest.mark.parametrize("as_object", [False, True])
def test_a_saved_session_opens_again_by_the_name(there, tmp_path, as_object):
    X, y = rows()
    strategy = "distant:selection=every_other,power=4"
    if as_object:
        strategy = querist.make_strategy("distant", selection="every_other", power=4)
    session = querist.Session(X, strategy=strategy, estimator="nearest_mean", classes=[0, 1], random_state=0)
    session.tell([0, 1, 2, 3], y[[0, 1, 2, 3]])
    asked = session.ask(3)
    session.tell(asked, y[asked])
    session.save(tmp_path / "session.json")
    following = session.ask(3)
    np.save(tmp_path / "X.npy", X)
    forget()
    again = querist.Session.load(tmp_path / "session.json", X)
    np.testing.assert_array_equal(again.ask(3), following)
    code = (
        "import numpy as np, querist; s = querist.Session.load('session.json', np.load('X.npy'));"
        "print([int(row) for row in s.ask(3)])"
    )
    done = run(there, "-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [int(row) for row in following]


def test_a_session_without_the_package_says_what_is_missing(there, tmp_path, monkeypatch):
    X, y = rows()
    session = querist.Session(X, strategy="distant", classes=[0, 1])
    session.tell([0, 1], y[[0, 1]])
    session.save(tmp_path / "session.json")
    monkeypatch.undo()
    forget()
    with pytest.raises(UnknownNameError, match="Unknown strategy 'distant'"):
        querist.Session.load(tmp_path / "session.json", X)


def test_a_simulation_knows_the_version_and_resumes(there, tmp_path):
    X, y = rows()
    options = {"strategies": ["distant", "distant:selection=every_other"], "estimators": "nearest_mean", "repeats": 1}
    options |= {"budget": 30, "n_jobs": 1, "out": tmp_path / "out"}
    first = querist.simulate(X, y, **options)
    assert first.experiment["versions"]["distant-rows"] == "1.2"
    assert first.experiment["strategies"]["distant"]["class"] == "distant_rows:Distant"
    done = []
    again = querist.simulate(X, y, progress=lambda *told: done.append(told), **options)
    assert done == []
    assert again.table.equals(first.table)


def test_the_command_line_lists_and_runs_it(installed, tmp_path):
    listed = run(installed, "-m", "querist", "strategies", cwd=tmp_path)
    assert listed.returncode == 0, listed.stderr
    line = next(line for line in listed.stdout.splitlines() if line.startswith("  distant "))
    assert line.endswith("Ask the rows that lie farthest from the origin. (from distant-rows 1.2)")
    words = [
        "bench",
        "sklearn:iris",
        "sklearn:wine",
        "--strategy",
        "distant",
        "--strategy",
        "margin:selection=every_other",
    ]
    words += ["--estimator", "nearest_mean", "--repeats", "2", "--budget", "30", "--jobs", "2"]
    done = run(installed, "-m", "querist", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "nearest_mean, distant: better than random on" in done.stdout


def test_the_recipe_in_the_documentation_keeps_the_laws(tmp_path, monkeypatch):
    page = (Path(__file__).parents[2] / "docs" / "strategies.md").read_text(encoding="utf-8")
    (recipe,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "recipe_of_the_page.py").write_text(recipe)
    monkeypatch.syspath_prepend(tmp_path)
    check_query_strategy(importlib.import_module("recipe_of_the_page").Distant())
    assert re.search(r'^distant = "distant_rows:Distant"$', page, re.MULTILINE)


def wrong(folder, name, entries, **modules):
    """Lay out an installed package by hand."""
    info = folder / f"{name}-0.5.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.5\n")
    (info / "entry_points.txt").write_text(textwrap.dedent(entries))
    for module, text in modules.items():
        (folder / f"{module}.py").write_text(text)


def test_a_package_with_something_wrong_breaks_no_other(there, tmp_path, monkeypatch):
    other = tmp_path / "site-packages"
    wrong(
        other, "wrong-parts",
        """
        [querist.strategies]
        broken = wrong_parts_broken:Strategy
        missing = wrong_parts_no_such_module:Strategy
        number = wrong_parts_number:value
        foreign = wrong_parts_number:Foreign
        margin = wrong_parts_number:Foreign
        distant = wrong_parts_number:Foreign
        """,
        wrong_parts_broken="raise RuntimeError('no such device')",
        wrong_parts_number="value = 3\n\n\nclass Foreign:\n    pass\n",
    )  # fmt: skip
    monkeypatch.syspath_prepend(other)
    forget()
    for name, words in {
        "broken": r"from wrong-parts 0.5 \(wrong_parts_broken:Strategy\), which cannot be loaded: RuntimeError: no",
        "missing": "cannot be loaded: ModuleNotFoundError",
        "number": "is neither a class nor a function",
        "foreign": "makes a Foreign, which is no querist.base.QueryStrategy",
        "distant": "Two packages bring a strategy 'distant': .*distant-rows 1.2",
    }.items():
        with pytest.raises(InvalidParameterError, match=words):
            querist.make_strategy(name)
    assert type(querist.make_strategy("margin")).__module__ == "querist.strategies.margin"
    with pytest.warns(PackageWarning) as told:
        names = querist.strategy_names()
    assert {"broken", "margin", "random"} <= set(names)
    messages = sorted(str(warning.message) for warning in told)
    assert len(messages) == 2
    assert messages[0].startswith("Two packages bring a strategy 'distant'")
    assert messages[1].startswith("wrong-parts 0.5 brings a strategy 'margin', which is a name of Querist's own")
    assert "nearest_mean" in querist.estimator_names()
    listed = run(f"{other}:{there}", "-m", "querist", "strategies", cwd=tmp_path)
    assert listed.returncode == 0
    assert "  margin  " in listed.stdout
    assert "no such device" in listed.stderr
    assert "Two packages bring a strategy 'distant'" in listed.stderr
    assert "Traceback" not in listed.stderr


def test_what_is_built_in_looks_at_no_package():
    code = (
        "import sys, querist; querist.make_strategy('margin'); querist.make_estimator('svc');"
        "from querist.registry.installed import brought; print(brought.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
