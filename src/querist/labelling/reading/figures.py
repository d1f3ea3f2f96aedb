"""How good the model is, and was: the shapes that the page gets."""

from dataclasses import dataclass

from querist.labelling.trainer.messages import Figures


@dataclass(frozen=True)
class ShownAccuracy:
    """The accuracy of the model that was trained on `n_labels` labels; no value before `n_needed` audit answers."""

    n_labels: int
    value: float | None
    low: float | None
    high: float | None
    n: int
    n_needed: int
    confidence: float


@dataclass(frozen=True)
class AccuracyPoint:
    """The model's accuracy at one moment (`at`, seconds since 1970)."""

    n_labels: int
    at: float
    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class FiguresReply:
    """The newest figures, and the accuracy at earlier moments, in order."""

    figures: Figures | None
    curve: list[AccuracyPoint]
