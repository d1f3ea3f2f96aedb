"""What a stopping rule is shown, and what it answers."""

from dataclasses import dataclass

from querist._typing import AnyArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Observation:
    """What is known after a round of labelling. What was not measured is None.

    Attributes
    ----------
    n_labels : int
        Answers that the present model was fitted on.
    predictions : ndarray of shape (n_stop_set,), optional
        What the present model predicts for the stop set: rows drawn at random from the pool once, the same in every
        round, labels unused (1,000 to 2,000 rows).
    uncertainty : float, optional
        Mean entropy of the class probabilities over the unlabelled rows, divided by its largest value (the log of the
        number of classes).
    confidence : float, optional
        Mean of the largest class probability over the unlabelled rows.
    audit_at : ndarray of shape (n_audited,), optional
        For each answer that was drawn at random, in order: how many answers the model had been fitted on by then.
    audit_hits : ndarray of shape (n_audited,), optional
        Whether that model was right about it, before it trained on it: 1 or 0.
    audit_truth : ndarray of shape (n_audited,), optional
        Its class.
    classes : ndarray of shape (n_classes,), optional
        All classes that there are, those without an answer included.
    certified : float, optional
        The accuracy that the last certificate promises for the rows left.
    seconds : float, optional
        Time spent so far.
    cost : float, optional
        Money, or whatever an answer costs, spent so far.
    """

    n_labels: int
    predictions: AnyArray | None = None
    uncertainty: float | None = None
    confidence: float | None = None
    audit_at: IntArray | None = None
    audit_hits: FloatArray | None = None
    audit_truth: AnyArray | None = None
    classes: AnyArray | None = None
    certified: float | None = None
    seconds: float | None = None
    cost: float | None = None


@dataclass(frozen=True)
class Proposal:
    """A rule's answer. It proposes; only a certificate promises.

    Attributes
    ----------
    stop : bool
    reason : str
        In plain words, with the figure.
    value : float or None
        The figure that decided; None if it could not be computed yet.
    """

    stop: bool
    reason: str
    value: float | None = None
