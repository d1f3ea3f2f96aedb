"""Querist's strategies in loops of scikit-activeml."""

from typing import Any

import numpy as np
from skactiveml.base import SingleAnnotatorPoolQueryStrategy
from skactiveml.utils import is_labeled
from sklearn.base import clone

from querist._typing import AnyArray, IntArray
from querist.base.strategy import QueryStrategy
from querist.registry import make_strategy

_SEEDS = 2**31 - 1


class ForScikitActiveml(SingleAnnotatorPoolQueryStrategy):
    """A strategy of Querist that scikit-activeml takes for one of its own.

    Parameters
    ----------
    strategy : str or QueryStrategy
        A name, such as ``"margin"`` or ``"badge"``, or an object.
    missing_label : scalar, default=NaN
        What stands for a row without a label.
    random_state : int or numpy.random.RandomState, default=None
        Of ties and draws.

    Examples
    --------
    >>> import numpy as np
    >>> from skactiveml.classifier import SklearnClassifier
    >>> from sklearn.linear_model import LogisticRegression
    >>> from querist.adapters import ForScikitActiveml
    >>> X, y = np.arange(20.0).reshape(-1, 1), np.full(20, np.nan)
    >>> y[[0, 19]] = 0, 1
    >>> clf = SklearnClassifier(LogisticRegression(), classes=[0, 1])
    >>> sorted(ForScikitActiveml("margin", random_state=0).query(X, y, clf=clf, batch_size=2).tolist())
    [9, 10]
    """

    def __init__(
        self,
        strategy: str | QueryStrategy,
        missing_label: float | str | None = np.nan,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(missing_label=missing_label, random_state=random_state)
        self.strategy = strategy

    def query(
        self,
        X: Any,
        y: Any,
        clf: Any = None,
        fit_clf: bool = True,
        sample_weight: Any = None,
        candidates: Any = None,
        batch_size: int = 1,
        return_utilities: bool = False,
    ) -> IntArray | tuple[IntArray, AnyArray]:
        """Return the rows to ask about next.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Labels, `missing_label` where there is none.
        clf : SkactivemlClassifier, default=None
            Needed by strategies that need a model.
        fit_clf : bool, default=True
            Whether a copy of `clf` is fitted first; False: it is fitted.
        sample_weight : array-like of shape (n_samples,), default=None
            For that fit.
        candidates : array-like of int of shape (n_candidates,), default=None
            Row numbers; None: all without a label. Rows that are not in X cannot be asked about.
        batch_size : int, default=1
        return_utilities : bool, default=False

        Returns
        -------
        query_indices : ndarray of shape (batch_size,)
        utilities : ndarray of shape (batch_size, n_samples)
            Of all candidates, NaN elsewhere; in each line also for rows chosen before. Only with `return_utilities`.
        """
        X, y, candidates, batch_size, return_utilities = self._validate_data(
            X, y, candidates, batch_size, return_utilities, reset=True
        )
        _, places = self._transform_candidates(candidates, X, y, enforce_mapping=True)
        if clf is not None and fit_clf:
            weights = {} if sample_weight is None else {"sample_weight": sample_weight}
            clf = clone(clf).fit(X, y, **weights)
        rows = np.flatnonzero(is_labeled(y, missing_label=self.missing_label_))
        strategy = make_strategy(self.strategy) if isinstance(self.strategy, str) else self.strategy
        chosen, utilities = strategy.query(
            X,
            rows,
            y[rows],
            model=clf,
            candidates=places,
            batch_size=int(batch_size),
            random_state=int(self.random_state_.randint(_SEEDS)),
            return_utilities=True,
        )
        if not return_utilities:
            return chosen
        lines = np.tile(utilities, (chosen.size, 1))
        for place in range(1, chosen.size):
            lines[place, chosen[:place]] = np.nan
        return chosen, lines
