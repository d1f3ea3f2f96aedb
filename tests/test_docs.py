"""The documentation says what the code does."""

import importlib.util
import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from numpydoc.docscrape import NumpyDocString

import querist
from querist import registry

ROOT = Path(__file__).parents[1]
# Without those of the packages in the benchmarks' environments.
PAGES = sorted(
    page
    for where in ("*.md", "docs/**/*.md", "benchmarks/**/*.md")
    for page in ROOT.glob(where)
    if not any(part.startswith(".") for part in page.relative_to(ROOT).parts)
)


# Nobody calls these: `simulate` and `compare` return them.
RESULTS = {"Simulation", "Comparison"}


def public_objects():
    for name in querist.__all__:
        if not name.startswith("_") and name not in RESULTS:
            yield getattr(querist, name)
    for kind in ("strategies", "selections", "candidates"):
        for name in registry.part_names(kind):
            yield registry.load(kind, name)


@pytest.mark.parametrize("thing", list(public_objects()), ids=lambda thing: thing.__name__)
def test_public_docstrings_describe_every_parameter(thing):
    described = {
        name.strip("*")
        for parameter in NumpyDocString(inspect.getdoc(thing))["Parameters"]
        for name in parameter.name.split(", ")
    }
    taken = {name for name in inspect.signature(thing).parameters if name not in ("self", "args", "kwargs")}
    assert described == taken


@pytest.mark.parametrize("name", registry.strategy_names())
def test_every_strategy_has_an_example_and_says_its_range_and_cost(name):
    doc = inspect.getdoc(registry.load("strategies", name))
    assert ">>>" in doc
    assert "Utilities" in doc
    assert "Cost" in doc
    assert name == "random" or "References" in doc


def script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_strategies_page_is_up_to_date():
    tables = script("make_tables")
    page = (ROOT / "docs" / "strategies.md").read_text(encoding="utf-8")
    assert page == tables.strategies_page(), "run: python docs/make_tables.py"


def test_the_gallery_shows_every_strategy_and_says_what_was_measured():
    gallery = script("make_gallery")
    page, kept = gallery.PAGE.read_text(encoding="utf-8"), gallery.measured()
    assert set(kept) == set(gallery.names()), "run: python docs/make_gallery.py"
    assert page == gallery.gallery_page(kept), "run: python docs/make_gallery.py --page"
    shown = re.findall(r"^### (.*)$", page, re.MULTILINE)
    assert sorted(shown) == gallery.names(), "a strategy of no group, or of two"
    pictures = {path.name for path in gallery.PICTURES.glob("*.png")}
    assert pictures == {f"{name}.png" for name in gallery.names()}
    assert sum(path.stat().st_size for path in gallery.PICTURES.glob("*.png")) < 1_500_000


def test_the_bounds_in_the_page_about_security_are_those_of_the_code():
    tables = script("make_tables")
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    assert page == tables.security_page(page), "run: python docs/make_tables.py"


def test_the_page_about_rights_is_up_to_date():
    page = (ROOT / "docs" / "rights.md").read_text(encoding="utf-8")
    assert page == script("make_tables").rights_page(), "run: python docs/make_tables.py"


def test_the_list_of_decisions_is_that_of_the_folder():
    folder = ROOT / "docs" / "decisions"
    page = (folder / "README.md").read_text(encoding="utf-8")
    assert page == script("make_tables").decisions_page(), "run: python docs/make_tables.py"
    for path in folder.glob("0*.md"):
        assert path.read_text(encoding="utf-8").startswith(f"# {int(path.name[:4])}. "), path.name


def test_the_tree_in_the_architecture_is_the_tree():
    tables = script("make_tables")
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert page == tables.architecture_page(page), "run: python docs/make_tables.py"
    folders = {path.parent for path in (ROOT / "src" / "querist").rglob("*.py")} - {ROOT / "src" / "querist"}
    drawn = {ROOT / "src" / "querist" / name for name in tables.tree() if name.endswith("/")}
    assert folders - drawn == {ROOT / "src/querist/store/migrations/versions"}, "a package without __init__.py"
    assert all(what.endswith(".") for what in tables.tree().values()), (
        "a package without a first line that says what it is"
    )


def test_the_page_is_compiled_against_the_api_as_it_is():
    api = script("make_api")
    assert api.TARGET.read_text(encoding="utf-8") == api.page_types(), "run: make page"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http", "mailto:")):
            assert (page.parent / target).exists(), target


def run_python_of(page):
    """Run a page's blocks one after the other, as a reader would type them."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    names = {"__name__": "__readme__"}
    for block in blocks:
        exec(compile(block, page, "exec"), names)


def test_python_in_the_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_python_of("README.md")


def options_of(command):
    result = subprocess.run(
        [sys.executable, "-m", "querist", command, "--help"],
        capture_output=True, text=True, check=True, env={"COLUMNS": "200", "PATH": "", "TERM": "dumb"},
    )  # fmt: skip
    return set(re.findall(r"(--[a-z][a-z-]+)", result.stdout))


@pytest.mark.parametrize(
    "command",
    ["demo", "label", "add", "serve", "export", "import-labels", "audit", "simulate", "bench", "compare", "strategies"],
)
def test_every_command_and_its_options_are_documented(command):
    page = (ROOT / "docs" / "command_line.md").read_text(encoding="utf-8")
    section = re.search(rf"^## querist {command}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert section, f"docs/command_line.md has no section on querist {command}"
    missing = options_of(command) - set(re.findall(r"(--[a-z][a-z-]+)", section.group(1))) - {"--help"}
    assert not missing, f"undocumented options of querist {command}: {sorted(missing)}"


def test_what_make_prints_is_what_the_readme_says():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"make ([a-z-]+)", readme):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def exists(path):
    """Whether a path of the documentation leads to something, as it is seen from some folder of the sources."""
    sources = ROOT / "src" / "querist"
    return any((place / path).exists() for place in (ROOT, sources, *filter(Path.is_dir, sources.rglob("*"))))


def is_defined(name):
    """Whether a dotted name can be imported, as a module or as something in one."""
    module, _, attribute = name.rpartition(".")
    try:
        import_module(name)
    except ModuleNotFoundError:
        return bool(module) and hasattr(import_module(module), attribute)
    return True


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_what_the_guides_name_exists(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    paths = re.findall(r"`([\w./-]+(?:/|\.py|\.ts|\.md|\.toml|\.txt))`", text)
    assert len(paths) > 10
    assert [path for path in paths if not exists(path)] == []


def test_what_the_signatures_name_can_be_imported():
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    section = page.partition("## Public signatures")[2].partition("\n## ")[0]
    names = re.findall(r"\bquerist(?:\.[a-z_]+)+(?:\.[A-Z]\w+)?", section)
    assert len(names) > 10
    assert [name for name in names if not is_defined(name)] == []


# Far from the other long one, so that two processes have one each.
@pytest.mark.parametrize("page", ["docs/accuracy.md", "docs/judges.md", "docs/regression.md"])
def test_python_on_a_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_python_of(page)
