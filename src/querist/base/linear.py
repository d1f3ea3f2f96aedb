"""Models whose decision values are linear in the features, and how far rows are from being asked."""

from typing import Any, Literal, NamedTuple

import numpy as np
import scipy.sparse
import scipy.special

from querist._blocks import cached_blocks
from querist._partitioned import PartitionedPool
from querist._typing import FloatArray, Model, Pool
from querist.base.returned import not_finite
from querist.measures.uncertainty import UNCERTAINTIES, Uncertainty, decision_margin, two_highest

# What a row's distance from being asked is made of; see `Linear.gaps`.
Kind = Literal["decision", "least_confidence", "margin", "entropy"]
# Beyond it what singles say of a logit is not reliable.
_FARTHEST = 80.0


class Linear(NamedTuple):
    """A fitted linear model, and the uncertainty that is wanted of it.

    Attributes
    ----------
    coef : ndarray of shape (n_outputs, n_features)
        One row for two classes, else one for each class.
    intercept : ndarray of shape (n_outputs,)
    kind : {"decision", "least_confidence", "margin", "entropy"}
        Which uncertainty of the probabilities it is, or of decision values.
    method : str
        Which method of which classifier it stands for.
    """

    coef: FloatArray
    intercept: FloatArray
    kind: Kind
    method: str

    def values(self, block: Pool) -> FloatArray:
        """Return decision values: shape (n,) for two classes, else (n, n_classes).

        Raises
        ------
        QueristError
            If one is not finite.
        """
        binary = len(self.coef) == 1
        # In the precision of the rows: else singles would be copied.
        coef = self.coef.astype(working_type(block.dtype), copy=False)
        found = products(block, coef[0] if binary else coef.T)
        found += (self.intercept[0] if binary else self.intercept).astype(found.dtype)
        # A sum is not finite when any of its terms is not, and costs no temporary array.
        if not np.isfinite(found.sum()):
            raise not_finite(self.method)
        return found

    def rounding(self, largest: float, dtype: Any) -> float:
        """Return by how much gaps may be off, of values up to `largest`, made from rows of a type: far more than usual.

        Rows whose gaps differ by less are told apart by `settled_values`.
        """
        return (1e-10 if working_type(dtype) == np.float64 else 1e-5) * self.steepest * (1.0 + largest)

    def change(self, other: "Linear") -> tuple[float, float]:
        """Return r and c: a row of norm n has values of another model that differ by no more than r * n + c.

        Differ, that is, between any two classes (of two classes: the one value).
        """
        coef, intercept = self.coef - other.coef, self.intercept - other.intercept
        if len(coef) == 1:
            return float(np.linalg.norm(coef)), float(abs(intercept[0]))
        # What all classes have in common changes nothing.
        coef = coef - coef.mean(axis=0)
        products = coef @ coef.T
        squares = np.diagonal(products)
        between = squares[:, np.newaxis] + squares - 2.0 * products
        # Rounding of the products is a part of the largest of them.
        return float(np.sqrt(max(between.max(), 0.0) + 1e-14 * squares.max())), float(np.ptp(intercept))

    def centred(self, centre: FloatArray) -> "Linear":
        """Return the same model of rows from which `centre` was taken."""
        return self._replace(intercept=self.intercept + self.coef @ centre)

    def settled_values(self, block: Pool) -> FloatArray:
        """Return decision values that depend on nothing but the row: equal rows have equal ones, to the last bit.

        Products of whole blocks are rounded in ways that depend on where in the block a row stands. For a few rows.
        """
        if scipy.sparse.issparse(block):
            found = np.asarray(block.astype(np.float64, copy=False) @ self.coef.T)
        else:
            rows = np.ascontiguousarray(block, np.float64)
            found = np.column_stack([np.einsum("ij,j->i", rows, one) for one in self.coef])
        found += self.intercept
        return found[:, 0] if len(self.coef) == 1 else found

    def gaps(self, values: FloatArray) -> FloatArray:
        """Return how far rows are from being asked, at least 0: the smaller, the more uncertain.

        It orders rows as the uncertainty does, and when decision values of a row change by no more than d between any
        two classes (of two classes: its value by d), it changes by no more than `steepest` * d.

        Notes
        -----
        Two classes: the absolute decision value. Otherwise, with probabilities p1 > p2 > ...: the logit of p1 for
        least confidence, above its least, that of 1 / n_classes; p1 - p2 for the margin; log(n_classes) minus the
        entropy for that; of decision values the difference of the highest two.
        """
        if values.ndim == 1:
            absolute: FloatArray = np.abs(values)
            return absolute
        if self.kind == "decision":
            first, second = two_highest(values)
            return first - second
        if self.kind == "least_confidence":
            return _logits_of_likeliest(values) + float(np.log(values.shape[1] - 1))
        proba = scipy.special.softmax(values, axis=1)
        if self.kind == "margin":
            first, second = two_highest(proba)
            return first - second
        lacking: FloatArray = np.log(proba.shape[1]) - UNCERTAINTIES["entropy"](proba)
        return np.maximum(lacking, 0.0, out=lacking)

    @property
    def steepest(self) -> float:
        """By how much a gap changes at most, where values change by 1 between two classes.

        Notes
        -----
        A margin p1 - p2 has the slope p1 * (1 - p1 + p2) <= 1/2. An entropy changes by half the mean deviation of
        log p, which is below its standard deviation, whose square is at most 1 + log(n_classes - 1)**2 / 4 [1]_.

        References
        ----------
        .. [1] D. Reeb, M. M. Wolf, "Tight bound on relative entropy by entropy difference", IEEE Transactions on
           Information Theory 61, 2015, doi:10.1109/TIT.2014.2387822.
        """
        n_outputs = len(self.coef)
        if n_outputs == 1 or self.kind in ("decision", "least_confidence"):
            return 1.0
        if self.kind == "margin":
            return 0.5
        return 0.5 * float(np.sqrt(1.0 + np.log(n_outputs - 1) ** 2 / 4))

    def utilities(self, values: FloatArray) -> FloatArray:
        """Return the uncertainty of rows with these decision values."""
        if self.kind == "decision":
            return decision_margin(values)
        return UNCERTAINTIES[self.kind](logistic_probabilities(values))


