"""What speaks for a guess: words, or columns of a table."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import scipy.sparse

from querist._typing import AnyArray, BoolArray, FloatArray, IntArray, Model
from querist.labelling.trainer.messages import Reason
from querist.labelling.trainer.pool_features import PoolFeatures

# The most of them that a person reads.
_MOST = 6
# A column that changes a probability (or a word that changes a log-odds) by less than this speaks for nothing.
_LEAST = 0.005
_SAMPLE = 2000
# A word in so large a share of the texts (and, for, the) says little by standing in one more: it speaks for a class
# only where the odds of that class are so much higher among the texts that hold it.
_COMMON, _TELLING = 0.05, 4.0
_COMMON_SAMPLE = 20_000


Because = dict[int, list[Reason]]


def explain(features: PoolFeatures, model: Model, rows: IntArray, interrupted: Callable[[], bool]) -> Because | None:
    """Return what speaks for the predicted class of each row, the strongest first.

    Linear models: coefficient times value, against the mean over the classes, of each word or column. A word that
    stands in one text of twenty or more must also tell: the odds of the class, by the model's predictions of up to
    20,000 texts, are at least four times as high among those that hold it. So what all texts hold (and, for, the) is
    left out in every language. Groups of letters and latent semantics speak too, but nobody could read them: of texts
    words alone are told.
    Others: how much the probability falls when a column is replaced by its usual value.
    Images have no explanation.

    Parameters
    ----------
    features : PoolFeatures
    model : classifier
        Fitted on `features.X`.
    rows : ndarray
        Rows to explain.
    interrupted : callable
        Whether there is something better to do; asked from time to time.

    Returns
    -------
    dict of int to list of Reason, or None
        By row. None if interrupted.
    """
    if not features.names or not rows.size:
        return {}
    linear = _linear(model)
    if linear is not None:
        return _by_coefficients(features, model, np.asarray(linear.coef_), rows, interrupted)
    if hasattr(model, "predict_proba"):
        return _by_occlusion(features, model, rows, interrupted)
    return {}


def _linear(model: Model) -> Model:
    """Return the linear model that this is, or holds; None if it is another."""
    if hasattr(model, "coef_"):
        return model
    inner = getattr(model, "estimator_", None)
    return None if inner is None else _linear(inner)


def _by_coefficients(
    features: PoolFeatures, model: Model, coefficients: AnyArray, rows: IntArray, interrupted: Callable[[], bool]
) -> Because | None:
    X = features.X[rows]
    if coefficients.shape[0] == 1:
        coefficients = np.concatenate([-coefficients, coefficients])
    else:
        coefficients = coefficients - coefficients.mean(axis=0)
    tells = _telling(features, model, X)
    place_of = {label: place for place, label in enumerate(model.classes_.tolist())}
    places = np.array([place_of[label] for label in model.predict(X).tolist()])
    found: Because = {}
    for number, (row, place) in enumerate(zip(rows.tolist(), places.tolist(), strict=True)):
        if interrupted():
            return None
        used, values = _entries(X, number)
        legible = features.legible[used]
        used, values = used[legible], values[legible]
        if tells is not None:
            telling = tells[place, used]
            used, values = used[telling], values[telling]
        found[row] = _strongest(_summed(features, used, values * coefficients[place, used]))
    return found


def _telling(features: PoolFeatures, model: Model, X: Any) -> BoolArray | None:
    """Return by class and feature whether it may speak for the class; None where no feature is a word."""
    words = features.legible & np.array([features.kinds[column] == "text" for column in features.columns])
    if not words.any():
        return None
    used = np.flatnonzero(words & (np.asarray((X != 0).sum(axis=0)).ravel() > 0))
    sample = features.X[:: max(1, features.n_rows // _COMMON_SAMPLE)]
    holds = scipy.sparse.csr_matrix(sample[:, used] != 0, dtype=np.float64)
    predicted = model.predict(sample)[:, None] == model.classes_[None, :]
    n_holding, n_of_class = np.asarray(holds.sum(axis=0)).ravel(), predicted.sum(axis=0)[:, None]
    together = (holds.T @ predicted.astype(np.float64)).T
    # Halves, as usual, so that no odds are infinite.
    odds_with = (together + 0.5) / (n_holding - together + 0.5)
    odds = (n_of_class + 0.5) / (predicted.shape[0] - n_of_class + 0.5)
    tells = np.ones((len(model.classes_), words.size), bool)
    tells[:, used] = (n_holding < _COMMON * predicted.shape[0]) | (odds_with >= _TELLING * odds)
    return tells


def _entries(X: Any, number: int) -> tuple[IntArray, AnyArray]:
    if scipy.sparse.issparse(X):
        span = slice(X.indptr[number], X.indptr[number + 1])
        return X.indices[span], X.data[span]
    used = np.flatnonzero(X[number])
    return used, X[number, used]


def _summed(features: PoolFeatures, used: IntArray, contributions: AnyArray) -> dict[str, float]:
    """Return contributions by word, or by column where the column is no text."""
    sums: dict[str, float] = {}
    for feature, contribution in zip(used.tolist(), contributions.tolist(), strict=True):
        column = features.columns[feature]
        is_word = features.kinds[column] == "text"
        word = features.names[feature].removeprefix(f"{column}: ") if is_word else column
        sums[word] = sums.get(word, 0.0) + contribution
    return sums


def _by_occlusion(
    features: PoolFeatures, model: Model, rows: IntArray, interrupted: Callable[[], bool]
) -> Because | None:
    X = features.X[rows]
    probabilities = model.predict_proba(X)
    predicted = probabilities.argmax(axis=1)
    everyone = np.arange(rows.size)
    drops: dict[str, FloatArray] = {}
    for column, places, usual in _usual(features):
        if interrupted():
            return None
        without = X.copy()
        without[:, places] = usual
        drops[column] = (probabilities - model.predict_proba(without))[everyone, predicted]
    return {
        row: _strongest({column: float(drop[number]) for column, drop in drops.items()})
        for number, row in enumerate(rows.tolist())
    }


def _usual(features: PoolFeatures) -> Iterator[tuple[str, IntArray, AnyArray]]:
    """Yield each column, where its features stand, and its usual value: the median, or the commonest category."""
    owners = np.array(features.columns)
    sample = features.X[:: max(1, features.n_rows // _SAMPLE)]
    for column in dict.fromkeys(features.columns):
        places = np.flatnonzero(owners == column)
        values = sample[:, places]
        if features.kinds[column] == "category":
            distinct, counts = np.unique(values, axis=0, return_counts=True)
            yield column, places, distinct[counts.argmax()]
        else:
            yield column, places, np.median(values, axis=0)


def _strongest(weights: dict[str, float]) -> list[Reason]:
    speaking = sorted((item for item in weights.items() if item[1] > _LEAST), key=lambda item: -item[1])
    return [Reason(word, round(weight, 4)) for word, weight in speaking[:_MOST]]
