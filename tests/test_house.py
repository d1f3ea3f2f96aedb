"""The house is built of small parts, and what must be done in one way is done in one place."""

import ast
import re
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[1] / "src" / "querist"
FILES = sorted(SOURCES.rglob("*.py"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
# The door that users stand at: what it shows is argued in docs/decisions/.
DOORS = {"Session"}


def length(function):
    """Lines of a function; those of its docstring do not count, since a parameter more shall not shorten the words."""
    lines = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines -= first.end_lineno - first.lineno + 1
    return lines


def named(path, node):
    return f"{path.relative_to(SOURCES)}: {node.name}"


def functions():
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield named(path, node), length(node)


def public_names(node):
    """Names without an underscore that stand in the body of a class: methods, properties, fields."""
    names = {item.name for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)}
    fields = [item.target for item in node.body if isinstance(item, ast.AnnAssign)]
    names |= {field.id for field in fields if isinstance(field, ast.Name)}
    return {name for name in names if not name.startswith("_")}


def test_functions_fit_on_a_page():
    assert {name: lines for name, lines in functions() if lines > 80} == {}


def test_simulate_is_short():
    assert dict(functions())["simulation/simulation.py: simulate"] < 60


def test_classes_show_few_names():
    shown = {
        named(path, node): len(public_names(node))
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name not in DOORS
    }
    assert {name: count for name, count in shown.items() if count > 25} == {}


WRITES = re.compile(
    r"""os\.(replace|rename|fsync|link)\(|mkstemp|\.write_(text|bytes)\(|open\([^)]*["'][wxa]b?\+?["']"""
)
# A file for one download, and an empty one that SQLite fills.
WRITERS = {"_files.py", "web/routes/exports.py", "store/database.py"}


def test_files_for_somebody_are_written_by_one_module():
    found = {path.relative_to(SOURCES).as_posix() for path in FILES if WRITES.search(path.read_text(encoding="utf-8"))}
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
    assert length(ast.parse(code).body[0]) == expected


def test_names_are_counted_that_stand_in_the_class():
    code = "class A:\n    x: int\n    def f(self):\n        self.y = self._z = 1\n    def _g(self): ..."
    assert public_names(ast.parse(code).body[0]) == {"x", "f"}
