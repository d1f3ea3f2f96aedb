"""Strategies of scikit-activeml."""

import inspect
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from skactiveml.base import SkactivemlClassifier
from sklearn.base import clone

from querist._typing import AnyArray, FloatArray
from querist.adapters.foreign import Answer, ForeignStrategy, OnMatrix, Shown, as_arguments, seed_of, shown
from querist.base.adapted import original
from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext
from querist.exceptions import InvalidParameterError

# What its strategies call the model that is asked about, and the switch by which they do not fit it anew.
_MODELS = {"clf": "fit_clf", "estimator": "fit_estimator"}
_OURS = frozenset(("X", "y", "candidates", "batch_size", "return_utilities"))


class PoolStrategy(Protocol):
    """What is asked of a strategy: scikit-activeml's `SingleAnnotatorPoolQueryStrategy`."""

    def query(self, X: Any, y: Any, /) -> Any:
        """Return row numbers, and utilities if told to."""

    def get_params(self, deep: bool = ..., /) -> dict[str, Any]:
        """Return the parameters."""


class ScikitActivemlStrategy(ForeignStrategy):
    """A strategy of scikit-activeml for classification.

    Parameters
    ----------
    strategy : SingleAnnotatorPoolQueryStrategy
        Such as ``skactiveml.pool.ProbabilisticAL()``. Its `missing_label` must be NaN, as it is unless told otherwise;
        its `random_state` is replaced by one that follows from the session's.
    arguments : dict, default=None
        Further arguments of its `query`, such as ``{"ensemble": ...}``.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.

    Notes
    -----
    It is shown the whole pool as numbers, labels as 0 to n_classes - 1 in the model's order, and as `clf` the session's
    fitted model, which is not fitted anew. Where the model is a fitted ``Pipeline``, it is shown what the last step
    sees. Utilities are those of the first row of the batch; a row that it rules out has the least. Cost: its own.

    Raises
    ------
    InvalidParameterError
        In `query`, if it needs an argument that is not there, or another `missing_label`.

    Examples
    --------
    >>> import querist
    >>> from skactiveml.pool import UncertaintySampling
    >>> from querist.adapters import ScikitActivemlStrategy
    >>> X = [[float(row)] for row in range(20)]
    >>> session = querist.Session(X, strategy=ScikitActivemlStrategy(UncertaintySampling()), random_state=0)
    >>> session.tell([0, 19], ["low", "high"])
    >>> session.ask(2).tolist()
    [10, 9]
    """

    library = "scikit-activeml"

    def __init__(
        self,
        strategy: PoolStrategy,
        *,
        arguments: Mapping[str, object] | None = None,
        candidates: CandidateFilter | None = None,
    ) -> None:
        self.strategy = strategy
        self.arguments = arguments
        self.candidates = candidates

    @property
    def needs_model(self) -> bool:  # type: ignore[override]  # a class variable of the others
        """Whether its `query` takes one."""
        return not _MODELS.keys().isdisjoint(self._names())

    def answer(self, context: QueryContext) -> Answer:
        """See `ForeignStrategy.answer`."""
        seen = shown(context)
        targets = np.full(seen.matrix.shape[0], np.nan)
        targets[context.rows] = seen.codes
        strategy = clone(self.strategy)
        missing = getattr(strategy, "missing_label", np.nan)
        if not (isinstance(missing, float) and np.isnan(missing)):
            raise InvalidParameterError(
                f"The strategy's missing_label is {missing!r}; it must be NaN: it is shown classes as numbers."
            )
        if "random_state" in strategy.get_params():
            strategy.set_params(random_state=seed_of(context))
        rows, utilities = strategy.query(
            seen.matrix,
            targets,
            candidates=context.candidates,
            batch_size=context.batch_size,
            return_utilities=True,
            **self._told(seen),
        )
        return Answer(rows, np.asarray(utilities)[0][context.candidates])

    def _names(self) -> dict[str, inspect.Parameter]:
        return dict(inspect.signature(self.strategy.query).parameters)

    def _told(self, seen: Shown) -> dict[str, Any]:
        """Return the arguments of `query` beyond those that all strategies have."""
        names, told = self._names(), as_arguments(self.arguments)
        for name, switch in _MODELS.items():
            if name in names and name not in told and seen.model is not None:
                told[name] = FittedModel(seen.model, seen.classes.size).told()
                # Those that add answers one by one must see where the model comes from: they fit a copy.
                if switch in names and "ignore_partial_fit" not in names:
                    told.setdefault(switch, False)
        lacking = [
            name
            for name, parameter in names.items()
            if parameter.default is inspect.Parameter.empty
            and parameter.kind is not inspect.Parameter.VAR_KEYWORD
            and name not in _OURS.union(told)
        ]
        if lacking:
            raise InvalidParameterError(
                f"query of {type(self.strategy).__name__} needs {lacking[0]!r} as well. Pass it: "
                f"ScikitActivemlStrategy(..., arguments={{{lacking[0]!r}: ...}})."
            )
        return told


class FittedModel(SkactivemlClassifier):
    """A fitted classifier as scikit-activeml wants one; trained anew, on codes, where a strategy tries out answers.

    Parameters
    ----------
    model : OnMatrix
        Trained anew it is a copy of the classifier in it.
    n_classes : int
    """

    def __init__(
        self,
        model: OnMatrix,
        n_classes: int,
        classes: AnyArray | None = None,
        missing_label: float = np.nan,
        cost_matrix: AnyArray | None = None,
        random_state: int | None = None,
    ) -> None:
        super().__init__(classes, missing_label, cost_matrix, random_state)
        self.model = model
        self.n_classes = n_classes

    def told(self) -> "FittedModel":
        """Return it as fitted: with the model as it is."""
        self.fitted_, self.columns_ = self.model, np.arange(self.n_classes)
        return self._ready()

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "FittedModel":
        """Train a copy of the model on the rows with a code."""
        codes = np.asarray(y, np.float64)
        known = np.flatnonzero(~np.isnan(codes))
        weights = {} if sample_weight is None else {"sample_weight": np.asarray(sample_weight)[known]}
        copy = clone(original(self.model.model))
        self.fitted_ = OnMatrix(copy.fit(X[known], codes[known].astype(np.int64), **weights))
        self.columns_ = np.asarray(self.fitted_.classes_, np.int64)
        return self._ready()

    def predict_proba(self, X: Any, **kwargs: Any) -> FloatArray:
        """Return probabilities, shape (n_rows, n_classes)."""
        found = np.zeros((X.shape[0], self.n_classes))
        found[:, self.columns_] = self.fitted_.predict_proba(X)
        return found

    def predict(self, X: Any, **kwargs: Any) -> AnyArray:
        """Return the code of the likeliest class of each row."""
        return np.asarray(self.predict_proba(X).argmax(axis=1), np.float64)

    def _ready(self) -> "FittedModel":
        self.classes_ = np.arange(self.n_classes)
        self.cost_matrix_ = 1.0 - np.eye(self.n_classes)
        return self
