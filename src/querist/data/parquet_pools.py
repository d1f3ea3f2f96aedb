"""Parts of a table in Parquet whose columns are numbers, written once as one array that can be mapped.

Parquet is unpacked at a fifth of the speed at which an array is read, and all of it for every row that is looked at.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from querist._typing import AnyArray
from querist._words import listed
from querist.data.arrow_tables import check_names
from querist.data.parquet_bounds import parquet_errors
from querist.data.watch import Watch
from querist.exceptions import DataError, FileFormatError

# Rows that are unpacked together.
_ROWS = 1 << 15
# The end of a Parquet file: how long its footer is, and the mark.
_TAIL = 8
# Of the form in which arrays are kept; another form is another key.
_FORM = "1"
# What pandas calls an index without a name: it says where a row stood, and nothing of it.
_INDEX = "__index_level_"


@dataclass(frozen=True)
class ParquetPool:
    """Parts whose columns agree.

    Attributes
    ----------
    parts : tuple of Path
    names : tuple of str
        Columns, in the order of the first part.
    left_out : tuple of str
        Columns that only say where a row stood.
    shape : (int, int)
    dtype : dtype
        Of all columns together.
    key : str
        Other parts, or the same with other contents, have another.
    """

    parts: tuple[Path, ...]
    names: tuple[str, ...]
    left_out: tuple[str, ...]
    shape: tuple[int, int]
    dtype: "np.dtype[Any]"
    key: str

    @property
    def size(self) -> int:
        """Bytes of the array."""
        return self.shape[0] * self.shape[1] * self.dtype.itemsize

    def write(self, file: BinaryIO, watch: Watch) -> None:
        """Write the array as ``.npy``, a block of rows at a time.

        Raises
        ------
        DataError
            If a cell is missing, or a whole number is too large for the type that the columns share.
        FileFormatError
            If a part is damaged.
        """
        head = {"descr": self.dtype.str, "fortran_order": False, "shape": self.shape}
        np.lib.format.write_array_header_1_0(file, head)
        done = 0
        for path in self.parts:
            for block in self._blocks(path):
                file.write(np.ascontiguousarray(block).data)
                done += block.shape[0]
                watch.progress(done, self.shape[0], "rows")
        if done != self.shape[0]:
            raise DataError(f"{self.parts[0]} and its other parts changed while they were read. Open them again.")

    def _blocks(self, path: Path) -> Iterator[AnyArray]:
        with parquet_errors(path), _opened(path) as file:
            for group in range(file.metadata.num_row_groups):
                batches = file.iter_batches(_ROWS, row_groups=[group], columns=list(self.names), use_threads=False)
                row = 0
                for batch in batches:
                    # By columns, as they are unpacked; turned as a whole when they are written.
                    block = np.empty((batch.num_rows, len(self.names)), self.dtype, order="F")
                    for place, name in enumerate(self.names):
                        column = batch.column(batch.schema.get_field_index(name))
                        block[:, place] = self._numbers(column, f"{path}, row group {group}, column {name!r}", row)
                    yield block
                    row += batch.num_rows

    def _numbers(self, column: Any, where: str, row: int) -> AnyArray:
        if column.null_count:
            first = row + int(np.argmax(column.is_null().to_numpy(zero_copy_only=False)))
            raise DataError(
                f"{where}: row {first} of the group is missing, and an array of numbers has no gaps. Fill it in, "
                "write NaN for it (pyarrow.Table.from_pandas(frame, from_pandas=False)), or leave the column out "
                "with columns=[...]."
            )
        values: AnyArray = column.to_numpy(zero_copy_only=False)
        if self.dtype.kind == "f" and values.dtype.kind in "iu" and values.dtype.itemsize == 8:
            most = 1 << (np.finfo(self.dtype).nmant + 1)
            wrong = (values > most) | (values < -most) if values.dtype.kind == "i" else values > most
            if wrong.any():
                at = int(wrong.argmax())
                raise DataError(
                    f"{where}: row {row + at} of the group holds {values[at]}, which is not exact in {self.dtype}, the "
                    "type that the columns share. Leave the column out with columns=[...], or write it as float64."
                )
        return values


def parquet_pool(parts: Sequence[Path], columns: Sequence[str] | None) -> ParquetPool:
    """Return what parts of a table hold, from their footers.

    Parameters
    ----------
    parts : sequence of Path
    columns : sequence of str or None
        Those wanted, in order; None: all.

    Raises
    ------
    DataError
        If a column is missing or holds no numbers, or the parts differ.
    FileFormatError
        If one cannot be read.
    """
    digest = hashlib.blake2b(_FORM.encode(), digest_size=16)
    first: dict[str, Any] = {}
    left_out: tuple[str, ...] = ()
    n_rows = 0
    for path in parts:
        with parquet_errors(path), _opened(path) as file:
            schema, rows = file.schema_arrow, int(file.metadata.num_rows)
        check_names(path, schema.names)
        kinds = {field.name: field.type for field in schema}
        if not first:
            left_out = tuple(name for name in kinds if columns is None and name.startswith(_INDEX))
            names = [name for name in kinds if name not in left_out] if columns is None else list(columns)
            lacking = [name for name in names if name not in kinds]
            if lacking or len(set(names)) < len(names) or not names:
                told = f"has no column {lacking[0]!r}" if lacking else f"cannot give the columns {names}"
                raise DataError(f"{path} {told}. It has {listed(list(kinds), 20)}: name each once.")
            first = {name: kinds[name] for name in names}
            for name, kind in first.items():
                _check_numbers(path, name, kind)
        _check_same(parts[0], first, path, kinds, whole=columns is None, left_out=left_out)
        n_rows += rows
        digest.update(repr((path.name, os.stat(path).st_mtime_ns, _footer(path))).encode())
    if not n_rows:
        raise DataError(f"{parts[0]} holds no rows. Name files with rows.")
    dtype = np.result_type(*(_numpy_type(kind) for kind in first.values()))
    digest.update(repr((list(first), dtype.str)).encode())
    return ParquetPool(tuple(parts), tuple(first), left_out, (n_rows, len(first)), dtype, digest.hexdigest())


def _opened(path: Path) -> Any:
    from pyarrow import parquet

    return parquet.ParquetFile(path, memory_map=True, page_checksum_verification=True)


def _footer(path: Path) -> tuple[int, str]:
    """Return the size of a file and a digest of its footer, which says where its row groups lie and what they hold."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - _TAIL, 0))
        length = int.from_bytes(file.read(4), "little")
        if length + _TAIL > size:
            raise FileFormatError(f"{path} is not a Parquet file that can be read: it is cut off. Save it again.")
        file.seek(size - _TAIL - length)
        return size, hashlib.blake2b(file.read(length), digest_size=16).hexdigest()


def _numpy_type(kind: Any) -> "np.dtype[Any]":
    found: np.dtype[Any] = np.dtype(kind.to_pandas_dtype())
    return found


def _check_numbers(path: Path, name: str, kind: Any) -> None:
    from pyarrow import types

    if not (types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind)):
        raise DataError(
            f"{path}: column {name!r} holds {kind}, and a pool on disk is made of numbers alone. Leave it out with "
            "columns=[...], or encode it as numbers."
        )


def _check_same(
    path: Path, first: dict[str, Any], part: Path, kinds: dict[str, Any], *, whole: bool, left_out: Sequence[str]
) -> None:
    lacking = [name for name in first if name not in kinds]
    more = [name for name in kinds if name not in first and name not in left_out] if whole else []
    if lacking or more:
        told = [f"lacks {listed(lacking, 5)}"] if lacking else []
        told += [f"has {listed(more, 5)} in addition"] if more else []
        raise DataError(f"{part} {' and '.join(told)}; the columns must be those of {path}.")
    for name, kind in first.items():
        if kinds[name] != kind:
            raise DataError(
                f"{part}: column {name!r} holds {kinds[name]}, and {kind} in {path}. Write all parts with one type."
            )
