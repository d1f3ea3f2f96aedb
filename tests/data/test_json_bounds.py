"""Values of JSON are counted without parsing it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.data import json_bounds
from querist.data.bounds import Bounds
from querist.data.json_bounds import check_json
from querist.exceptions import DataError

words = st.text('ab,[{}]"\\\n\u00e9', max_size=8)
values = st.recursive(
    st.none() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=20,
)


def n_marks(value):
    """How many lists, objects and commas a value is written with."""
    if not isinstance(value, list | dict):
        return 0
    return max(len(value), 1) + sum(map(n_marks, value.values() if isinstance(value, dict) else value))


@given(st.lists(values, max_size=4), st.integers(1, 9), st.booleans())
def test_what_stands_within_texts_does_not_count(value, block, ascii_only):
    written = json.dumps(value, ensure_ascii=ascii_only).encode()
    n = n_marks(value)
    bounds = replace(Bounds.of_size(0), cells=n)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_bounds, "_BLOCK", block)
        check_json(Path("x.json"), written, bounds)
        with pytest.raises(DataError, match="unfolds"):
            check_json(Path("x.json"), written, replace(bounds, cells=n - 1))
