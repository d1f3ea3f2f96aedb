"""What a project sets aside for the audit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.audit.reserve import reserve_size
from querist.exceptions import StoreError
from querist.labelling.log.board import Board
from querist.labelling.log.deeds import Answered
from querist.labelling.log.events import RowsAdded, event
from querist.labelling.log.reserve import ProjectReserve, Reserved


def board_of(*payloads):
    events = [event(payload, at=float(place), row=row) for place, (payload, row) in enumerate(payloads)]
    return Board.of(events)


@given(st.integers(0, 2**31), st.integers(1, 60), st.integers(0, 60), st.sampled_from([0.1, 0.2, 0.5]))
def test_the_first_open_rows_in_audit_order_are_set_aside(seed, n_rows, n_added, share):
    generator = np.random.default_rng(seed)
    numbers, is_open = generator.random(n_rows + n_added), generator.random(n_rows + n_added) < 0.7
    first = ProjectReserve().due(numbers[:n_rows], is_open[:n_rows], share)
    assert len(first.rows) == reserve_size(int(is_open[:n_rows].sum()), share)
    assert all(is_open[row] for row in first.rows)
    others = np.setdiff1d(np.flatnonzero(is_open[:n_rows]), first.rows)
    assert not others.size or not first.rows or numbers[first.rows].max() < numbers[others].min()
    reserve = ProjectReserve().after(first, n_rows=n_rows, came_late=False)
    later = reserve.due(numbers, is_open, share)
    if not n_added:
        assert later is None
        return
    fresh = [row for row in range(n_rows, n_rows + n_added) if is_open[row] and numbers[row] <= first.up_to]
    assert sorted(later.rows) == fresh
    whole = reserve.after(later, n_rows=n_rows + n_added, came_late=True)
    assert whole.members == {*first.rows, *later.rows}
    assert not whole.came_late
    assert whole.due(numbers, is_open, share) is None


def test_without_an_audit_nothing_is_set_aside():
    assert ProjectReserve().due(np.array([0.3]), np.array([True]), 0.0) is None


def test_the_board_knows_it_and_whether_it_came_late():
    told = Reserved(rows=[2, 0], up_to=0.4)
    early = board_of((RowsAdded(n_rows=4), None), (told, None))
    assert (early.reserve.rows.tolist(), early.reserve.n_rows, early.reserve.is_open) == ([2, 0], 4, True)
    assert not early.reserve.came_late
    drawn = Answered(class_id=0, how="audit", guess=0, class_version=1)
    assert board_of((RowsAdded(n_rows=4), None), (drawn, 1), (told, None)).reserve.came_late


@pytest.mark.parametrize("rows", [[0, 0], [4], [-1]])
def test_rows_that_cannot_be_set_aside_are_refused(rows):
    with pytest.raises(StoreError, match="sets aside rows"):
        board_of((RowsAdded(n_rows=4), None), (Reserved(rows=rows, up_to=0.4), None))
