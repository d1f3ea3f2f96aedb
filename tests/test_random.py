"""Random numbers that belong to rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist._random import row_keys


@given(st.lists(st.integers(0, 2**62), max_size=40), st.integers(0, 2**64 - 1))
def test_keys_are_the_same_however_many_rows_are_asked_for_together(rows, seed):
    rows = np.array(rows, np.int64)
    whole = row_keys(seed, rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("querist._random._AT_ONCE", 7)
        np.testing.assert_array_equal(row_keys(seed, rows), whole)
    assert ((whole >= 0) & (whole < 1)).all()
