"""A rare class makes no useless model look good in a simulation's words."""

import numpy as np
import pytest

import querist
from querist.simulation.rare_class import headline_metric, rare_class_sentence, rare_classes

RARE = {"no": 980, "yes": 20}


@pytest.mark.parametrize(
    ("counts", "rare"),
    [
        ({"a": 91, "b": 9}, ["b"]),
        ({"a": 90, "b": 10}, []),
        ({"a": 60, "b": 32, "c": 8}, ["c"]),
        (dict.fromkeys(map(str, range(77)), 10), []),
        ({**dict.fromkeys(map(str, range(20)), 50), "x": 20}, ["x"]),
        ({"a": 95, "b": 4, "c": 1}, ["c", "b"]),
    ],
)
def test_which_classes_are_rare(counts, rare):
    assert list(rare_classes(counts)) == rare


def test_findings_speak_of_a_metric_that_shows_it():
    assert headline_metric(["accuracy", "log_loss", "balanced_accuracy"], RARE) == "balanced_accuracy"
    assert headline_metric(["accuracy"], RARE) == "accuracy"
    assert headline_metric(["accuracy", "macro_f1"], {"a": 50, "b": 50}) == "accuracy"
    assert headline_metric(["log_loss", "macro_f1"], RARE) == "log_loss"
    assert rare_class_sentence(["macro_f1"], RARE) is None
    assert rare_class_sentence(["accuracy", "macro_f1"], RARE) == (
        "There are few rows of 'yes' (2.0% of the rows), so accuracy says little about it: look at macro F1."
    )


@pytest.mark.parametrize("metrics", [("accuracy",), ("accuracy", "macro_f1")])
def test_the_report_begins_with_it(metrics):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 2))
    y = np.where(X[:, 0] > 1.8, "yes", "no")
    made = querist.simulate(X, y, repeats=2, budget=40, batch_size=20, metrics=metrics, n_jobs=1)
    first, second = made.findings()[:2]
    assert first.startswith("There are few rows of 'yes' (")
    assert ("--metric macro_f1" in first) == (metrics == ("accuracy",))
    assert ("macro F1" in second) == ("macro_f1" in metrics)
