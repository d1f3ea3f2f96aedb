"""`VectorCache`: vectors that were computed once, by the text and the model that they are of."""

import contextlib
import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from querist.data.embeddings.arrays import Vectors

# SQLite takes so many values in one question.
_AT_ONCE = 500
_PATIENCE = 30.0


def key_of(text: str) -> bytes:
    """Return what stands for a text."""
    return hashlib.blake2b(text.encode("utf-8"), digest_size=16).digest()


class VectorCache:
    """A file of vectors of one model, found by their texts.

    What was put in is on the disk, also if the process is killed afterwards. Several processes may use it at once. A
    file that is damaged or cannot be written is passed over: then vectors are computed again.

    Parameters
    ----------
    folder : Path
    identity : str
        Of the model, by its content.
    """

    def __init__(self, folder: Path, identity: str) -> None:
        self._path = folder / f"{identity}.sqlite"

    def get(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        """Return the vectors that are there, by key."""
        found: dict[bytes, Vectors] = {}
        if not self._path.is_file():
            return found
        try:
            with contextlib.closing(self._opened()) as file:
                for start in range(0, len(keys), _AT_ONCE):
                    some = keys[start : start + _AT_ONCE]
                    marks = ", ".join("?" * len(some))
                    for key, blob in file.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", some):
                        found[key] = np.frombuffer(blob, "<f4").astype(np.float32)
        except (OSError, sqlite3.Error) as error:
            self._pass_over(error)
        return found

    def put(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        """Keep vectors."""
        blobs = [np.ascontiguousarray(vector, "<f4").tobytes() for vector in vectors]
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.closing(self._opened()) as file, file:
                file.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", zip(keys, blobs, strict=True))
        except (OSError, sqlite3.Error) as error:
            self._pass_over(error)

    def _opened(self) -> sqlite3.Connection:
        file = sqlite3.connect(self._path, timeout=_PATIENCE)
        try:
            file.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
        except sqlite3.Error:
            file.close()
            raise
        return file

    def _pass_over(self, error: Exception) -> None:
        """Begin anew where the file is damaged; busy, full or read-only, it is as it was."""
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)
