"""Stop when no class is left that the model mostly misses, or of which too little is known."""

import numpy as np

from querist._validation import check_number, check_positive_int
from querist._words import quoted
from querist.audit.estimate import FEWEST
from querist.stopping.observation import Observation, Proposal
from querist.stopping.rule import StoppingRule

_NAMED = 5


class EveryClassFound(StoppingRule):
    """Stop when of every class enough audited answers are there, and the model was right about most of the last ones.

    Accuracy counts rows, so it says little of a class that few rows have: with one spam in fifty, a model that never
    says spam is right 98 % of the time. This rule counts classes.

    Parameters
    ----------
    minimum : int, default=10
        Audited answers of each class before which it says nothing of the class.
    recent : int, default=20
        So many of the last ones count: earlier models were worse.
    least : float, default=0.5
        Share of them that the model must have had right, each before it trained on it; in [0, 1].
    """

    def __init__(self, *, minimum: int = FEWEST, recent: int = 20, least: float = 0.5) -> None:
        self.minimum = minimum
        self.recent = recent
        self.least = least

    @property
    def needs(self) -> frozenset[str]:
        """Audited answers, and of which classes they are."""
        return frozenset({"audit_hits"})

    def update(self, observation: Observation) -> Proposal:
        """Look at the audited answers of each class."""
        minimum, recent = check_positive_int(self.minimum, "minimum"), check_positive_int(self.recent, "recent")
        check_number(self.least, "least", low=0, high=1)
        hits, truth = observation.audit_hits, observation.audit_truth
        if hits is None or truth is None or observation.classes is None:
            return Proposal(False, "The classes of the random rows are not known.")
        of_class = {label: hits[truth == label] for label in observation.classes.tolist()}
        few = [label for label, scores in of_class.items() if scores.size < minimum]
        if few:
            told = f"Too few random rows of {quoted(few, _NAMED)} predicted before their answer"
            each = f"{of_class[few[0]].size} of the {minimum} that each class needs"
            return Proposal(False, f"{told}: {each if len(few) == 1 else f'each class needs {minimum}'}.")
        shares = {label: float(np.mean(scores[-recent:])) for label, scores in of_class.items()}
        value = min(shares.values(), default=None)
        missed = [label for label, share in shares.items() if share < self.least]
        if missed:
            worst = min(missed, key=shares.__getitem__)
            n = min(recent, of_class[worst].size)
            also = [label for label in missed if label != worst]
            others = f" The same goes for {quoted(also, _NAMED)}." if also else ""
            told = f"Of the last {n} random rows of {worst!r} the model found {round(n * shares[worst])}.{others}"
            return Proposal(False, told, value)
        return Proposal(value is not None, "The model finds most random rows of every class.", value)
