"""Draws of a model's parameters, as the class probabilities that each gives to rows: what Bayesian strategies ask of.

They come from an array that the user has (Monte Carlo dropout, an ensemble trained elsewhere), from a classifier that
offers them by a method ``sample_proba``, or from a committee.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from querist._blocks import row_blocks
from querist._pool import plain
from querist._typing import AnyArray, Classifier, FloatArray, IntArray, Model, Pool
from querist._validation import check_positive_int, n_rows, take_rows
from querist.base.adapted import name_of
from querist.base.blocks import pool_width
from querist.base.context import QueryContext
from querist.base.returned import as_array, exact_shares, listed
from querist.base.scoring import candidate_blocks, known_classes
from querist.exceptions import InvalidParameterError
from querist.learners.committee import Committee, committee_of

# Farther from 1 a sum is looked at more closely.
_EXACT = 1e-6
# Probabilities that are looked at together: what that takes stays in the cache.
_CACHED_VALUES = 1 << 17


class Samples(Protocol):
    """Draws of parameters.

    Attributes
    ----------
    n_samples, n_classes : int
    """

    n_samples: int
    n_classes: int

    def of_rows(self, rows: IntArray) -> FloatArray:
        """Return what each draw says of rows of the pool, shape (n_samples, n, n_classes)."""

    def of_targets(self, targets: Any) -> FloatArray:
        """Return what each draw says of rows that are not of the pool, shape (n_samples, n, n_classes)."""

    def scores(self, context: QueryContext, function: Callable[[FloatArray], FloatArray], width: int) -> FloatArray:
        """Return one number for each candidate: `function` of (n_samples, n, n_classes), block by block."""


def samples_of(
    context: QueryContext, samples: ArrayLike | None, committee: Sequence[Classifier] | None, n_members: int
) -> Samples:
    """Return draws of parameters for a query: those given, those of a model that offers them, or a committee.

    Parameters
    ----------
    context : QueryContext
    samples : array-like of shape (n_samples, n_rows, n_classes) or None
        Probabilities of the rows of the pool.
    committee : list of classifiers or None
    n_members : int
        How many draws a model is asked for, or how many members a bootstrap committee has.

    Raises
    ------
    InvalidParameterError
        If `samples` has another shape, or both it and `committee` are given.
    """
    if samples is not None:
        if committee is not None:
            raise InvalidParameterError("samples and committee were both given. Leave one of them out.")
        return _Given(samples, n_rows(context.X))
    if committee is None and hasattr(context.model, "sample_proba"):
        return _Offered(context, check_positive_int(n_members, "n_members", minimum=2))
    made = committee_of(context, committee, n_members)
    made.check_probabilities("this strategy")
    return _Fitted(context, made)


def checked_samples(values: AnyArray, name: str, rows: IntArray | None = None) -> FloatArray:
    """Return draws that are distributions, rounding taken out.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n, n_classes)
    name : str
        For the message.
    rows : ndarray of shape (n,), default=None
        What the rows are called in it; None: 0, 1, 2 ...

    Raises
    ------
    InvalidParameterError
        Naming the sample and the row.
    """
    n_samples, n, n_classes = values.shape
    flat = np.ascontiguousarray(values, np.float64).reshape(-1, n_classes)
    # Both comparisons fail for NaN.
    if not flat.size or (flat.min() >= 0 and np.abs(flat @ np.ones(n_classes) - 1).max() <= _EXACT):
        return flat.reshape(n_samples, n, n_classes)
    exact, wrong = exact_shares(flat)
    if wrong is not None:
        sample, place = divmod(wrong, n)
        raise InvalidParameterError(
            f"{name}[{sample}, {place if rows is None else rows[place]}] holds {listed(flat[wrong])}, which are no "
            "probabilities: each must be at least 0, and they must add up to 1. The axes are samples, rows, classes."
        )
    return exact.reshape(n_samples, n, n_classes)


def _as_samples(values: Any, name: str, n: int | None) -> AnyArray:
    array = as_array(values)
    if (
        array.ndim != 3
        or array.dtype.kind not in "fiu"
        or array.shape[0] < 2
        or array.shape[2] < 2
        or (n is not None and array.shape[1] != n)
    ):
        rows = "n_targets" if n is None else f"{n}, the rows of X"
        raise InvalidParameterError(
            f"{name} must be probabilities of shape (n_samples, {rows}, n_classes), at least two samples and two "
            f"classes, got shape {array.shape} of {array.dtype}."
        )
    return array


class _Given:
    """An array with the rows of the pool; looked at where it is used, since it may be large and lie on disk."""

    def __init__(self, samples: Any, total: int) -> None:
        self._array = _as_samples(samples, "samples", total)
        self.n_samples, _, self.n_classes = self._array.shape

    def of_rows(self, rows: IntArray) -> FloatArray:
        whole = rows.size and rows[-1] - rows[0] == rows.size - 1 and (np.diff(rows) == 1).all()
        # Rows one after the other are not copied.
        taken = self._array[:, rows[0] : rows[-1] + 1] if whole else self._array[:, rows]
        return checked_samples(taken, "samples", rows)

    def of_targets(self, targets: Any) -> FloatArray:
        found = checked_samples(_as_samples(targets, "targets", None), "targets")
        if (found.shape[0], found.shape[2]) != (self.n_samples, self.n_classes):
            raise InvalidParameterError(
                f"targets beside samples must be what the same {self.n_samples} samples say of the target rows, shape "
                f"({self.n_samples}, n_targets, {self.n_classes}), got {found.shape}."
            )
        return found

    def scores(self, context: QueryContext, function: Callable[[FloatArray], FloatArray], width: int) -> FloatArray:
        found = np.empty(context.candidates.size)
        step = max(_CACHED_VALUES // max(width, self.n_samples * self.n_classes), 1)
        for start in range(0, found.size, step):
            found[start : start + step] = function(self.of_rows(context.candidates[start : start + step]))
        return found


class _Asked:
    """Draws that are predicted when they are asked for, a block of rows at a time."""

    n_samples: int
    n_classes: int

    def __init__(self, context: QueryContext) -> None:
        self._X = plain(context.X)

    def _predicted(self, block: Pool) -> FloatArray:
        raise NotImplementedError

    def of_rows(self, rows: IntArray) -> FloatArray:
        return self._predicted(take_rows(self._X, rows))

    def of_targets(self, targets: Any) -> FloatArray:
        parts = [
            self._predicted(take_rows(targets, block)) for block in row_blocks(n_rows(targets), pool_width(targets))
        ]
        return np.concatenate(parts, axis=1)

    def scores(self, context: QueryContext, function: Callable[[FloatArray], FloatArray], width: int) -> FloatArray:
        found = np.empty(context.candidates.size)
        width = max(width, self.n_samples * self.n_classes)
        for positions, block, inside in candidate_blocks(self._X, context.candidates, n_outputs=width):
            proba = self._predicted(block)
            found[positions] = function(proba if inside is None else proba[:, inside])
        return found


class _Fitted(_Asked):
    """The members of a committee."""

    def __init__(self, context: QueryContext, committee: Committee) -> None:
        super().__init__(context)
        self._committee = committee
        self.n_samples, self.n_classes = len(committee.members), committee.n_classes

    def _predicted(self, block: Pool) -> FloatArray:
        return self._committee.probabilities(block)


class _Offered(_Asked):
    """What a classifier's ``sample_proba`` gives; one seed for all blocks, so that all are of the same draws."""

    def __init__(self, context: QueryContext, n_samples: int) -> None:
        super().__init__(context)
        self._model: Model = context.model
        self.n_samples, self.n_classes = n_samples, known_classes(context.model).size
        self._seed = int(context.rng.integers(2**31))

    def _predicted(self, block: Pool) -> FloatArray:
        what = f"{name_of(self._model)}.sample_proba"
        found = as_array(self._model.sample_proba(block, n_samples=self.n_samples, random_state=self._seed))
        wanted = (self.n_samples, n_rows(block), self.n_classes)
        if found.shape != wanted:
            raise InvalidParameterError(
                f"{what} returned shape {found.shape}; Querist needs (n_samples, n_rows, n_classes), here {wanted}."
            )
        return checked_samples(found, what)
