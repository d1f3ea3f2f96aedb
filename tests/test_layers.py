"""The layers are a contract, and the contract can fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from house import House, circles

ROOT = Path(__file__).parents[1]


def lint(folder):
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c(['--no-cache'])"],
        cwd=folder, capture_output=True, text=True, env={"PYTHONPATH": str(folder / "src"), "PATH": ""}, check=False,
    )  # fmt: skip


@pytest.fixture
def copy(tmp_path):
    pytest.importorskip("importlinter", reason="import-linter is not installed")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("measures/ranking.py", "import querist.session"),
        ("strategies/margin.py", "import querist.strategies.entropy"),
        ("session/state.py", "import typer"),
        ("cli/label.py", "import querist.store.store"),
        ("web/app.py", "import numpy"),
        ("store/rows.py", "import querist.data"),
    ],
)
def test_a_planted_import_breaks_the_contract(copy, module, line):
    path = copy / "src" / "querist" / module
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    result = lint(copy)
    assert result.returncode != 0
    assert "BROKEN" in result.stdout


def test_a_folder_without_a_place_breaks_the_contract(copy):
    folder = copy / "src" / "querist" / "newcomer"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    assert lint(copy).returncode != 0


def test_tests_mirror_the_sources_by_folder():
    sources, tests = ROOT / "src" / "querist", ROOT / "tests"
    packages = {path.parent.relative_to(sources).as_posix() for path in sources.rglob("*.py")} - {"."}
    files = list(tests.rglob("test_*.py"))
    tested = {path.parent.relative_to(tests).as_posix() for path in files} - {".", "benchmarks", "e2e"}
    assert tested - packages == set(), "tests of no package"
    assert {name.partition("/")[0] for name in packages} - {name.partition("/")[0] for name in tested} == set()
    assert len({path.name for path in files}) == len(files)


def test_modules_stay_small():
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / "src").rglob("*.py")}
    large = {str(path.relative_to(ROOT)): size for path, size in sizes.items() if size > 600}
    assert not large


def found_circles(package):
    return circles(House.read(package).imports(deferred=True))


def test_no_modules_import_each_other_in_a_circle():
    """Imports inside functions, and those for type checkers only, included."""
    assert found_circles(ROOT / "src" / "querist") == []


@pytest.mark.parametrize(
    "line",
    [
        "import house.kitchen",
        "from house import kitchen",
        "def late():\n    from house.kitchen import stove",
        "if TYPE_CHECKING:\n    from house.kitchen import Stove",
    ],
)
def test_a_planted_circle_is_found(tmp_path, line):
    folder = tmp_path / "house"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "kitchen.py").write_text("import house.cellar\n")
    (folder / "cellar.py").write_text("import os\n")
    assert found_circles(folder) == []
    (folder / "cellar.py").write_text(line)
    assert found_circles(folder) == [["house.cellar", "house.kitchen"]]
