"""What a model must beat stands in every table, picture and sentence."""

import shutil

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from querist.simulation import Simulation, simulate
from querist.simulation.baseline import baseline_sentence
from querist.simulation.metrics import METRICS

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 2))
Y = np.where(X[:, 0] > 0.8, "rare", np.where(X[:, 1] > 1.2, "third", "common"))
NAMES = ("accuracy", "balanced_accuracy", "macro_f1", "log_loss", "roc_auc")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    simulate(
        X,
        Y,
        estimators=["naive_bayes"],
        metrics=NAMES,
        repeats=3,
        budget=24,
        batch_size=8,
        initial=8,
        n_jobs=1,
        out=out,
    )
    return out


def test_it_is_what_a_classifier_without_features_gives(folder):
    simulation = Simulation.load(folder)
    table = simulation.baseline.set_index(["repeat", "metric"])["value"]
    test = simulate(
        X[:90], Y[:90], X_test=X[90:], y_test=Y[90:], metrics=NAMES, estimators=["naive_bayes"], repeats=1, budget=8,
        initial=8, n_jobs=1,
    ).baseline.set_index("metric")["value"]  # fmt: skip
    truth = Y[90:]
    found = DummyClassifier(strategy="most_frequent").fit(X[:90], Y[:90]).predict(X[90:])
    assert test["accuracy"] == pytest.approx(accuracy_score(truth, found))
    assert test["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(truth, found))
    assert test["macro_f1"] == pytest.approx(f1_score(truth, found, average="macro"))
    assert test["roc_auc"] == 0.5
    assert np.isnan(test["log_loss"])
    assert table.size == 15
    assert (table.xs("accuracy", level="metric") > 0.5).all()


def test_it_stands_in_summary_figure_report_and_findings(folder):
    simulation = Simulation.load(folder)
    value = simulation.baseline.groupby("metric")["value"].mean()["accuracy"]
    summary = simulation.summary()
    assert summary.loc[summary["metric"] == "accuracy", "largest_class"].tolist() == pytest.approx([value] * 2)
    assert summary.loc[summary["metric"] == "log_loss", "largest_class"].isna().all()
    assert "largest_class" in (folder / "summary.csv").read_text()
    texts = {text.get_text() for text in simulation.plot().axes[0].texts}
    assert f"largest class: {value:.3f}" in texts
    assert any(f"largest class gives an accuracy of {value:.3f}" in sentence for sentence in simulation.findings())
    page = (folder / "report.html").read_text(encoding="utf-8")
    for words in (
        "always the largest class",
        "Without a model",
        f"{value:.4f}",
        f"Always the largest class: {value:.3f}",
    ):
        assert words in page


def test_bands_stay_within_what_a_metric_can_be(folder):
    drawn = simulate(
        X, Y, estimators=["naive_bayes"], repeats=2, budget=40, batch_size=4, initial=4, n_jobs=1, test_size=10
    ).plot()
    for band in drawn.axes[0].collections:
        heights = np.concatenate([path.vertices[:, 1] for path in band.get_paths()])
        assert heights.min() >= 0
        assert heights.max() <= 1
    assert all(np.isfinite(metric.low) for metric in METRICS.values() if metric.task == "classification")


def test_a_folder_of_an_earlier_version_has_none_and_says_nothing(folder, tmp_path):
    import json

    old = shutil.copytree(folder, tmp_path / "old")
    (old / "baseline.csv").unlink()
    manifest = json.loads((old / "manifest.json").read_text())
    del manifest["files"]["baseline.csv"]
    (old / "manifest.json").write_text(json.dumps(manifest))
    simulation = Simulation.load(old)
    assert simulation.baseline is None
    assert simulation.summary()["largest_class"].isna().all()
    assert not any("largest" in sentence for sentence in simulation.findings())


def test_a_curve_that_does_not_end_above_it_is_named():
    told = baseline_sentence(0.8674, "accuracy", {"random": 0.8671, "margin": 0.9})
    assert told == (
        "Always answering the largest class gives an accuracy of 0.867; "
        "at the end of the budget random (0.867) is not above that."
    )
    assert (
        baseline_sentence(0.3, "macro_f1", {"random": 0.5})
        == "Always answering the largest class gives a macro F1 of 0.300."
    )
