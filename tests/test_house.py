"""The house is built of small parts, and what must be done in one way is done in one place."""

import ast
import re
from pathlib import Path

import pytest
from house import House, body_lines, public_names

SOURCES = Path(__file__).parents[1] / "src" / "querist"
HOUSE = House.read(SOURCES)
# The door that users stand at: what it shows is argued in docs/decisions/.
DOORS = {"Session"}


def lengths():
    return {f"{module}: {node.name}": body_lines(node) for module, node in HOUSE.functions()}


def test_functions_fit_on_a_page():
    assert {name: lines for name, lines in lengths().items() if lines > 80} == {}


def test_simulate_is_short():
    assert lengths()["querist.simulation.simulation: simulate"] < 60


def test_classes_show_few_names():
    known = HOUSE.classes()
    shown = {name: len(public_names(node, known)) for name, node in known.items() if name not in DOORS}
    assert {name: count for name, count in shown.items() if count > 25} == {}


WRITES = re.compile(
    r"""os\.(replace|rename|fsync|link)\(|mkstemp|\.write_(text|bytes)\(|open\([^)]*["'][wxa]b?\+?["']"""
)
# A file for one download, and an empty one that SQLite fills.
# The last two write nothing that is kept: a page that opens the browser and goes, and a wish to the kernel.
WRITERS = {
    "_files.py",
    "labelling/errands/work.py",
    "cli/browser.py",
    "labelling/trainer/__main__.py",
}


def test_files_for_somebody_are_written_by_one_module():
    found = {
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("*.py")
        if WRITES.search(path.read_text(encoding="utf-8"))
    }
    assert found == WRITERS


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f():\n    pass", 2),
        ('def f():\n    """One\n    two."""\n    pass', 2),
        ("def f(\n    a,\n    b,\n):\n    return a", 5),
    ],
)
def test_lines_are_counted_without_the_docstring(code, expected):
    assert body_lines(ast.parse(code).body[0]) == expected


def test_methods_are_counted_with_the_inherited_ones():
    code = "class A:\n    x: int\n    def f(self): ...\n    def _g(self): ...\nclass B(A):\n    def h(self): ..."
    first, second = ast.parse(code).body
    assert public_names(second, {"A": first, "B": second}) == {"f", "h"}
