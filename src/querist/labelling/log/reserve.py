"""The audit's reserve of a project: rows that the audit alone asks, unknown to the model that asks."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from querist._typing import BoolArray, FloatArray, IntArray
from querist.audit.design import MEASURE, Design
from querist.audit.reserve import set_aside, set_aside_later
from querist.exceptions import InvalidParameterError
from querist.labelling.log.payload import Payload


@dataclass(frozen=True, kw_only=True)
class Reserved(Payload):
    """Rows were set aside for the audit, in its order; later ones will be, if their numbers are at most `up_to`."""

    rows: list[int]
    up_to: float


@dataclass(frozen=True, eq=False)
class ProjectReserve:
    """What was set aside; see `querist.audit.reserve`.

    It is when the first model ranks the rows: before that nothing that was asked depended on an answer, and all answers
    that there are teach the model that asks.

    Attributes
    ----------
    rows : ndarray
    up_to : float
        Rows that come later belong to it if their numbers are at most this.
    n_rows : int
        Rows of the project that were looked at.
    is_open : bool
        Whether rows were set aside.
    came_late : bool
        Whether the audit had drawn rows before by which the asking model was trained, as earlier versions did.
    n_acts : int
        What people had done when rows were first set aside.
    """

    rows: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    up_to: float = -1.0
    n_rows: int = 0
    is_open: bool = False
    came_late: bool = False
    n_acts: int = 0

    @cached_property
    def members(self) -> frozenset[int]:
        """The rows, to look one up."""
        return frozenset(self.rows.tolist())

    def after(self, told: Reserved, *, n_rows: int, came_late: bool, n_acts: int = 0) -> "ProjectReserve":
        """Return it with what one event set aside."""
        rows = np.append(self.rows, np.array(told.rows, np.int64))
        came_late, n_acts = (self.came_late, self.n_acts) if self.is_open else (came_late, n_acts)
        return ProjectReserve(rows, told.up_to, n_rows, True, came_late, n_acts)

    def blind(self, rows: IntArray) -> BoolArray:
        """Return whether the model that asks must not know the answers of these rows."""
        return np.isin(rows, self.rows)

    def due(self, numbers: FloatArray, is_open: BoolArray, share: float) -> Reserved | None:
        """Return what is to be set aside now; None if nothing is.

        Parameters
        ----------
        numbers : ndarray of shape (n_rows,)
            Permanent random numbers.
        is_open : ndarray of shape (n_rows,), bool
            Nobody has answered or passed them.
        share : float
            The audit's share of the questions.
        """
        if not share or self.n_rows == numbers.size:
            return None
        if not self.is_open:
            rows, up_to = set_aside(numbers.__getitem__, share, is_open)
        else:
            rows, up_to = set_aside_later(numbers.__getitem__, self.up_to, is_open, self.n_rows), self.up_to
        return Reserved(rows=rows.tolist(), up_to=up_to)


def check_design(design: Design, reserve: ProjectReserve) -> None:
    """Refuse to let all answers teach the model that asks once rows were set aside for figures that hold.

    Raises
    ------
    InvalidParameterError
    """
    if design == MEASURE and reserve.is_open:
        raise InvalidParameterError(
            "Rows were set aside for check questions when the first model ranked the rows, and their answers keep "
            "the accuracy shown honest; they can no longer decide what is asked next. If they are to, make another "
            "project with --audit measure."
        )
