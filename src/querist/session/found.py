"""What the rows that a session drew at random say of those that it has not read."""

import numpy as np

from querist._typing import BoolArray
from querist.audit.found_so_far import FoundSoFar, RandomRows, found_so_far
from querist.audit.random_runs import RandomRuns
from querist.exceptions import InvalidParameterError
from querist.registry.goals import Goal
from querist.session.audit_trail import AuditTrail
from querist.session.events import Answered, Asked, Released, Reserved, RowsAdded, Skipped, undone
from querist.session.journal import Journal
from querist.session.state import SKIPPED


def screening(
    journal: Journal, trail: AuditTrail, goal: Goal | None, *, target: float, confidence: float
) -> FoundSoFar:
    """Return where screening stands; see `Session.screening`."""
    if goal is None or goal.relevant is None:
        raise InvalidParameterError(
            "The session does not look for one class, so there is nothing to tell of how much of it was found. Make "
            "it with Session(X, goal='screening', classes=[...])."
        )
    answers = journal.state.answers
    found = np.array([label == goal.relevant for label in answers.labels.tolist()], bool)
    if trail.is_exchangeable:
        drawn = _from_reserve(journal, trail, found)
    else:
        skipped = set(journal.state.rows_with(SKIPPED).tolist())
        drawn = _runs(journal).rows(journal.n_rows, answers.rows, found, skipped)
    return found_so_far(tuple(np.cumsum(found).tolist()), journal.n_rows, drawn, target=target, confidence=confidence)


def _from_reserve(journal: Journal, trail: AuditTrail, found: BoolArray) -> RandomRows:
    """Return the audit's sample: of all rows that had no answer when rows were set aside and were not given over."""
    place = next((place for place, event in enumerate(journal.events) if isinstance(event, Reserved)), 0)
    early = journal.events[:place]
    gone = undone(early)
    before = {
        row
        for event in early
        if isinstance(event, Answered | Skipped) and event.number not in gone
        for row in event.rows.tolist()
    }
    reserve, prefix = trail.reserve, trail.prefix()
    if reserve is not None:
        before.update(reserve.rows[: reserve.n_given].tolist())
    closed = sorted(before)
    passed = int((~np.isin(journal.state.rows_with(SKIPPED), closed)).sum())
    return RandomRows.of(
        journal.n_rows - len(before) - passed,
        journal.state.answers.rows,
        found,
        before=closed,
        drawn=prefix.rows,
        n_unclear=prefix.skipped.size,
    )


def _runs(journal: Journal) -> RandomRuns:
    """Return the runs of rows drawn at random."""
    gone, runs = undone(journal.events), RandomRuns()
    for event in journal.events:
        if event.number in gone:
            continue
        if isinstance(event, RowsAdded):
            runs.end()
        if not isinstance(event, Asked | Answered | Skipped | Released):
            continue
        note = {Answered: runs.closed, Skipped: runs.closed, Released: runs.released}.get(type(event), runs.chose)
        if isinstance(event, Asked) and event.how == "audit":
            note = runs.drew
        for row in event.rows.tolist():
            note(row)
    return runs
