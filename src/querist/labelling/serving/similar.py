"""`Similar`: which rows are alike, asked of the trainer, which has the features."""

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
    "Which rows are alike is known once the model has read all rows; it has not done so yet, or is too busy. Try "
    "again in a moment."
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
        self._open: dict[int, Future[Any]] = {}
        # Pages of one list ask again. Rows that are added change what is alike.
        self._known: OrderedDict[tuple[Any, ...], Any] = OrderedDict()

    def to(self, row: int, n_rows: int) -> list[int]:
        """Return the rows most like one of `n_rows`, itself first.

        Raises
        ------
        InvalidParameterError
            If no trainer can say it now.
        """
        found: list[int] = self._asked({"cmd": "similar", "row": row, "most": MOST}, n_rows)
        return found

    def groups(self, n_rows: int, *, wait: bool = True) -> list[list[int]]:
        """Return the groups of texts, among `n_rows` rows, that are nearly the same; `wait`: for the trainer to say it.

        Raises
        ------
        InvalidParameterError
            If no trainer can say it now.
        """
        found: list[list[int]] = self._asked({"cmd": "near_copies"}, n_rows, wait=wait)
        return found

    def _asked(self, question: dict[str, Any], n_rows: int, *, wait: bool = True) -> Any:
        ask, key = self._asker(), (n_rows, *question.values())
        with self._lock:
            if key in self._known:
                return self._known[key]
            if ask is None or not wait:
                raise InvalidParameterError(_NOT_YET)
            number, answer = next(self._numbers), Future[Any]()
            self._open[number] = answer
        try:
            ask({**question, "id": number})
            found = answer.result(self._patience)
        except LateError:
            found = None
        finally:
            with self._lock:
                self._open.pop(number, None)
        if found is None:
            raise InvalidParameterError(_NOT_YET)
        with self._lock:
            self._known[key] = found
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found

    def take(self, header: dict[str, Any]) -> None:
        """Take an answer; one that nobody waits for any more is passed over."""
        with self._lock:
            answer = self._open.pop(header["id"], None)
        if answer is not None:
            answer.set_result(header["rows"])
