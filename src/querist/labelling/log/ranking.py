"""`Ranking`: what one training says about every row, as bytes that another process reads."""

import math
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from querist._typing import AnyArray
from querist.exceptions import DataError

# The strategy before two classes have labels: one that looks at no answer.
INITIAL = "initial"
_MAGIC = b"querist ranking 1\n"
# With predicted numbers, which earlier versions did not know.
_MAGIC_OF_NUMBERS = b"querist ranking 2\n"
_SIZES = np.dtype("<u4")
# Little-endian whatever the machine, so that a project can move.
_FIELDS = {"order": "<i4", "prediction": "<i2", "confidence": "<f4", "utility": "<f4"}
_NUMBER = {"number": "<f8"}


@dataclass(frozen=True, eq=False)
class Ranking:
    """A ranking of the rows that may be asked about, and what the model thinks of all rows.

    Attributes
    ----------
    order : ndarray of shape (n_candidates,), int32
        Rows without label or skip that are not set aside for the audit, the most useful first.
    prediction : ndarray of shape (n_rows,), int16
        Class id; -1 where there is none.
    confidence : ndarray of shape (n_rows,), float32
        Probability of the predicted class; NaN where there is none.
    utility : ndarray of shape (n_rows,), float32
        Larger = ask sooner; NaN where there is none.
    number : ndarray of shape (n_rows,), float64, or None
        The predicted number, where a number is asked for; then no class is predicted. NaN where there is none.
    """

    order: AnyArray
    prediction: npt.NDArray[np.int16]
    confidence: npt.NDArray[np.float32]
    utility: npt.NDArray[np.float32]
    number: npt.NDArray[np.float64] | None = None

    @property
    def n_rows(self) -> int:
        """Rows of the pool that was ranked."""
        return int(self.prediction.size)

    def guess(self, row: int) -> tuple[int, float | None]:
        """Return the class id that the model says of a row, -1 where none, and how sure it is, None if not known."""
        # Rows that were added since are not in it; classifiers without probabilities are sure of nothing.
        if row >= self.n_rows or self.prediction[row] < 0:
            return -1, None
        confidence = float(self.confidence[row])
        return int(self.prediction[row]), None if math.isnan(confidence) else confidence

    def guessed_number(self, row: int) -> float | None:
        """Return the number that the model says of a row; None where it says none."""
        if self.number is None or row >= self.n_rows or not math.isfinite(self.number[row]):
            return None
        return float(self.number[row])

    def to_bytes(self) -> bytes:
        """Return it as bytes with a checksum, the same on every machine."""
        magic, kept = (_MAGIC, _FIELDS) if self.number is None else (_MAGIC_OF_NUMBERS, _FIELDS | _NUMBER)
        body = b"".join(
            [
                np.array([self.order.size, self.n_rows], _SIZES).tobytes(),
                *(getattr(self, name).astype(dtype, copy=False).tobytes() for name, dtype in kept.items()),
            ]
        )
        return magic + np.array([zlib.crc32(body)], _SIZES).tobytes() + body

    @classmethod
    def from_bytes(cls, data: bytes) -> "Ranking":
        """Read what `to_bytes` wrote.

        Raises
        ------
        DataError
            If the bytes are damaged, or another version wrote them.
        """
        start = len(_MAGIC) + _SIZES.itemsize
        body = memoryview(data)[start:]
        kept = _FIELDS | (_NUMBER if data.startswith(_MAGIC_OF_NUMBERS) else {})
        if not data.startswith((_MAGIC, _MAGIC_OF_NUMBERS)) or len(body) < 2 * _SIZES.itemsize:
            raise DataError("These bytes are no ranking that this version can read. Train again.")
        if zlib.crc32(body) != int(np.frombuffer(data, _SIZES, 1, len(_MAGIC))[0]):
            raise DataError("The bytes of the ranking are damaged: their checksum is another. Train again.")
        n_order, n_rows = np.frombuffer(body, _SIZES, 2).tolist()
        of_a_row = sum(np.dtype(dtype).itemsize for name, dtype in kept.items() if name != "order")
        if len(body) != 2 * _SIZES.itemsize + 4 * n_order + of_a_row * n_rows:
            raise DataError("The bytes of the ranking are damaged: they are too few or too many. Train again.")
        place = 2 * _SIZES.itemsize
        arrays = {}
        for name, dtype in kept.items():
            # Copies: views into bytes could not be written to, and may be misaligned.
            arrays[name] = np.frombuffer(body, dtype, n_order if name == "order" else n_rows, place).copy()
            place += arrays[name].nbytes
        order, sure = arrays["order"], arrays["confidence"]
        if ((order < 0) | (order >= n_rows)).any() or ((sure < 0) | (sure > 1)).any():
            raise DataError("The bytes of the ranking are damaged: they name rows that are not there. Train again.")
        return cls(**arrays)


@dataclass(frozen=True)
class CurrentRanking:
    """The ranking in use, of a model that knows the log up to `seq`."""

    version: int
    strategy: str
    ranking: Ranking
    n_labels: int = 0
    seq: int = 0
