"""The door: what `import querist` gives, and what it does not load."""

import json
import subprocess
import sys
from importlib.metadata import version

import pytest

import querist
from querist import exceptions

HEAVY = {"sklearn", "scipy", "pandas", "matplotlib", "skrub", "pyarrow", "typer", "rich", "numba", "joblib"}


def loaded_by(code):
    """Return the top-level packages that running some code loads, in a fresh interpreter."""
    program = f"{code}\nimport sys, json; print(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(result.stdout.splitlines()[-1]))


def test_every_public_name_is_there_and_listed():
    for name in querist.__all__:
        assert getattr(querist, name) is not None
    assert set(querist.__all__) <= set(dir(querist))
    assert list(querist.__all__) == sorted(querist.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Sesion'"):
        _ = querist.Sesion


@pytest.mark.parametrize(
    "name", ["agreement", "audit", "checks", "data", "exceptions", "learners", "measures", "stopping", "strategies"]
)
def test_modules_are_reached_as_attributes(name):
    assert getattr(querist, name).__name__ == f"querist.{name}"
    assert getattr(querist, name).__doc__


def test_the_version_is_the_packages():
    assert querist.__version__ == version("querist")


def test_importing_querist_loads_nothing_heavy():
    assert not loaded_by("import querist") & (HEAVY | {"numpy"})


def test_help_loads_no_scientific_package():
    code = "import sys; sys.argv = ['querist', '--help']\nfrom querist.cli.main import app\napp(standalone_mode=False)"
    assert not loaded_by(code) & {"sklearn", "scipy", "pandas", "matplotlib", "skrub", "pyarrow"}


def test_names_of_strategies_are_known_without_loading_scikit_learn():
    assert "sklearn" not in loaded_by("import querist; assert 'margin' in querist.strategy_names()")


def test_the_tree_of_errors_is_drawn_as_it_is():
    drawn = exceptions.__doc__
    for name in exceptions.__all__:
        kind = getattr(exceptions, name)
        assert issubclass(kind, exceptions.QueristError | exceptions.QueristWarning)
        line = next(line for line in drawn.splitlines() if line.strip(" │├└─").split(" ")[0] == name)
        builtin = line.partition("(")[2].partition(")")[0] if "(" in line else ""
        if builtin:
            assert builtin in {base.__name__ for base in kind.__mro__}


@pytest.mark.parametrize("kind", ["strategies", "selections", "candidates", "estimators"])
def test_every_registered_name_leads_somewhere(kind):
    from querist import registry

    for name in registry.part_names(kind):
        assert callable(registry.load(kind, name))


def test_dask_is_loaded_by_pools_of_dask_only():
    assert "dask" not in loaded_by("import numpy, querist; querist.Session(numpy.eye(9), random_state=0).ask(3)")
