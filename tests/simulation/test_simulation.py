"""`simulate`: paired, honest, the same whatever the number of processes, and kept in a folder."""

import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from report_page import checked
from sklearn.datasets import load_iris, make_classification
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import querist
from querist.exceptions import InvalidParameterError, ModelMismatchWarning, ResultsError, TargetError
from querist.simulation import Simulation, simulate
from querist.simulation.metrics import METRICS
from querist.strategies import MarginSampling

X, Y = make_classification(n_samples=120, n_features=5, random_state=0)
SMALL = {"repeats": 2, "budget": 20, "batch_size": 5, "initial": 6, "n_jobs": 1}
RESULTS = ["table.parquet", "table.csv", "summary.csv", "manifest.json", "experiment.json", "report.html"]
RESULTS += ["learning_curve.png", "learning_curve.svg"]


OF_CLASSES = tuple(name for name, metric in METRICS.items() if metric.task == "classification")
FAST_AND_RANDOM = ("logistic_regression", "extra_trees:n_estimators=5")


def small(X=X, y=Y, **changes):
    return simulate(X, y, **(SMALL | changes))


@pytest.fixture(scope="module")
def several():
    return small(
        strategies=("margin", "entropy"), estimators=("logistic_regression", "naive_bayes"), metrics=OF_CLASSES
    )


def test_the_table_is_complete(several):
    table = several.table
    assert set(table["strategy"]) == {"random", "margin", "entropy", "(full data)"}
    active = table[table["strategy"] != "(full data)"]
    sizes = active.groupby(["estimator", "strategy", "repeat", "metric"]).size()
    assert sizes.shape == (2 * 3 * 2 * len(OF_CLASSES),)
    assert (sizes == 4).all()
    assert active.groupby("n_labels").size().index.tolist() == [6, 11, 16, 20]
    full = table[table["strategy"] == "(full data)"]
    assert (full["n_labels"] == 90).all()
    assert len(full) == 2 * 2 * len(OF_CLASSES)
    assert table["value"].notna().all()


def test_repeats_are_paired_over_strategies_and_estimators(several):
    first = several.table[several.table["n_labels"] == 6]
    for _, lines in first.groupby("repeat"):
        assert len({tuple(rows) for rows in lines["rows"]}) == 1
    for (_, _, metric), lines in first.groupby(["estimator", "repeat", "metric"]):
        assert lines["value"].nunique() == 1, metric
    for _, lines in several.table[several.table["strategy"] == "random"].groupby(["repeat", "n_labels"]):
        assert len({tuple(rows) for rows in lines["rows"]}) == 1


def test_repeats_differ(several):
    first = several.table[several.table["n_labels"] == 6]
    assert len({tuple(rows) for rows in first["rows"]}) == 2


def test_a_strategy_is_not_changed_by_the_company_it_keeps(several):
    alone = small(estimators="naive_bayes", metrics=("roc_auc",)).table
    rows = several.table.query("estimator == 'naive_bayes' and strategy == 'margin' and metric == 'roc_auc'")
    mine = alone[alone["strategy"] == "margin"]
    assert mine["value"].tolist() == rows["value"].tolist()
    assert mine["rows"].tolist() == rows["rows"].tolist()


def test_more_repeats_leave_the_first_as_they_were():
    few, more = small().table, small(repeats=3).table
    pd.testing.assert_frame_equal(few, more[more["repeat"] < 2].reset_index(drop=True))


def test_the_seed_changes_the_draws():
    assert small(random_state=1).table["rows"].tolist() != small().table["rows"].tolist()


@pytest.mark.parametrize("kind", [scipy.sparse.csr_array, scipy.sparse.csc_matrix, pd.DataFrame, np.ndarray.tolist])
def test_any_kind_of_features_gives_the_same_rows(kind):
    features = np.round(X, 2)
    # The name has other settings for sparse rows.
    one, other = (small(each, estimators="logistic_regression:plain=True").table for each in (features, kind(features)))
    assert one["rows"].tolist() == other["rows"].tolist()
    np.testing.assert_allclose(one["value"], other["value"])


def test_texts_and_frames_go_through_pipelines():
    words = np.array(["good fine", "bad poor"])
    texts = np.array([f"{words[label]} w{number % 7} n{number}" for number, label in enumerate(Y)], dtype=object)
    result = small(texts, estimators={"tfidf": make_pipeline(TfidfVectorizer(), LogisticRegression())})
    assert (result.table["value"] > 0.9).any()
    frame = pd.DataFrame(X, index=range(500, 620)).add_prefix("column ")
    result = small(frame, estimators={"scaled": make_pipeline(StandardScaler(), LogisticRegression())})
    assert result.table["value"].notna().all()


