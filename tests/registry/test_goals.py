"""Goals: one rule for which class is looked for, one place for the parts."""

import pytest

from querist.data.relevant_classes import which_is_relevant
from querist.exceptions import InvalidParameterError, UnknownNameError
from querist.registry.goals import goal_of


@pytest.mark.parametrize(
    ("classes", "named", "counts", "place"),
    [
        (["excluded", "included"], None, None, 1),
        (["included", "excluded"], None, [1, 9], 0),
        ([1, 0], None, None, 0),
        ([False, True], None, [1, 9], 1),
        (["ham", "spam"], "ham", [9, 1], 0),
        ([7, 8], "8", None, 1),
        (["ham", "spam"], None, [9, 1], 1),
        (["ham", "spam"], None, [1, 9], 0),
        (["yes", "no"], "no", None, 1),
    ],
)
def test_a_named_class_then_names_then_the_rarer_one(classes, named, counts, place):
    assert which_is_relevant(classes, named=named, counts=counts)[0] == place


@pytest.mark.parametrize(
    ("classes", "named", "counts", "message"),
    [
        ([], None, None, "none is named here"),
        (["a", "b", "c"], "a", None, "here there are 3: a, b, c"),
        (["ham", "spam"], None, None, "screening:relevant=spam"),
        (["ham", "spam"], None, [5, 5], "is not known"),
        (["ham", "spam"], "eggs", [5, 1], "relevant is 'eggs'"),
    ],
)
def test_what_is_not_known_is_refused(classes, named, counts, message):
    with pytest.raises(InvalidParameterError, match=message):
        which_is_relevant(classes, named=named, counts=counts)


def test_a_goal_is_written_with_the_class_it_looks_for():
    assert goal_of("screening:relevant= a, b=c ").relevant == "a, b=c"
    assert str(goal_of("screening")) == "screening"
    for text in ("screening:relevant=spam", "screening"):
        assert str(goal_of(text)) == text
    with pytest.raises(InvalidParameterError, match="write screening, or screening:relevant=CLASS"):
        goal_of("screening:target=spam")
    with pytest.raises(InvalidParameterError, match="relevant=CLASS"):
        goal_of("screening:relevant=")
    with pytest.raises(UnknownNameError, match="screening"):
        goal_of("screning")
    with pytest.raises(InvalidParameterError, match="must be a text"):
        goal_of(3)


def test_its_parts_look_for_that_class():
    goal = goal_of("screening").among(["in", "excluded"], [1, 5])
    assert goal.make_strategy().target == "in"
    assert goal.make_estimator().relevant == "in"
