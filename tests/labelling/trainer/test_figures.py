"""What the trainer says of the accuracy."""

import pytest

from querist.audit.planning import LabelPlan
from querist.labelling.trainer.figures import labels_needed


class Found:
    """An assessment whose plans take 0.2 / half_width**2 random answers."""

    def plan(self, half_width, *, share):
        audit = round(0.2 / half_width**2)
        return LabelPlan(audit, round(audit / share))


@pytest.mark.parametrize(
    ("n_rows", "half_width"), [(100_000, 0.02), (2500, 0.02), (2499, 0.05), (300, 0.1), (100, 0.1), (99, None)]
)
def test_nobody_is_told_to_label_more_rows_than_there_are(n_rows, half_width):
    needed = labels_needed(Found(), 0.2, n_rows)
    assert (needed and needed.half_width) == half_width
    assert needed is None or needed.total <= n_rows


def test_nothing_is_planned_without_random_questions():
    assert labels_needed(Found(), 0.0, 10_000) is None
