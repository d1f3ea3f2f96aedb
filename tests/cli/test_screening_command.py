"""``--goal screening`` on the command line."""

import re

import pytest
from typer.testing import CliRunner

from querist.cli.main import app


@pytest.fixture
def records(tmp_path):
    lines = ["title,abstract,included"]
    for row in range(40):
        words = "virus cells grow" if row % 8 == 0 else f"roads and birds {row % 5}"
        lines.append(f"Record {row},{words} number {row},{int(row % 8 == 0)}")
    path = tmp_path / "records.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_simulate_tells_how_soon_all_are_found(records, tmp_path):
    run = ["simulate", str(records), "--target", "included", "--goal", "screening", "--repeats", "2"]
    done = CliRunner().invoke(app, [*run, "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "'1' is taken for relevant, by its name: 5 of 40 records" in done.output
    for figure in ("ATD", "WSS@95", "RRF@10", "95 % of the relevant records were found after"):
        assert figure in done.output
    written = (tmp_path / "out" / "screening.csv").read_text(encoding="utf-8").splitlines()
    assert written[0] == "repeat,read,row,relevant,found"
    assert len(written) == 1 + 2 * 38
    assert written[-1].endswith(",4")
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    for words in ("Screening of records.csv", "&#39;1&#39; is taken for relevant, by its name", "random order", "<svg"):
        assert words in report


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--goal", "screning"], "Did you mean 'screening'"),
        (["--goal", "screening", "--strategy", "margin"], "Leave out --strategy"),
        (["--goal", "screening", "--repeats", "0"], "must be at least 1"),
        (["--goal", "screening", "--target", "title"], "Screening has two classes|distinct|one row"),
    ],
)
def test_what_does_not_fit_is_refused(records, tmp_path, more, message):
    done = CliRunner().invoke(app, ["simulate", str(records), "--target", "included", "--out", str(tmp_path), *more])
    assert done.exit_code == 1
    assert re.search(message, " ".join(done.output.split())), done.output


def test_a_project_gets_the_parts_of_the_goal(records, monkeypatch):
    monkeypatch.setattr("querist.cli.label.serve_page", lambda *args, **more: None)
    done = CliRunner().invoke(app, ["label", str(records), "--goal", "screening"])
    assert "look like screening" not in done.output
    assert done.exit_code == 0, done.output
    from querist.labelling.reading.project_view import ProjectView

    with ProjectView.read(str(records.with_suffix(".querist"))) as view:
        settings = view.settings
        assert settings.goal == "screening:relevant=1"
        assert (settings.strategy, settings.estimator) == ("auto", "auto")
        assert settings.strategy_in_use == "relevance:target=1"
        assert settings.estimator_in_use == "relevance_svc:relevant=1"
        assert settings.audit_design == "measure"


def test_a_named_class_and_named_parts_win(records, monkeypatch):
    monkeypatch.setattr("querist.cli.label.serve_page", lambda *args, **more: None)
    project = records.with_suffix(".querist")
    wanted = ["label", str(records), "--labels", "ham,spam", "--label-column", "none"][:4]
    refused = CliRunner().invoke(app, [*wanted, "--no-existing-labels", "--goal", "screening:relevant=eggs"])
    assert refused.exit_code == 1
    assert "relevant is 'eggs'" in " ".join(refused.output.split())
    assert not project.exists()
    more = ["--goal", "screening:relevant=0", "--strategy", "margin"]
    assert CliRunner().invoke(app, ["label", str(records), "--audit", "0.1"]).exit_code == 0
    again = CliRunner().invoke(app, ["label", str(records), *more])
    assert again.exit_code == 0, again.output
    assert "the goal is now screening" in again.output
    from querist.labelling.reading.project_view import ProjectView

    with ProjectView.read(str(project)) as view:
        assert view.settings.strategy_in_use == "margin"
        assert view.settings.goal == "screening:relevant=0"
        assert view.settings.audit_design == "exchangeable"
