"""`ProjectView`: a project as it is read, also while another process serves it."""

from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Self

from querist._typing import IntArray
from querist.audit.order import audit_order
from querist.exceptions import DataError
from querist.labelling.log.board import Board
from querist.labelling.log.ranking import CurrentRanking, Ranking
from querist.labelling.log.settings import Settings
from querist.labelling.reading.people import PersonInfo, person_info
from querist.labelling.trainer.messages import Figures, Reason, RunnerUp, Suspect
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
        self.board = Board.of(store.events(), n_items=lambda: store.n_items)
        self.current = _latest(store, self.board.n_rows)
        self.people: dict[int, AnnotatorRow] = {each.annotator_id: each for each in store.annotators()}
        # What the trainer told beside its ranking: words that speak for a guess, suspected mistakes.
        self.because: dict[int, list[Reason]] = {}
        self.rivals: dict[int, RunnerUp] = {}
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
        store = Store.open(location, read_only=True)
        try:
            return ProjectView(store)
        except BaseException:
            store.close()
            raise

    @cached_property
    def audit_order(self) -> IntArray:
        """The rows that are asked by their permanent random numbers; copies of others are not among them."""
        order = audit_order(self.store.audit_numbers())
        return self.board.copies.only_first(order)

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


def _latest(store: Store, n_rows: int) -> CurrentRanking | None:
    """Return the ranking in use; one that cannot be used is none, for the trainer makes another."""
    row = store.latest_ranking()
    if row is None or row.blob is None:
        return None
    strategy = row.metrics.get("strategy", "")
    with suppress(DataError):
        ranking = Ranking.from_bytes(row.blob)
        if ranking.n_rows <= n_rows and isinstance(strategy, str):
            return CurrentRanking(row.version, strategy, ranking, row.n_labels, row.seq)
    return None
