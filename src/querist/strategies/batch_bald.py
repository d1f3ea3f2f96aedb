"""Ask the batch whose answers together would tell most about the model's parameters."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from querist._threads import SingleBlasThread
from querist._typing import Classifier, FloatArray, IntArray
from querist._validation import check_positive_int
from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext
from querist.base.selection import Chances, Selection
from querist.base.ties import Ties
from querist.learners.by_samples import BySamples
from querist.learners.samples import Samples
from querist.measures.disagreement import consensus_kl, entropies
from querist.measures.ranking import top_k

# Rows whose gains are counted anew at a time, at least.
_FRONT = 32
# Probabilities that are looked at together: what that takes stays in the cache.
_CACHED_VALUES = 1 << 17
# Gains that agree in so many decimals are equal: rounding must not decide between equal rows.
_DECIMALS = 12


class BatchBald(BySamples):
    """Ask the batch whose answers together would tell most about the model's parameters (BatchBALD).

    The first row is BALD's; each other is the one whose answer would tell most once those of the rows before it are
    there, so that rows which tell the same are not asked twice. What draws of parameters are, the user says: an
    array, a classifier that offers them, or a committee.

    With few draws a batch soon knows which of them is right, and what more rows would add is nothing: take ten times
    as many draws as the batch has rows. Do not use it without draws that mean something: members of a bootstrap
    committee on few labels differ by the luck of the draw, and that is what it then asks about.

    Parameters
    ----------
    samples : array-like of shape (n_samples, n_rows, n_classes), default=None
        Class probabilities of every row of the pool under each draw, such as passes with dropout. Then neither model
        nor answers are looked at: draw them anew when there are more answers. Other rows of the pool need other arrays.
    committee : list of classifiers, default=None
        Each is cloned and fitted on all answers. None, and no `samples`: what the model's method
        ``sample_proba(X, n_samples=, random_state=)`` returns, of shape (n_samples, n, n_classes), the same draws for
        the same seed; of a model without it, clones fitted on bootstrap samples of the answers.
    n_members : int, default=10
        At least 2. How many draws the model is asked for, or the size of a bootstrap committee.
    n_configurations : int, default=200
        At least 1. Ways to answer the rows before that are reckoned with: all, up to so many; where there are more, so
        many drawn by their probability. Five times as many took four times as long, and told 0.1 % more
        (``benchmarks/speed/INFORMATIVE.md``).
    selection : Selection, default=None
        How the batch is chosen from the utilities; None goes row by row, as above.
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
    Utilities, in nats: the mutual information of a row's class y and the draw m, as for `Bald`. The batch B grows by
    the row with the largest ``I(y; m | y_B) = sum_b P(b) (H(sum_m P(m | b) p_m) - sum_m P(m | b) H(p_m))`` over the
    ways b in which B may be answered: by the chain rule that is what [1]_ maximises, ``I(y, y_B; m)``, less what is
    there already. It falls as B grows, so of rows whose last count is below the best of this round none is counted
    again. That is exact while all ways are reckoned with, and as good as the drawn ones after that.

    Cost: that of `Bald`, and for each row of a batch O(n_configurations * n_samples * n_classes), a logarithm for each
    way and class, for some dozen to some hundred rows in front.

    References
    ----------
    .. [1] A. Kirsch, J. van Amersfoort, Y. Gal, "BatchBALD: efficient and diverse batch acquisition for deep Bayesian
       active learning", NeurIPS 2019, arXiv:1906.08158.

    Examples
    --------
    Rows 0 and 1 tell the same; row 2 tells a little less, but something else.

    >>> import numpy as np
    >>> one, other = [[0.9, 0.1], [0.1, 0.9]] * 2, [[0.8, 0.2], [0.8, 0.2], [0.2, 0.8], [0.2, 0.8]]
    >>> samples = np.stack([one, one, other], axis=1)
    >>> BatchBald(samples=samples, ties="first").query(np.zeros((3, 1)), [], [], batch_size=2)
    array([0, 2])
    """

    def __init__(
        self,
        *,
        samples: ArrayLike | None = None,
        committee: Sequence[Classifier] | None = None,
        n_members: int = 10,
        n_configurations: int = 200,
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
        self.n_configurations = n_configurations

    def utilities(self, context: QueryContext) -> FloatArray:
        check_positive_int(self.n_configurations, "n_configurations")
        with SingleBlasThread():
            samples = self.drawn(context)
            context.scratch["samples"] = samples
            return samples.scores(context, consensus_kl, samples.n_samples * samples.n_classes)

    def select(self, utilities: FloatArray, context: QueryContext) -> IntArray:
        if self.selection is not None or context.batch_size == 1:
            return super().select(utilities, context)
        with SingleBlasThread():
            return _greedy(utilities, context, context.scratch["samples"], self.n_configurations)

    def chances(self, utilities: FloatArray, positions: IntArray) -> Chances | None:
        """See `QueryStrategy.chances`."""
        return None if self.selection is None else self.selection.chances(utilities, positions)


class _Ways:
    """Ways in which the batch so far may be answered.

    Attributes
    ----------
    shares : ndarray of shape (n_ways,)
        The probability of each; they add up to 1.
    draws : ndarray of shape (n_ways, n_samples)
        That of each draw, given such answers.
    """

    def __init__(self, n_samples: int, most: int, rng: np.random.Generator) -> None:
        self.shares: FloatArray = np.ones(1)
        self.draws: FloatArray = np.full((1, n_samples), 1.0 / n_samples)
        self._most, self._rng = most, rng

    def extend(self, proba: FloatArray) -> None:
        """Let the batch grow by a row with class probabilities of shape (n_samples, n_classes)."""
        likely = self.draws @ proba
        shares = (self.shares[:, np.newaxis] * likely).ravel()
        counts = np.ones(shares.size, np.int64)
        if shares.size > self._most:
            # Stratified: each way about as often as its share says. One random number for all would draw alike for all
            # ways that had the same share before.
            marks = (self._rng.random(self._most) + np.arange(self._most)) / self._most
            counts = np.bincount(np.searchsorted(shares.cumsum() / shares.sum(), marks), minlength=shares.size)
            shares = counts / self._most
        kept = np.flatnonzero((counts > 0) & (shares > 0))
        ways, classes = np.divmod(kept, proba.shape[1])
        self.draws = self.draws[ways] * proba.T[classes] / likely[ways, classes, np.newaxis]
        self.shares = shares[kept]

    def gains(self, proba: FloatArray) -> FloatArray:
        """Return what the answers of rows would add, of shape (n,), from (n_samples, n, n_classes)."""
        n_samples, n, n_classes = proba.shape
        certain = self.shares @ self.draws @ entropies(proba)
        found: FloatArray = np.zeros(n)
        step = max(_CACHED_VALUES // (n * n_classes), 1)
        for start in range(0, self.shares.size, step):
            mixed = self.draws[start : start + step] @ proba.reshape(n_samples, -1)
            found += self.shares[start : start + step] @ entropies(mixed.reshape(-1, n, n_classes))
        return _rounded(np.maximum(found - certain, 0.0))


def _rounded(gains: FloatArray) -> FloatArray:
    rounded: FloatArray = np.round(gains, _DECIMALS)
    return rounded


def _greedy(utilities: FloatArray, context: QueryContext, samples: Samples, most: int) -> IntArray:
    ways = _Ways(samples.n_samples, most, context.rng)
    gains = _rounded(utilities)
    chosen = [int(top_k(gains, 1, context.tie_keys)[0])]
    while len(chosen) < context.batch_size:
        ways.extend(samples.of_rows(context.candidates[chosen[-1:]])[:, 0])
        counted = np.zeros(gains.size, bool)
        # Those of the batch are behind all others, whose gains are never negative.
        gains[chosen] = -1.0
        counted[chosen] = True
        n_front = min(max(_FRONT, _CACHED_VALUES // (ways.shares.size * samples.n_classes)), gains.size)
        while True:
            front = top_k(gains, n_front, context.tie_keys)
            if counted[front[0]]:
                break
            old = np.sort(front[~counted[front]])
            gains[old] = ways.gains(samples.of_rows(context.candidates[old]))
            counted[old] = True
        chosen.append(int(front[0]))
    return np.asarray(chosen, np.int64)
