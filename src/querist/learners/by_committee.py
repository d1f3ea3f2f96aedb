"""The base of strategies that ask where the members of a committee differ."""

from collections.abc import Sequence
from typing import ClassVar

from querist._typing import Classifier, Regressor
from querist.base.candidates import CandidateFilter
from querist.base.selection import Selection
from querist.base.strategy import QueryStrategy
from querist.base.ties import Ties


class ByCommittee(QueryStrategy):
    """Base of strategies that ask where members differ: own ones, or clones of the model on bootstrap samples.

    Parameters
    ----------
    committee : list of classifiers or of regressors, default=None
    n_members : int, default=5
        As in `querist.learners.committee`.
    selection : Selection, default=None
    candidates : CandidateFilter, default=None
    ties : {"random", "first"}, default="random"
        As in `QueryStrategy`.
    """

    stochastic: ClassVar[bool] = True

    def __init__(
        self,
        *,
        committee: Sequence[Classifier] | Sequence[Regressor] | None = None,
        n_members: int = 5,
        selection: Selection | None = None,
        candidates: CandidateFilter | None = None,
        ties: Ties = "random",
    ) -> None:
        super().__init__(selection=selection, candidates=candidates, ties=ties)
        self.committee = committee
        self.n_members = n_members

    @property
    def needs_model(self) -> bool:  # type: ignore[override]  # a class variable of the others
        """Whether a fitted model is needed: for a bootstrap committee, as its members are clones of it."""
        return self.committee is None

    @property
    def refits_model(self) -> bool:  # type: ignore[override]  # a class variable of the others
        """Whether clones of the model are trained: in a bootstrap committee."""
        return self.committee is None
