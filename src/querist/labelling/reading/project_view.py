"""`ProjectView`: a project as it is read, also while another process serves it."""

from pathlib import Path
from typing import Self

from querist.labelling.log.board import Board
from querist.labelling.log.ranking import CurrentRanking, Ranking
from querist.labelling.log.settings import Settings
from querist.labelling.reading.people import PersonInfo, person_info
from querist.labelling.trainer.messages import Figures, Reason, Suspect
from querist.store.rows import AnnotatorRow
from querist.store.store import Store


class ProjectView:
    """What is known of a project: its log replayed, its settings and people, the ranking and what the trainer told.

    Parameters
    ----------
    store : Store
        Opened; closed with the view.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.info = store.info
        # What the person should know: a network drive, a data file that moved.
        self.warnings: tuple[str, ...] = store.warnings
        self.settings = Settings.from_dict(store.info.settings)
        self.board = Board()
        self.board.replay(store.events())
        self.current = _latest(store)
        self.people: dict[int, AnnotatorRow] = {each.annotator_id: each for each in store.annotators()}
        # What the trainer told beside its ranking: words that speak for a guess, suspected mistakes.
        self.because: dict[int, list[Reason]] = {}
        self.suspects: list[Suspect] = []
        # All figures of the model, once the trainer has told some; the log keeps the main ones.
        self.figures: Figures | None = None

    @classmethod
    def read(cls, location: str | Path) -> "ProjectView":
        """Open a project for reading; needs no lock.

        Raises
        ------
        StoreError
            If there is no project, or a newer version made it.
        """
        return ProjectView(Store.open(location, read_only=True))

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def name(self, annotator: int | None) -> str:
        """Return a person's name."""
        if annotator is None:
            return "import"
        return self.people[annotator].name if annotator in self.people else f"person {annotator}"

    def people_list(self) -> list[PersonInfo]:
        """Return the people, with how many answers each gave."""
        return [self.person_info(number) for number in sorted(self.people)]

    def person_info(self, annotator: int) -> PersonInfo:
        """Return one person as the page shows them."""
        return person_info(self.people[annotator], self.board.by_person[annotator])


def _latest(store: Store) -> CurrentRanking | None:
    row = store.latest_ranking()
    if row is None or row.blob is None:
        return None
    ranking = Ranking.from_bytes(row.blob)
    return CurrentRanking(row.version, row.metrics.get("strategy", ""), ranking, row.n_labels, row.seq)
