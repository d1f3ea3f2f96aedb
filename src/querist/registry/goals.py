"""What people are after, in one word: which strategy and which model go with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from querist._typing import Classifier, Label
from querist.data.relevant_classes import which_is_relevant
from querist.exceptions import InvalidParameterError, UnknownNameError
from querist.registry.make import make_estimator, make_strategy

if TYPE_CHECKING:  # names must be known (for --help) without loading scikit-learn
    from querist.base.strategy import QueryStrategy


@dataclass(frozen=True)
class Goal:
    """The parts that go with a goal, by their names.

    Attributes
    ----------
    strategy, estimator : str
    name : str
    relevant : label or None
        The class that is looked for; None: not known yet.
    """

    strategy: str
    estimator: str
    name: str = ""
    relevant: Label | None = None

    def __str__(self) -> str:
        return self.name if self.relevant is None else f"{self.name}:relevant={self.relevant}"

    def among(self, classes: Sequence[Label], counts: Sequence[int] | None = None) -> "Goal":
        """Return the goal with the class that is looked for; see `querist.data.relevant_classes.which_is_relevant`.

        Raises
        ------
        InvalidParameterError
            If there are not two classes, or which of them is relevant is not known.
        """
        return replace(self, relevant=classes[which_is_relevant(classes, named=self.relevant, counts=counts)[0]])

    def make_strategy(self) -> "QueryStrategy":
        """Return the strategy, which looks for the relevant class."""
        return make_strategy(self.strategy, target=self.relevant)

    def make_estimator(self) -> Classifier:
        """Return the classifier, which knows the relevant class."""
        classifier: Classifier = make_estimator(self.estimator, relevant=self.relevant)
        return classifier


GOALS = {"screening": Goal("relevance", "relevance_svc", "screening")}


def goal_of(spec: str) -> Goal:
    """Return the parts for a goal.

    Parameters
    ----------
    spec : str
        ``NAME``, or ``NAME:relevant=CLASS`` where the names of the classes do not say which is relevant.

    Raises
    ------
    UnknownNameError
    InvalidParameterError
        If it is written otherwise.

    Examples
    --------
    >>> goal_of("screening:relevant=spam")
    Goal(strategy='relevance', estimator='relevance_svc', name='screening', relevant='spam')
    """
    if not isinstance(spec, str):
        raise InvalidParameterError(f"goal must be a text such as 'screening', got {spec!r}.")
    name, colon, rest = spec.partition(":")
    name = name.strip()
    if name not in GOALS:
        raise UnknownNameError.of("goal", name, GOALS)
    if not colon:
        return GOALS[name]
    # The name of a class may hold commas, which part parameters elsewhere.
    key, equals, value = rest.partition("=")
    if key.strip() != "relevant" or not equals or not value.strip():
        raise InvalidParameterError(f"goal={spec!r}: write {name}, or {name}:relevant=CLASS.")
    return replace(GOALS[name], relevant=value.strip())
