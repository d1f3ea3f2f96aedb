"""`KnownRows`: the rows of a project, found again by their cells or ids, however another file writes these."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from querist.data.cell_texts import alike_cell, same_cell


class KnownRows:
    """Rows of a project, to be found again by what stands in some of their columns.

    Cells are compared as `querist.data.cell_texts.same_cell` does; where no row is the same, as `alike_cell` does. So
    what differs in line ends or in the form of accents alone is joined only while no row has just this content.
    """

    def __init__(self) -> None:
        self.n_rows = 0
        self._digests: dict[int, bytes] = {}
        self._rows: dict[bytes, list[int]] = {}
        # Only of rows whose two forms differ: these are few.
        self._other_digests: dict[int, bytes] = {}
        self._other_rows: dict[bytes, list[int]] = {}

    def add(self, row: int, cells: Iterable[Any]) -> None:
        """Take in a row."""
        self.n_rows += 1
        cells = list(cells)
        digest, other = _digest(cells, same_cell), _digest(cells, alike_cell)
        self._digests[row] = digest
        self._rows.setdefault(digest, []).append(row)
        if other != digest:
            self._other_digests[row] = other
            self._other_rows.setdefault(other, []).append(row)

    def same(self, cells: Iterable[Any]) -> list[int]:
        """Return the rows with these cells."""
        return self._rows.get(_digest(cells, same_cell), [])

    def alike(self, cells: Iterable[Any]) -> list[int]:
        """Return the rows whose cells are these but for line ends and forms of accents."""
        other = _digest(cells, alike_cell)
        return [*self._rows.get(other, []), *self._other_rows.get(other, [])]

    def find(self, cells: Iterable[Any]) -> list[int]:
        """Return the rows with these cells, or where there is none, those that are alike."""
        cells = list(cells)
        return self.same(cells) or self.alike(cells)

    def has(self, row: int, cells: Iterable[Any]) -> bool:
        """Whether a row holds these cells, or is alike."""
        cells = list(cells)
        other = self._other_digests.get(row, self._digests[row])
        return self._digests[row] == _digest(cells, same_cell) or other == _digest(cells, alike_cell)


class KnownIds:
    """Ids of rows: 1, 1.0 and "1" are the same, unless a project has them as two.

    Parameters
    ----------
    ids : iterable of (str, int)
        Id and row.
    """

    def __init__(self, ids: Iterable[tuple[str, int]]) -> None:
        self._rows = dict(ids)
        self._alike: dict[str, int | None] = {}
        for own, row in self._rows.items():
            form = alike_cell(own)
            self._alike[form] = None if form in self._alike else row

    def row(self, given: str) -> int | None:
        """Return the row of an id; None where there is none, or two are alike."""
        found = self._rows.get(given)
        return self._alike.get(alike_cell(given)) if found is None else found


def _digest(cells: Iterable[Any], form: Callable[[Any], str]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for cell in cells:
        words = form(cell).encode()
        digest.update(len(words).to_bytes(8))
        digest.update(words)
    return digest.digest()
