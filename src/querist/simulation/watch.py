"""What is seen in a run beside its questions: the audit's figures, and when stopping rules first propose to stop."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from sklearn.base import clone

from querist._typing import AnyArray, Pool
from querist._validation import take_rows
from querist.measures.uncertainty import entropy
from querist.session import Session
from querist.session.audit_trail import draws
from querist.stopping.advice import stop_set
from querist.stopping.observation import Observation
from querist.stopping.rule import StoppingRule

# A figure of the audit costs dozens of trainings.
MOST_CHECKPOINTS = 12


class Audited(NamedTuple):
    """What the audit said after a round, of a model whose true accuracy is known. None: too few answers."""

    n_labels: int
    # On the test part.
    test_accuracy: float
    test_rows: int
    # Quantity 1, model accuracy.
    model_accuracy: float | None
    model_low: float | None
    model_high: float | None
    model_n: int
    model_method: str
    # Quantity 3, running accuracy: of the models of all draws, not of the present one.
    running_accuracy: float | None
    running_low: float | None
    running_high: float | None
    running_n: int


class Stopped(NamedTuple):
    """When a rule first proposed to stop; None if it never did."""

    rule: str
    n_labels: int | None
    reason: str


def checkpoints(n_rounds: int) -> frozenset[int]:
    """Return the rounds, from 0, after which the audit is asked for its figures; always the last.

    Examples
    --------
    >>> sorted(checkpoints(3)), sorted(checkpoints(25))
    ([0, 1, 2], [2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24])
    """
    if n_rounds <= MOST_CHECKPOINTS:
        return frozenset(range(n_rounds))
    # The earliest rounds have the fewest audited answers: they are the ones to do without.
    return frozenset(np.linspace(0, n_rounds - 1, MOST_CHECKPOINTS + 1).round().astype(int)[1:].tolist())


class Watch:
    """Looks at a run after each round; changes nothing in it.

    Parameters
    ----------
    session : Session
    pool : pool
        The session's.
    truth : ndarray of shape (n_rows,)
        The pool's true labels.
    rules : dict of str to StoppingRule
        By label. Never shown anything themselves, only clones of them.
    seed : int
        The session's; the stop set derives from it.
    audit : bool
        Whether the session has an audit.
    label_cost : float
    test_rows : int

    Attributes
    ----------
    audited : list of Audited
    """

    def __init__(
        self,
        session: Session,
        pool: Pool,
        truth: AnyArray,
        rules: Mapping[str, StoppingRule],
        *,
        seed: int,
        audit: bool,
        label_cost: float,
        test_rows: int,
    ) -> None:
        self._session = session
        self._pool = pool
        self._truth = truth
        self._rules = {label: clone(rule) for label, rule in rules.items()}
        self._found: dict[str, Stopped] = {label: Stopped(label, None, "") for label in rules}
        self._stop_set = take_rows(pool, stop_set(seed, truth.size)) if rules else None
        self._audit = audit
        self._label_cost = label_cost
        self._test_rows = test_rows
        self._n_events = 0
        self._audit_at: list[int] = []
        self._audit_hits: list[bool] = []
        self._audit_rows: list[int] = []
        self.audited: list[Audited] = []

    @property
    def stopped(self) -> list[Stopped]:
        """Each rule's first proposal, in the order of the rules."""
        return list(self._found.values())

    def look(self, test_accuracy: float, *, checkpoint: bool) -> None:
        """Look at the present model.

        Parameters
        ----------
        test_accuracy : float
            Its accuracy on the test part.
        checkpoint : bool
            Whether the audit is asked for its figures.
        """
        if self._audit and checkpoint:
            self.audited.append(self._figures(test_accuracy))
        waiting = [label for label, stopped in self._found.items() if stopped.n_labels is None]
        if not waiting:
            return
        observation = self._observation(frozenset().union(*(self._rules[label].needs for label in waiting)))
        for label in waiting:
            proposal = self._rules[label].update(observation)
            if proposal.stop:
                self._found[label] = Stopped(label, observation.n_labels, proposal.reason)

    def _figures(self, test_accuracy: float) -> Audited:
        model, running = self._session.accuracy(), self._session.running_accuracy()
        return Audited(
            len(self._session.labelled),
            test_accuracy,
            self._test_rows,
            *(model.value, model.low, model.high, model.n, model.method),
            *(running.value, running.low, running.high, running.n),
        )

    def _observation(self, needs: frozenset[str]) -> Observation:
        session = self._session
        n_labels = len(session.labelled)
        self._take_draws()
        uncertainty, confidence = self._sureness() if needs & {"uncertainty", "confidence"} else (None, None)
        return Observation(
            n_labels,
            predictions=session.predict(self._stop_set),
            uncertainty=uncertainty,
            confidence=confidence,
            audit_at=np.array(self._audit_at, np.int64) if self._audit else None,
            audit_hits=np.array(self._audit_hits, np.float64) if self._audit else None,
            audit_truth=self._truth[self._audit_rows] if self._audit else None,
            classes=np.unique(self._truth[session.labelled]) if self._audit else None,
            cost=self._label_cost * session.cost,
        )

    def _take_draws(self) -> None:
        """Note the audit's new draws: each row was predicted before its answer was told."""
        events = self._session.events
        for draw in draws(events[self._n_events :]):
            if draw.predicted is not None:
                self._audit_at.append(draw.n_labelled)
                self._audit_hits.append(bool(draw.predicted == self._truth[draw.row]))
                self._audit_rows.append(draw.row)
        self._n_events = len(events)

    def _sureness(self) -> tuple[float | None, float | None]:
        """Return the mean uncertainty and confidence of the unlabelled rows; None where there are none."""
        unlabelled = np.setdiff1d(np.arange(self._truth.size), self._session.labelled)
        if not unlabelled.size:
            return None, None
        proba = self._session.predict_proba(take_rows(self._pool, unlabelled))
        most = np.log(proba.shape[1])
        return float(entropy(proba).mean() / most), float(proba.max(axis=1).mean())
