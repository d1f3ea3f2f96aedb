"""Values of JSON are counted without parsing it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.data import json_bounds
from querist.data.bounds import Bounds
from querist.data.json_bounds import check_json, values_beyond
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
        with pytest.raises(DataError, match="expands"):
            check_json(Path("x.json"), written, replace(bounds, cells=n - 1))


@given(values, st.integers(0, 60), st.booleans())
def test_values_are_counted_before_anything_is_parsed(value, most, ascii_only):
    written = json.dumps(value, ensure_ascii=ascii_only).encode()
    counted = values_beyond(written, most)
    assert (counted > 0) == (n_marks(value) > most)
    assert counted == 0 or most < counted <= n_marks(value)


def test_a_text_full_of_commas_is_one_value():
    assert not values_beyond(json.dumps({"note": ',[{"\\' * 10_000}).encode(), 1)


@given(st.binary(max_size=200))
def test_nonsense_is_counted_too(body):
    assert 0 <= values_beyond(body, 0) <= len(body)


def test_a_text_that_does_not_end_is_read_once():
    # Looked for from each quotation mark anew, its end would take hours here.
    assert values_beyond(b"[" * 101 + b'"' + b'\\"' * 500_000, 100) == 101
