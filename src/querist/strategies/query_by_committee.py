"""Ask where the members of a committee disagree."""

import warnings
from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from sklearn.base import clone

from querist._pool import plain
from querist._threads import SingleBlasThread
from querist._typing import AnyArray, Classifier, FloatArray, IntArray, Model, Pool
from querist._validation import check_choice, check_positive_int, take_rows
from querist.base.adapted import original
from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext
from querist.base.contract import check_classifier
from querist.base.scoring import needs_probabilities, probabilities, score_rows
from querist.base.selection import Selection
from querist.base.strategy import QueryStrategy
from querist.base.ties import Ties
from querist.exceptions import InvalidParameterError, ModelMismatchWarning, NotEnoughLabelsError
from querist.learners.encoding import encoded
from querist.learners.refit import Refitter, unset_random_states
from querist.measures.disagreement import consensus_kl, vote_entropy


class QueryByCommittee(QueryStrategy):
    """Ask about the rows on which the members of a committee disagree.

    Parameters
    ----------
    committee : list of classifiers, default=None
        Each is cloned and fitted on all labelled rows. None: `n_members` clones of the
        model, each fitted on a bootstrap sample of the labelled rows. Such a sample has as
        many rows as are labelled: one drawn from each class, so that no member
        misses a class, and the others drawn with replacement from all.
    n_members : int, default=5
        At least 2. Size of the bootstrap committee; not used with a `committee`.
    method : {"vote_entropy", "kl"}, default="vote_entropy"
        What disagreement is: the entropy of the members' votes, or the mean
        Kullback-Leibler divergence of the members from their mean prediction. ``"kl"``
        needs members with ``predict_proba``, and tells more rows apart.
    selection : Selection, default=None
        How the batch is chosen from the utilities; None takes the highest.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number. Votes of
        few members tie often.

    Warns
    -----
    ModelMismatchWarning
        If no member of `committee` is of the model's class: questions chosen by other
        models are often no better for the trained one than random ones.

    Notes
    -----
    Utilities, in nats: vote entropy [2]_, not divided by log(n_members), in
    [0, log(min(n_members, n_classes))]; KL [3]_ in [0, log(n_members)].
    The fitted members are not kept, and the model stays as it is. A ``random_state``
    that a member leaves unset is drawn from the generator of the query. An error of a
    member's ``fit`` is passed on; a member that takes more answers than it is given knows
    the classes that have enough.

    Cost: n_members fits and as many predictions of the candidates, in blocks:
    O(n_candidates) memory for any number of members and classes.

    References
    ----------
    .. [1] H. S. Seung, M. Opper, H. Sompolinsky, "Query by committee", COLT 1992,
       doi:10.1145/130385.130417.
    .. [2] I. Dagan, S. P. Engelson, "Committee-based sampling for training
       probabilistic classifiers", ICML 1995.
    .. [3] A. McCallum, K. Nigam, "Employing EM and pool-based active learning for
       text classification", ICML 1998.
    .. [4] N. Abe, H. Mamitsuka, "Query learning strategies using boosting and
       bagging", ICML 1998 (the bootstrap committee).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> X = np.array([[0.0], [1.0], [4.0], [10.0]])
    >>> rows, labels = [0, 1, 3], ["a", "a", "b"]
    >>> committee = [KNeighborsClassifier(1), KNeighborsClassifier(3)]
    >>> QueryByCommittee(committee=committee, method="kl").query(X, rows, labels)
    array([2])
    """

    stochastic: ClassVar[bool] = True

    def __init__(
        self,
        *,
        committee: Sequence[Classifier] | None = None,
        n_members: int = 5,
        method: Literal["vote_entropy", "kl"] = "vote_entropy",
        selection: Selection | None = None,
        candidates: CandidateFilter | None = None,
        ties: Ties = "random",
    ) -> None:
        super().__init__(selection=selection, candidates=candidates, ties=ties)
        self.committee = committee
        self.n_members = n_members
        self.method = method

    @property
    def needs_model(self) -> bool:  # type: ignore[override]  # a class variable of the others
        """Whether a fitted model is needed: for a bootstrap committee, as its members are clones of it."""
        return self.committee is None

    @property
    def refits_model(self) -> bool:  # type: ignore[override]  # a class variable of the others
        """Whether clones of the model are trained: in a bootstrap committee."""
        return self.committee is None

    def utilities(self, context: QueryContext) -> FloatArray:
        method = check_choice(self.method, "method", ("vote_entropy", "kl"))
        # By first appearance, not by name: renaming classes must not change what is drawn.
        codes = {label: code for code, label in enumerate(dict.fromkeys(context.labels.tolist()))}
        if len(codes) < 2:
            raise NotEnoughLabelsError(
                f"A committee needs answers of at least two classes to disagree about, got {list(codes)}. "
                "Label more rows first, for example rows drawn at random."
            )
        answers = np.array([codes[label] for label in context.labels.tolist()])
        with SingleBlasThread():
            members = (
                self._own(context) if self.committee is not None else self._bootstrap(context, answers, len(codes))
            )
            columns = [_columns(member, codes) for member in members]
            return _disagreement(context, members, columns, len(codes), method)

    def _bootstrap(self, context: QueryContext, answers: IntArray, n_classes: int) -> list[Model]:
        n_members = check_positive_int(self.n_members, "n_members", minimum=2)
        members = []
        for number in range(n_members):
            drawn = bootstrap(answers, n_classes, context.rng)
            model = original(context.model)
            members.append(_fitted(model, context, drawn, f"{number + 1} of {n_members} bootstrap members"))
        return members

    def _own(self, context: QueryContext) -> list[Model]:
        committee = self.committee
        if not isinstance(committee, list | tuple) or len(committee) < 2:
            raise InvalidParameterError(f"committee must be a list of at least two classifiers, got {committee!r}.")
        for number, member in enumerate(committee):
            check_classifier(member, f"committee[{number}]")
        model = original(context.model)
        if model is not None and type(_last(model)) not in {type(_last(member)) for member in committee}:
            warnings.warn(
                f"No member of the committee is a {type(_last(model)).__name__}, which is the model that is trained. "
                "Questions chosen by other models are often no better for it than random ones. "
                "Add one to the committee.",
                ModelMismatchWarning,
                stacklevel=2,
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
        return Refitter(member, seed=0).fit_as_far(rows, context.labels[drawn], weights)
    except Exception as error:
        error.add_note(f"Raised while fitting {name} on {drawn.size} labelled rows.")
        raise


def _last(model: Model) -> Model:
    from sklearn.pipeline import Pipeline

    return model.steps[-1][1] if isinstance(model, Pipeline) else model


def _columns(member: Model, codes: dict[object, int]) -> IntArray:
    """Return the common column of each of a member's classes."""
    return np.array([codes[label] for label in np.asarray(member.classes_).tolist()], np.int64)


def _disagreement(
    context: QueryContext, members: list[Model], columns: list[IntArray], n_classes: int, method: str
) -> FloatArray:
    if method == "kl":
        for member in members:
            if not hasattr(member, "predict_proba"):
                raise needs_probabilities(member, 'method="kl"')

        def divergence(block: Pool) -> FloatArray:
            proba = np.zeros((len(members), _length(block), n_classes))
            for target, member, places in zip(proba, members, columns, strict=True):
                target[:, places] = probabilities(member, block)
            return consensus_kl(proba)

        return score_rows(plain(context.X), context.candidates, divergence, n_outputs=n_classes * len(members))

    def votes(block: Pool) -> FloatArray:
        every = np.arange(_length(block))
        counts = np.zeros((every.size, n_classes), np.int64)
        for member, places in zip(members, columns, strict=True):
            counts[every, places[_positions(member.classes_, member.predict(block))]] += 1
        return vote_entropy(counts)

    return score_rows(plain(context.X), context.candidates, votes, n_outputs=n_classes)


def _length(block: Pool) -> int:
    shape = getattr(block, "shape", None)
    return len(block) if shape is None else int(shape[0])


def _positions(classes: AnyArray, predicted: AnyArray) -> IntArray:
    """Return the positions of predicted labels in a member's ``classes_`` (in any order)."""
    order = np.argsort(classes, kind="stable")
    found: IntArray = order[np.searchsorted(classes, predicted, sorter=order)]
    return found
