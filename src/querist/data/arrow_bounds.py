"""What an Arrow file unfolds to, found out before it is read.

Its batches say how many rows they have, and how long their packed buffers become.

The description of a batch is a flatbuffer; of it only what is needed is read here.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from querist.data.bounds import Bounds
from querist.data.parquet_bounds import inner_columns, text_length
from querist.exceptions import DataError, FileFormatError

_FILE, _STREAM, _OLD = b"ARROW1", b"\xff\xff\xff\xff", b"FEA1"
# Kinds of messages: a dictionary, and a batch of rows.
_DICTIONARY, _BATCH = 2, 3
_PLAIN = -1


def opened_arrow(path: Path, data: bytes, bounds: Bounds) -> tuple[Any, list[str]]:
    """Return a `pyarrow.Table` of no more than the bounds, and notes on columns that are left out.

    Raises
    ------
    DataError
        If it unfolds to more.
    FileFormatError
        If it is no Arrow file.
    """
    import pyarrow as pa
    from pyarrow import ipc

    if data.startswith(_OLD):
        raise FileFormatError(f"{path} is Feather of the first version. Write it again with pandas or pyarrow.")
    is_file = data.startswith(_FILE)
    if not is_file and not data.startswith(_STREAM):
        raise FileFormatError(
            f"{path} is not an Arrow file (Feather) that can be read: it does not begin as one. Save it again."
        )
    try:
        buffer = pa.py_buffer(data)
        # A file is a stream between two marks of eight bytes, with a table of contents behind it.
        _check_batches(path, buffer.slice(8) if is_file else buffer, bounds)
        with (ipc.open_file if is_file else ipc.open_stream)(buffer) as reader:
            table = reader.read_all()
        table.validate(full=True)
        bounds.check_rows(path, len(table))
        bounds.check_cells(path, len(table) * max(1, table.num_columns))
        odd = [place for place, field in enumerate(table.schema) if not _is_plain(field.type)]
        notes = [
            f"column {table.schema.names[place]!r} is left out: it is of type {table.field(place).type}"
            for place in odd
        ]
        table = table.select([place for place in range(table.num_columns) if place not in odd])
        chunks = [chunk for column in table.columns for chunk in column.chunks]
        bounds.check_cells(path, sum(_n_cells(path, chunk, bounds) for chunk in chunks), "what its lists hold counted")
        bounds.check_bytes(path, sum(map(text_length, chunks)))
    except DataError:
        raise
    except Exception as error:  # pyarrow's errors have no common root, and the walk's are those of damage
        raise FileFormatError(
            f"{path} is not an Arrow file (Feather) that can be read: {str(error).rstrip('. ')}. Save it again."
        ) from error
    return table, notes


def _is_plain(kind: Any) -> bool:
    """Whether a column is of single values, or of lists, objects and maps of such; other nested ones are left out."""
    import pyarrow as pa
    from pyarrow import types

    if isinstance(kind, pa.BaseExtensionType) or getattr(types, "is_run_end_encoded", lambda _: False)(kind):
        return False
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return _is_plain(kind.value_type)
    if types.is_map(kind):
        return _is_plain(kind.key_type) and _is_plain(kind.item_type)
    if types.is_struct(kind):
        return all(_is_plain(kind.field(place).type) for place in range(kind.num_fields))
    return not types.is_nested(kind)


def _n_cells(path: Path, column: Any, bounds: Bounds) -> int:
    """Return how many values a column holds, those in its lists counted; refuse before lists are laid out."""
    from pyarrow import types

    n_cells = len(column)
    bounds.check_cells(path, n_cells)
    return n_cells + (
        sum(_n_cells(path, part, bounds) for part in inner_columns(column)) if types.is_nested(column.type) else 0
    )


def _check_batches(path: Path, buffer: Any, bounds: Bounds) -> None:
    from pyarrow import ipc

    n_rows = n_bytes = 0
    for message in ipc.MessageReader.open_stream(buffer):
        kind, header, metadata = _header(message.metadata.to_pybytes())
        if kind not in (_DICTIONARY, _BATCH):
            continue
        batch = header if kind == _BATCH else _field(metadata, header, 1)
        length = _field(metadata, batch, 0, offset=False)
        rows = struct.unpack_from("<q", metadata, length)[0] if length else 0
        n_rows += rows if kind == _BATCH else 0
        bounds.check_rows(path, max(rows, n_rows))
        packed = bool(_field(metadata, batch, 3))
        for start, size in _buffers(metadata, batch):
            told = struct.unpack_from("<q", message.body, start)[0] if packed and size >= 8 else _PLAIN
            n_bytes += size if told == _PLAIN else max(told, 0)
        bounds.check_bytes(path, n_bytes)


def _header(metadata: bytes) -> tuple[int, int, bytes]:
    """Return the kind of a message, the place of its header, and the flatbuffer itself."""
    root = struct.unpack_from("<I", metadata, 0)[0]
    kind = _field(metadata, root, 1, offset=False)
    return (metadata[kind] if kind else 0), _field(metadata, root, 2), metadata


def _field(data: bytes, table: int, number: int, *, offset: bool = True) -> int:
    """Return where a field of a flatbuffer's table stands, or what it points to; 0 if it is not there."""
    start = table - struct.unpack_from("<i", data, table)[0]
    entry = 4 + 2 * number
    if entry + 2 > struct.unpack_from("<H", data, start)[0]:
        return 0
    place: int = struct.unpack_from("<H", data, start + entry)[0]
    if not place:
        return 0
    return table + place + (int(struct.unpack_from("<I", data, table + place)[0]) if offset else 0)


def _buffers(data: bytes, batch: int) -> Iterator[tuple[int, int]]:
    """Yield where each buffer of a batch begins in its body, and its length."""
    vector = _field(data, batch, 2)
    if vector:
        for number in range(struct.unpack_from("<I", data, vector)[0]):
            yield struct.unpack_from("<qq", data, vector + 4 + 16 * number)
