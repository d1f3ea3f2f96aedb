"""The base of strategies that ask what draws of a model's parameters say of rows."""

from collections.abc import Sequence
from typing import ClassVar

from numpy.typing import ArrayLike

from querist._typing import Classifier
from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext
from querist.base.selection import Selection
from querist.base.strategy import QueryStrategy
from querist.base.ties import Ties
from querist.learners.samples import Samples, samples_of


class BySamples(QueryStrategy):
    """Base of strategies that ask what draws of parameters say: of an array, a classifier or a committee.

    Parameters
    ----------
    samples : array-like of shape (n_samples, n_rows, n_classes), default=None
    committee : list of classifiers, default=None
    n_members : int, default=10
        As in `samples_of`.
    selection : Selection, default=None
    candidates : CandidateFilter, default=None
    ties : {"random", "first"}, default="random"
        As in `QueryStrategy`.
    """

    stochastic: ClassVar[bool] = True

    def __init__(
        self,
        *,
        samples: ArrayLike | None = None,
        committee: Sequence[Classifier] | None = None,
        n_members: int = 10,
        selection: Selection | None = None,
        candidates: CandidateFilter | None = None,
        ties: Ties = "random",
    ) -> None:
        super().__init__(selection=selection, candidates=candidates, ties=ties)
        self.samples = samples
        self.committee = committee
        self.n_members = n_members

    @property
    def needs_model(self) -> bool:  # type: ignore[override]  # a class variable of the others
        """Whether a fitted model is needed: where there are neither samples nor a committee."""
        return self.samples is None and self.committee is None

    @property
    def refits_model(self) -> bool:  # type: ignore[override]  # a class variable of the others
        """Whether clones of the model are trained: where there are neither samples nor a committee."""
        return self.needs_model

    def drawn(self, context: QueryContext) -> Samples:
        """Return the draws for a query."""
        return samples_of(context, self.samples, self.committee, self.n_members)
