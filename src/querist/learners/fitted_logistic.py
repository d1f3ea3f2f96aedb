"""A fitted logistic regression as what it is the minimum of, and what one more answer would make of it.

What the loss is stands in `querist.learners.newton`.
"""

from typing import Any, NamedTuple

import numpy as np
import scipy.linalg.lapack
import scipy.sparse

from querist._typing import AnyArray, FloatArray, IntArray, Model
from querist.base.adapted import original
from querist.base.context import QueryContext
from querist.base.linear import is_logistic, logistic_probabilities
from querist.base.scoring import known_classes
from querist.learners.few_labels import FewLabels
from querist.learners.newton import MOST_UNKNOWNS
from querist.learners.newton_passes import probabilities
from querist.learners.newton_steps import cholesky, second_derivatives, with_penalty
from querist.learners.row_weights import class_weights

# When an equation for one more answer is solved, and what that may take.
_SOLVED, _MOST_STEPS, _MOST_CUTS = 1e-10, 100, 60
# A step after which the slope is still so much of what it was, or so much the other way, has the wrong length.
_TOO_STEEP, _TOO_FAR = 0.5, 0.05
# How often the step to a new optimum is corrected by what the loss is there.
_MOST_CORRECTIONS = 2


class FittedLogistic(NamedTuple):
    """A logistic regression with ridge penalty, at its optimum, and the pool as it sees it.

    Attributes
    ----------
    matrix : ndarray or CSR matrix of shape (n_rows, n_features)
        The pool, after the other steps of a pipeline.
    coef : ndarray of shape (n_outputs, n_features)
        Of two classes one row, for the second.
    intercept : ndarray of shape (n_outputs,)
    ridge : float
    rows, codes : ndarray of shape (n_labelled,)
        The answers that it was fitted on.
    weights : ndarray of shape (n_labelled,)
        Of the answers, those of their classes included.
    added : ndarray of shape (n_classes,)
        What one more answer of each class would weigh.
    offsets : ndarray of shape (n_classes, n_outputs)
        What is added to decision values afterwards, were there one more answer of each class: known shares of the
        classes are reckoned in this way.
    """

    matrix: Any
    coef: FloatArray
    intercept: FloatArray
    ridge: float
    rows: IntArray
    codes: IntArray
    weights: FloatArray
    added: FloatArray
    offsets: FloatArray

    def features(self, rows: AnyArray | slice) -> FloatArray:
        """Return rows of the pool with a 1 behind them, dense, shape (n, n_features + 1)."""
        taken = self.matrix[rows]
        taken = taken.toarray() if scipy.sparse.issparse(taken) else taken
        return np.column_stack([np.asarray(taken, np.float64), np.ones(len(taken))])

    @property
    def theta(self) -> FloatArray:
        """Coefficients with the intercepts behind them, shape (n_outputs, n_features + 1)."""
        return np.column_stack([self.coef, self.intercept])


def fitted_logistic(context: QueryContext) -> FittedLogistic | str:
    """Return the model of a query as a logistic regression; of one that is none, why it is none.

    A registered name and a pipeline that ends in one are looked into; what stands before it in the pipeline is taken
    as it is.

    Parameters
    ----------
    context : QueryContext
        With a model that was fitted on its answers.

    Raises
    ------
    UnsupportedModelError
        If the pool is not numeric, or has gaps.
    """
    from sklearn.pipeline import Pipeline

    model = original(context.model)
    classes = known_classes(context.model)
    outer = model.steps[-1][1] if isinstance(model, Pipeline) else model
    inner = outer.estimator_ if isinstance(outer, FewLabels) else outer
    if not _has_ridge(inner):
        return f"{type(inner).__name__} is no logistic regression with ridge penalty and intercept"
    n_unknowns = (inner.coef_.shape[1] + 1) * len(inner.coef_)
    if n_unknowns > MOST_UNKNOWNS:
        return (
            f"features times classes must be at most {MOST_UNKNOWNS}, since a matrix of that side is made, and here "
            f"they are {n_unknowns} (intercepts included)"
        )
    places = {label: place for place, label in enumerate(classes.tolist())}
    codes = np.array([places.get(label, -1) for label in context.labels.tolist()], np.int64)
    counted = codes >= 0
    codes, rows = codes[counted], context.rows[counted]
    told = None if context.weights is None else context.weights[counted]
    weights, added = _weighed(outer, inner, codes, classes, told)
    return FittedLogistic(
        context.space.matrix,
        np.asarray(inner.coef_, np.float64),
        np.broadcast_to(np.asarray(inner.intercept_, np.float64), len(inner.coef_)),
        1.0 / inner.C,
        rows,
        codes,
        weights,
        added,
        _offsets(outer, codes, weights, added)[:, -len(inner.coef_) :],
    )


