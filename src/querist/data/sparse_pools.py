"""Sparse matrices in files of scipy: their three arrays, unpacked once so that they can be mapped."""

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from querist._files import replacing
from querist._typing import AnyArray
from querist.data.array_files import read_head
from querist.data.mapped import mapped
from querist.data.matrices import DAMAGED
from querist.data.watch import Watch
from querist.exceptions import DataError, FileFormatError

_BYTES = 1 << 22
_NARROW = np.iinfo(np.int32).max
_FORM = "1"


class SparsePool:
    """A CSR matrix in a file that `scipy.sparse.save_npz` wrote.

    Within an archive, even one that is not compressed, arrays begin where they are not aligned; so they are unpacked.

    Parameters
    ----------
    path : Path

    Raises
    ------
    FileFormatError
        If it is none, or damaged.
    DataError
        If it holds another form, or no numbers.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with zipfile.ZipFile(path) as archive:
                members = {each.filename: each for each in archive.infolist()}
                if not {"format.npy", "shape.npy", "data.npy"} <= {*members}:
                    names = ", ".join(name.removesuffix(".npy") for name in members) or "nothing"
                    raise FileFormatError(
                        f"{path} holds {names}; a pool in an .npz file is what scipy.sparse.save_npz writes. Save a "
                        "dense array alone, with numpy.save."
                    )
                form, shape = (np.load(archive.open(f"{name}.npy"), allow_pickle=False) for name in ("format", "shape"))
                told = form.item().decode() if isinstance(form.item(), bytes) else str(form.item())
                if told != "csr":
                    raise DataError(f"{path} holds a sparse matrix in the form {told!r}. Save X.tocsr().")
                self.shape = (int(shape[0]), int(shape[1]))
                heads = {}
                for name in ("data", "indices", "indptr"):
                    with archive.open(f"{name}.npy") as file:
                        heads[name] = read_head(file)
        except DataError:
            raise
        except Exception as error:  # what damaged archives raise has no common root
            raise self._damaged(error) from None
        self.dtype: np.dtype[Any] = heads["data"][2]
        self._n_entries = int(heads["data"][0][0])
        # scipy computes with no floats of 16 bits.
        if self.dtype.kind not in "biuf" or self.dtype.itemsize > 8 or self.dtype == np.float16:
            raise DataError(
                f"{path}: the matrix must hold numbers that scipy computes with, got {self.dtype}. Save "
                "X.astype(numpy.float32)."
            )
        if self.shape[0] < 1 or self.shape[1] < 1:
            raise DataError(f"{path}: the sparse matrix has the shape {self.shape}. Save one with rows and columns.")
        # As narrow as `_pool.as_pool` would make them, which would take memory.
        self._index: Any = np.int32 if max(self._n_entries, *self.shape) <= _NARROW else np.int64
        contents = [(name, each.CRC, each.file_size) for name, each in sorted(members.items())]
        self.key = hashlib.blake2b(repr((_FORM, contents)).encode(), digest_size=16).hexdigest()

    @property
    def size(self) -> int:
        """Bytes of the three arrays."""
        width = int(np.dtype(self._index).itemsize)
        return self._n_entries * (self.dtype.itemsize + width) + (self.shape[0] + 1) * width

    def unpack(self, folder: Path, watch: Watch) -> None:
        """Write the arrays into a folder, the last when the others are there.

        Raises
        ------
        FileFormatError
            If the archive is damaged, or its arrays are no matrix.
        """
        try:
            with zipfile.ZipFile(self.path) as archive:
                for number, name in enumerate(("data", "indices", "indptr")):
                    with archive.open(f"{name}.npy") as source, replacing(folder / f"{name}.npy") as target:
                        self._copy(name, source, target)
                    watch.progress(number + 1, 3, "arrays")
        except DAMAGED as error:
            if isinstance(error, DataError):
                raise
            if isinstance(error, OSError) and error.errno is not None:
                raise  # of the disk
            raise self._damaged(error) from None

    def map(self, folder: Path, kept_in: Path) -> Any:
        """Return the matrix over the unpacked arrays; see `querist.data.mapped`."""
        import scipy.sparse

        parts = tuple(mapped(folder / f"{name}.npy", kept_in) for name in ("data", "indices", "indptr"))
        return scipy.sparse.csr_matrix(parts, shape=self.shape, copy=False)

    @staticmethod
    def is_unpacked(folder: Path) -> bool:
        """Return whether `unpack` has come to its end."""
        return (folder / "indptr.npy").is_file()

    def _copy(self, name: str, source: Any, target: BinaryIO) -> None:
        (size,), _, dtype = read_head(source)
        kept = self.dtype.newbyteorder("=") if name == "data" else np.dtype(self._index)
        wanted = {"data": self._n_entries, "indices": self._n_entries, "indptr": self.shape[0] + 1}[name]
        if size != wanted:
            raise self._damaged(f"{name} has {size} values instead of {wanted}")
        head = {"descr": kept.str, "fortran_order": False, "shape": (size,)}
        np.lib.format.write_array_header_1_0(target, head)
        last, done = 0, 0
        for block in _blocks(source, dtype):
            if name == "indices" and block.size and (block.min() < 0 or block.max() >= self.shape[1]):
                at = done + int(((block < 0) | (block >= self.shape[1])).argmax())
                raise self._damaged(f"entry {at} stands in column {block[at - done]} of {self.shape[1]}")
            if name == "indptr":
                self._check_ends(block, last, done, size)
                last = int(block[-1])
            done += block.size
            target.write(np.ascontiguousarray(block, kept).data)
        if done != size:
            raise self._damaged(f"{name} ends after {done} of {size} values")

    def _check_ends(self, block: AnyArray, last: int, done: int, size: int) -> None:
        steps = np.diff(block.astype(np.int64), prepend=last)
        is_end = done + block.size == size
        if (steps < 0).any() or (not done and block[0] != 0) or (is_end and block[-1] != self._n_entries):
            at = done + int((steps < 0).argmax())
            raise self._damaged(f"the entries of row {max(at - 1, 0)} are not where it says")

    def _damaged(self, why: object) -> FileFormatError:
        return FileFormatError(f"{self.path} is not a sparse matrix that can be read: {why}. Save it again.")


def _blocks(source: Any, dtype: "np.dtype[Any]") -> Iterator[AnyArray]:
    """Yield an array block by block, to the end of its file: there it shows whether it is damaged."""
    rest = b""
    while data := source.read(_BYTES):
        data = rest + data
        whole = len(data) - len(data) % dtype.itemsize
        rest = data[whole:]
        if whole:
            yield np.frombuffer(data[:whole], dtype)
