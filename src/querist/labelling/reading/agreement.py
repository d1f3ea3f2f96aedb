"""How far people agree, and how good each one's answers are, as the page shows it."""

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from querist._typing import IntArray
from querist.labelling.log.board import Board
from querist.labelling.log.conflicts import conflicts
from querist.labelling.log.overlap_answers import NO_ANSWER, Compared, OverlapAnswers, overlap_answers
from querist.labelling.reading.project_view import ProjectView
from querist.labelling.trainer.figures import estimate_info
from querist.labelling.trainer.messages import EstimateInfo

if TYPE_CHECKING:
    from querist.agreement import Agreement, Quality
    from querist.audit import Estimate


@dataclass(frozen=True)
class ClassAgreementInfo:
    """Agreement on a class, and the share of all answers that it has."""

    class_id: int
    share: float
    agreement: EstimateInfo


@dataclass(frozen=True)
class PairInfo:
    """Agreement of two people on the rows that both have answered."""

    one: str
    other: str
    n_rows: int
    observed: EstimateInfo
    cohen_kappa: EstimateInfo


@dataclass(frozen=True)
class MixedUp:
    """Two classes between which people differ: on how many rows, and which share of all differing pairs that is."""

    one: int
    other: int
    n_rows: int
    share: float


@dataclass(frozen=True)
class AgreementFigures:
    """How far people agree on some rows; `n_seen` answers were given with the model's guess in sight."""

    n_rows: int
    n_people: int
    n_seen: int
    observed: EstimateInfo
    cohen_kappa: EstimateInfo
    fleiss_kappa: EstimateInfo
    krippendorff_alpha: EstimateInfo
    classes: list[ClassAgreementInfo]
    pairs: list[PairInfo]
    confusions: list[MixedUp]


@dataclass(frozen=True)
class PersonQualityInfo:
    """How one person's answers compare with the others' and with decisions; places only where rows tell them apart."""

    name: str
    n_rows: int
    with_others: EstimateInfo
    with_decisions: EstimateInfo
    rank_low: int | None
    rank_high: int | None


@dataclass(frozen=True)
class AgreementReply:
    """How far people agree.

    `random` is about a random sample of the rows, `chosen` about all other rows with several answers, which say nothing
    of the pool (null: there are none). Of the sample, `n_skipped` rows could not be compared because somebody could
    not tell, `n_elsewhere` because their labels came from a file or were given to many rows at once; `n_waiting` rows
    wait for one more person. `sentence` tells the figure in words. `seq` is the last event that was counted.
    """

    seq: int
    opinions: int
    overlap: float
    n_people: int
    n_conflicts: int
    n_skipped: int
    n_elsewhere: int
    n_waiting: int
    sentence: str
    random: AgreementFigures
    chosen: AgreementFigures | None
    people: list[PersonQualityInfo]
    ranked: bool
    reason: str


_ONCE = " A row and its copies count once."


