"""`Similar`: which rows are most like one, asked of the trainer, which has the features."""

import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as LateError
from typing import Any

from querist.exceptions import InvalidParameterError

# So many are shown.
MOST = 200
_PATIENCE = 10.0
_KEPT = 64
_NOT_YET = (
    "Which rows are alike is known once the model has read all rows; it has not yet, or is too busy to say. "
    "Try again in a moment."
)

Ask = Callable[[dict[str, Any]], None]


class Similar:
    """Questions of which rows are alike, and their answers. Thread-safe.

    Parameters
    ----------
    asker : callable
        Gives what puts a question to the trainer; None where none runs.
    patience : float, default=10.0
        Seconds to wait for an answer.
    """

    def __init__(self, asker: Callable[[], Ask | None], *, patience: float = _PATIENCE) -> None:
        self._asker = asker
        self._patience = patience
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._open: dict[int, Future[list[int] | None]] = {}
        # Pages of one list ask again. Rows that are added change what is alike.
        self._known: OrderedDict[tuple[int, int], list[int]] = OrderedDict()

    def to(self, row: int, n_rows: int) -> list[int]:
        """Return the rows most like one of `n_rows`, itself first.

        Raises
        ------
        InvalidParameterError
            If no trainer can say it now.
        """
        ask = self._asker()
        with self._lock:
            if (row, n_rows) in self._known:
                return self._known[row, n_rows]
            if ask is None:
                raise InvalidParameterError(_NOT_YET)
            number, answer = next(self._numbers), Future[list[int] | None]()
            self._open[number] = answer
        try:
            ask({"cmd": "similar", "id": number, "row": row, "most": MOST})
            found = answer.result(self._patience)
        except LateError:
            found = None
        finally:
            with self._lock:
                self._open.pop(number, None)
        if found is None:
            raise InvalidParameterError(_NOT_YET)
        with self._lock:
            self._known[row, n_rows] = found
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found

    def take(self, header: dict[str, Any]) -> None:
        """Take an answer; one that nobody waits for any more is passed over."""
        with self._lock:
            answer = self._open.pop(header["id"], None)
        if answer is not None:
            answer.set_result(header["rows"])
