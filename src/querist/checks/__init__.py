"""Public conformance checks: laws that every query strategy keeps, third parties' included.

A test of a strategy of your own is three lines::

    @pytest.mark.parametrize("check", [*querist.checks.query_strategy_checks()], ids=lambda check: check.__name__)
    def test_conforms(check):
        check(MyStrategy())
"""

from collections.abc import Callable, Iterator

from querist.base.strategy import QueryStrategy
from querist.checks.batches import BATCH_CHECKS
from querist.checks.construction import CONSTRUCTION_CHECKS
from querist.checks.errors import ERROR_CHECKS
from querist.checks.invariance import INVARIANCE_CHECKS
from querist.checks.purity import PURITY_CHECKS

__all__ = ["check_query_strategy", "query_strategy_checks"]


def query_strategy_checks() -> Iterator[Callable[[QueryStrategy], None]]:
    """Yield the checks one by one, for ``pytest.mark.parametrize``.

    Yields
    ------
    check : callable
        Takes a strategy, raises AssertionError if it breaks the law that the name
        of the check tells.

    Examples
    --------
    >>> from querist.strategies import MarginSampling
    >>> for check in query_strategy_checks():
    ...     check(MarginSampling())
    """
    yield from CONSTRUCTION_CHECKS
    yield from PURITY_CHECKS
    yield from BATCH_CHECKS
    yield from INVARIANCE_CHECKS
    yield from ERROR_CHECKS


def check_query_strategy(strategy: QueryStrategy) -> None:
    """Run every check on a strategy; it takes a second or two.

    The pools are small and numeric, with models of naive Bayes and linear type; of what the strategy's ``tasks`` name:
    classifiers, regressors or both.
    A strategy that refuses the models by one of Querist's errors is excused from the
    checks of those models.

    Parameters
    ----------
    strategy : QueryStrategy
        Left as it is; the checks work on copies.

    Raises
    ------
    AssertionError
        At the first law that is broken; the message says what was expected.

    Examples
    --------
    >>> from querist.strategies import KCenter
    >>> check_query_strategy(KCenter())
    """
    for check in query_strategy_checks():
        check(strategy)
