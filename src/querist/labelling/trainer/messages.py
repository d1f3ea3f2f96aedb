"""What the trainer tells the server: the shapes of its messages, which the page gets as they are."""

from dataclasses import dataclass
from typing import Any, Literal

TrainerState = Literal["starting", "waiting", "training", "ready", "failed"]


@dataclass(frozen=True)
class TrainerStatus:
    """What the trainer does at the moment, and in words.

    `share` of it is done, where that is known; it began at `since`, seconds since 1970.
    """

    state: TrainerState
    message: str
    share: float | None = None
    since: float = 0.0


@dataclass(frozen=True)
class Reason:
    """A word or a column that speaks for a guess, and how strongly."""

    word: str
    weight: float


@dataclass(frozen=True)
class RunnerUp:
    """The class that the model finds second, and its probability."""

    class_id: int
    probability: float


@dataclass(frozen=True)
class Suspect:
    """A label that may be a mistake.

    Its class and the class that other labels speak for; how probable the model finds the label, and the `chance` that
    the suggestion is right, the label considered.
    """

    row: int
    class_id: int
    suggested: int
    score: float
    chance: float


@dataclass(frozen=True)
class EstimateInfo:
    """A figure with its interval; no value where there are too few answers."""

    quantity: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    confidence: float
    note: str
    text: str


@dataclass(frozen=True)
class ClassFigures:
    """The figures of a class."""

    class_id: int
    recall: EstimateInfo
    precision: EstimateInfo
    prevalence: EstimateInfo


@dataclass(frozen=True)
class CalibrationBin:
    """Accuracy of the rows of about one confidence."""

    confidence: float
    accuracy: EstimateInfo


@dataclass(frozen=True)
class LabelsNeeded:
    """Labels until the accuracy is known to plus or minus `half_width`: the audit's, and all."""

    half_width: float
    audit: int
    total: int


@dataclass(frozen=True)
class OutlookInfo:
    """What so many more labels are expected to bring."""

    labels: int
    gain: float
    low: float
    high: float
    confidence: float


@dataclass(frozen=True)
class AdviceInfo:
    """A proposal, not a promise."""

    stop: bool
    reason: str
    outlook: OutlookInfo | None
    labels_per_point: float
    text: str


@dataclass(frozen=True)
class Figures:
    """What the audit sample says of the model that was trained on `n_labels` labels.

    `largest` is the accuracy of always answering the largest class; where a class has few rows, `headline` has the
    figures to look at before the accuracy.

    `seq` is the position of the log that they know, `at` when they were noted there (seconds since 1970).
    """

    seq: int
    at: float | None
    n_labels: int
    n_audited: int
    n_skipped: int
    accuracy: EstimateInfo
    largest: EstimateInfo | None
    headline: list[EstimateInfo]
    running: EstimateInfo
    others: list[EstimateInfo]
    classes: list[ClassFigures]
    calibration: list[CalibrationBin] | None
    plan: LabelsNeeded | None
    advice: AdviceInfo

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Figures":
        """Return the figures that a message holds."""
        from pydantic import TypeAdapter

        return TypeAdapter(cls).validate_python(data)
