"""`simulate` with an audit and stopping rules: the same bytes always, refused where it differs, told in the report."""

import json

import numpy as np
import pandas as pd
import pytest
from report_page import checked
from sklearn.datasets import make_classification

from querist.exceptions import InvalidParameterError, ResultsError
from querist.simulation import Simulation, simulate
from querist.stopping import Budget

X, Y = make_classification(n_samples=140, n_features=5, flip_y=0.1, random_state=0)
SMALL = {"repeats": 2, "budget": 56, "batch_size": 10, "initial": 6, "n_jobs": 1}
WATCHED = {"audit": 0.4, "stop": ["any(budget:labels=26, default)", "stabilising_predictions"], "error_cost": 2}
ESTIMATORS = ("logistic_regression", "naive_bayes")


def small(**changes):
    return simulate(X, Y, **(SMALL | changes))


def results(folder):
    """Return the files that are promised to be the same: all but timings and runs."""
    return {item.name: item.read_bytes() for item in folder.iterdir() if item.is_file() and item.name != "timings.csv"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("watched") / "out"
    return small(**WATCHED, estimators=ESTIMATORS, out=out), out


@pytest.fixture(scope="module")
def made(run):
    return run[0]


@pytest.fixture(scope="module")
def folder(run):
    return run[1]


@pytest.fixture(scope="module")
def watched(folder):
    return Simulation.load(folder)


def test_processes_and_interruptions_do_not_change_a_byte(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("querist.simulation.execute._WORTHWHILE", 0.0)  # with `n_jobs=2` there are processes
    assert {"audit.csv", "stopping.csv"} <= set(results(folder))
    two = tmp_path / "two"
    small(**WATCHED, estimators=ESTIMATORS, out=two, n_jobs=2)
    assert results(two) == results(folder)
    kept = sorted((two / "runs").iterdir())
    kept[2].unlink()
    kept[4].write_bytes(kept[4].read_bytes()[:-20])
    done = []
    small(**WATCHED, estimators=ESTIMATORS, out=two, progress=lambda *told: done.append(told))
    assert len(done) == 2
    assert results(two) == results(folder)


def test_it_comes_back_from_its_folder(made, folder, watched, tmp_path):
    pd.testing.assert_frame_equal(watched.audit, made.audit, check_exact=True)
    pd.testing.assert_frame_equal(watched.stopping, made.stopping, check_exact=True)
    assert watched.findings() == made.findings()
    watched.save(tmp_path / "again")
    assert results(tmp_path / "again") == results(folder)


def test_a_changed_table_is_not_loaded(tmp_path):
    small(**WATCHED, strategies="random", repeats=1, out=tmp_path)
    path = tmp_path / "audit.csv"
    path.write_text(path.read_text().replace("0.", "1."))
    with pytest.raises(ResultsError, match=r"audit\.csv was changed since"):
        Simulation.load(tmp_path)


def test_labels_that_look_like_gaps_come_back(tmp_path):
    made = small(audit=0.2, stop={"NA": "budget", "nan": Budget(labels=9)}, strategies={"null": "margin"}, out=tmp_path)
    loaded = Simulation.load(tmp_path)
    pd.testing.assert_frame_equal(loaded.stopping, made.stopping)
    assert {"NA", "nan"} < set(loaded.stopping["rule"])
    assert "null" in set(loaded.audit["strategy"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"audit": 0.5}, 'audit is "exchangeable:share=0.4" there and "exchangeable:share=0.5" here'),
        ({"audit": 0.0, "stop": None}, 'audit is "exchangeable:share=0.4" there and "missing" here'),
        ({"stop": None}, "costs is {"),
        ({"label_cost": 3}, r"costs\.label_cost is 1\.0 there and 3\.0 here"),
        ({"stop": "default"}, r"order\.stopping"),
    ],
)
def test_a_folder_of_another_audit_or_other_rules_is_refused(folder, changes, words):
    before = results(folder)
    with pytest.raises(ResultsError, match=words):
        small(**(WATCHED | {"estimators": ESTIMATORS} | changes), out=folder)
    assert results(folder) == before


def test_a_folder_without_is_refused_by_what_differs_not_by_its_format(tmp_path):
    small(out=tmp_path)
    with pytest.raises(ResultsError, match=r'audit is "missing" there and "exchangeable:share=0\.2" here'):
        small(out=tmp_path, audit=0.2)


def test_whole_numbers_are_the_same_costs(tmp_path):
    for one in (1, 1.0, np.float64(1)):
        costs = {"label_cost": one, "n_future": 100 * one}
        small(strategies="random", repeats=1, budget=16, stop="budget", audit=one, **costs, out=tmp_path)
    assert Simulation.load(tmp_path).protocol["costs"] == {"label_cost": 1.0, "error_cost": 1.0, "n_future": 100.0}


def test_rules_change_no_question_and_no_value(tmp_path):
    small(out=tmp_path / "plain")
    small(out=tmp_path / "ruled", stop="stabilising_predictions")
    assert (tmp_path / "plain" / "table.csv").read_bytes() == (tmp_path / "ruled" / "table.csv").read_bytes()
    described = [json.loads((tmp_path / name / "experiment.json").read_text()) for name in ("plain", "ruled")]
    assert [one["format"] for one in described] == [1, 2]
    assert not {"stopping", "audit", "costs"} & {*described[0], *described[0]["protocol"], *described[0]["order"]}


