"""Bad inputs of all kinds to every command: a message that begins with "Error:", never a traceback."""

import random
import re
import shutil

import pytest
from damaged_inputs import damaged, one
from typer.main import get_command
from typer.testing import CliRunner

from querist.cli.main import app
from querist.labelling.intake.create import import_rows
from querist.labelling.intake.guess import guess_plan
from querist.labelling.serving.project import Project

# What stands for: a damaged file, folder of parts, project and results; whole ones.
COMMANDS = (
    ("simulate", "{file}", "--target", "no such column"),
    ("simulate", "{file}", "--test", "{file}", "--target", "label", "--metric", "no such metric"),
    ("simulate", "{rows}", "--test", "{file}", "--target", "label", "--budget", "2", "--out", "{results}"),
    ("simulate", "{file}", "--target", "label", "--budget", "1"),
    ("simulate", "{parts}", "--target", "label", "--budget", "1", "--group", "c"),
    ("bench", "{file}:label", "{rows}:label", "--budget", "1"),
    ("audit", "{file}", "--judge", "gpt=label", "--truth", "label"),
    ("audit", "{file}", "--judge", "gpt=no such column", "--answers", "{rows}"),
    ("compare", "{file}", "{folder}"),
    ("compare", "{whole_results}", "{results}"),
    ("label", "{file}", "--project", "new.querist"),
    ("label", "{parts}", "--project", "new.querist", "--label-column", "label"),
    ("label", "{file}", "--project", "new.querist", "--text", "t", "--id", "c"),
    ("label", "{file}", "--project", "new.querist", "--labels", "a,b", "--label-column", "c"),
    ("label", "{file}", "--project", "new.querist", "--image", "c", "--images", "{folder}"),
    ("label", "{file}", "--project", "new.querist", "--names", "a,b,c", "--delimiter", ";"),
    ("label", "{file}", "--project", "new.querist", "--strategy", "margin:no=such"),
    ("label", "{file}", "--project", "{project}"),
    ("label", "{file}", "--project", "{file}"),
    ("label", "{broken}"),
    ("serve", "{broken}"),
    ("serve", "{file}", "--port", "8765"),
    ("serve", "{project}", "--port", "-1"),
    ("export", "{file}", "--out", "out.csv"),
    ("export", "{broken}", "--out", "out.csv"),
    ("export", "{broken}", "--format", "log", "--out", "out.jsonl"),
    ("export", "{project}", "--out", "{folder}"),
    ("add", "{project}", "{file}"),
    ("add", "{project}", "{parts}"),
    ("add", "{broken}", "{rows}"),
    ("import-labels", "{project}", "{file}"),
    ("import-labels", "{broken}", "{rows}"),
    ("import-labels", "{project}", "{parts}"),
    ("demo", "--out", "{file}"),
    ("demo", "--repeats", "{file}"),
    ("strategies", "{file}"),
)


def serve(location, **asked):
    """Stand in for the page's server: open the project, as it would, and stop."""
    with Project.open(location, train=False):
        asked["on_ready"]("http://127.0.0.1:8765/#/join?token=secret", (), ())


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return a folder with a project of a few rows, the rows, and the results of a simulation."""
    folder = tmp_path_factory.mktemp("whole")
    rows = "".join(f"k{n},{n * n},some words {n},{'ab'[n % 2]}\n" for n in range(40))
    (folder / "rows.csv").write_text(f"key,x,text,label\n{rows}")
    import_rows(guess_plan(folder / "rows.csv", text=["text"]), folder / "rows.querist")
    words = ["simulate", folder / "rows.csv", "--target", "label", "--budget", 12, "--repeats", 1, "--jobs", 1,
             "--initial", 10, "--batch-size", 2, "--out", folder / "results"]  # fmt: skip
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch, whole):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("querist.web.serving.serve", serve)
    monkeypatch.setattr("querist.simulation.tutorial.run_tutorial", None)  # nobody waits for it here
    for name in ("rows.csv", "rows.querist"):
        shutil.copy(whole / name, tmp_path / name)
    return tmp_path


def inputs(draw, place, whole):
    """Return damaged files of all kinds by what they stand for."""
    parts, results, broken = place / "parts", place / "results", place / "broken.querist"
    for gone in (parts, results):
        shutil.rmtree(gone, ignore_errors=True)
    parts.mkdir()
    first, _ = one(draw, place)
    ending = first.name.removeprefix("t.")
    (parts / f"one.{ending}").write_bytes(first.read_bytes())
    # Of the same kind or, as likely, of another.
    second = first if draw.random() < 0.5 else one(draw, place)[0]
    (parts / second.name.replace("t.", "two.")).write_bytes(second.read_bytes())
    shutil.copytree(whole / "results", results)
    for each in draw.sample(sorted(path for path in results.rglob("*") if path.is_file()), 2):
        each.write_bytes(damaged(each.read_bytes(), draw))
    broken.write_bytes(damaged((place / "rows.querist").read_bytes(), draw))
    (place / "new.querist").unlink(missing_ok=True)
    file, _ = one(draw, place)
    return {
        "file": file, "folder": place, "parts": parts, "results": results, "whole_results": whole / "results",
        "broken": broken, "project": "rows.querist", "rows": "rows.csv",
    }  # fmt: skip


def test_every_command_is_tried():
    assert {words[0] for words in COMMANDS} == {*get_command(app).commands}


@pytest.mark.parametrize("n_inputs", [len(COMMANDS), pytest.param(20 * len(COMMANDS), marks=pytest.mark.proof)])
def test_no_command_ends_in_a_traceback(place, whole, n_inputs):
    n_refused = 0
    for seed in range(n_inputs):
        named = inputs(random.Random(seed), place, whole)
        words = [word.format(**named) for word in COMMANDS[seed % len(COMMANDS)]]
        result = CliRunner().invoke(app, words)
        assert result.exception is None or isinstance(result.exception, SystemExit), (seed, words, result.exception)
        assert "Traceback" not in result.output, (seed, words)
        if result.exit_code:
            n_refused += 1
            assert re.search(r"Error|refused", result.output), (seed, words)
        named["file"].unlink()
    assert n_refused > n_inputs / 2
