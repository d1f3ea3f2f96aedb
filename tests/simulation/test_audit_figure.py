"""The picture of what the audit said beside what was true."""

import numpy as np
import pandas as pd
import pytest

from querist.simulation.audit_figure import audit_means, draw_audit
from querist.simulation.audit_table import audit_table
from querist.simulation.figure import render
from querist.simulation.run import Run, RunKey
from querist.simulation.watch import Audited


def told(n_labels, test, model=None, low=None, high=None):
    return Audited(n_labels, test, 400, model, low, high, 20, "plain", None, None, None, 0)


@pytest.fixture
def means():
    runs = [
        Run(
            RunKey("lr", "margin", 0),
            audited=[told(10, 0.5), told(20, 0.6, 0.7, 0.4, 0.8), told(30, 0.8, 0.9, 0.7, 1.0)],
        ),
        Run(RunKey("lr", "margin", 1), audited=[told(10, 0.7), told(20, 0.6), told(30, 0.9, 0.7, 0.5, 0.9)]),
    ]
    return audit_means(audit_table(runs, "sms"))


def test_means_stand_only_where_every_run_has_a_figure(means):
    assert means.index.tolist() == [10, 20, 30]
    np.testing.assert_allclose(means["test_accuracy"], [0.6, 0.6, 0.85])
    np.testing.assert_allclose(means["model_accuracy"], [np.nan, np.nan, 0.8])
    np.testing.assert_allclose(means["model_low"], [np.nan, np.nan, 0.6])
    np.testing.assert_allclose(means["model_high"], [np.nan, np.nan, 0.95])


def drawn(means):
    (axes,) = draw_audit(means, "margin").axes
    return axes


def test_both_accuracies_and_the_interval_are_drawn(means):
    axes = drawn(means)
    truth, audited = axes.lines
    assert truth.get_xydata().tolist() == [
        [10, pytest.approx(0.6)],
        [20, pytest.approx(0.6)],
        [30, pytest.approx(0.85)],
    ]
    assert audited.get_xydata().tolist() == [[30, pytest.approx(0.8)]]
    band = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (pytest.approx(0.6), pytest.approx(0.95))
    assert {text.get_text() for text in axes.texts} == {"test accuracy", "model accuracy, audited"}


def test_without_a_figure_the_truth_stands_alone_and_says_so(means):
    axes = drawn(means.loc[[10]])
    assert len(axes.lines) == 1
    assert {text.get_text() for text in axes.texts} == {"test accuracy", "too few audited answers"}


def test_the_same_figures_give_the_same_bytes(means):
    one, other = (render(draw_audit(pd.DataFrame(means), "margin"), "svg") for _ in range(2))
    assert one == other


def test_what_always_answering_the_largest_class_gives_is_in_the_picture(means):
    (axes,) = draw_audit(means, "margin", largest=0.55).axes
    assert "largest class: 0.550" in {text.get_text() for text in axes.texts}
    assert axes.lines[-1].get_ydata()[0] == 0.55
