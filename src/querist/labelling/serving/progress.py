"""Where the project stands: the shapes that the page always has."""

from dataclasses import dataclass

from querist.labelling.log.promise import Kind
from querist.labelling.reading.figures import ShownAccuracy
from querist.labelling.trainer.supervisor import TrainerState


@dataclass(frozen=True)
class ModelStatus:
    """What the model does: the version of the ranking in use (0: none yet), and how many labels that one knows."""

    state: TrainerState
    version: int
    n_labels: int
    message: str


@dataclass(frozen=True)
class PendingPromise:
    """The promise whose random rows are being asked about."""

    kind: Kind
    n_closed: int
    n_drawn: int


@dataclass(frozen=True)
class Progress:
    """Where the project stands.

    `mine` counts the answers of who asks, `by_class` labels by class id, `n_model` rows that the model has labelled
    under a promise; `accuracy` is null before the first figure.
    """

    n_rows: int
    n_labelled: int
    n_skipped: int
    n_flagged: int
    mine: int
    by_class: dict[str, int]
    class_version: int
    model: ModelStatus
    accuracy: ShownAccuracy | None
    promise: PendingPromise | None
    n_model: int
