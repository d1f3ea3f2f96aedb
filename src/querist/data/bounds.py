"""`Bounds`: how much a file may unfold to. Every reader asks before it takes the memory."""

import os
from dataclasses import dataclass

from querist.exceptions import DataError

# What a file may hold however small it is: some hundred megabytes as a table.
_CELLS = 2_000_000
_BYTES = 1 << 28
# Text has at least a byte a cell; what holds more cells than these a byte says the same again and again.
_CELLS_A_BYTE = 10
# zlib packs at most about a thousand to one; real tables about ten to one.
_UNPACKED_A_BYTE = 200
_PLAIN = "If that is intended, save it uncompressed, as CSV."


@dataclass(frozen=True)
class Bounds:
    """The most that a file may hold once it is read.

    Attributes
    ----------
    rows : int
    cells : int
        Rows times columns, empty cells too.
    bytes : int
        Unpacked.
    advice : str
        What a person can do whose file holds more.
    """

    rows: int
    cells: int
    bytes: int
    advice: str = _PLAIN

    @classmethod
    def of_size(cls, size: int) -> "Bounds":
        """Return the bounds of a file that somebody opens on their own machine.

        What it may take grows with the bytes that it has on the disk: a small file of a stranger takes little, whatever
        it says.
        """
        cells = max(_CELLS, _CELLS_A_BYTE * size)
        return cls(cells, cells, max(_BYTES, _UNPACKED_A_BYTE * size))

    def check_rows(self, name: str | os.PathLike[str], n: int) -> None:
        """Refuse a file of so many rows, if they are too many.

        Raises
        ------
        DataError
        """
        if n > self.rows:
            raise DataError(f"{name} has {n:,} rows; at most {self.rows:,} are read. {self.advice}")

    def check_cells(self, name: str | os.PathLike[str], n: int, what: str = "") -> None:
        """Refuse a file that unfolds to so many cells, if they are too many; `what` says how it comes to them.

        Raises
        ------
        DataError
        """
        if n > self.cells:
            told = f" ({what})" if what else ""
            most = f"at most {self.cells:,} are read of such a file"
            raise DataError(f"{name} expands to {n:,} cells{told}; {most}. {self.advice}")

    def check_bytes(self, name: str | os.PathLike[str], n: int) -> None:
        """Refuse a file that unpacks to so many bytes or more, if they are too many.

        Raises
        ------
        DataError
        """
        if n > self.bytes:
            raise DataError(f"{name} decompresses to more than {self.bytes:,} bytes. {self.advice}")
