"""What a Parquet file unfolds to, found out before it is read.

A column that says the same again and again takes a few bytes a million rows: runs, dictionaries, and texts that share
their beginnings. Its own figures tell the rows; how long its texts become is counted without laying them out.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from querist.data.bounds import Bounds
from querist.exceptions import DataError, FileFormatError

# Bytes of a batch of texts that share their beginnings, if each were as long as it can be.
_BATCH = 1 << 22
_ROWS = 10_000
_TEXTS = ("BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY")


@contextlib.contextmanager
def parquet_errors(path: Path) -> Iterator[None]:
    """Say of whatever reading a Parquet file raises that it cannot be read."""
    try:
        yield
    except DataError:
        raise
    except Exception as error:  # pyarrow's errors have no common root
        raise FileFormatError(
            f"{path} is not a Parquet file that can be read: {str(error).rstrip('. ')}. Save it again."
        ) from error


def opened_parquet(path: Path, data: bytes, bounds: Bounds) -> Any:
    """Return a `pyarrow.parquet.ParquetFile` that unfolds to no more than the bounds.

    Raises
    ------
    DataError
        If it unfolds to more.
    FileFormatError
        If it is no Parquet file.
    """
    from pyarrow import BufferReader, parquet

    with parquet_errors(path):
        # Arrow's own reader, and no threads: one that lets go of an object of Python while Python ends aborts it.
        file = parquet.ParquetFile(BufferReader(data), page_checksum_verification=True)
        groups = [file.metadata.row_group(place) for place in range(file.metadata.num_row_groups)]
        chunks = [group.column(place) for group in groups for place in range(group.num_columns)]
        bounds.check_rows(path, max(file.metadata.num_rows, sum(group.num_rows for group in groups)))
        # A list of a thousand numbers is a thousand cells.
        n_values = max(sum(chunk.num_values for chunk in chunks), file.metadata.num_rows * len(file.schema.names))
        bounds.check_cells(path, n_values)
        bounds.check_bytes(path, sum(max(chunk.total_uncompressed_size, 0) for chunk in chunks))
        _check_texts(path, data, file, chunks, bounds)
    return file


def flat_columns(file: Any) -> list[str]:
    """Return the names of the columns whose cells are single values."""
    from pyarrow import types

    return [field.name for field in file.schema_arrow if not types.is_nested(field.type)]


def _check_texts(path: Path, data: bytes, file: Any, chunks: list[Any], bounds: Bounds) -> None:
    """Count the letters of all texts, column by column."""
    from pyarrow import BufferReader, parquet

    plain = {"PLAIN", "RLE", "BIT_PACKED", "DELTA_LENGTH_BYTE_ARRAY"}
    folded = {
        chunk.path_in_schema for chunk in chunks if chunk.physical_type in _TEXTS and not plain >= {*chunk.encodings}
    }
    size = sum(chunk.total_uncompressed_size for chunk in chunks if chunk.path_in_schema not in folded)
    flat = set(flat_columns(file))
    for name in sorted(folded):
        own = [chunk for chunk in chunks if chunk.path_in_schema == name]
        longest = max(chunk.total_uncompressed_size for chunk in own)
        shares = any("DELTA_BYTE_ARRAY" in chunk.encodings for chunk in own)
        if name not in flat and shares:
            # Within lists such texts cannot be counted; each may be as long as all its column has written down.
            size += longest * sum(chunk.num_values for chunk in own)
            bounds.check_bytes(path, size)
            continue
        n_rows = max(1, min(_ROWS, _BATCH // max(longest, 1))) if shares else _ROWS
        # Kept as a dictionary, a text that stands in a million rows is there once.
        folds = parquet.ParquetFile(
            BufferReader(data), read_dictionary=[] if shares else [name], page_checksum_verification=True
        )
        for batch in folds.iter_batches(batch_size=n_rows, columns=[name], use_threads=False):
            size += text_length(batch.column(0))
            bounds.check_bytes(path, size)


def inner_columns(column: Any) -> list[Any]:
    """Return the columns that a column of lists, objects or maps is made of."""
    from pyarrow import types

    if types.is_struct(column.type):
        return list(column.flatten())
    return [column.keys, column.items] if types.is_map(column.type) else [column.flatten()]


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        return _is_text(kind.value_type)
    tests = (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    views = [getattr(types, name, None) for name in ("is_string_view", "is_binary_view")]
    fixed = types.is_fixed_size_binary(kind) or types.is_decimal(kind)
    return fixed or any(test is not None and test(kind) for test in (*tests, *views))


def text_length(column: Any) -> int:
    """Return how many bytes the texts of a column have, each counted as often as it stands there."""
    import pyarrow as pa
    from pyarrow import compute, types

    if types.is_nested(column.type):
        return sum(map(text_length, inner_columns(column)))
    if not _is_text(column.type):
        return 0
    if types.is_dictionary(column.type):
        lengths = compute.binary_length(column.dictionary.cast(pa.large_binary()))
        counted = compute.take(lengths, column.indices)
    elif types.is_fixed_size_binary(column.type) or types.is_decimal(column.type):
        return len(column) * int(column.type.bit_width // 8)
    else:
        counted = compute.binary_length(column.cast(pa.large_binary()))
    return int(compute.sum(counted).as_py() or 0)
