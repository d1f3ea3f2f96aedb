"""What taking something back would do to the labels, before it is done."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from querist.audit.promise import Kind
from querist.labelling.log.board import Board
from querist.labelling.log.classes import Classes, counts_for, resolution
from querist.labelling.log.deeds import ANSWERS, Act, row_label
from querist.labelling.log.promise import ProjectPromise


@dataclass(frozen=True)
class ClassEffect:
    """Rows that have the label of a class, before and after."""

    class_id: int
    before: int
    after: int


@dataclass(frozen=True)
class PromiseEffect:
    """An attempt at a promise of which so many random rows are among those that change."""

    attempt: int
    kind: Kind
    n_draws: int


@dataclass(frozen=True)
class Effect:
    """What would change.

    `n_acts` change sides (count no more, or again): `n_answers`, `n_skips` and `n_others`. Of the rows, `n_lost` have
    no label then, `n_changed` another, `n_gained` one; together `n_rows`. `n_check` check questions are open again.
    `classes` has those whose number of labels changes.
    """

    n_acts: int
    n_answers: int
    n_skips: int
    n_others: int
    n_rows: int
    n_lost: int
    n_changed: int
    n_gained: int
    n_check: int
    classes: list[ClassEffect]
    promises: list[PromiseEffect]


def effect_of_acts(board: Board, acts: Iterable[Act]) -> Effect:
    """Return what it would do if acts that count did so no more, and those that do not did again.

    Costs a look at every act on their rows: about a second for 100,000 rows.
    """
    flips = set(acts)
    return _effect(board, {act.row: None for act in flips}, flips, resolution(board.classes), frozenset())


def effect_of_classes(board: Board, classes: Classes) -> Effect:
    """Return what another list of classes would do."""
    now, then = resolution(board.classes), resolution(classes)
    changed = {each for each in now if now[each] != then.get(each, -1)}
    return _effect(board, board.rows_of_classes(changed), set(), then, frozenset(changed))


def _effect(
    board: Board, rows: Iterable[int], flips: set[Act], resolved: Mapping[int, int], changed: frozenset[int]
) -> Effect:
    change: Counter[int] = Counter()
    what: Counter[str] = Counter()
    touched = set()
    label_of = partial(counts_for, resolved)
    for row in rows:
        acts = [act for act in board.acts_on(row) if act.undone == (act in flips)]
        before, (after, _, skipped, _, number) = int(board.labels[row]), row_label(acts, label_of)
        # Where both are labelled, a number may be another one though the class is the same.
        other_number = before == after >= 0 and not _same_number(float(board.numbers[row]), number)
        was_done = before >= 0 or row in board.skipped
        what["check"] += row in board.drawn and was_done and after < 0 and not skipped
        if before != after or other_number:
            change[before] -= 1
            change[after] += 1
            what["lost" if after < 0 else "gained" if before < 0 else "changed"] += 1
        if flips or before != after:
            touched.add(row)
    n_answers, n_skips = (sum(act.kind in kinds for act in flips) for kinds in (ANSWERS, ("skipped",)))
    return Effect(
        n_acts=len(flips),
        n_answers=n_answers,
        n_skips=n_skips,
        n_others=len(flips) - n_answers - n_skips,
        n_rows=what["lost"] + what["changed"] + what["gained"],
        n_lost=what["lost"],
        n_changed=what["changed"],
        n_gained=what["gained"],
        n_check=what["check"],
        classes=[
            ClassEffect(class_id, board.counts[class_id], board.counts[class_id] + change[class_id])
            for class_id in sorted(change)
            if class_id >= 0 and change[class_id]
        ],
        promises=[
            PromiseEffect(made.terms.attempt, made.terms.kind, n)
            for made in list(board.promises.values())
            if (n := _n_draws(made, touched, changed))
        ],
    )


def _same_number(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


def _n_draws(made: ProjectPromise, rows: set[int], class_ids: frozenset[int]) -> int:
    """Return how many draws are of these rows, or were predicted to be of these classes."""
    predicted = zip(made.terms.draws.tolist(), made.predictions, strict=True)
    return sum(row in rows or class_id in class_ids for row, class_id in predicted)
