"""In which order rows are let go to a model: by what has told, in the past, which of them it gets wrong."""

from typing import Literal, NamedTuple

import numpy as np
from scipy.special import expit

from querist._typing import AnyArray, BoolArray, FloatArray
from querist.audit.error_chances import fitted, log_odds

OrderName = Literal["confidence", "class", "second", "both", "none"]
# What decides: so many parts of the past, each judged by the others.
_PARTS = 10
# Standard deviations of what is added for each class, and of intercept and slopes.
_OF_CLASS, _OF_LEVEL, _OF_SLOPE = 0.7, 2.0, 0.5
# A forest of a hundred trees that all agree is not as sure as that.
_SUREST = 0.99
# Among rows whose chances are alike the confidence decides: forests know few different values.
_TIE = 1e-9

WORDS: dict[OrderName, str] = {
    "confidence": "The rows that the model is surest of come first.",
    "class": "The rows that the model is surest of come first; classes that it is often wrong about come later.",
    "second": "The rows come first for which a second model is surest of the model's prediction.",
    "both": "The rows come first for which the model and a second one are surest of the model's prediction.",
    "none": "Neither the model's confidence nor anything else shows which rows it gets wrong: all rows are tested "
    "together.",
}
UNJUDGED = f"{WORDS['confidence']} (Too few random answers have shown whether it is right about these.)"


class Signs(NamedTuple):
    """What may tell which rows a model gets wrong.

    Attributes
    ----------
    confidence : ndarray of shape (n,)
        The largest of the model's probabilities.
    predicted : ndarray of shape (n,) or None
        What the model says, as labels or codes.
    second : ndarray of shape (n,) or None
        Probability that a second model, of another kind, gives to what the first one says.
    """

    confidence: FloatArray
    predicted: AnyArray | None = None
    second: FloatArray | None = None


class Order(NamedTuple):
    """What rows are ordered by.

    Attributes
    ----------
    name : str
        See `WORDS`.
    sure : ndarray of shape (n,)
        For each row how probable it is that the model is right, or its confidence: the most probable ones go first.
    past : ndarray of shape (m,) or None
        The same for the rows of the past, each without its own outcome; None where there is no past.
    is_judged : bool
        Whether there was enough of a past.
    """

    name: OrderName
    sure: FloatArray
    past: FloatArray | None
    is_judged: bool = True

    @property
    def words(self) -> str:
        """What is told of it."""
        return WORDS[self.name] if self.is_judged else UNJUDGED


def best_order(rows: Signs, past: Signs, correct: BoolArray) -> Order:
    """Return the order that the past speaks for.

    Parameters
    ----------
    rows : Signs
        Of the rows that are left.
    past : Signs
        Of rows drawn at random, by models that were not trained on them.
    correct : ndarray of shape (m,), bool
        Whether the model was right about those.

    Notes
    -----
    Each candidate is a logistic curve over what it looks at (log odds; for "class" one more term for each class, drawn
    towards 0, so that a class of which little is known is like the others), with the priors of
    `querist.audit.error_chances`. That with the smallest logarithmic loss on parts of the past that it was not fitted
    on is taken; "none" is a constant, and where it wins, all rows are alike. A promise rests on draws that come later
    and are no part of this: a wrong order costs labels or rows, never the promise.
    """
    parts = np.arange(correct.size) % min(_PARTS, correct.size)
    best: tuple[float, OrderName, FloatArray] | None = None
    for name in _candidates(rows, past):
        design, mean, deviation = _design(name, past, _classes(rows, past))
        held = np.empty(correct.size)
        for part in np.unique(parts):
            inside = parts == part
            held[inside] = expit(design[inside] @ fitted(design[~inside], correct[~inside], mean, deviation))
        loss = -float(np.log(np.where(correct, held, 1 - held)).mean())
        if best is None or loss < best[0]:
            best = (loss, name, held)
    assert best is not None
    _, name, held = best
    return _order(name, held, rows, past, correct)


def _candidates(rows: Signs, past: Signs) -> list[OrderName]:
    names: list[OrderName] = ["confidence"]
    if rows.predicted is not None and past.predicted is not None:
        names.append("class")
    if rows.second is not None and past.second is not None:
        names += ["second", "both"]
    return [*names, "none"]


def _order(name: OrderName, held: FloatArray, rows: Signs, past: Signs, correct: BoolArray) -> Order:
    if name == "none":
        # The past says how many are wrong, as it does everywhere else; and all rows are alike.
        share = float(held.mean())
        return Order(name, np.full(rows.confidence.size, share), np.full(correct.size, share))
    classes = _classes(rows, past)
    design, mean, deviation = _design(name, past, classes)
    line = fitted(design, correct, mean, deviation)
    if name == "confidence" and line[1] > 0:
        return Order(name, rows.confidence, past.confidence)
    sure = expit(_design(name, rows, classes)[0] @ line) + _TIE * rows.confidence
    return Order(name, sure, held)


def _classes(rows: Signs, past: Signs) -> AnyArray:
    known = [each.predicted for each in (rows, past) if each.predicted is not None]
    return np.unique(np.concatenate(known)) if len(known) == 2 else np.empty(0)


def _design(name: OrderName, signs: Signs, classes: AnyArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the columns of a candidate, and the means and deviations of their coefficients' priors."""
    columns = [np.ones(signs.confidence.size)]
    slopes = []
    if name in ("confidence", "class", "both"):
        slopes.append(log_odds(signs.confidence))
    if name in ("second", "both"):
        assert signs.second is not None
        slopes.append(log_odds(np.clip(signs.second, 1 - _SUREST, _SUREST)))
    columns += slopes
    if name == "class":
        assert signs.predicted is not None
        columns += [(signs.predicted == each).astype(np.float64) for each in classes]
    # Two signs that say the same count once.
    mean = np.array([0.0, *(1 / len(slopes) for _ in slopes), *(0.0 for _ in columns[1 + len(slopes) :])])
    deviation = np.array([_OF_LEVEL, *(_OF_SLOPE for _ in slopes), *(_OF_CLASS for _ in columns[1 + len(slopes) :])])
    return np.column_stack(columns), mean, deviation
