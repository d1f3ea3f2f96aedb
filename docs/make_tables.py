"""Write what follows from the code in the documentation: ``python docs/make_tables.py``.

The page about strategies, the one about rights, the tree in ARCHITECTURE.md, the bounds in the page about security,
and the list of decisions.
"""

import ast
import inspect
import re
from pathlib import Path

from querist import registry
from querist.web import bounds

HERE = Path(__file__).parent
SOURCES = HERE.parent / "src" / "querist"
_TREE = "## The tree"
_PARAMETERS = (
    "Parameters follow a colon, as in `svc:C=10`, also on the command line (`--estimator`). Where classes are rare, "
    "`logistic_regression:class_weight=balanced` (and all others but `relevance_svc` likewise) gives rarer classes "
    "more weight. By default a name balances where it would else say one class of all rows that it was fitted on, or "
    "knows few rows of all classes but one; `plain=True` leaves the classifier as scikit-learn has it. In Python, "
    "`make_estimator(NAME, priors={class: share})` corrects probabilities to shares that are known."
)

_REGRESSORS = (
    "They stand wherever an estimator does, as in `ridge:alpha=3`. Those on standardised columns are a pipeline, whose "
    "first step (`querist.learners.StandardColumns`) also fills gaps and leaves sparse rows as they are; strategies "
    "that measure distances measure them after it. Trees take columns as they are, so scale these yourself where a "
    "strategy measures distances."
)
_TASKS = {
    frozenset({"classification"}): "classes",
    frozenset({"regression"}): "numbers",
    frozenset({"classification", "regression"}): "both",
}

_OWN = """
## A strategy of your own

```python
from querist.base import QueryStrategy


class Distant(QueryStrategy):
    \"\"\"Ask the rows that lie farthest from the origin.\"\"\"

    needs_model = False
    measures_distances = True

    def utilities(self, context):
        return (context.space.dense(context.candidates) ** 2).sum(axis=1)
```

`Session(X, strategy=Distant())` takes it as it is, and `querist.checks.check_query_strategy(Distant())` holds it to
the laws of the others. In an installed package, two lines of its `pyproject.toml` make it known by name, in Python
and on the command line:

```toml
[project.entry-points."querist.strategies"]
distant = "distant_rows:Distant"
```

`querist strategies` lists it with its package, and `querist bench DATA DATA --strategy distant` compares it
([bench](bench.md)). The groups `querist.selections`, `querist.candidates`, `querist.estimators`, `querist.regressors`
and `querist.stopping` work likewise. A strategy for regressors says so by `tasks = frozenset({"regression"})`; without
that line it asks on behalf of classifiers. Querist's own names keep their meaning, whatever is installed; a name that
two packages bring is refused until one of them is gone, and a package that cannot be imported is told and stops nothing
else. Saved sessions and simulations remember the name, and simulations the package's version.
""".strip()


def _section(doc: str, title: str) -> str:
    match = re.search(rf"^{title}\n-+\n(.*?)(?=^\S[^\n]*\n-+\n|\Z)", doc, re.MULTILINE | re.DOTALL)
    return match.group(1).strip() if match else ""


