"""What a tab gets back: where the project stands, the next rows, the classes."""

from dataclasses import dataclass

from querist.labelling.log.classes import Classes
from querist.labelling.promises.words import PendingPromise
from querist.labelling.reading.cards import Item
from querist.labelling.reading.figures import ShownAccuracy
from querist.labelling.serving.actions import Result
from querist.labelling.trainer.messages import TrainerState


@dataclass(frozen=True)
class ModelStatus:
    """What the model does: the version of the ranking in use (0: none yet), and how many labels that one knows.

    `message` says what it is doing since `since` (seconds since 1970); `share` of that is done, where it is known.
    """

    state: TrainerState
    version: int
    n_labels: int
    message: str
    share: float | None
    since: float


@dataclass(frozen=True)
class Progress:
    """Where the project stands.

    Rows are counted without their `n_copies` copies, which are labelled with them.
    `mine` counts the answers and skips of who asks, `by_person` those of everybody by the person's id, `by_class`
    labels by class id, `n_model` rows that the model has labelled under a promise; `accuracy` is null before the first
    figure. `n_checks` check questions come next, because who asks wanted them in a row.
    """

    n_rows: int
    n_copies: int
    n_labelled: int
    n_skipped: int
    n_flagged: int
    mine: int
    by_person: dict[str, int]
    by_class: dict[str, int]
    class_version: int
    model: ModelStatus
    accuracy: ShownAccuracy | None
    promise: PendingPromise | None
    n_model: int
    n_checks: int


@dataclass(frozen=True)
class QueueReply:
    """What became of a tab's actions, its next rows, and where the project stands."""

    results: list[Result]
    items: list[Item]
    progress: Progress


@dataclass(frozen=True)
class ClassesReply:
    """Every class, gone ones included, since old answers name them."""

    classes: Classes
    class_version: int
