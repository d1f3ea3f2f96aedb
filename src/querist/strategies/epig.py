"""Ask where an answer would tell most about the predictions that matter."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from querist._pool import as_pool
from querist._threads import SingleBlasThread
from querist._typing import Classifier, FloatArray, PoolLike
from querist._validation import check_positive_int, n_rows
from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext
from querist.base.selection import Selection
from querist.base.ties import Ties
from querist.learners.by_samples import BySamples
from querist.learners.samples import Samples
from querist.measures.disagreement import predictive_information


class Epig(BySamples):
    """Ask where an answer would tell most about the predictions that matter (EPIG).

    The mutual information between a row's class and that of a target row, averaged over target rows: `Bald` asks what
    tells most about the parameters, also those that no row of interest depends on; this does not. Draws of parameters
    come in as for `Bald`, and it is worth as much as they are: do not use it where they mean nothing, such as a
    bootstrap committee on few labels.

    Parameters
    ----------
    targets : array-like, default=None
        The rows whose predictions matter. Beside `samples`: what the same draws say of them, probabilities of shape
        (n_samples, n_targets, n_classes); else rows as in the pool, shape (n_targets, n_features). None: `n_targets`
        rows of the pool, drawn anew at each query, labelled or not.
    n_targets : int, default=100
        How many are drawn; all rows of the pool if they are fewer. Not used with `targets`.
    samples : array-like of shape (n_samples, n_rows, n_classes), default=None
        Class probabilities of every row of the pool under each draw; see `Bald`.
    committee : list of classifiers, default=None
        Each is cloned and fitted on all answers; see `Bald`.
    n_members : int, default=10
        At least 2. How many draws the model is asked for, or the size of a bootstrap committee.
    selection : Selection, default=None
        How the batch is chosen from the utilities; None takes the highest.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Warns
    -----
    ModelMismatchWarning
        If no member of `committee` is of the model's class.

    Notes
    -----
    Utilities, in nats: the mean over targets t of ``sum_cd P(c, d) log(P(c, d) / (P(c) P(d)))`` with
    ``P(c, d) = mean_m p_m(c | x) p_m(d | t)`` [1]_, in [0, log(min(n_samples, n_classes))], up to rounding.

    Cost: O(n_candidates * n_targets * n_classes**2) logarithms and n_samples times as many products, in blocks, beyond
    what the draws cost.

    References
    ----------
    .. [1] F. Bickford Smith, A. Kirsch, S. Farquhar, Y. Gal, A. Foster, T. Rainforth, "Prediction-oriented Bayesian
       active learning", AISTATS 2023, arXiv:2304.08151.

    Examples
    --------
    Two draws contradict each other about rows 0 and 1; the target depends on which is true, and row 2 does not.

    >>> import numpy as np
    >>> samples = [[[0.9, 0.1], [0.8, 0.2], [0.5, 0.5]], [[0.1, 0.9], [0.2, 0.8], [0.5, 0.5]]]
    >>> targets = [[[1.0, 0.0]], [[0.0, 1.0]]]
    >>> strategy = Epig(samples=samples, targets=targets)
    >>> rows, utilities = strategy.query(np.zeros((3, 1)), [], [], return_utilities=True)
    >>> rows, utilities.round(3)
    (array([0]), array([0.368, 0.193, 0.   ]))
    """

    def __init__(
        self,
        *,
        targets: PoolLike | None = None,
        n_targets: int = 100,
        samples: ArrayLike | None = None,
        committee: Sequence[Classifier] | None = None,
        n_members: int = 10,
        selection: Selection | None = None,
        candidates: CandidateFilter | None = None,
        ties: Ties = "random",
    ) -> None:
        super().__init__(
            samples=samples,
            committee=committee,
            n_members=n_members,
            selection=selection,
            candidates=candidates,
            ties=ties,
        )
        self.targets = targets
        self.n_targets = n_targets

    def utilities(self, context: QueryContext) -> FloatArray:
        with SingleBlasThread():
            samples = self.drawn(context)
            targets = self._targets(context, samples)
            width = samples.n_classes**2 * targets.shape[1]
            return samples.scores(context, lambda proba: predictive_information(proba, targets), width)

    def _targets(self, context: QueryContext, samples: Samples) -> FloatArray:
        if self.targets is not None:
            return samples.of_targets(self.targets if self.samples is not None else as_pool(self.targets, "targets"))
        total, size = n_rows(context.X), check_positive_int(self.n_targets, "n_targets")
        if size >= total:
            return samples.of_rows(np.arange(total))
        return samples.of_rows(np.sort(context.rng.choice(total, size, replace=False, shuffle=False)))