def test_a_fixed_test_part_and_a_stratified_start():
    X_iris, y_iris = load_iris(return_X_y=True)
    result = small(X_iris[::2], y_iris[::2], X_test=X_iris[1::2], y_test=y_iris[1::2], initial_set="stratified")
    first = result.table[result.table["n_labels"] == 6]
    for rows in first["rows"]:
        assert np.bincount(y_iris[::2][rows]).tolist() == [2, 2, 2]
    assert (result.table.query("strategy == '(full data)'")["n_labels"] == 75).all()


def test_groups_are_held_out_whole():
    groups = np.repeat(np.arange(12), 10)
    result = small(groups=groups, test_size=0.25)
    for _, lines in result.table.query("strategy == 'margin'").groupby("repeat"):
        assert len({groups[row] for rows in lines["rows"] for row in rows}) <= 9
    assert "12 groups" in result.notes[0]


def test_a_classifier_without_probabilities_is_measured_by_its_decisions():
    result = small(estimators={"svc": SVC()}, metrics=("accuracy", "roc_auc"))
    assert result.table["value"].between(0, 1).all()
    with pytest.raises(InvalidParameterError, match="log_loss"):
        small(estimators={"svc": SVC()}, metrics=("log_loss",))


def test_arguments_are_left_as_they_were():
    features, labels = X.copy(), Y.copy()
    strategy, estimator = MarginSampling(), LogisticRegression()
    small(features, labels, strategies=strategy, estimators=estimator)
    assert np.array_equal(features, X)
    assert np.array_equal(labels, Y)
    assert repr(strategy) == "MarginSampling()"
    assert not hasattr(estimator, "coef_")


def test_global_random_numbers_are_neither_used_nor_moved():
    np.random.seed(1)  # noqa: NPY002
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    one = small().table
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002
    np.random.seed(2)  # noqa: NPY002
    assert small().table["rows"].tolist() == one["rows"].tolist()


def test_another_classifier_may_ask_with_one_warning():
    with pytest.warns(ModelMismatchWarning, match="SharedVarianceNB") as told:
        result = small(query_estimator="naive_bayes")
    assert len(told) == 1
    assert result.table["value"].notna().all()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        small(query_estimator="logistic_regression:C=2.0")


@pytest.mark.parametrize(
    ("changes", "error", "word"),
    [
        ({"budget": 91}, InvalidParameterError, "90 rows"),
        ({"budget": 5}, InvalidParameterError, "initial"),
        ({"n_jobs": 0}, InvalidParameterError, "n_jobs"),
        ({"metrics": "f2"}, InvalidParameterError, "metrics"),
        ({"strategies": "margn"}, InvalidParameterError, "margin"),
        ({"estimators": "svx"}, InvalidParameterError, "svx"),
        ({"cold_start": "margin", "initial": 0}, InvalidParameterError, "cold_start"),
        ({"y": np.zeros(120)}, TargetError, "one class"),
    ],
)
def test_what_cannot_be_run_is_told_before_anything_is_written(changes, error, word, tmp_path):
    with pytest.raises(error, match=word):
        small(**changes, out=tmp_path / "out")
    assert not (tmp_path / "out" / "runs").exists() or not list((tmp_path / "out" / "runs").iterdir())


def test_without_a_budget_it_is_200_or_the_pool():
    assert max(small(budget=None, initial=80).table.query("strategy == 'margin'")["n_labels"]) == 90
    double = np.concatenate([X[:40], X])
    result = small(double, np.concatenate([Y[:40], Y]), budget=None, initial=80, repeats=3)
    sizes = []
    for _, lines in result.table.query("strategy == 'margin'").groupby("repeat"):
        rows = [row for rows in lines["rows"] for row in rows]
        assert np.unique(double[rows], axis=0).shape[0] == len(rows)
        sizes.append(len(rows))
    assert sizes == [result.protocol["budget"]] * 3
    features, labels = make_classification(n_samples=400, random_state=0)
    changes = {"budget": None, "strategies": "random", "repeats": 1, "batch_size": 60}
    assert small(features, labels, **changes).protocol["budget"] == 200
    assert small(features, labels, **changes | {"initial": 250}).protocol["budget"] == 250


def test_progress_is_told_after_every_run():
    seen = []
    small(progress=lambda *told: seen.append(told))
    assert [(done, total) for done, total, _ in seen] == [(number, 6) for number in range(1, 7)]
    assert seen[0][2].startswith("logistic_regression, ")


@pytest.fixture
def in_processes(monkeypatch):
    """However little there is to do, it is given to processes where `n_jobs` allows them."""
    monkeypatch.setattr("querist.simulation.execute._WORTHWHILE", 0.0)


def test_processes_and_interruptions_do_not_change_a_byte(tmp_path, in_processes):
    one = small(out=tmp_path / "one", n_jobs=1, estimators=FAST_AND_RANDOM)
    small(out=tmp_path / "two", n_jobs=2, estimators=FAST_AND_RANDOM)
    for name in RESULTS:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    kept = sorted((tmp_path / "two" / "runs").iterdir())
    kept[3].unlink()
    kept[5].write_bytes(kept[5].read_bytes()[:-20])
    done = []
    again = small(out=tmp_path / "two", estimators=FAST_AND_RANDOM, progress=lambda *told: done.append(told))
    assert len(done) == 2
    for name in RESULTS:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    pd.testing.assert_frame_equal(again.table, one.table)


