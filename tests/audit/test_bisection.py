"""Where a monotone condition begins to hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.audit.bisection import first, first_real


@given(st.integers(-50, 50), st.integers(0, 100), st.integers(-60, 160))
def test_it_is_what_looking_at_each_would_find(low, reach, limit):
    numbers = range(low, low + reach + 1)
    assert first(low, low + reach, lambda n: n >= limit) == next((n for n in numbers if n >= limit), low + reach)


@given(st.floats(0, 1))
def test_real_ones_are_found_to_one_step(limit):
    found = first_real(0.0, 1.0, lambda x: x >= limit, steps=20)
    assert found == pytest.approx(limit, abs=2**-20)
    assert found >= limit
