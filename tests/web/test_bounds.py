"""Bounds on what is sent, without a server."""

import json

from hypothesis import given
from hypothesis import strategies as st

from querist.web.bounds import body_bound, has_more_values

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


def n_marks(value):
    """Count lists and objects, and the commas in them."""
    if isinstance(value, list | dict):
        inner = list(value.values()) if isinstance(value, dict) else value
        return 1 + max(len(inner) - 1, 0) + sum(map(n_marks, inner))
    return 0


@given(JSON, st.integers(0, 60), st.booleans())
def test_values_are_counted_before_anything_is_parsed(value, most, ascii_only):
    body = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert has_more_values(body, most) == (n_marks(value) > most)


def test_a_text_full_of_commas_is_one_value():
    assert not has_more_values(json.dumps({"note": ',[{"\\' * 10_000}).encode(), 1)


@given(st.binary(max_size=200))
def test_nonsense_is_counted_too(body):
    assert has_more_values(body, 0) in (True, False)


def test_only_the_upload_is_large():
    assert body_bound("/api/v1/labels").n_bytes == 64 * 2**20
    assert {body_bound(path).n_bytes for path in ("/api/v1/answers", "/api/v1/items/label", "/x")} == {2**20}
