"""A random batch whose rows are drawn in proportion to a power of their utilities."""

import numpy as np

from querist._typing import FloatArray, IntArray
from querist._validation import check_number
from querist.base.selection import Chances, Selection
from querist.base.space import Space
from querist.base.ties import TieKeys
from querist.base.weights import check_weights
from querist.measures.ranking import top_k


class PowerTopK(Selection):
    """Draw the batch without replacement, with chances proportional to ``utility ** beta``.

    The cheapest way to a diverse batch: noise keeps its rows from being all alike.
    Gumbel noise is added to ``beta * log(utility)`` and the highest sums are taken,
    which is the same as drawing one row after another in proportion to
    ``utility ** beta`` among those that are left.

    Parameters
    ----------
    beta : float, default=1.0
        At least 0. 0 ignores the utilities; large values approach the plain top-k.

    Notes
    -----
    Utilities must not be negative. Rows whose utility is 0 come last, in the order of
    their tie keys (with ``beta=0`` every row has the same chance, as ``0 ** 0 = 1``).
    O(n_candidates) time and memory.

    References
    ----------
    .. [1] A. Kirsch, S. Farquhar, P. Atighehchian, A. Jesson, F. Branchaud-Charron,
       Y. Gal, "Stochastic batch acquisition: a simple baseline for deep active
       learning", TMLR 2023, arXiv:2106.12059.
    .. [2] W. Kool, H. van Hoof, M. Welling, "Stochastic beams and where to find
       them: the Gumbel-top-k trick", ICML 2019, arXiv:1903.06059.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from querist.strategies import MarginSampling
    >>> X = np.linspace(-2, 2, 9).reshape(-1, 1)
    >>> model = LogisticRegression().fit(X[[0, 8]], ["no", "yes"])
    >>> strategy = MarginSampling(selection=PowerTopK(beta=2.0))
    >>> len(strategy.query(X, [0, 8], ["no", "yes"], model=model, batch_size=3, random_state=0))
    3
    """

    def __init__(self, beta: float = 1.0) -> None:
        self.beta = beta

    def select(
        self,
        utilities: FloatArray,
        *,
        batch_size: int,
        tie_keys: TieKeys,
        random_state: np.random.Generator,
        space: Space,
        candidates: IntArray,
    ) -> IntArray:
        """See `Selection.select`.

        Raises
        ------
        InvalidParameterError
            If a utility is negative, or `beta` is not a number of at least 0.
        """
        beta = check_number(self.beta, "beta", low=0.0)
        check_weights(utilities, type(self).__name__)
        keys = random_state.gumbel(size=utilities.size)
        if beta > 0:
            keys += _logs(utilities, beta)
        return top_k(keys, batch_size, tie_keys)

    def chances(self, utilities: FloatArray, positions: IntArray) -> Chances | None:
        """Return ``utility ** beta`` over its sum among the rows left, for each row of the batch.

        None if the batch holds rows of utility 0: they are no part of the draw.
        """
        logs = _logs(utilities, self.beta) if self.beta > 0 else np.zeros(utilities.size)
        drawn = logs[positions]
        if not np.isfinite(drawn).all():
            return None
        others = np.logaddexp.reduce(np.delete(logs, positions), initial=-np.inf)
        # Summed from the last row backwards: what is left after heavy rows must not drown in their rounding.
        left = np.logaddexp.accumulate(np.append(others, drawn[::-1]))[:0:-1]
        return Chances(np.exp(drawn - left), int(np.isfinite(logs).sum()))


def _logs(utilities: FloatArray, beta: float) -> FloatArray:
    logs = np.full(utilities.size, -np.inf)
    np.log(utilities, out=logs, where=utilities > 0)
    return beta * logs
