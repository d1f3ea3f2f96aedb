"""The figures of the house: `python docs/house.py [SRC]` prints a Markdown table of what stands in a source tree.

A circle is a set of modules that import each other in a loop; *all* counts imports inside functions and under
TYPE_CHECKING too. Functions are counted without their docstrings. Public names of a class are its methods and
properties without a leading underscore, inherited ones (within the tree) included.
"""

import ast
import statistics
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import scipy.sparse
from scipy.sparse.csgraph import connected_components

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass
class House:
    """A source tree, parsed.

    Attributes
    ----------
    trees : dict of str to ast.Module
        By dotted name.
    lines : dict of str to int
    """

    trees: dict[str, ast.Module] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, source: Path) -> "House":
        """Parse every module below a package's folder."""
        house = cls()
        for path in sorted(source.rglob("*.py")):
            parts = path.relative_to(source.parent).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            text = path.read_text(encoding="utf-8")
            house.trees[name], house.lines[name], house.texts[name] = ast.parse(text), text.count("\n"), text
        return house

    def functions(self) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
        """Yield every function with the module it stands in."""
        for name, tree in self.trees.items():
            for node in ast.walk(tree):
                if isinstance(node, FUNCTIONS):
                    yield name, node

    def classes(self) -> dict[str, ast.ClassDef]:
        """Return every class by its name; names are taken to be unique enough for inheritance."""
        return {
            node.name: node for tree in self.trees.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
        }

    def imports(self, *, deferred: bool) -> dict[str, set[str]]:
        """Return which modules of the tree each module imports."""
        return {name: set(self._imported(name, tree, deferred)) - {name} for name, tree in self.trees.items()}

    def _imported(self, name: str, tree: ast.Module, deferred: bool) -> Iterator[str]:
        nodes: Iterable[ast.AST] = ast.walk(tree) if deferred else _at_import(tree)
        for node in nodes:
            if isinstance(node, ast.Import):
                yield from (each.name for each in node.names if each.name in self.trees)
            elif isinstance(node, ast.ImportFrom) and node.module:
                for each in node.names:
                    whole = f"{node.module}.{each.name}"
                    if whole in self.trees:
                        yield whole
                    elif node.module in self.trees:
                        yield node.module


def _at_import(tree: ast.Module) -> Iterator[ast.AST]:
    """Walk what runs when a module is imported."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (*FUNCTIONS, ast.Lambda)):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        waiting += ast.iter_child_nodes(node)


def circles(arrows: dict[str, set[str]]) -> list[list[str]]:
    """Return the sets of modules that import each other, larger than one."""
    names = sorted(arrows)
    place = {name: number for number, name in enumerate(names)}
    matrix = scipy.sparse.lil_array((len(names), len(names)), dtype=bool)
    for name, others in arrows.items():
        for other in others:
            matrix[place[name], place[other]] = True
    n_groups, group = connected_components(matrix.tocsr(), connection="strong")
    found = [[name for name, number in zip(names, group, strict=True) if number == each] for each in range(n_groups)]
    return [each for each in found if len(each) > 1]


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function, its docstring left out."""
    total = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def public_names(node: ast.ClassDef, known: dict[str, ast.ClassDef]) -> set[str]:
    """Return the public names of a class, those it inherits within the tree included."""
    names: set[str] = set()
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id in known and known[base.id] is not node:
            names |= public_names(known[base.id], known)
    for each in node.body:
        if isinstance(each, FUNCTIONS):
            names.add(each.name)
    return {name for name in names if not name.startswith("_")}


def _three(values: list[int]) -> str:
    ordered = sorted(values)
    return f"{statistics.median(ordered):.0f} / {ordered[int(0.9 * (len(ordered) - 1))]} / {ordered[-1]}"


def figures(house: House) -> dict[str, str]:
    """Return the figures by name."""
    functions = [node for _, node in house.functions()]
    public = [
        node
        for tree in house.trees.values()
        for node in ast.walk(tree)
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and not node.name.startswith("_")
    ]
    told = sum(ast.get_docstring(node) is not None for node in public)
    text = "".join(house.texts.values())
    known = house.classes()
    sizes = sorted(((len(public_names(node, known)), name) for name, node in known.items()), reverse=True)
    untyped = sum(node.returns is not None and ast.unparse(node.returns) == "dict[str, Any]" for node in functions)
    inner = sum(isinstance(each, ast.Import | ast.ImportFrom) for node in functions for each in ast.walk(node))
    wings = [path for path in house.trees if path.startswith("querist.labelling.") and path.count(".") == 2]
    return {
        "modules": str(len(house.trees)),
        "lines of a module: median / p90 / largest": _three(list(house.lines.values())),
        "modules over 250 lines": str(sum(each > 250 for each in house.lines.values())),
        "lines of a function: median / p90 / largest": _three([body_lines(node) for node in functions]),
        "functions over 80 lines": str(sum(body_lines(node) > 80 for node in functions)),
        "returns typed": f"{sum(node.returns is not None for node in functions) / len(functions):.1%}",
        "public definitions with a docstring": f"{told / len(public):.1%}",
        "circles at import": str(len(circles(house.imports(deferred=False)))),
        "circles, deferred and type-only imports counted": str(len(circles(house.imports(deferred=True)))),
        "`type: ignore`, `cast(`": f"{text.count('type: ignore')}, {text.count('cast(')}",
        "functions that return `dict[str, Any]`": str(untyped),
        "`Any` as a name": str(
            sum(isinstance(n, ast.Name) and n.id == "Any" for t in house.trees.values() for n in ast.walk(t))
        ),
        "imports inside functions": str(inner),
        "classes with most public names": ", ".join(f"{name} {size}" for size, name in sizes[:4]),
        "`EventRow(` made outside the log and the store": str(
            sum(
                body.count("EventRow(")
                for name, body in house.texts.items()
                if not name.startswith(("querist.store", "querist.labelling.log"))
            )
        ),
        "modules directly in `labelling/`": str(len(wings)),
    }


def main(arguments: list[str]) -> None:
    """Print the table, with one column for each tree that is named."""
    here = Path(__file__).parents[1] / "src" / "querist"
    sources = [Path(each) for each in arguments] or [here]
    columns = [figures(House.read(source)) for source in sources]
    print("| | " + " | ".join(str(source) for source in sources) + " |")
    print("|---" * (len(sources) + 1) + "|")
    for name in columns[0]:
        print(f"| {name} | " + " | ".join(column[name] for column in columns) + " |")
    for group in circles(House.read(sources[-1]).imports(deferred=True)):
        print("circle:", " ".join(group))
    for name, node in House.read(sources[-1]).functions():
        if body_lines(node) > 80:
            print("long:", name, node.name, body_lines(node))


if __name__ == "__main__":
    main(sys.argv[1:])
