"""The loops, compiled and as they are: conditions against brute force, without numba the same."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from querist.base import forest_kernel
from querist.base.forest_arrays import WORDS

N_ROWS = 64 * WORDS


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=3), st.integers(0, 2**31))
def test_a_bit_is_set_where_the_condition_holds(sizes, seed):
    rng = np.random.default_rng(seed)
    bounds = [np.sort(rng.choice(50, size, replace=False)).astype(np.float32) for size in sizes]
    columns = rng.integers(-2, 53, (len(sizes), N_ROWS)).astype(np.float32)
    table = np.full((sum(sizes), WORDS), 7, np.uint64)
    starts = np.cumsum([0, *sizes])
    forest_kernel.conditions(columns, np.concatenate(bounds), starts, table, np.full(N_ROWS, 9, np.uint32))
    bits = (table[:, :, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
    expected = np.concatenate([column <= each[:, None] for column, each in zip(columns, bounds, strict=True)])
    np.testing.assert_array_equal(bits.reshape(-1, N_ROWS).astype(bool), expected)


def test_without_numba_the_loops_are_there_as_they_are():
    code = (
        "import sys; sys.modules['numba'] = None\n"
        "from querist.base import forest_kernel as kernel\n"
        "print(kernel.COMPILED, type(kernel.conditions).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "function"]


def test_where_nothing_can_be_kept_it_is_compiled_all_the_same(tmp_path):
    pytest.importorskip("numba", reason="numba is not installed")
    code = (
        "from numba.core import caching\n"
        "caching.CacheImpl._locator_classes = []\n"
        "from querist.base import forest_kernel as kernel\n"
        "print(kernel.COMPILED, type(kernel.conditions).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.split() == ["True", "CPUDispatcher"]
