"""Ask about uncertain rows that resemble many others."""

from typing import Any

import numpy as np

from querist._typing import FloatArray, IntArray
from querist._validation import check_choice, check_number
from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext
from querist.base.scoring import candidate_blocks, score_rows, uncertainty
from querist.base.selection import Selection
from querist.base.strategy import QueryStrategy
from querist.base.ties import Ties
from querist.measures.geometry import cosine_sum, cosine_to
from querist.measures.uncertainty import UNCERTAINTIES, Uncertainty


class DensityWeighted(QueryStrategy):
    """Ask about uncertain rows that resemble many others (information density).

    Uncertainty times a power of the mean cosine similarity to all rows without an
    answer, so that outliers are not asked about.

    Parameters
    ----------
    uncertainty : {"entropy", "margin", "least_confidence"}, default="entropy"
        How the uncertainty is measured.
    beta : float, default=1.0
        At least 0: how much the density counts; 0 leaves the uncertainty alone.
    selection : Selection, default=None
        How the batch is chosen from the utilities; None takes the highest.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about. The density
        is measured against all rows without an answer in any case.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Notes
    -----
    Utilities: ``u(x) * max(0, s(x)) ** beta`` with s the mean cosine similarity of x to
    the rows without an answer, x included [1]_; at least 0 and at most the largest
    uncertainty. A negative mean similarity counts as 0, as a power of it has no
    meaning; a row of zeros has similarity 0. Features are used as they are, or after
    all steps but the last if the model is a ``Pipeline``: on features that have been
    centred most similarities are near 0.

    Cost: one prediction of the candidates and two passes over the pool, O(n_rows *
    n_dimensions) time, O(n_rows) memory. The mean over all pairs needs no pairs: it is
    each row, scaled to length 1, times the mean of all rows so scaled.

    References
    ----------
    .. [1] B. Settles, M. Craven, "An analysis of active learning strategies for
       sequence labeling tasks", EMNLP 2008, doi:10.3115/1613715.1613855.

    Examples
    --------
    Rows 2, 3 and 4 are equally uncertain; row 4 points away from all others.

    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> X = np.array([[-2.0, 1], [2, 1], [0, 1], [0, 2], [0, -1]])
    >>> model = LogisticRegression().fit(X[[0, 1]], ["no", "yes"])
    >>> rows, utilities = DensityWeighted().query(X, [0, 1], ["no", "yes"], model=model, return_utilities=True)
    >>> utilities.round(3)
    array([ nan,  nan, 0.231, 0.231, 0.   ])
    """

    measures_distances = True

    def __init__(
        self,
        *,
        uncertainty: Uncertainty = "entropy",
        beta: float = 1.0,
        selection: Selection | None = None,
        candidates: CandidateFilter | None = None,
        ties: Ties = "random",
    ) -> None:
        super().__init__(selection=selection, candidates=candidates, ties=ties)
        self.uncertainty = uncertainty
        self.beta = beta

    def utilities(self, context: QueryContext) -> FloatArray:
        check_choice(self.uncertainty, "uncertainty", UNCERTAINTIES)
        beta = check_number(self.beta, "beta", low=0.0)
        utilities = uncertainty(context.model, context.X, context.candidates, self.uncertainty)
        matrix = context.space.matrix
        mean = _mean_direction(matrix, context.unlabelled)
        density = score_rows(matrix, context.candidates, lambda block: cosine_to(block, mean), n_outputs=1)
        np.maximum(density, 0.0, out=density)
        utilities *= density**beta
        return utilities


def _mean_direction(matrix: Any, rows: IntArray) -> FloatArray:
    total = np.zeros(matrix.shape[1])
    for positions, block, inside in candidate_blocks(matrix, rows):
        weights = np.ones(positions.stop - positions.start)
        if inside is not None:
            weights = np.zeros(block.shape[0])
            weights[inside] = 1.0
        total += cosine_sum(block, weights)
    mean: FloatArray = total / rows.size
    return mean
