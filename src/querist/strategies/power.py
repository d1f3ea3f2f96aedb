"""Ask at random, the more likely the more uncertain."""

from typing import ClassVar, Literal

from querist._typing import FloatArray, IntArray
from querist._validation import check_choice
from querist.base.candidates import CandidateFilter
from querist.base.scoring import uncertainty
from querist.base.selection import Chances
from querist.base.strategy import QueryContext, QueryStrategy
from querist.measures.uncertainty import UNCERTAINTIES
from querist.selections.power import PowerTopK


class PowerSampling(QueryStrategy):
    """Draw the batch with chances proportional to ``uncertainty ** beta``.

    Uncertainty sampling for batches: the most uncertain rows often resemble each
    other, and noise spreads the batch at no cost.

    Parameters
    ----------
    uncertainty : {"margin", "least_confidence", "entropy"}, default="margin"
        How the utilities are measured.
    beta : float, default=1.0
        At least 0. 0 is random sampling; large values approach the plain top-k.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of the rows without any uncertainty, which come last: by a seeded key
        of each row, or by row number.

    Notes
    -----
    Utilities: the uncertainty, without the noise (see `querist.measures.uncertainty`).
    Cost: one prediction of the candidates, O(n_candidates * n_classes) time beyond it.
    The draw itself is `querist.selections.PowerTopK`, which any strategy can use.

    References
    ----------
    .. [1] A. Kirsch, S. Farquhar, P. Atighehchian, A. Jesson, F. Branchaud-Charron,
       Y. Gal, "Stochastic batch acquisition: a simple baseline for deep active
       learning", TMLR 2023, arXiv:2106.12059.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> X = np.linspace(-2, 2, 9).reshape(-1, 1)
    >>> model = LogisticRegression().fit(X[[0, 8]], ["no", "yes"])
    >>> rows = PowerSampling().query(X, [0, 8], ["no", "yes"], model=model, batch_size=3, random_state=0)
    >>> len(rows)
    3
    """

    label: ClassVar[str] = "Power"
    selection = None

    def __init__(
        self,
        *,
        uncertainty: Literal["margin", "least_confidence", "entropy"] = "margin",
        beta: float = 1.0,
        candidates: CandidateFilter | None = None,
        ties: Literal["random", "first"] = "random",
    ) -> None:
        self.uncertainty = uncertainty
        self.beta = beta
        self.candidates = candidates
        self.ties = ties

    def _utilities(self, context: QueryContext) -> FloatArray:
        check_choice(self.uncertainty, "uncertainty", UNCERTAINTIES)
        return uncertainty(context.model, context.X, context.candidates, self.uncertainty)

    def _select(self, utilities: FloatArray, context: QueryContext) -> IntArray:
        return self._select_with(PowerTopK(beta=self.beta), utilities, context)

    def chances(self, utilities: FloatArray, positions: IntArray) -> Chances | None:
        """See `QueryStrategy.chances`."""
        return PowerTopK(beta=self.beta).chances(utilities, positions)
