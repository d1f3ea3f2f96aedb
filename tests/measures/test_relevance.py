import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from querist.measures.relevance import softsign


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_order_and_range(values):
    scores = np.array(values)
    mapped = softsign(scores)
    assert ((mapped > 0) & (mapped < 1)).all()
    order = np.argsort(scores, kind="stable")
    assert (np.diff(mapped[order]) >= 0).all()


@given(st.floats(-1e6, 1e6))
def test_formula_and_symmetry(score):
    value = softsign(np.array([score, -score]))
    assert math.isclose(value[0], (1 + score / (1 + abs(score))) / 2, rel_tol=1e-9)
    assert math.isclose(value.sum(), 1.0)


def test_large_values_stay_apart():
    low, high = softsign(np.array([100.0, 101.0]))
    assert low < high < 1
