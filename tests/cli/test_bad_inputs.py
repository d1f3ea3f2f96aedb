"""Bad inputs of all kinds to all commands that read files: a message that begins with "Error:", never a traceback."""

import random

import pytest
from damaged_inputs import one
from typer.testing import CliRunner

from querist.cli.main import app
from querist.labelling.intake.create import import_rows
from querist.labelling.intake.guess import guess_plan

COMMANDS = (
    ("simulate", "{file}", "--target", "no such column"),
    ("simulate", "{file}", "--test", "{file}", "--target", "label", "--metric", "no such metric"),
    ("compare", "{file}", "{folder}"),
    ("export", "{file}", "--out", "out.csv"),
    ("add", "{project}", "{file}"),
    ("import-labels", "{project}", "{file}"),
    ("serve", "{file}", "--port", "-1"),
)


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "rows.csv").write_text("key,text,label\n" + "".join(f"k{n},some words {n},\n" for n in range(5)))
    import_rows(guess_plan("rows.csv", text=["text"]), "rows.querist")
    return tmp_path


@pytest.mark.parametrize("n_inputs", [28, pytest.param(200, marks=pytest.mark.proof)])
def test_no_command_ends_in_a_traceback(place, n_inputs):
    for seed in range(n_inputs):
        file, _ = one(random.Random(seed), place)
        words = [
            word.format(file=file, folder=place, project="rows.querist") for word in COMMANDS[seed % len(COMMANDS)]
        ]
        result = CliRunner().invoke(app, words)
        assert result.exception is None or isinstance(result.exception, SystemExit), (seed, words, result.exception)
        assert "Traceback" not in result.output, (seed, words)
        if result.exit_code:
            assert "Error" in result.output or "refused" in result.output, (seed, words)
        file.unlink()