class Agreements:
    """Figures of agreement, computed when somebody asks and the log has moved on. Any thread may ask.

    Parameters
    ----------
    view : ProjectView
    """

    def __init__(self, view: ProjectView) -> None:
        self._view = view
        self._order = view.audit_order
        self._lock = threading.Lock()
        self._known: tuple[tuple[int, int, float], AgreementReply] | None = None

    def answers(self) -> OverlapAnswers:
        """Return which answers can be compared."""
        return overlap_answers(self._view.board, self._order, opinions=self._view.settings.opinions)

    def reply(self) -> AgreementReply:
        """Return how far people agree."""
        # Who waits here gets what is computed meanwhile.
        with self._lock:
            settings = self._view.settings
            basis = (self._view.board.seq, settings.opinions, settings.overlap)
            if self._known is None or self._known[0] != basis:
                self._known = (basis, self._reply())
            return self._known[1]

    def _reply(self) -> AgreementReply:
        view, found = self._view, self.answers()
        quality = _quality(view, found.random)
        random = _figures(view, found.random)
        return AgreementReply(
            seq=found.seq,
            opinions=view.settings.opinions,
            overlap=view.settings.overlap,
            n_people=sum(each.active and each.role != "viewer" for each in view.people_list()),
            n_conflicts=len(conflicts(view.board)),
            n_skipped=found.n_skipped,
            n_elsewhere=found.n_elsewhere,
            n_waiting=found.n_waiting,
            sentence=f"{sentence(random, found.opinions)}{_ONCE if view.board.copies.n_copies else ''}",
            random=random,
            chosen=_figures(view, found.chosen) if found.chosen.rows.size else None,
            people=[
                PersonQualityInfo(
                    name=view.name(found.random.people[each.person]),
                    n_rows=each.n_rows,
                    with_others=estimate_info(each.with_others),
                    with_decisions=estimate_info(each.with_decisions),
                    rank_low=each.rank_low,
                    rank_high=each.rank_high,
                )
                for each in quality.people
            ],
            ranked=quality.ranked,
            reason=quality.reason,
        )


def sentence(figures: AgreementFigures, opinions: int) -> str:
    """Return the figure on the random overlap in words."""
    who = "two" if opinions == 2 else str(opinions)
    rows = f"{figures.n_rows:,} row{'s' * (figures.n_rows != 1)}"
    told = figures.observed
    if told.value is None or told.low is None or told.high is None:
        return f"{rows} of the random overlap have the answers of {who} people so far. {told.note}"
    return (
        f"On {rows} that {who} people answered without seeing each other's answers, they agree on "
        f"{told.value:.0%} ({100 * told.low:.0f} to {told.high:.0%})."
    )


def _figures(view: ProjectView, compared: Compared) -> AgreementFigures:
    from querist.agreement import agreement

    ids, ratings = _numbered(view.board, compared.ratings)
    found: Agreement = agreement(ratings, n_classes=len(ids))
    names = [view.name(person) for person in compared.people]
    return AgreementFigures(
        n_rows=found.n_rows,
        n_people=found.n_people,
        n_seen=compared.n_seen,
        observed=estimate_info(found.observed),
        cohen_kappa=estimate_info(found.cohen_kappa),
        fleiss_kappa=estimate_info(found.fleiss_kappa),
        krippendorff_alpha=estimate_info(found.krippendorff_alpha),
        classes=[
            ClassAgreementInfo(ids[each.class_id], each.share, _on_class(view, ids[each.class_id], each.agreement))
            for each in found.classes
        ],
        pairs=[
            PairInfo(
                one=names[each.one],
                other=names[each.other],
                n_rows=each.n_rows,
                observed=estimate_info(each.observed),
                cohen_kappa=estimate_info(each.cohen_kappa),
            )
            for each in found.pairs
        ],
        confusions=[MixedUp(ids[each.one], ids[each.other], each.n_rows, each.share) for each in found.confusions],
    )


def _on_class(view: ProjectView, class_id: int, agreement: "Estimate") -> EstimateInfo:
    name = next(each.name for each in view.board.classes if each.id == class_id)
    return estimate_info(replace(agreement, quantity=f"agreement on {name!r}"))


def _quality(view: ProjectView, compared: Compared) -> "Quality":
    from querist.agreement import quality

    ids, ratings = _numbered(view.board, compared.ratings)
    _, decided = _numbered(view.board, compared.decided)
    names = [view.name(person) for person in compared.people]
    return quality(ratings, n_classes=len(ids), decided=decided, names=names)


def _numbered(board: Board, class_ids: IntArray) -> tuple[list[int], IntArray]:
    """Return the classes that are there, and class ids as numbers of these."""
    ids = [each.id for each in board.classes if each.state == "active"] or [0]
    number = np.full(max(ids) + 2, NO_ANSWER, np.int64)
    number[ids] = np.arange(len(ids))
    # The last place is that of no answer.
    return ids, number[class_ids]
