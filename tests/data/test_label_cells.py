"""One label of cells that could hold several."""

import pytest

from querist.data.label_cells import label_in


@pytest.mark.parametrize(
    ("cell", "label"),
    [
        ("a", "a"),
        (1, 1),
        (None, None),
        (["a"], "a"),
        ([], None),
        ({}, None),
        ([["a"]], "a"),
        ({"value": "a", "score": 0.9}, "a"),
        ({"choices": ["a"]}, "a"),
        ({"value": {"choices": ["a"]}}, "a"),
        ([{"label": "a"}], "a"),
        ('["a"]', "a"),
        ("['a']", "a"),
        ("[]", None),
        ('{"choices": ["a"]}', "a"),
        ("[a]", "[a]"),
        ("{x}", "{x}"),
    ],
)
def test_one_or_none(cell, label):
    assert label_in(cell) == (label, "")


@pytest.mark.parametrize("cell", [["a", "b"], ("a", "b"), '["a", "b"]', {"choices": ["a", "b"]}, {"A": 1.0, "B": 0.0}])
def test_several_and_others_are_refused_in_words(cell):
    label, problem = label_in(cell)
    assert label is None
    assert "class" in problem


def test_texts_of_own_files_are_names():
    assert label_in("[1]", written=False) == ("[1]", "")
