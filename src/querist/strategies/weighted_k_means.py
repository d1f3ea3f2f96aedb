"""Ask about uncertain rows that lie far apart."""

from typing import ClassVar, Literal

from querist._typing import FloatArray, IntArray
from querist._validation import check_choice
from querist.base.candidates import CandidateFilter
from querist.base.scoring import uncertainty
from querist.base.strategy import QueryContext, QueryStrategy
from querist.measures.uncertainty import UNCERTAINTIES
from querist.selections.weighted_k_means import WeightedKMeansSelection


class WeightedKMeans(QueryStrategy):
    """Cluster the most uncertain rows, weighted by uncertainty, and ask about one of each cluster.

    The best of the published batch strategies over many sets of tables and
    embeddings, and the one to take from about ten rows a batch.

    Parameters
    ----------
    uncertainty : {"margin", "least_confidence", "entropy"}, default="margin"
        How the utilities are measured; they are the weights too.
    prefilter : int, default=10
        At least 1. The ``prefilter * batch_size`` most uncertain rows are clustered.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Notes
    -----
    Utilities: the uncertainty (see `querist.measures.uncertainty`). Distances are
    Euclidean, after all steps but the last if the model is a ``Pipeline``: scale
    features that have different units.
    Cost: one prediction of the candidates, and k-means on ``prefilter * batch_size``
    rows. The clustering itself is `querist.selections.WeightedKMeansSelection`, which
    any strategy with utilities of at least 0 can use.

    References
    ----------
    .. [1] F. Zhdanov, "Diverse mini-batch active learning", 2019, arXiv:1901.05954.

    Examples
    --------
    Rows 2 and 3 are nearly the same; a batch of two takes one of them only.

    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> X = np.array([[-2.0, 0], [2, 0], [0, 5], [0.01, 5], [0, -5], [1.5, 0]])
    >>> model = LogisticRegression().fit(X[[0, 1]], ["no", "yes"])
    >>> strategy = WeightedKMeans(prefilter=2)
    >>> strategy.query(X, [0, 1], ["no", "yes"], model=model, batch_size=2, random_state=0).tolist()
    [4, 2]
    """

    label: ClassVar[str] = "Weighted k-means"
    measures_distances: ClassVar[bool] = True
    selection = None

    def __init__(
        self,
        *,
        uncertainty: Literal["margin", "least_confidence", "entropy"] = "margin",
        prefilter: int = 10,
        candidates: CandidateFilter | None = None,
        ties: Literal["random", "first"] = "random",
    ) -> None:
        self.uncertainty = uncertainty
        self.prefilter = prefilter
        self.candidates = candidates
        self.ties = ties

    def _utilities(self, context: QueryContext) -> FloatArray:
        check_choice(self.uncertainty, "uncertainty", UNCERTAINTIES)
        return uncertainty(context.model, context.X, context.candidates, self.uncertainty)

    def _select(self, utilities: FloatArray, context: QueryContext) -> IntArray:
        return self._select_with(WeightedKMeansSelection(prefilter=self.prefilter), utilities, context)
