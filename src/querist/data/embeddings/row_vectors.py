"""`RowVectors`: the embeddings of a project's rows, in a folder beside it."""

import hashlib
from pathlib import Path

import numpy as np

from querist._files import replacing
from querist.data.embeddings.arrays import Vectors, as_vectors, read_vectors
from querist.exceptions import DataError

_PREFIX = "rows-"


class RowVectors:
    """Embeddings of rows that come in parts: a file for each part, named for its first row.

    Parameters
    ----------
    folder : Path
        Need not be there yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, vectors: Vectors, *, first_row: int) -> None:
        """Keep the vectors of the rows from `first_row` on, instead of all that were kept for these and later ones.

        Raises
        ------
        OSError
            If they cannot be written.
        """
        # Vectors tell much of what they were made of: they are as private as the project.
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for start, path in self._parts():
            if start > first_row:
                path.unlink()
        with replacing(self._folder / f"{_PREFIX}{first_row}.npy") as file:
            np.save(file, vectors, allow_pickle=False)

    def read(self, n_rows: int) -> Vectors:
        """Return the vectors of the first rows.

        Raises
        ------
        DataError
            If some are missing.
        """
        found: list[Vectors] = []
        known = 0
        for start, path in self._parts():
            if start != known:
                break
            found.append(as_vectors(read_vectors(path), None, what=str(path)))
            known += len(found[-1])
        if known < n_rows:
            raise DataError(
                f"Of {n_rows:,} rows, {known:,} have their embeddings in {self._folder}. Bring the folder back, or all "
                "vectors anew (querist label FILE --embeddings VECTORS.npy)."
            )
        if len({part.shape[1] for part in found}) > 1:
            raise DataError(f"The embeddings in {self._folder} differ in length. Bring all vectors anew.")
        return np.concatenate(found)[:n_rows]

    def reads(self, n_rows: int) -> bool:
        """Whether the vectors of so many rows are there."""
        try:
            return len(self.read(n_rows)) == n_rows
        except DataError:
            return False

    def n_dimensions(self) -> int:
        """Return how many numbers a row has.

        Raises
        ------
        DataError
            If there are none.
        """
        return int(self.read(1).shape[1])

    def _parts(self) -> list[tuple[int, Path]]:
        paths = self._folder.glob(f"{_PREFIX}*.npy") if self._folder.is_dir() else []
        numbered = [(path.stem.removeprefix(_PREFIX), path) for path in paths]
        return sorted((int(number), path) for number, path in numbered if number.isdecimal())


def digest(vectors: Vectors) -> str:
    """Return what tells these vectors from others."""
    content = hashlib.blake2b(np.ascontiguousarray(vectors).data, digest_size=8)
    content.update(str(vectors.shape).encode())
    return content.hexdigest()