def strategies_page() -> str:
    """Return the page about strategies, selections, candidate filters and estimators."""
    lines = [
        "# Strategies",
        "",
        "A strategy has three parts: *where to look* (candidates), *how informative a row is* (utility) and",
        "*which rows to ask about together* (selection).",
        "This page is generated from the code by `python docs/make_tables.py`; a test keeps it up to date.",
        "What each asks, drawn: [gallery](gallery.md).",
        "",
        "| name | class | asks | for | needs a model | parameters |",
        "|---|---|---|---|---|---|",
    ]
    for name in registry.strategy_names():
        made = registry.load("strategies", name)
        strategy = made()
        own = [p for p in inspect.signature(made).parameters if p not in ("selection", "candidates", "ties")]
        summary = (inspect.getdoc(made) or "").partition("\n")[0]
        # A preset is shown as what it is short for.
        written = made.__name__ if isinstance(made, type) else repr(strategy)
        model = "yes" if strategy.needs_model else "no"
        lines.append(
            f"| `{name}` | `{written}` | {summary} | {_TASKS[strategy.tasks]} | {model} | "
            f"{', '.join(f'`{p}`' for p in own) or '-'} |"
        )
    # Their selection is what they are.
    presets = [
        f"`{name}`"
        for name in registry.strategy_names()
        if "selection" not in inspect.signature(registry.load("strategies", name)).parameters
    ]
    lines += [
        "",
        "*For*: whether the model that is trained is a classifier or a regressor, whose labels are numbers; see",
        "[which strategy](which_strategy.md).",
        "",
        "Every strategy also takes `selection`, `candidates` and `ties`; "
        f"{', '.join(presets[:-1])} and {presets[-1]}, which have a selection of their own, take the last two.",
        "",
    ]
    for title, kind in {
        "Selections": "selections",
        "Candidate filters": "candidates",
        "Estimators": "estimators",
        "Regressors": "regressors",
    }.items():
        lines += [f"## {title}", "", "| name | what it does |", "|---|---|"]
        for name in registry.part_names(kind):
            summary = (inspect.getdoc(registry.load(kind, name)) or "").partition("\n")[0]
            lines.append(f"| `{name}` | {summary} |")
        if kind == "estimators":
            lines += ["", _PARAMETERS]
        if kind == "regressors":
            lines += ["", _REGRESSORS]
        lines.append("")
    lines += [_OWN, "", "## References", ""]
    for name in registry.strategy_names():
        doc = inspect.getdoc(registry.load("strategies", name)) or ""
        references = re.sub(r"\s+", " ", _section(doc, "References")).split(".. [")
        for reference in filter(None, (text.partition("] ")[2].strip() for text in references)):
            lines.append(f"- `{name}`: {reference}")
    return "\n".join(lines) + "\n"


def rights_page() -> str:
    """Return the page about who may use which route."""
    from querist.labelling.log.settings import Settings
    from querist.store.rows import ROLES
    from querist.web.app import ROUTERS
    from querist.web.rights import API, RIGHTS, Right, may

    told = {
        (method, route.path): (inspect.getdoc(route.endpoint) or "").partition("\n")[0]
        for router in ROUTERS
        for route in router.routes
        for method in route.methods
    }

    def cell(role: str, right: Right) -> str:
        if may(role, right, Settings("text")):
            return "yes"
        given = right.power is not None and may(role, right, Settings("text", annotators_may=(right.power,)))
        return f"if given: {right.power}" if given else "no"

    roles = tuple(reversed(ROLES))
    lines = [
        "# Who may do what",
        "",
        f"Every route under `{API}`, and who may use it. Owners may do everything. *If given*: annotators (and, for",
        "classes, reviewers) may only if an owner allows it: Data, Settings, *Annotators may also*. People who are",
        "signed out or were removed get 401 before any of the request is read; people without the role get 403.",
        "An undo sent with the answers takes back only one's own acts.",
        "",
        "This page is generated from `querist/web/rights.py` by `python docs/make_tables.py`;",
        "`tests/web/test_rights.py` tries every line in every state on the running application.",
        "",
        f"| route | what it does | {' | '.join(roles)} | signed out | removed |",
        f"|---|---|{'---|' * (len(roles) + 2)}",
    ]
    for (method, path), right in RIGHTS.items():
        what = told.get((method, path), "Return the document of this API.").replace("|", "/")
        outside = "yes" if right.least is None else "no"
        cells = [f"`{method} {path}`", what, *(cell(role, right) for role in roles), outside, outside]
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "The page itself (`/`, its scripts and styles) and `GET /join`, which redirects to it, are open to everybody:",
        "they contain nothing of the project. Asking for a second opinion on more than one row at once needs the right",
        "to `POST /items/label`; a label file from somebody who may not add classes adds none.",
    ]
    return "\n".join(lines) + "\n"