def test_an_audit_changes_the_questions_after_the_start(watched):
    plain = small(estimators=ESTIMATORS)
    mine, theirs = (
        simulation.table.query("estimator == 'naive_bayes' and strategy == 'margin' and repeat == 0")["rows"].tolist()
        for simulation in (watched, plain)
    )
    assert mine[0] == theirs[0]
    assert all(set(one) != set(other) for one, other in zip(mine[1:], theirs[1:], strict=True))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"X": np.concatenate([X, X[:9]]), "y": np.concatenate([Y, Y[:9]])}, "repeated rows are asked about once"),
        ({"X": X, "y": Y, "groups": np.arange(140) // 7}, "whole groups are held out"),
        ({"X": X[40:], "y": Y[40:], "X_test": X[:40], "y_test": Y[:40]}, "it was given"),
    ],
)
def test_a_test_part_that_is_not_drawn_like_the_pool_is_told(data, reason):
    quick = SMALL | {"repeats": 1, "budget": 16, "strategies": "random"}
    told = [note for note in simulate(**data, **quick, audit=0.2).notes if "not drawn like the pool" in note]
    assert len(told) == 1
    assert f"({reason})" in told[0]
    assert not [note for note in simulate(**data, **quick).notes if "audit" in note]


def test_a_test_part_that_is_drawn_like_the_pool_needs_no_note(watched):
    assert watched.notes == []


def test_without_audit_and_rules_there_are_no_tables():
    plain = small(strategies="random")
    assert (plain.audit, plain.stopping, plain.audit_summary(), plain.stopping_summary()) == (None, None, None, None)
    assert "watch_seconds" not in plain.timings


def test_tables_have_a_line_for_each_run_and_moment_or_rule(watched):
    keys = ["estimator", "strategy", "repeat"]
    assert (watched.audit.groupby(keys)["n_labels"].agg(list).map(tuple) == (6, 16, 26, 36, 46, 56)).all()
    rules = [*WATCHED["stop"], "(whole budget)"]
    assert (watched.stopping.groupby(keys)["rule"].agg(list).map(tuple) == tuple(rules)).all()
    assert set(watched.audit["strategy"]) == set(watched.stopping["strategy"]) == {"random", "margin"}
    told = watched.audit.set_index([*keys, "n_labels"])["test_accuracy"]
    measured = watched.table.query("metric == 'accuracy'").set_index([*keys, "n_labels"])["value"]
    assert (told == measured[told.index]).all()
    assert (watched.audit["test_rows"] == 35).all()
    assert (watched.timings.query("strategy != '(full data)'")["watch_seconds"] > 0).all()


def test_accuracy_is_measured_where_it_is_needed():
    assert small(strategies="random", metrics="log_loss", stop="budget").metrics == ["log_loss", "accuracy"]
    assert small(strategies="random", metrics=("accuracy", "log_loss"), audit=0.2).metrics == ["accuracy", "log_loss"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"audit": 1.5}, "audit must be in"),
        ({"audit": "much"}, "audit, if not a share such as 0.2, must be one of .*; got 'much'"),
        ({"stop": "default"}, "rests on audited answers"),
        ({"stop": "time"}, "looks at a clock"),
        ({"stop": "budget", "label_cost": 0}, "label_cost must be in"),
        ({"stop": "budget", "n_future": True}, "n_future must be a number"),
        ({"stop": "overall_uncertainty", "estimators": "linear_svc"}, "needs predict_proba"),
    ],
)
def test_what_cannot_be_run_is_told_before_anything_is_written(changes, words, tmp_path):
    with pytest.raises(InvalidParameterError, match=words):
        small(**changes, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_findings_end_with_the_audit_and_the_rules(watched):
    starts = [sentence.split(" ")[0] for sentence in watched.findings()]
    assert starts == ["margin", "margin", "Always", "Audit", "Audit", "Stopping", "Stopping", "Stopping", "Stopping"]


def test_the_report_tells_of_audit_and_rules(watched, tmp_path):
    watched.report(tmp_path / "report.html")
    text = checked(tmp_path / "report.html")
    assert text.index("Accuracy told by the audit") < text.index("When to stop")
    assert all(sentence in text for sentence in watched.findings())
    for words in (
        "Running accuracyAnother quantity", "40 % of the questions of every strategy",
        "a label 1, a wrong prediction 2; 10,000 rows to be predicted", "AnyOf(Budget(labels=26), AllOf(",
        "A label costs 1, a wrong prediction 2, and the model is used on 10,000 rows.", "(whole budget)",
        "naive_bayes, margin",
    ):  # fmt: skip
        assert words in text, words
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    pictures = page[page.index("<h2>Accuracy told") : page.index("<h2>When to stop")]
    assert pictures.count("<svg") == 2
    assert "var(--ink)" in pictures
    assert "nan" not in text.lower().replace("naive", "").split()


def test_the_report_without_has_no_word_of_it(tmp_path):
    small(strategies="random", repeats=1).report(tmp_path / "report.html")
    text = checked(tmp_path / "report.html")
    assert not [word for word in ("audit", "When to stop", "Costs") if word in text]


def test_random_alone_is_told_of(tmp_path):
    alone = small(strategies="random", repeats=1, **WATCHED)
    alone.report(tmp_path / "report.html")
    text = checked(tmp_path / "report.html")
    assert "Only random was run." in text
    assert all(sentence in text for sentence in alone.findings())
    assert "too few repeats" in text


def test_an_audit_too_small_for_figures_says_so(tmp_path):
    poor = small(audit=0.05, repeats=1)
    assert "too few audited answers for a figure" in poor.findings()[-1]
    poor.report(tmp_path / "report.html")
    assert "too few answers" in checked(tmp_path / "report.html")


def test_labels_of_rules_are_text_not_markup(tmp_path):
    small(strategies="random", repeats=1, stop={"<b>mine</b>": "budget"}).report(tmp_path / "report.html")
    assert "<b>mine</b>" in checked(tmp_path / "report.html")
    assert "<b>mine" not in (tmp_path / "report.html").read_text(encoding="utf-8")
