"""Names for the types that pass between modules, and for what public functions take."""

from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
AnyArray: TypeAlias = npt.NDArray[Any]


class Classifier(Protocol):
    """What Querist asks of a model: scikit-learn's contract for classifiers, by duck typing.

    ``predict_proba`` or ``decision_function`` is wanted by most strategies, and looked for when it is needed.
    """

    @property
    def classes_(self) -> Any:
        """The classes it has seen, once it is fitted; columns of probabilities follow them."""

    def fit(self, X: Any, y: Any, /) -> Any:
        """Learn from rows and their labels."""

    def predict(self, X: Any, /) -> Any:
        """Return the likeliest class of each row."""


class Regressor(Protocol):
    """What Querist asks of a model of numbers: scikit-learn's contract for regressors, its tags included."""

    def fit(self, X: Any, y: Any, /) -> Any:
        """Learn from rows and their targets."""

    def predict(self, X: Any, /) -> Any:
        """Return the predicted target of each row, shape (n,)."""


class SparseMatrix(Protocol):
    """A matrix or array of scipy.sparse, which `numpy.typing.ArrayLike` leaves out."""

    @property
    def shape(self) -> Any:
        """Rows and columns."""

    def tocsr(self) -> Any:
        """Return it by rows."""


# What public functions take as X: whatever scikit-learn takes (ndarray, sparse matrix, data frame, lists of rows).
PoolLike: TypeAlias = npt.ArrayLike | SparseMatrix
# The same after `_validation.as_pool`: it has a shape, and rows are taken by number.
Pool: TypeAlias = Any
# A classifier inside: what `Classifier` promises, and methods that are asked for with hasattr.
Model: TypeAlias = Any
# What a model is to predict: one of some classes, or a number.
Task: TypeAlias = Literal["classification", "regression"]
BOTH_TASKS: frozenset[Task] = frozenset({"classification", "regression"})
Label: TypeAlias = str | int | bool | float
RandomState: TypeAlias = int | np.random.Generator | None
