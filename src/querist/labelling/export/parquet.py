"""Parquet: the user's columns in the types that their cells have."""

import pickle
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any, BinaryIO

from querist.data.cell_texts import as_text, visible
from querist.labelling.export.layout import Layout, told_halves
from querist.labelling.export.records import Record

# Characters and cells of a group of rows.
_GROUP = 5_000_000
# Whole numbers beyond 15 digits are ids rather than measurements: among floats they would lose digits.
_EXACT = 10**15
_TYPES = {
    "labelled_at": "timestamp", "seconds": "double", "n_answers": "int64", "agreement": "double",
    "adjudicated_at": "timestamp", "flagged": "bool", "confidence": "double",
}  # fmt: skip

# Where labels are numbers.
_NUMBERS = dict.fromkeys(("label", "first_label", "prediction"), "double")


def write_parquet(records: Iterable[Record], target: BinaryIO, layout: Layout) -> tuple[str, ...]:
    """Write rows in groups; a first pass to a temporary file finds out which type each column has."""
    with tempfile.TemporaryFile() as spool:
        kinds = _spooled(records, spool, layout)
        spool.seek(0)
        return _written(_chunks(spool), target, layout, kinds)


def _spooled(records: Iterable[Record], spool: IO[bytes], layout: Layout) -> list[set[str]]:
    kinds: list[set[str]] = [set() for _ in layout.columns]
    for group in _groups(layout.rows(records)):
        columns = list(zip(*group, strict=True))
        for seen, cells in zip(kinds, columns, strict=False):
            seen |= {_kind(cell) for cell in cells}
        pickle.dump(columns, spool)
    return kinds


def _groups(rows: Iterable[list[Any]]) -> Iterator[list[list[Any]]]:
    group, size = [], 0
    for row in rows:
        group.append(row)
        size += len(row) + sum(len(cell) for cell in row if isinstance(cell, str))
        if size >= _GROUP:
            yield group
            group, size = [], 0
    if group:
        yield group


def _chunks(spool: IO[bytes]) -> Iterator[list[tuple[Any, ...]]]:
    while True:
        try:
            yield pickle.load(spool)  # our own file, which nobody else can open
        except EOFError:
            return


def _kind(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "bool"
    if isinstance(cell, int):
        return "int64" if abs(cell) < _EXACT else "long" if abs(cell) < 2**63 else "text"
    if isinstance(cell, float):
        return "double"
    return "text" if isinstance(cell, str) else "other"


def _type(kinds: set[str]) -> str:
    """The narrowest type that holds all cells as they are."""
    known = kinds - {""}
    if known == {"bool"}:
        return "bool"
    if known and known <= {"int64", "long"}:
        return "int64"
    return "double" if known and known <= {"int64", "double"} else "text"


def _written(
    chunks: Iterable[list[tuple[Any, ...]]], target: BinaryIO, layout: Layout, kinds: list[set[str]]
) -> tuple[str, ...]:
    import pyarrow as pa
    from pyarrow import compute, parquet

    named = {"bool": pa.bool_(), "int64": pa.int64(), "double": pa.float64(), "text": pa.large_string()}
    named["timestamp"] = pa.timestamp("ms", tz="UTC")
    own = _TYPES | (_NUMBERS if layout.numbers else {})
    types = [*(_type(each) for each in kinds), *(own.get(key, "text") for key in layout.fields)]
    header = [visible(name)[0] for name in layout.header]
    schema = pa.schema([(name, named[each]) for name, each in zip(header, types, strict=True)])
    halves = 0

    def array(cells: tuple[Any, ...], kind: str) -> Any:
        nonlocal halves
        if kind == "timestamp":
            parsed = [None if cell is None else cell.removesuffix("Z") for cell in cells]
            return compute.assume_timezone(pa.array(parsed, pa.string()).cast(pa.timestamp("ms")), "UTC")
        if kind == "text":
            words = [None if cell is None else as_text(cell) for cell in cells]
            try:
                return pa.array(words, pa.large_string())
            except UnicodeEncodeError:
                shown = [("", 0) if word is None else visible(word) for word in words]
                halves += sum(count for _, count in shown)
                return pa.array(
                    [None if word is None else text for word, (text, _) in zip(words, shown, strict=True)],
                    pa.large_string(),
                )
        return pa.array(cells, named[kind])

    with parquet.ParquetWriter(pa.PythonFile(_Open(target), mode="w"), schema, compression="zstd") as writer:
        for chunk in chunks:
            writer.write_table(pa.table([array(*each) for each in zip(chunk, types, strict=True)], schema=schema))
    mixed = [
        f"Column {name!r} holds cells of several kinds; in Parquet they are texts."
        for name, each in zip(layout.columns, kinds, strict=True)
        if _type(each) == "text" and each - {"", "text"}
    ]
    return (*mixed, *told_halves(halves, "Parquet"))


class _Open:
    """Keeps the target open when the writer closes its file."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._position = 0
        self.closed = False

    def write(self, data: Any) -> int:
        self._target.write(data)
        self._position += len(data)
        return len(data)

    def tell(self) -> int:
        return self._position

    def flush(self) -> None:
        self._target.flush()

    def close(self) -> None:
        self.closed = True
