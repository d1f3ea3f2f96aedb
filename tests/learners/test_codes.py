"""Labels as numbers of their classes: as numpy has them, whatever the classes are guessed to be."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from querist.learners import codes
from querist.learners.codes import classes_and_codes

NAMES = {"numbers": [-3, 0, 2, 7], "texts": ["a", "b", "bb", "c"], "truths": [False, True]}


@given(data=st.data(), kind=st.sampled_from(sorted(NAMES)), few=st.booleans())
def test_they_are_those_of_numpy_whatever_is_likely(data, kind, few):
    labels = np.array(data.draw(st.lists(st.sampled_from(NAMES[kind]), min_size=1, max_size=30)))
    likely = np.unique(data.draw(st.lists(st.sampled_from(NAMES[kind]), min_size=1, max_size=4)))
    was = codes._MANY_LABELS
    codes._MANY_LABELS = 1000 if few else 1
    try:
        found = classes_and_codes(labels, likely)
    finally:
        codes._MANY_LABELS = was
    for one, expected in zip(found, np.unique(labels, return_inverse=True), strict=True):
        np.testing.assert_array_equal(one, expected)
