"""The same cell, whatever type its column has and whatever program saved it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.data.cell_texts import alike_cell, same_cell


@given(st.integers(-(10**14), 10**14))
def test_a_whole_number_is_the_same_however_it_is_typed(number):
    assert len({same_cell(cell) for cell in (number, float(number), str(number), f"{number}.0")}) == 1


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_the_same_is_alike_too(text):
    assert same_cell(same_cell(text)) == same_cell(text)
    assert alike_cell(alike_cell(text)) == alike_cell(text)
    assert alike_cell(text) == alike_cell(same_cell(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (True, "TRUE"),
        (0.5, "0.50"),
        (None, ""),
        ("2024-01-02", "2024-01-02T00:00:00"),
        ("2024-01-02 10:30", "2024-01-02T10:30:00.000"),
        ("2024-01-02T10:30:00Z", "2024-01-02 10:30:00+00:00"),
    ],
)
def test_the_same_in_another_type(one, other):
    assert same_cell(one) == same_cell(other)


@pytest.mark.parametrize(
    ("one", "other"), [("1", "01"), (1, "1a"), ("a", "A"), ("a", " a"), ("yes", True), ("12345678901234567890", 1.2e19)]
)
def test_another_cell(one, other):
    assert same_cell(one) != same_cell(other)
    assert alike_cell(one) != alike_cell(other)


@pytest.mark.parametrize(("one", "other"), [("a\r\nb", "a\nb"), ("a\rb", "a\nb"), ("café", "cafe\u0301")])
def test_saved_anew_by_another_program(one, other):
    assert same_cell(one) != same_cell(other)
    assert alike_cell(one) == alike_cell(other)
