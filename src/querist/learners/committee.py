"""Committees: classifiers that are fitted to the answers, and what they say of rows, a column for each class.

Of regressors, whose predictions are numbers as they are, only the fitted members.
"""

import warnings
from collections.abc import Callable, Sequence

import numpy as np
from sklearn.base import clone

from querist._pool import plain
from querist._typing import AnyArray, Classifier, FloatArray, IntArray, Model, Pool, Regressor
from querist._validation import check_positive_int, n_rows, take_rows
from querist.base.adapted import original
from querist.base.context import QueryContext
from querist.base.contract import check_classifier, check_regressor, predicts_numbers
from querist.base.scoring import needs_probabilities, probabilities
from querist.exceptions import InvalidParameterError, ModelMismatchWarning, NotEnoughLabelsError
from querist.learners.encoding import encoded
from querist.learners.refit import Refitter, unset_random_states
from querist.learners.weighting import told_weights


class Committee:
    """Fitted members.

    Parameters
    ----------
    members : list of classifiers
    codes : dict
        From each class to its column.

    Attributes
    ----------
    members : list of classifiers
    n_classes : int
    """

    def __init__(self, members: list[Model], codes: dict[object, int]) -> None:
        self.members, self.n_classes = members, len(codes)
        # Matched by value: a member may know some of the classes only, and have them in any order.
        self._columns = [
            np.array([codes[label] for label in np.asarray(member.classes_).tolist()], np.int64) for member in members
        ]

    def check_probabilities(self, purpose: str) -> None:
        """Refuse members without ``predict_proba``.

        Raises
        ------
        UnsupportedModelError
        """
        for member in self.members:
            if not hasattr(member, "predict_proba"):
                raise needs_probabilities(member, purpose)

    def probabilities(self, block: Pool) -> FloatArray:
        """Return what each member says of rows, shape (n_members, n, n_classes); 0 of a class that it does not know."""
        proba = np.zeros((len(self.members), n_rows(block), self.n_classes))
        for target, member, places in zip(proba, self.members, self._columns, strict=True):
            target[:, places] = probabilities(member, block)
        return proba

    def votes(self, block: Pool) -> IntArray:
        """Return how many members vote for each class, shape (n, n_classes)."""
        every = np.arange(n_rows(block))
        counts = np.zeros((every.size, self.n_classes), np.int64)
        for member, places in zip(self.members, self._columns, strict=True):
            counts[every, places[_positions(member.classes_, member.predict(block))]] += 1
        return counts


def committee_of(context: QueryContext, committee: Sequence[Classifier] | None, n_members: int) -> Committee:
    """Return a committee that is fitted to the answers of a query.

    Parameters
    ----------
    context : QueryContext
    committee : list of classifiers or None
        Each is cloned and fitted on all answers. None: clones of the model, each on a bootstrap sample of them.
    n_members : int
        Of a bootstrap.

    Raises
    ------
    NotEnoughLabelsError
        If the answers are of one class.
    InvalidParameterError
        If `committee` or `n_members` cannot be used.
    Exception
        What a member's fit raises, with a note on which it was.

    Warns
    -----
    ModelMismatchWarning
        If no member of `committee` is of the model's class.
    """
    # By first appearance, not by name: renaming classes must not change what is drawn.
    codes = {label: code for code, label in enumerate(dict.fromkeys(context.labels.tolist()))}
    if len(codes) < 2:
        raise NotEnoughLabelsError(
            f"A committee needs answers of at least two classes to disagree about, got {list(codes)}. "
            "Label more rows first, for example rows drawn at random."
        )
    if committee is not None:
        return Committee(_own(committee, context, check_classifier, "classifiers"), codes)
    answers = np.array([codes[label] for label in context.labels.tolist()])
    return Committee(_bootstrap(n_members, context, lambda rng: bootstrap(answers, len(codes), rng)), codes)


