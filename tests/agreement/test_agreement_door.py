"""The door of `querist.agreement`, and what becomes of tables that are none."""

import numpy as np
import pytest

import querist.agreement
from querist.agreement import agreement, compare, quality
from querist.exceptions import InvalidParameterError


def test_every_public_name_is_there():
    for name in querist.agreement.__all__:
        assert getattr(querist.agreement, name).__doc__
    assert dir(querist.agreement) == list(querist.agreement.__all__)
    with pytest.raises(AttributeError, match="no attribute 'kapa'"):
        _ = querist.agreement.kapa


@pytest.mark.parametrize(
    ("ratings", "told"),
    [
        ([0, 1, 1], r"one row per item and one column per person, got shape \(3,\)"),
        ([[0.0, 1.0]], "integers; -1 where a person gave no answer.*float64"),
        ([[0, 1], [1, 3]], r"holds 3 \(row 1, person 1\); it must be a class, 0 to 2, or -1 for no answer"),
        ([[0, -2]], r"holds -2 \(row 0, person 1\)"),
        ([["a", "b"]], "integers"),
    ],
)
@pytest.mark.parametrize("function", [agreement, quality])
def test_what_is_no_table_of_answers_is_told(function, ratings, told):
    with pytest.raises(InvalidParameterError, match=told):
        function(ratings, n_classes=3)


TABLE = np.zeros((5, 2), np.int64)


@pytest.mark.parametrize("function", [agreement, quality])
@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"n_classes": 0}, "n_classes must be an integer of at least 1"),
        ({"n_classes": 2, "confidence": 1.5}, "confidence must be in"),
        ({"n_classes": 2, "confidence": 0}, "confidence must be in"),
        ({"n_classes": 2, "confidence": 1}, "confidence must be in"),
        ({"n_classes": 2, "population": 4}, "population is 4, fewer than the 5 rows"),
    ],
)
def test_options_that_cannot_be_are_told(function, options, told):
    with pytest.raises(InvalidParameterError, match=told):
        function(TABLE, **options)


def test_people_and_decisions_must_fit_the_table():
    with pytest.raises(InvalidParameterError, match="two of the columns 0 to 1, got 0 and 2"):
        compare(TABLE, 0, 2, n_classes=2)
    with pytest.raises(InvalidParameterError, match="two of the columns 0 to 1, got 1 and 1"):
        compare(TABLE, 1, 1, n_classes=2)
    with pytest.raises(InvalidParameterError, match=r"decided must have one class a row \(5 rows\), got shape \(4,\)"):
        quality(TABLE, n_classes=2, decided=[0] * 4)
    with pytest.raises(InvalidParameterError, match="decided holds 7"):
        quality(TABLE, n_classes=2, decided=[0, 0, 0, 0, 7])
    with pytest.raises(InvalidParameterError, match=r"as many as there are people \(2\), got 3"):
        quality(TABLE, n_classes=2, names=["a", "b", "c"])
