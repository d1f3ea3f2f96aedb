"""The build hook asks for Node where the page must be built, and only there."""

import importlib.util
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="the hook runs inside hatchling")


@pytest.fixture
def hook_module():
    spec = importlib.util.spec_from_file_location("hatch_build", Path(__file__).parents[1] / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def built(tmp_path, hook_module, monkeypatch):
    """A checkout whose page is up to date."""
    monkeypatch.delenv("QUERIST_SKIP_PAGE", raising=False)
    (tmp_path / "frontend" / "src").mkdir(parents=True)
    (tmp_path / "frontend" / "src" / "main.ts").write_text("1")
    (tmp_path / hook_module.PAGE).mkdir(parents=True)
    (tmp_path / hook_module.PAGE / hook_module.STAMP).write_text(hook_module._hash(tmp_path / "frontend") + "\n")
    return tmp_path


def dependencies(hook_module, root):
    hook = hook_module.PageHook(str(root), {}, None, None, str(root), "wheel")
    return hook.dependencies()


def test_a_page_that_is_up_to_date_needs_no_node(built, hook_module):
    assert dependencies(hook_module, built) == []


@pytest.mark.parametrize("name", ["src/main.ts", "src/new.svelte", "package-lock.json"])
def test_a_changed_source_needs_a_new_page(built, hook_module, name):
    (built / "frontend" / name).write_text("2")
    assert dependencies(hook_module, built) == [hook_module.NODE]


@pytest.mark.parametrize("name", ["src/main.test.ts", "src/fake_server.ts", "node_modules/vite/index.js"])
def test_what_is_not_in_the_page_needs_none(built, hook_module, name):
    (built / "frontend" / name).parent.mkdir(parents=True, exist_ok=True)
    (built / "frontend" / name).write_text("2")
    assert dependencies(hook_module, built) == []


def test_an_interrupted_build_counts_as_none(built, hook_module):
    (built / hook_module.PAGE / hook_module.STAMP).unlink()
    assert dependencies(hook_module, built) == [hook_module.NODE]


def test_the_variable_does_without_the_page(built, hook_module, monkeypatch):
    (built / "frontend" / "src" / "main.ts").write_text("2")
    monkeypatch.setenv("QUERIST_SKIP_PAGE", "1")
    assert dependencies(hook_module, built) == []


def test_a_failed_step_says_what_it_said_and_what_to_do(hook_module, tmp_path):
    def program(arguments, **options):
        import subprocess
        import sys

        options.pop("return_completed_process")
        return subprocess.run(
            [sys.executable, "-c", "print('no such host'); raise SystemExit(1)"], check=False, **options
        )

    with pytest.raises(RuntimeError, match=r"(?s)npm needs its registry; QUERIST_SKIP_PAGE=1 .*no such host"):
        hook_module._run(program, [], tmp_path, "npm needs its registry")