def tree() -> dict[str, str]:
    """Return the packages and the modules beside them, each with the first line of its docstring."""
    modules = {path.name: path for path in SOURCES.glob("*.py") if not path.name.startswith("__")}
    packages = {f"{path.parent.relative_to(SOURCES).as_posix()}/": path for path in SOURCES.glob("*/**/__init__.py")}
    told = {name: ast.get_docstring(ast.parse(path.read_bytes())) for name, path in (modules | packages).items()}
    # Packages by their place, the ground last.
    order = sorted(told, key=lambda name: (not name.endswith("/"), name))
    return {name: (told[name] or "").partition("\n")[0] for name in order}


def architecture_page(page: str) -> str:
    """Return ARCHITECTURE.md with its section on the tree written anew."""
    before, _, after = page.partition(f"{_TREE}\n")
    rest = after.partition("\n## ")[2]
    lines = [f"    {name:26s}{what}" for name, what in tree().items()]
    introduction = (
        "Each package says here what its docstring begins with (`python docs/make_tables.py` writes this section)."
    )
    return "\n".join([f"{before}{_TREE}", "", introduction, "", *lines, "", f"## {rest}"])


def security_page(page: str) -> str:
    """Return docs/security.md with its table of bounds written anew."""
    before, _, after = page.partition("<!-- bounds -->\n")
    rows = [
        ("request line and header lines", f"{bounds.MAX_HEAD // bounds.KIB} KiB, {bounds.MAX_HEADER_LINES} lines"),
        ("body without a cookie (using a link)", _bound(bounds.JOINING)),
        ("body from a person who is signed in", _bound(bounds.ANY)),
        *((f"body to `{path}`", _bound(bound)) for path, bound in bounds.BODIES.items()),
        ("pipelined requests on one connection", f"{bounds.MAX_PIPELINED}"),
        ("time to send the headers", f"{bounds.HEAD_SECONDS:.0f} s"),
        (
            "time to send a body",
            f"{bounds.BODY_SECONDS:.0f} s, plus one for each {bounds.BODY_BYTES_A_SECOND // bounds.KIB} KiB received",
        ),
        ("a response that the client does not read", f"{bounds.STALLED_SECONDS:.0f} s"),
        ("an idle connection", f"{bounds.KEEP_ALIVE_SECONDS} s"),
        (
            "connections at once, if the system allows that many",
            f"{bounds.CONNECTIONS:,}, {bounds.STRANGERS} of them without a cookie",
        ),
    ]
    lines = ["| what | at most |", "|---|---|", *(f"| {what} | {most} |" for what, most in rows)]
    return "\n".join([f"{before}<!-- bounds -->", *lines, f"<!-- end -->{after.partition('<!-- end -->')[2]}"])


def _bound(bound: bounds.BodyBound) -> str:
    size = f"{bound.n_bytes // bounds.MIB} MiB" if bound.n_bytes >= bounds.MIB else f"{bound.n_bytes // bounds.KIB} KiB"
    return size if bound.n_values is None else f"{size}, {bound.n_values:,} values of JSON"


def decisions_page() -> str:
    """Return the list of decisions: each file with its title."""
    lines = [
        "# Decisions",
        "",
        "Short records of choices that are easy to get wrong, the newest last. A record is superseded, not edited.",
        "This list is written by `python docs/make_tables.py`; a test says when it is due.",
        "",
    ]
    for path in sorted((HERE / "decisions").glob("0*.md")):
        title = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        lines.append(f"- [{title}]({path.name})")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (HERE / "strategies.md").write_text(strategies_page(), encoding="utf-8")
    (HERE / "rights.md").write_text(rights_page(), encoding="utf-8")
    architecture = HERE.parent / "ARCHITECTURE.md"
    architecture.write_text(architecture_page(architecture.read_text(encoding="utf-8")), encoding="utf-8")
    security = HERE / "security.md"
    security.write_text(security_page(security.read_text(encoding="utf-8")), encoding="utf-8")
    (HERE / "decisions" / "README.md").write_text(decisions_page(), encoding="utf-8")
