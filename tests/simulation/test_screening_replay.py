"""Screening replayed: every record once, the known ones never, and sooner than at random."""

import numpy as np
import pytest

from querist.data.literature_features import literature_features, record_texts
from querist.exceptions import InvalidParameterError, UnknownNameError
from querist.registry.goals import GOALS, goal_of
from querist.registry.make import make_estimator, make_strategy
from querist.simulation.screening import priors, screen

RELEVANT = np.arange(120) % 10 == 0
WORDS = ["virus cell growth", "heart drug trial", "bird song", "road works"]
TEXTS = [f"{WORDS[0] if each else WORDS[1 + row % 3]} number {row}" for row, each in enumerate(RELEVANT)]


@pytest.mark.parametrize("batch_size", [1, 7])
def test_every_record_is_read_once_and_the_relevant_ones_early(batch_size):
    known = priors(RELEVANT, 3)
    assert RELEVANT[known].tolist() == [True, False]
    run = screen(literature_features(TEXTS), RELEVANT, known=known, batch_size=batch_size)
    assert sorted([*run.known, *run.order]) == list(range(120))
    np.testing.assert_array_equal(run.relevant, RELEVANT[run.order])
    figures = run.figures
    assert figures["read_until_100"] <= 11 + batch_size
    assert figures["atd"] < 0.1
    assert figures["wss_95"] > 0.8
    assert figures["rrf_10"] == 1 or batch_size > 1
    again = screen(literature_features(TEXTS), RELEVANT, known=known, batch_size=batch_size)
    np.testing.assert_array_equal(again.order, run.order)


def test_priors_differ_from_seed_to_seed_and_need_both_kinds():
    assert len({tuple(priors(RELEVANT, seed)) for seed in range(9)}) > 5
    for wrong in ([1, 0, 0], [1, 1, 1]):
        with pytest.raises(InvalidParameterError, match="at least two relevant records"):
            priors(wrong, 0)


def test_the_parts_of_every_goal_exist():
    for goal in GOALS.values():
        make_strategy(goal.strategy)
        make_estimator(goal.estimator)
    with pytest.raises(UnknownNameError, match="Did you mean 'screening'"):
        goal_of("screning")


def test_texts_are_title_and_abstract_or_what_is_named():
    import pandas as pd

    frame = pd.DataFrame({"title": ["A", None], "abstract": ["b", "c"], "authors": ["X", "Y"]})
    assert record_texts(frame) == ["A b", "c"]
    assert record_texts(frame, ["authors"]) == ["X", "Y"]
    assert record_texts(frame[["authors"]].astype(object)) == ["X", "Y"]
