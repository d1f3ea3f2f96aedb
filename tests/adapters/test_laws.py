"""Strategies of other libraries keep the laws of Querist's, as far as they are their own to keep."""

import pytest
from modAL.uncertainty import margin_sampling
from skactiveml import pool
from small_text import BreakingTies

from querist.adapters import ModalStrategy, ScikitActivemlStrategy, SmallTextStrategy
from querist.checks import query_strategy_checks

STRATEGIES = {
    "uncertainty": lambda: ScikitActivemlStrategy(pool.UncertaintySampling("margin_sampling")),
    "core set": lambda: ScikitActivemlStrategy(pool.CoreSet()),
    "breaking ties": lambda: SmallTextStrategy(BreakingTies()),
    "margin": lambda: ModalStrategy(margin_sampling),
}

# scikit-activeml checks its input so.
REFUSE_SPARSE = {"uncertainty", "core set"}


@pytest.mark.parametrize("check", [*query_strategy_checks()], ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", STRATEGIES)
def test_laws(name, check):
    if name in REFUSE_SPARSE and check.__name__ == "check_containers":
        with pytest.raises(AssertionError, match="does not take sparse rows"):
            check(STRATEGIES[name]())
        return
    check(STRATEGIES[name]())
