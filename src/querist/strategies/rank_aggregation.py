"""Ask about the rows that several strategies together rank highest."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from querist._typing import BOTH_TASKS, FloatArray, Task
from querist._validation import check_number
from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext
from querist.base.selection import Selection
from querist.base.strategy import QueryStrategy
from querist.base.ties import Ties
from querist.exceptions import InvalidParameterError
from querist.measures.ranking import mid_ranks


class RankAggregation(QueryStrategy):
    """Ask about the rows that several strategies together rank highest (Borda count).

    Utilities of different strategies have no common unit; their ranks have. By name: `querist.make_strategy` with
    ``"rank_aggregation"`` (`querist.registry.presets.rank_aggregation`), which builds the members.

    Parameters
    ----------
    members : sequence of QueryStrategy
        At least one, without selections and candidate filters of their own, which would not be heeded: set them here.
        Their utilities are ranked; what a member makes of them in `select`, such as a batch that is diverse, is not
        asked.
    weights : sequence of float, default=None
        One for each member, above 0. None: all count the same.
    selection : Selection, default=None
        How the batch is chosen from the utilities; None takes the highest.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Notes
    -----
    Utilities: the weighted mean over the members of the share of candidates that a row exceeds in that member's
    utilities, equal ones counted half; above 0, below 1. With equal weights that orders rows as the sum of their ranks
    does [1]_ [2]_, and by whatever scale a member measures, only the order counts. It needs a model if a member does.

    Cost: that of all members, and O(n_candidates log n_candidates) for each.

    References
    ----------
    .. [1] R. Reichart, K. Tomanek, U. Hahn, A. Rappoport, "Multi-task active learning for linguistic annotations",
       ACL 2008 (rank combination).
    .. [2] J.-C. de Borda, "Memoire sur les elections au scrutin", 1781.

    Examples
    --------
    Row 4 is as uncertain as row 2, and lies farther from all that is labelled.

    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from querist.strategies import KCenter, MarginSampling
    >>> X = np.array([[-2.0, 0], [2, 0], [0, 0], [1, 0.5], [0, 3]])
    >>> model = LogisticRegression().fit(X[[0, 1]], ["no", "yes"])
    >>> strategy = RankAggregation(members=[MarginSampling(), KCenter()])
    >>> strategy.query(X, [0, 1], ["no", "yes"], model=model)
    array([4])
    """

    def __init__(
        self,
        *,
        members: Sequence[QueryStrategy],
        weights: Sequence[float] | None = None,
        selection: Selection | None = None,
        candidates: CandidateFilter | None = None,
        ties: Ties = "random",
    ) -> None:
        super().__init__(selection=selection, candidates=candidates, ties=ties)
        self.members = members
        self.weights = weights

    @property
    def tasks(self) -> frozenset[Task]:  # type: ignore[override]  # a class variable of the others
        """What all parts can ask on behalf of."""
        return BOTH_TASKS.intersection(*(member.tasks for member in self._members()))

    @property
    def needs_model(self) -> bool:  # type: ignore[override]  # a class variable of the others
        """Whether a member needs a fitted model."""
        return any(member.needs_model for member in self._members())

    @property
    def refits_model(self) -> bool:  # type: ignore[override]  # a class variable of the others
        """Whether a member trains clones of the model."""
        return any(member.refits_model for member in self._members())

    @property
    def stochastic(self) -> bool:  # type: ignore[override]  # a class variable of the others
        """Whether utilities of a member depend on the generator."""
        return any(member.stochastic for member in self._members())

    @property
    def measures_distances(self) -> bool:
        """Whether a member, the selection or the candidate filter measures distances."""
        return super().measures_distances or any(member.measures_distances for member in self._members())

    def utilities(self, context: QueryContext) -> FloatArray:
        members = self._members()
        total = np.zeros(context.candidates.size)
        weights = self._weights(len(members))
        for member, weight in zip(members, weights, strict=True):
            # Each with a scratch memory of its own.
            total += weight * mid_ranks(np.asarray(member.utilities(replace(context)), np.float64))
        total /= sum(weights)
        return total

    def _members(self) -> list[QueryStrategy]:
        members = list(self.members) if isinstance(self.members, Sequence) else []
        wrong: Any = next((member for member in members if not isinstance(member, QueryStrategy)), None)
        if not members or wrong is not None:
            raise InvalidParameterError(
                f"members must be one or more QueryStrategy objects, got {self.members!r}. Names are resolved by "
                'querist.make_strategy("rank_aggregation", members=[NAME, NAME]).'
            )
        for member in members:
            if member.selection is not None or member.candidates is not None:
                raise InvalidParameterError(
                    f"The member {member!r} has a selection or candidate filter, which would not be heeded. "
                    "Give these to RankAggregation itself."
                )
        return members

    def _weights(self, n: int) -> list[float]:
        if self.weights is None:
            return [1.0] * n
        weights = list(self.weights)
        if len(weights) != n:
            raise InvalidParameterError(f"weights must be one for each of the {n} members, got {self.weights!r}.")
        return [check_number(weight, "each of weights", low=0.0, open_low=True) for weight in weights]
