"""The words say what the numbers say, and no more."""

import math

import pandas as pd
import pytest

from querist.simulation.findings import findings, outside_noise

BASE = {
    "estimator": "lr", "metric": "accuracy", "strategy": "margin", "repeats": 20, "full_data": 0.95, "aulc": 0.9,
    "final": 0.93, "difference": 0.02, "difference_low": 0.01, "difference_high": 0.03, "p": 0.001, "p_holm": 0.002,
    "labels_95": 120,
}  # fmt: skip
RANDOM = BASE | {"strategy": "random", "labels_95": 210, "final": 0.9}


def said(random=None, metric="accuracy", **changes):
    frame = pd.DataFrame([RANDOM | {"metric": metric} | (random or {}), BASE | {"metric": metric} | changes])
    (finding,) = findings(frame.astype({"labels_95": "Int64"}), metric, 250)
    return finding.text


def test_a_clear_gain():
    text = said()
    assert text.startswith("margin reaches 95 % of the full-data accuracy with 120 labels, random with 210: 43 % fewer")
    assert "is 0.0200 higher than random's (95 % interval of the difference +0.0100 to +0.0300, Holm p 0.002)" in text
    assert text.endswith(": better than random, outside the noise.")


@pytest.mark.parametrize(
    "changes", [{"p_holm": 0.06}, {"difference_low": -0.001}, {"p_holm": math.nan}, {"difference_low": math.nan}]
)
def test_what_either_test_does_not_confirm_is_inside_the_noise(changes):
    assert "within the noise" in said(**changes)
    assert not outside_noise(BASE | changes)


def test_a_clear_loss_is_called_worse():
    text = said(difference=-0.02, difference_low=-0.03, difference_high=-0.01, labels_95=250)
    assert "19 % more" in text
    assert "worse than random, outside the noise" in text


def test_a_lower_loss_is_better():
    text = said(metric="log_loss", difference=-0.02, difference_low=-0.03, difference_high=-0.01, labels_95=None)
    assert "better than random" in text
    assert "95 % of" not in text


@pytest.mark.parametrize(
    ("mine", "theirs", "words"),
    [
        (None, None, "does not reach 95 % of the full-data accuracy within 250 labels, and neither does random"),
        (None, 210, "within 250 labels, random with 210"),
        (120, None, "with 120 labels; random does not within 250"),
        (120, 120, "with 120 labels, and so does random"),
    ],
)
def test_levels_that_are_not_reached_are_told(mine, theirs, words):
    assert words in said({"labels_95": theirs}, labels_95=mine)


def test_few_repeats_are_called_few():
    assert "One repeat cannot tell" in said(repeats=1)
    assert "5 repeats are too few to tell" in said(repeats=5, p_holm=0.0625)


def test_an_undefined_metric_is_not_judged():
    text = said({"aulc": math.nan}, aulc=math.nan)
    assert "cannot be judged" in text
    assert "noise" not in text


def test_several_estimators_are_told_apart():
    other = [RANDOM | {"estimator": "svc"}, BASE | {"estimator": "svc"}]
    found = findings(pd.DataFrame([RANDOM, BASE, *other]), "accuracy", 250)
    assert [finding.verdict for finding in found] == ["better", "better"]
    assert [finding.text.split(" reaches")[0] for finding in found] == ["margin with lr", "margin with svc"]