def regressors_of(context: QueryContext, committee: Sequence[Regressor] | None, n_members: int) -> list[Model]:
    """Return regressors that are fitted to the answers of a query.

    Parameters
    ----------
    context : QueryContext
    committee : list of regressors or None
        Each is cloned and fitted on all answers. None: clones of the model, each on as many answers as there are, drawn
        with replacement.
    n_members : int
        Of a bootstrap.

    Raises
    ------
    NotEnoughLabelsError
        If there are no answers.
    InvalidParameterError
        If `committee` or `n_members` cannot be used.
    Exception
        What a member's fit raises, with a note on which it was.

    Warns
    -----
    ModelMismatchWarning
        If no member of `committee` is of the model's class.
    """
    size = context.rows.size
    if not size:
        raise NotEnoughLabelsError("A committee needs answers to be fitted to. Label rows first, drawn at random.")
    if committee is not None:
        return _own(committee, context, check_regressor, "regressors")
    return _bootstrap(n_members, context, lambda rng: rng.integers(size, size=size))


def _bootstrap(n_members: int, context: QueryContext, draw: Callable[[np.random.Generator], IntArray]) -> list[Model]:
    n_members = check_positive_int(n_members, "n_members", minimum=2)
    members = []
    for number in range(n_members):
        drawn = draw(context.rng)
        model = original(context.model)
        members.append(_fitted(model, context, drawn, f"{number + 1} of {n_members} bootstrap members"))
    return members


def _own(
    committee: Sequence[Model], context: QueryContext, check: Callable[[Model, str], None], kind: str
) -> list[Model]:
    if not isinstance(committee, list | tuple) or len(committee) < 2:
        raise InvalidParameterError(f"committee must be a list of at least two {kind}, got {committee!r}.")
    for number, member in enumerate(committee):
        check(member, f"committee[{number}]")
    model = original(context.model)
    if model is not None and type(_last(model)) not in {type(_last(member)) for member in committee}:
        warnings.warn(
            f"No member of the committee is a {type(_last(model)).__name__}, which is the model that is trained. "
            "Questions chosen by other models are often no better for it than random ones. "
            "Add one to the committee.",
            ModelMismatchWarning,
            stacklevel=3,
        )
    everything = np.arange(context.rows.size)
    return [_fitted(member, context, everything, f"committee[{number}]") for number, member in enumerate(committee)]


def bootstrap(answers: IntArray, n_classes: int, rng: np.random.Generator) -> IntArray:
    """Return positions drawn with replacement, as many as there are answers and at least one per class.

    Parameters
    ----------
    answers : ndarray of shape (n_labelled,)
        Class codes from 0 to n_classes - 1, each present.
    n_classes : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of shape (n_labelled,)
    """
    one_each = [rng.choice(np.flatnonzero(answers == code)) for code in range(n_classes)]
    others = rng.integers(answers.size, size=answers.size - n_classes)
    return np.concatenate([np.asarray(one_each, np.int64), others])


def _fitted(model: Model, context: QueryContext, drawn: IntArray, name: str) -> Model:
    member = clone(encoded(model))
    unset = unset_random_states(member)
    if unset:
        member.set_params(**{key: int(context.rng.integers(2**31)) for key in unset})
    try:
        # Its random states are set; what a member with too few answers of a class does is the refitter's matter.
        weights = None if context.weights is None else context.weights[drawn]
        rows = take_rows(plain(context.X), context.rows[drawn])
        if predicts_numbers(member):
            return member.fit(rows, context.labels[drawn], **told_weights(member, weights))
        return Refitter(member, seed=0).fit_as_far(rows, context.labels[drawn], weights)
    except Exception as error:
        error.add_note(f"Raised while fitting {name} on {drawn.size} labelled rows.")
        raise


def _last(model: Model) -> Model:
    from sklearn.pipeline import Pipeline

    return model.steps[-1][1] if isinstance(model, Pipeline) else model


def _positions(classes: AnyArray, predicted: AnyArray) -> IntArray:
    """Return the positions of predicted labels in a member's ``classes_`` (in any order)."""
    order = np.argsort(classes, kind="stable")
    found: IntArray = order[np.searchsorted(classes, predicted, sorter=order)]
    return found
