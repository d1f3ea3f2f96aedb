"""What each person has done, as far as the log tells: for the person, and for those who look after a team."""

from collections import Counter
from dataclasses import dataclass
from statistics import median

from querist.labelling.log.board import Board
from querist.labelling.log.deeds import ANSWERS, RESPONSES, Act
from querist.labelling.reading.agreement import Agreements
from querist.labelling.reading.insights import is_timed
from querist.labelling.reading.people import PersonInfo
from querist.labelling.trainer.messages import EstimateInfo


@dataclass(frozen=True)
class HourOfWork:
    """Answers and skips in the hour that begins at `at`, seconds since 1970; who shows them makes days of them."""

    at: int
    n: int


@dataclass(frozen=True)
class PersonWork:
    """What a person has done in a project.

    Of what stands: `n_answers` rows answered (`n_checks` of them check questions), `n_skipped`, `n_flagged`, `n_notes`;
    `n_many` answers were given to many rows at once, or came with a file of the person's, and are not among them.
    `n_undone` answers and skips were taken back, by the person or by an owner. `seconds` is the median time that an
    item was in sight before its answer, breaks left out; null where none was timed. `agreement` with the others is that
    of the random overlap, null where nobody else has answered a row of it.
    """

    person: PersonInfo
    n_answers: int
    n_checks: int
    n_many: int
    n_skipped: int
    n_flagged: int
    n_notes: int
    n_undone: int
    seconds: float | None
    hours: list[HourOfWork]
    agreement: EstimateInfo | None


def work(board: Board, people: list[PersonInfo], agreements: Agreements) -> list[PersonWork]:
    """Return what these people have done, in their order.

    Parameters
    ----------
    board : Board
    people : list of PersonInfo
    agreements : Agreements

    Notes
    -----
    Cost: one walk over all that was done, and the figures of agreement where the log has moved on since they were
    worked out last.
    """
    acts: dict[int | None, list[Act]] = {each.id: [] for each in people}
    for act in list(board.ledger.acts):
        if act.annotator in acts:
            acts[act.annotator].append(act)
    with_others = {each.name: each.with_others for each in agreements.reply().people}
    return [_of(each, acts[each.id], with_others.get(each.name)) for each in people]


def _of(person: PersonInfo, acts: list[Act], agreement: EstimateInfo | None) -> PersonWork:
    said = [act for act in acts if act.kind in RESPONSES]
    stands = [act for act in acts if not act.undone]
    single = [act for act in stands if not act.is_bulk]
    answers = {act.row: act for act in single if act.kind in ANSWERS}.values()
    seconds = [act.seconds for act in answers if is_timed(act) and act.seconds is not None]
    kinds = Counter(act.kind for act in single)
    hours = Counter(int(act.at // 3600) * 3600 for act in single if act.kind in RESPONSES)
    return PersonWork(
        person=person,
        n_answers=len(answers),
        n_checks=sum(act.how == "audit" for act in answers),
        n_many=sum(act.is_bulk and act.kind in ANSWERS for act in stands),
        n_skipped=kinds["skipped"],
        n_flagged=kinds["flagged"],
        n_notes=kinds["noted"],
        n_undone=sum(act.undone for act in said),
        seconds=median(seconds) if seconds else None,
        hours=[HourOfWork(at, n) for at, n in sorted(hours.items())],
        agreement=agreement,
    )
