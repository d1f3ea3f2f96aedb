"""Foundation models for tables, which read the labelled rows anew for each prediction: bounded in time and memory."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.utils import check_array, check_consistent_length
from sklearn.utils.validation import check_is_fitted

from querist._random import row_keys
from querist._typing import AnyArray, Classifier, IntArray, Model, PoolLike
from querist._validation import check_positive_int, n_rows, take_rows
from querist.exceptions import InvalidParameterError
from querist.learners.wrapping import Wrapper


class InContextClassifier(Wrapper):
    """A foundation model such as TabPFN or TabICL, with so many labelled rows at most, asked about a block at a time.

    Such a model learns nothing in ``fit``: it reads all labelled rows, its context, whenever it predicts. Time and
    memory grow with context and block, and a model takes only so many rows and classes. Querist installs none
    and downloads none: pass the one that you have.

    Parameters
    ----------
    estimator : classifier
        With ``fit``, ``predict_proba`` and ``classes_``, as ``TabPFNClassifier()`` and ``TabICLClassifier()`` have.
        Cloned, then fitted.
    max_context : int, default=1000
        The most labelled rows that it is shown. Where there are more, each class keeps its share of them, and none
        less than an even one as long as it has so many; which ones is drawn at random.
    block_rows : int, default=1000
        The most rows that are predicted in one call.
    max_classes : int or None, default=10
        The most classes that the model takes (TabPFN: 10); None: no limit.
    random_state : int, default=0
        Of the draw. A row that was drawn is left out only for rows of its class that come later.

    Attributes
    ----------
    estimator_ : classifier
        The fitted one.
    context_ : ndarray of shape (n_context,)
        Which of the rows in ``fit`` it is shown, ascending.
    classes_ : ndarray of shape (n_classes,)
    n_features_in_, feature_names_in_
        As of the classifier, where it has them.

    Notes
    -----
    Rows are dense; data frames are passed on as frames, so that the model sees which columns are categories. Of texts
    pass embeddings. It takes no weights of rows, as such models do not.

    Cost: one call of the classifier for each block. Most read the context once a call, or keep it
    (``TabPFNClassifier(fit_mode="fit_with_cache")``). Without a GPU choose a strategy with
    ``candidates="subsample"``.

    References
    ----------
    .. [1] N. Hollmann et al., "Accurate predictions on small data with a tabular foundation model", Nature 637 (2025).
    .. [2] J. Qu, D. Holzmüller, G. Varoquaux, M. Le Morvan, "TabICL: a tabular foundation model for in-context
       learning on large data", ICML 2025, arXiv:2502.05564.

    Examples
    --------
    With the package tabpfn it is ``Session(X, estimator=InContextClassifier(TabPFNClassifier()))``; with tabicl
    ``InContextClassifier(TabICLClassifier(), max_context=10_000, max_classes=None)``. Any classifier will do:

    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> X, y = [[0.0], [0.1], [0.2], [1.0], [1.1]], ["no", "no", "no", "yes", "yes"]
    >>> model = InContextClassifier(KNeighborsClassifier(1), max_context=4).fit(X, y)
    >>> model.context_.size, model.predict([[0.05], [0.9]]).tolist()
    (4, ['no', 'yes'])
    """

    def __init__(
        self,
        estimator: Classifier,
        *,
        max_context: int = 1000,
        block_rows: int = 1000,
        max_classes: int | None = 10,
        random_state: int = 0,
    ) -> None:
        self.estimator = estimator
        self.max_context = max_context
        self.block_rows = block_rows
        self.max_classes = max_classes
        self.random_state = random_state

    def fit(self, X: PoolLike, y: ArrayLike) -> Self:
        """Show a clone of the classifier the labelled rows, or a draw of them.

        Parameters
        ----------
        X : array-like or data frame of shape (n_rows, n_features)
        y : array-like of shape (n_rows,)
            Class labels.

        Returns
        -------
        InContextClassifier

        Raises
        ------
        InvalidParameterError
            If there are more classes than the model takes or than rows that it is shown, or a parameter is wrong.
        ValueError
            If `y` holds no class labels; whatever the classifier raises.
        """
        most = check_positive_int(self.max_context, "max_context")
        check_positive_int(self.block_rows, "block_rows")
        labels = self._labels(y)
        classes, codes = np.unique(labels, return_inverse=True)
        self._check_classes(classes, most)
        rows: Any = _as_rows(X)
        check_consistent_length(rows, labels)
        self.context_: IntArray = _context(codes, most, self.random_state)
        if self.context_.size < labels.size:
            rows, labels = take_rows(rows, self.context_), labels[self.context_]
        self.estimator_: Model = clone(self.estimator).fit(rows, labels)
        self.classes_: AnyArray = self.estimator_.classes_
        self._take_names(self.estimator_)
        return self

    def _check_classes(self, classes: AnyArray, most: int) -> None:
        name = type(self.estimator).__name__
        if self.max_classes is not None and classes.size > check_positive_int(self.max_classes, "max_classes"):
            raise InvalidParameterError(
                f"{name} takes up to {self.max_classes} classes, and there are {classes.size}: "
                f"{classes.tolist()[:5]} ... Set max_classes if it takes more, or use estimator='auto'."
            )
        if classes.size > most:
            raise InvalidParameterError(
                f"max_context is {most}, and there are {classes.size} classes, each of which needs a row. Raise it."
            )

    def predict_proba(self, X: PoolLike) -> AnyArray:
        """Return the class probabilities of each row, columns as in ``classes_``; a block of rows at a time."""
        check_is_fitted(self)
        rows: Any = _as_rows(X)
        total, step = n_rows(rows), check_positive_int(self.block_rows, "block_rows")
        if total <= step:
            return np.asarray(self.estimator_.predict_proba(rows))
        found = [
            np.asarray(self.estimator_.predict_proba(take_rows(rows, slice(start, min(start + step, total)))))
            for start in range(0, total, step)
        ]
        return np.concatenate(found)

    def predict(self, X: PoolLike) -> AnyArray:
        """Return the likeliest class of each row."""
        check_is_fitted(self)
        predicted: AnyArray = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return predicted

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        return tags


def _as_rows(X: PoolLike) -> Any:
    """Return rows that can be taken by number: data frames as they are, all else as a dense array."""
    return X if hasattr(X, "iloc") else check_array(X, dtype=None, ensure_all_finite=False)


def _context(codes: IntArray, most: int, seed: int) -> IntArray:
    """Return which rows are shown, ascending: those of each class with the smallest random numbers."""
    if codes.size <= most:
        return np.arange(codes.size)
    counts = np.bincount(codes)
    quotas = _quotas(counts, most)
    keys = row_keys(seed, np.arange(codes.size))
    order = np.lexsort((keys, codes))
    place = np.arange(codes.size) - np.repeat(np.cumsum(counts) - counts, counts)
    shown: IntArray = np.sort(order[place < np.repeat(quotas, counts)])
    return shown


def _quotas(counts: IntArray, most: int) -> IntArray:
    """Return how many rows of each class are shown: `most` in all, in proportion, no class below an even share."""
    least = np.minimum(counts, most // counts.size)
    rest = most - int(least.sum())
    more = counts - least
    exact = rest * more / more.sum()
    quotas: IntArray = least + np.floor(exact).astype(np.int64)
    # The largest fractions, the earlier class where they are equal.
    left = most - int(quotas.sum())
    quotas[np.argsort(-(exact - np.floor(exact)), kind="stable")[:left]] += 1
    return quotas