def _has_ridge(model: Model) -> bool:
    from sklearn.linear_model import LogisticRegression

    if not is_logistic(model) or not isinstance(getattr(model, "coef_", None), np.ndarray):
        return False
    if type(model) is not LogisticRegression:
        return True
    ridge = model.penalty in ("l2", "deprecated") and not model.l1_ratio and bool(np.isfinite(model.C))
    return ridge and model.fit_intercept and model.solver != "liblinear"


def _weighed(
    outer: Model, inner: Model, codes: IntArray, classes: AnyArray, weights: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    """Return the weights of the answers, and of one more of each class."""
    # As if there were one more of each: what that does to the others' weights is left aside.
    every = np.concatenate([codes, np.arange(classes.size)])
    found = np.ones(every.size) if weights is None else np.concatenate([weights, np.ones(classes.size)])
    for class_weight in (_class_weight(outer) if outer is not inner else None, inner.class_weight):
        if class_weight is None:
            continue
        if isinstance(class_weight, str):
            factors = class_weights(class_weight, codes, found[: codes.size]) / found[: codes.size]
            by_class = np.ones(classes.size)
            by_class[codes] = factors
            found = found * by_class[every]
        else:
            found = class_weights(class_weight, classes[every], found)
    return found[: codes.size], found[codes.size :]


def _class_weight(wrapper: FewLabels) -> Any:
    if isinstance(wrapper.class_weight, str) and wrapper.class_weight == "auto":
        return "balanced" if wrapper.balanced_ and wrapper.balance == "weights" else None
    return wrapper.class_weight


def _offsets(outer: Model, codes: IntArray, weights: FloatArray, added: FloatArray) -> FloatArray:
    """Return offsets of all classes, shape (n_classes, n_classes); of two those of the second against the first."""
    n_classes = added.size
    found = np.zeros((n_classes, n_classes))
    if isinstance(outer, FewLabels) and outer.corrected_to_ is not None:
        held = np.bincount(codes, weights, n_classes) + np.diag(added)
        shares = held / held.sum(axis=1, keepdims=True) if outer.knows_shares else np.full(held.shape, 1.0 / n_classes)
        # A share of 0 stays one, as it does behind probabilities.
        found = np.log(np.maximum(outer.corrected_to_, 1e-300)) - np.log(shares)
    return found[:, 1:] - found[:, :1] if n_classes == 2 else found


class OneMore:
    """What a logistic regression would be with one more answer.

    Were the loss of the answers so far the parabola that it is like at its optimum, with second derivatives H, the
    optimum with one more answer of weight s for row x would be ``-H^-1 (a (x) x)`` away, with

        a = s * (softmax(z - A a) - e),    A = x' H^-1 x for each two outputs,

    z its decision values and e the answer: as many equations as outputs, solved exactly. (One step of Newton's
    method for the sum, that is for both losses as parabolas, goes much too far where the answer is unexpected.)
    Then twice, what the loss of the others differs from the parabola there is put in as a force, which leads on
    towards the true optimum, unless that was going away from it.

    Parameters
    ----------
    model : FittedLogistic
    """

    def __init__(self, model: FittedLogistic) -> None:
        self._model, self._n_outputs = model, len(model.coef)
        self._labelled = model.features(model.rows)
        self._targets = np.eye(model.added.size)[model.codes][:, -self._n_outputs :]
        proba = probabilities(self._labelled @ model.theta.T)
        matrix = second_derivatives(self._labelled[:, :-1], proba, model.weights)
        self._matrix = with_penalty(matrix, model.ridge, self._n_outputs)
        lower = np.tril(scipy.linalg.lapack.dpotri(cholesky(self._matrix), lower=1)[0])
        self._inverse: FloatArray = lower + np.tril(lower, -1).T

    def values(self, candidates: FloatArray, seen: FloatArray, before: FloatArray) -> FloatArray:
        """Return the decision values of rows after each answer.

        Parameters
        ----------
        candidates, seen : ndarray of shape (n_candidates, n_features + 1), (n_seen, n_features + 1)
            `FittedLogistic.features`.
        before : ndarray of shape (n_seen, n_outputs)
            Decision values of `seen`, without offsets.

        Returns
        -------
        ndarray of shape (n_seen, n_candidates, n_classes, n_outputs)
            Of each answer, a class for a candidate; offsets included.
        """
        steps = self.steps(candidates)
        found: FloatArray = (seen @ steps.reshape(-1, steps.shape[-1]).T).reshape(len(seen), *steps.shape[:-1])
        found += before[:, np.newaxis, np.newaxis]
        if self._model.offsets.any():
            found += self._model.offsets
        return found

    def steps(self, candidates: FloatArray) -> FloatArray:
        """Return what each answer adds to the coefficients.

        Parameters
        ----------
        candidates : ndarray of shape (n_candidates, n_features + 1)

        Returns
        -------
        ndarray of shape (n_candidates, n_classes, n_outputs, n_features + 1)
        """
        model, n_outputs = self._model, self._n_outputs
        n, side = candidates.shape
        n_classes = model.added.size
        # H^-1 (x for each output), and the products with x again.
        image = (candidates @ self._inverse.reshape(-1, side).T).reshape(n, n_outputs, side, n_outputs)
        spread = np.repeat(np.einsum("nd,nadb->nab", candidates, image), n_classes, axis=0)
        values = np.repeat(candidates @ model.theta.T, n_classes, axis=0)
        answers, weights = np.tile(np.eye(n_classes)[:, -n_outputs:], (n, 1)), np.tile(model.added, n)

        def towards(aside: FloatArray) -> FloatArray:
            """Return the steps where a force has led so far aside."""
            along = np.einsum("nd,ncad->nca", candidates, aside).reshape(-1, n_outputs)
            pulls = _pulls(values - along, spread, answers, weights).reshape(n, n_classes, n_outputs)
            moved = image.reshape(n, n_outputs * side, n_outputs) @ pulls.transpose(0, 2, 1)
            return -moved.transpose(0, 2, 1).reshape(aside.shape) - aside

        aside = np.zeros((n, n_classes, n_outputs, side))
        steps = before = towards(aside)
        last = np.full((n, n_classes, 1, 1), np.inf)
        for _ in range(_MOST_CORRECTIONS):
            force = self._force(steps)
            anew = (force.reshape(-1, n_outputs * side) @ self._inverse).reshape(aside.shape)
            # By how much the gradient misses 0 now, as the parabola measures it.
            missed = np.einsum("ncad,ncad->nc", force - self._times_matrix(aside), anew - aside).reshape(last.shape)
            nearer = missed < last
            before, aside = np.where(nearer, steps, before), np.where(nearer, anew, aside)
            steps, last = np.where(nearer, towards(aside), before), np.where(nearer, missed, 0.0)
        return steps

    def _times_matrix(self, steps: FloatArray) -> FloatArray:
        found: FloatArray = (steps.reshape(-1, len(self._matrix)) @ self._matrix).reshape(steps.shape)
        return found

    def _force(self, steps: FloatArray) -> FloatArray:
        """Return by how much the gradient of the others' loss differs after steps from that of the parabola."""
        model, side = self._model, steps.shape[-1]
        theta = model.theta + steps
        values = self._labelled @ theta.reshape(-1, side).T
        proba = probabilities(values.reshape(-1, self._n_outputs)).reshape(len(values), -1, self._n_outputs)
        proba -= self._targets[:, np.newaxis]
        proba *= model.weights[:, np.newaxis, np.newaxis]
        gradient = (proba.reshape(len(values), -1).T @ self._labelled).reshape(steps.shape)
        gradient[..., :-1] += model.ridge * theta[..., :-1]
        return gradient - self._times_matrix(steps)


def _pulls(values: FloatArray, spread: FloatArray, answers: FloatArray, weights: FloatArray) -> FloatArray:
    """Solve ``a = weight * (probabilities(values - spread @ a) - answer)`` for many rows at once.

    Each is where a convex function is least, by Newton's method; steps that are too long are cut to where the slope
    along them is small.

    Parameters
    ----------
    values, answers : ndarray of shape (n, n_outputs)
    spread : ndarray of shape (n, n_outputs, n_outputs)
        Not negative definite.
    weights : ndarray of shape (n,)

    Returns
    -------
    ndarray of shape (n, n_outputs)
    """
    found = np.zeros_like(values)
    left = np.arange(len(values))
    unit, scale = np.eye(values.shape[1]), weights[:, np.newaxis]

    def lacking(rows: IntArray, pulls: FloatArray) -> tuple[FloatArray, FloatArray]:
        proba = probabilities(values[rows] - np.einsum("nab,nb->na", spread[rows], pulls))
        return scale[rows] * (proba - answers[rows]) - pulls, proba

    for _ in range(_MOST_STEPS):
        gap, proba = lacking(left, found[left])
        open_ = np.abs(gap).max(axis=1) > _SOLVED
        left, gap, proba = left[open_], gap[open_], proba[open_]
        if not left.size:
            break
        bend = proba[:, :, np.newaxis] * (unit - proba[:, np.newaxis])
        step = np.linalg.solve(unit + scale[left][..., np.newaxis] * bend @ spread[left], gap[..., np.newaxis])[..., 0]
        towards = np.einsum("nab,nb->na", spread[left], step)
        slope = np.einsum("na,na->n", towards, gap)
        share, low, high = np.ones(left.size), np.zeros(left.size), np.ones(left.size)
        at_low, at_high = slope.copy(), np.full(left.size, -np.inf)
        for _ in range(_MOST_CUTS):
            pulls = found[left] + share[:, np.newaxis] * step
            ahead = np.einsum("na,na->n", towards, lacking(left, pulls)[0])
            # A whole step may be short; one that was cut is to end where the slope along it is small.
            wrong = (ahead < -_TOO_FAR * slope) | ((ahead > _TOO_STEEP * slope) & (share < 1.0))
            if not wrong.any():
                break
            short = wrong & (ahead > 0)
            low[short], at_low[short] = share[short], ahead[short]
            far = wrong & (ahead < 0)
            high[far], at_high[far] = share[far], ahead[far]
            # The secant, kept off the ends.
            between = np.clip(at_low[wrong] / (at_low - at_high)[wrong], 0.1, 0.9)
            share[wrong] = low[wrong] + (high - low)[wrong] * between
        share = share[:, np.newaxis]
        found[left] += share * step
    return found


def answering(values: FloatArray) -> FloatArray:
    """Return the probabilities of decision values of shape (n, n_outputs), a column for each class."""
    found: FloatArray = logistic_probabilities(values[:, 0] if values.shape[1] == 1 else values)
    return found