def _logits_of_likeliest(values: FloatArray) -> FloatArray:
    """Return log(p1 / (1 - p1)) of each row, also where p1 is rounded to 1."""
    likeliest = values.argmax(axis=1)[:, np.newaxis]
    others = values - np.take_along_axis(values, likeliest, axis=1)
    np.exp(others, out=others)
    np.put_along_axis(others, likeliest, 0.0, axis=1)
    with np.errstate(divide="ignore"):
        found: FloatArray = np.minimum(-np.log(others.sum(axis=1)), _FARTHEST)
    return found


def linear_of(model: Model, X: Pool, uncertainty: Uncertainty) -> Linear | None:
    """Return a fitted classifier as a linear model; None of one that is not known to be one, or of other rows.

    Parameters
    ----------
    model : classifier
        Fitted.
    X : pool
        Arrays of numbers and CSR matrices have linear models.
    uncertainty : {"least_confidence", "margin", "entropy"}
    """
    is_table = isinstance(X, np.ndarray | PartitionedPool) and X.ndim == 2 and hasattr(X, "dtype")
    if not (is_table or isinstance(X, scipy.sparse.csr_matrix | scipy.sparse.csr_array)) or X.dtype.kind not in "biuf":
        return None
    # A wrapper that changes nothing of what its classifier says names it.
    model = getattr(model, "answering_", model)
    kind = _kind(model, uncertainty)
    if kind is None or not isinstance(getattr(model, "coef_", None), np.ndarray):
        return None
    coef, intercept = np.atleast_2d(model.coef_), model.intercept_
    if coef.shape[1] != X.shape[1]:
        return None
    found = coef.astype(np.float64, copy=False), np.broadcast_to(np.asarray(intercept, np.float64), len(coef))
    method = f"{type(model).__name__}.{'decision_function' if kind == 'decision' else 'predict_proba'}"
    return Linear(*found, kind, method) if all(np.isfinite(each).all() for each in found) else None


def working_type(dtype: Any) -> Any:
    """Return in what precision rows are multiplied: singles for singles and for what they hold exactly."""
    return np.float32 if dtype.itemsize <= 2 or dtype == np.float32 else np.float64


def products(block: Pool, coef: FloatArray) -> FloatArray:
    """Return the products of rows with coefficients.

    Integers and halves are cast to their working precision a piece at a time that stays in the cache, at a third of
    the cost of a whole block.

    Parameters
    ----------
    block : ndarray or sparse matrix of shape (n, n_features)
    coef : ndarray of shape (n_features,) or (n_features, n_outputs)

    Returns
    -------
    ndarray of shape (n,) or (n, n_outputs)
    """
    if scipy.sparse.issparse(block) or (block.dtype.kind == "f" and block.dtype.itemsize >= 4):
        return np.asarray(block @ coef)
    dtype = working_type(block.dtype)
    coef = coef.astype(dtype, copy=False)
    found, piece = np.empty((len(block), *coef.shape[1:]), dtype), np.empty((0, 0))
    for some in cached_blocks(*block.shape):
        rows = block[some]
        piece = piece if piece.size else np.empty(rows.shape, dtype)
        np.copyto(piece[: len(rows)], rows)
        np.dot(piece[: len(rows)], coef, out=found[some])
    return found


def is_logistic(model: Any) -> bool:
    """Return whether a fitted classifier's probabilities are `logistic_probabilities` of its linear values."""
    from sklearn.linear_model import LogisticRegression

    if getattr(type(model), "is_plain_logistic", False):
        return True
    if type(model) is not LogisticRegression:
        return False
    # Before 1.8 there were models of one class against the others, and binary ones of two opposite values.
    way = getattr(model, "multi_class", "auto")
    if model.classes_.size > 2:
        return model.solver != "liblinear" and way != "ovr"
    return way in ("auto", "deprecated", "ovr")


def logistic_probabilities(values: FloatArray) -> FloatArray:
    """Return the class probabilities that belong to linear decision values.

    Parameters
    ----------
    values : ndarray of shape (n,) or (n, n_classes)
        Of two classes those of the second.

    Returns
    -------
    ndarray of shape (n, n_classes)
        In the precision of the values.
    """
    if values.ndim == 2:
        several: FloatArray = scipy.special.softmax(values, axis=1)
        return several
    proba = np.empty((values.size, 2), values.dtype)
    scipy.special.expit(values, out=proba[:, 1])
    np.subtract(1.0, proba[:, 1], out=proba[:, 0])
    return proba


def _kind(model: Any, uncertainty: Uncertainty) -> Kind | None:
    from sklearn.linear_model import RidgeClassifier
    from sklearn.svm import LinearSVC

    if is_logistic(model):
        return uncertainty
    if type(model) in (LinearSVC, RidgeClassifier) and (uncertainty == "margin" or model.classes_.size == 2):
        return "decision"
    return None