def test_large_data_reach_the_workers_unchanged(in_processes):
    # Above a megabyte, joblib hands arrays to workers as read-only memory maps.
    features, labels = make_classification(n_samples=30_000, n_features=5, random_state=0)
    changes = {"repeats": 1, "X_test": features[:50], "y_test": labels[:50], "duplicates": "keep"}
    one, two = (small(features, labels, **changes, n_jobs=n_jobs).table for n_jobs in (1, 2))
    pd.testing.assert_frame_equal(one, two, check_exact=True)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_failure_names_its_run_and_leaves_no_results(tmp_path, n_jobs, in_processes):
    estimators = ("naive_bayes", "logistic_regression:C=-1")
    with pytest.raises(ValueError, match="C") as caught:
        small(estimators=estimators, out=tmp_path, n_jobs=n_jobs)
    assert "estimator logistic_regression:C=-1, strategy " in "".join(caught.value.__notes__)
    assert not (tmp_path / "manifest.json").exists()


def test_a_simulation_comes_back_from_its_folder(tmp_path):
    made = small(strategies=("power", "margin"), metrics=("roc_auc", "log_loss"), initial=0, name="ünï ☃")
    made.save(tmp_path / "out")
    loaded = Simulation.load(tmp_path / "out")
    pd.testing.assert_frame_equal(loaded.table, made.table)
    pd.testing.assert_frame_equal(loaded.timings, made.timings)
    pd.testing.assert_frame_equal(loaded.summary(), made.summary())
    assert repr(loaded) == repr(made)
    loaded.save(tmp_path / "again")
    for name in RESULTS:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_another_experiment_in_the_folder_is_refused(tmp_path):
    small(out=tmp_path)
    for changes, word in [({"budget": 19}, "budget"), ({"X": X + 1}, "data.hash"), ({"strategies": "power"}, "order")]:
        with pytest.raises(ResultsError, match=word):
            small(out=tmp_path, **changes)


def test_unfinished_and_damaged_results_are_not_loaded(tmp_path):
    with pytest.raises(ResultsError, match="is no folder of a simulation"):
        Simulation.load(tmp_path)
    out = tmp_path / "out"
    small(out=out)
    (out / "table.parquet").write_bytes(b"x")
    with pytest.raises(ResultsError, match="changed since"):
        Simulation.load(out)
    (out / "manifest.json").unlink()
    with pytest.raises(ResultsError, match="not finished"):
        Simulation.load(out)


def test_the_report_is_one_well_formed_page_that_needs_nothing_else(several, tmp_path):
    several.report(tmp_path / "report.html")
    text = checked(tmp_path / "report.html")
    for word in ("margin", "naive_bayes", "log loss", "Findings", several.experiment["data"]["hash"], "scikit-learn"):
        assert word.lower() in text.lower()
    assert "nan" not in text.lower().replace("naive", "").split()


def test_pictures_in_the_report_follow_the_page_from_light_to_dark(several, tmp_path):
    several.report(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    pictures = page[page.index("<svg") : page.rindex("</svg>")]
    assert "var(--ink)" in pictures
    assert "#24292f" not in pictures


def test_labels_are_text_not_markup(tmp_path):
    result = small(strategies={"<b>bold</b> & co": "margin"}, name="<script>alert(1)</script>")
    result.report(tmp_path / "report.html")
    assert "<script>alert(1)</script>" in checked(tmp_path / "report.html")
    assert "<script" not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_one_repeat_can_be_reported_without_claims(tmp_path):
    small(repeats=1, strategies="margin").report(tmp_path / "report.html")
    assert "One repeat cannot tell" in checked(tmp_path / "report.html")


def test_random_alone_can_be_reported(tmp_path):
    small(strategies="random").report(tmp_path / "report.html")
    assert "Only random was run" in checked(tmp_path / "report.html")


def test_an_undefined_metric_is_told_not_hidden(tmp_path):
    X_test, y_test = X[:20], np.zeros(20, np.int64)
    result = small(X[20:], Y[20:], X_test=X_test, y_test=y_test, metrics=("roc_auc",))
    assert result.table["value"].isna().all()
    result.report(tmp_path / "report.html")
    text = checked(tmp_path / "report.html")
    assert "undefined in 2 repeats" in text
    assert "cannot be judged" in text


def test_pictures_are_written_by_their_ending(several, tmp_path):
    several.plot(tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(InvalidParameterError, match=r"\.png, \.svg or \.pdf"):
        several.plot(tmp_path / "curve.docx")
    with pytest.raises(ResultsError, match="Cannot write"):
        several.report(tmp_path / "no" / "folder.html")


def test_the_names_are_public():
    assert querist.simulate is simulate
    assert querist.Simulation is Simulation
