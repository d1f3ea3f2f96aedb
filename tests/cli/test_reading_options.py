"""Every command that reads a table takes the same options for reading it."""

import inspect

import pytest
from typer.testing import CliRunner

from querist.cli.add import add
from querist.cli.import_labels import import_labels
from querist.cli.label import label
from querist.cli.main import app
from querist.cli.simulate import simulate
from querist.store import Store
from workbooks import workbook

OPTIONS = {"sheet", "no_header", "header_lines", "names", "delimiter"}


@pytest.mark.parametrize("command", [add, import_labels, label, simulate])
def test_the_options_are_there(command):
    assert set(inspect.signature(command).parameters) >= OPTIONS


def run(*words):
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.output


ROWS = [[f"a text of several words {row}", row] for row in range(6)]


def test_sheets_and_missing_names_on_every_door(tmp_path, monkeypatch):
    monkeypatch.setattr("querist.cli.label.serve_page", lambda *given, **more: None)
    data, project = tmp_path / "t.xlsx", tmp_path / "p.querist"
    data.write_bytes(workbook(cover=[["about"]], rows=ROWS))
    code, said = run("label", data, "--project", project, "--sheet", "rows", "--names", "text,n", "--labels", "yes,no")
    assert code == 0, said
    (tmp_path / "more.csv").write_text("another text of several words!7\n")
    code, said = run("add", project, tmp_path / "more.csv", "--no-header", "--names", "text,n", "--delimiter", "!")
    assert (code, "1 rows added" in said) == (0, True), said
    (tmp_path / "l.xlsx").write_bytes(workbook(cover=[["about"]], labels=[[ROWS[0][0], "yes"]]))
    code, said = run("import-labels", project, tmp_path / "l.xlsx", "--sheet", "labels", "--names", "text,label")
    assert (code, "1 labels imported" in said) == (0, True), said
    with Store.open(project) as store:
        assert [item.content for item in store.items([0, 6])] == [
            {"text": ROWS[0][0], "n": 0},
            {"text": "another text of several words", "n": 7},
        ]
    code, said = run("label", data, "--project", tmp_path / "q.querist")
    assert code == 1
    assert "Other sheets: rows" in said


def test_simulate_reads_a_file_without_names_and_a_folder_of_parts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = [f"{row % 7}.5,{row % 3}.25,{'yes' if row % 7 > 3 else 'no'}\n" for row in range(80)]
    (tmp_path / "parts").mkdir()
    for number in range(2):
        (tmp_path / "parts" / f"{number}.csv").write_text("".join(lines[number::2]))
    options = ["--repeats", 1, "--budget", 12, "--initial", 6, "--jobs", 1, "--estimator", "logistic_regression"]
    code, said = run("simulate", "parts", "--no-header", "--target", "column 3", *options)
    assert code == 0, said
    assert "2 files read as one table" in said


def test_several_files_are_one_table_on_every_door(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("querist.cli.label.serve_page", lambda *given, **more: None)
    for name, start in (("a", 0), ("b", 40), ("c", 80)):
        lines = [
            f"the text of row {row},{row * row},{'yes' if row % 7 > 3 else 'no'}\n" for row in range(start, start + 40)
        ]
        (tmp_path / f"{name}.csv").write_text("".join(["text,x,label\n", *lines]))
    code, said = run("label", "a.csv", "b.csv", "--project", "p.querist")
    assert (code, "2 files read as one table: a.csv, b.csv" in said) == (0, True), said
    code, said = run("label", "a.csv", "b.csv", "--project", "p.querist")
    assert code == 0, said
    code, said = run("label", "p.querist", "a.csv")
    assert (code, "is a project itself" in said) == (1, True)
    code, said = run("add", "p.querist", "b.csv", "c.csv")
    assert (code, "40 rows added; 40 were already there" in said) == (0, True), said
    options = ["--repeats", 1, "--budget", 12, "--initial", 6, "--jobs", 1, "--estimator", "logistic_regression"]
    code, said = run("simulate", "a.csv", "b.csv", "--target", "label", *options)
    assert (code, (tmp_path / "querist-simulation-a+1" / "report.html").exists()) == (0, True), said
    (tmp_path / "b.csv").write_text("text,y,label\na,1,yes\n")
    for words in (("simulate", "a.csv", "b.csv", "--target", "label"), ("label", "a.csv", "b.csv")):
        code, said = run(*words)
        assert (code, "b.csv lacks x and has y in addition" in said) == (1, True), said
