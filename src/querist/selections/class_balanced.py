"""A batch that is to even out how many labels each class has."""

from collections.abc import Mapping

import numpy as np

from querist._typing import FloatArray, IntArray, Label
from querist._validation import check_number
from querist.base.selection import Selection
from querist.base.space import Space
from querist.base.ties import TieKeys
from querist.exceptions import InvalidParameterError
from querist.measures.ranking import top_k

# Rows for each question whose classes are predicted first; four times as many each time that they do not suffice.
_FIRST = 10


class ClassBalancedSelection(Selection):
    """The most useful rows of each predicted class, so many that the classes come to have equal numbers of labels.

    Each question of a batch goes to the class that is furthest behind, the labels so far counted in, and is the row of
    highest utility among those that the model puts into that class. For classes so rare that few of their rows are
    uncertain, though the model finds them. Not where predictions are poor, as those of classes with few labels are at
    first: the quotas are then filled with other classes' rows, and with ten rows a batch on tables nothing was gained
    over margin (``benchmarks/labels/DIVERSITY.md``). Nor where the batch is to be a sample: it is none any more.

    Parameters
    ----------
    shares : mapping from class to number, default=None
        Shares of the labels to be reached, each at least 0, in any unit; classes that are left out get 0, and are asked
        about when no others are left. None: equal shares of all classes that have labels.

    Notes
    -----
    A question goes to the class of least ``(n + 1/2) / share``, with n its labels and its questions in the batch so
    far (Sainte-Lague's rule); of equal classes to the one whose next row has the higher utility. A class of which no
    row is left is passed over. Published methods solve a programme over probabilities to the same end [1]_; this one
    needs predicted classes alone. It needs a model, so use it with a strategy that does.

    Cost: predictions of the most useful candidates, ten for each question at first, and four times as many as long as
    a class whose turn it is has no row among them; of all candidates where the model predicts some class nowhere.

    References
    ----------
    .. [1] J. Z. Bengar, J. van de Weijer, L. L. Fuentes, B. Raducanu, "Class-balanced active learning for image
       classification", WACV 2022, arXiv:2110.04543.

    Examples
    --------
    Rows 2 to 4 look like "no", which has two labels of three; both questions are about rows that look like "yes".

    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from querist.strategies import MarginSampling
    >>> X = np.array([[-2.0], [2], [-0.5], [-0.6], [-0.7], [0.9], [1.1], [-1]])
    >>> rows, labels = [0, 1, 7], ["no", "yes", "no"]
    >>> model = LogisticRegression().fit(X[rows], labels)
    >>> MarginSampling(selection=ClassBalancedSelection()).query(X, rows, labels, model=model, batch_size=2)
    array([5, 6])
    """

    def __init__(self, shares: Mapping[Label, float] | None = None) -> None:
        self.shares = shares

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
            If `shares` are no numbers of at least 0, or all of them 0.
        NotEnoughLabelsError
            If there is no model.
        """
        shares = self._shares(space)
        labels = space.labels.tolist()
        n_labels = {label: labels.count(label) for label in shares}
        size = min(_FIRST * batch_size, utilities.size)
        while True:
            kept = top_k(utilities, size, tie_keys)
            ascending = np.sort(kept)
            of = dict(zip(ascending.tolist(), space.predicted(candidates[ascending]).tolist(), strict=True))
            # By class the ranks of its rows, the most useful first.
            queues: dict[Label, list[int]] = {label: [] for label in shares}
            for rank, position in enumerate(kept.tolist()):
                queues.get(of[position], []).append(rank)
            ranks, is_short = _seats(queues, n_labels, shares, batch_size)
            if size == utilities.size or not is_short:
                others = np.setdiff1d(np.arange(size), ranks)[: batch_size - len(ranks)]
                return np.asarray(kept[np.concatenate([np.asarray(ranks, np.int64), others])], np.int64)
            size = min(4 * size, utilities.size)

    def _shares(self, space: Space) -> dict[Label, float]:
        if self.shares is None:
            # By first appearance: names decide nothing.
            return dict.fromkeys(space.labels.tolist(), 1.0)
        if not isinstance(self.shares, Mapping):
            raise InvalidParameterError(f"shares must be a mapping from classes to numbers, got {self.shares!r}.")
        shares = {label: check_number(share, f"shares[{label!r}]", low=0.0) for label, share in self.shares.items()}
        if not any(shares.values()):
            raise InvalidParameterError("shares are all 0, or none: give some class a share above 0.")
        return {label: share for label, share in shares.items() if share > 0}


def _seats(
    queues: dict[Label, list[int]], n_labels: dict[Label, int], shares: dict[Label, float], batch_size: int
) -> tuple[list[int], bool]:
    """Return the ranks that are seated, seat by seat, and whether a class had a seat to fill and no row left."""
    seated: list[int] = []
    n_seats = dict.fromkeys(queues, 0)
    is_short = False
    while len(seated) < batch_size:
        needs = []
        for label, ranks in queues.items():
            seats = n_seats[label]
            # Without a row left, a class comes before equals, so that its lack is seen.
            rank = ranks[seats] if seats < len(ranks) else -1
            needs.append(((n_labels[label] + seats + 0.5) / shares[label], rank, label))
        needs.sort(key=lambda need: need[:2])
        first = next(((rank, label) for _, rank, label in needs if rank >= 0), None)
        is_short |= needs[0][1] < 0
        if first is None:
            break
        seated.append(first[0])
        n_seats[first[1]] += 1
    return seated, is_short
