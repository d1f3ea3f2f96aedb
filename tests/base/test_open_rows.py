"""Rows that may be asked about, as a mask or as numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from querist.base.open_rows import OpenRows


@given(mask=st.lists(st.booleans(), min_size=1, max_size=20), data=st.data())
def test_mask_and_numbers_say_the_same(mask, data):
    mask = np.array(mask)
    numbers = np.flatnonzero(mask)
    for rows in (OpenRows(mask.size, mask=mask), OpenRows(mask.size, numbers=numbers)):
        assert rows.size == mask.sum()
        np.testing.assert_array_equal(rows.mask, mask)
        np.testing.assert_array_equal(rows.numbers, numbers)
        taken = np.array(data.draw(st.lists(st.integers(0, mask.size - 1), max_size=5)), np.int64)
        np.testing.assert_array_equal(rows.without(taken).numbers, numbers[~np.isin(numbers, taken)])
        np.testing.assert_array_equal(rows.mask, mask)
