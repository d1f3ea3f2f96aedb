"""The rows of JSON files, whatever their shape: objects a line, a list, a list within an object, columns."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from querist._words import listed
from querist.data.bounds import Bounds
from querist.data.json_bounds import check_json
from querist.exceptions import FileFormatError

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def json_objects(path: Path, data: bytes, bounds: Bounds) -> Iterator[tuple[int, dict[str, Any] | FileFormatError]]:
    """Yield the object on each line of a file, or what is wrong with the line; with its number.

    A file that is one list gives its objects, numbered from 1.

    Raises
    ------
    DataError
        If it unfolds to more than the bounds.
    """
    data = _eight_bits(data)
    check_json(path, data, bounds)
    rows = _one_list(data)
    if rows is not None:
        yield from ((number, _object(path, f"row {number}", each)) for number, each in enumerate(rows, 1))
        return
    start = 0
    for number, line in enumerate(_lines(data), 1):
        found: Any
        try:
            text = line.decode("utf-8-sig")
            found = _object(path, f"line {number}", json.loads(text)) if text.strip() else None
        except UnicodeDecodeError as error:
            found = _not_utf8(path, number, start + error.start)
        except json.JSONDecodeError as error:
            found = FileFormatError(
                f"{path}, line {number}: not JSON ({error.msg}, column {error.colno}). Correct the line."
            )
        except (RecursionError, ValueError) as error:
            found = FileFormatError(f"{path}, line {number}: not JSON ({_why(error)}). Correct the line.")
        if found is not None:
            yield number, found
        start += len(line) + 1


def json_list(path: Path, data: bytes, bounds: Bounds) -> tuple[list[Any], list[str]]:
    """Return the rows that a JSON file holds, and notes on its shape.

    A list gives its items; so does an object that holds one list of objects, such as ``{"data": [...]}``, one of
    columns (``{"a": [...], "b": [...]}``), one of objects by name, what pandas writes, and one object a line.

    Raises
    ------
    FileFormatError
        If it holds none.
    DataError
        If it unfolds to more than the bounds.
    """
    check_json(path, _eight_bits(data), bounds)
    try:
        found = json.loads(_decoded(path, data))
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            return _of_lines(path, data, bounds), ["one JSON object per line"]
        raise FileFormatError(f"{path}, line {error.lineno}: not JSON ({error.msg}). Correct the line.") from None
    except (RecursionError, ValueError) as error:
        raise FileFormatError(f"{path}: not JSON ({_why(error)}). Write it again.") from None
    if isinstance(found, dict):
        rows, note = _of_object(found)
        if rows is None:
            told = "expected a list of objects, [{...}, ...], or lists of one length as columns, {...: [...], ...}"
            raise FileFormatError(f"{path}: {told}. It holds an object of another shape: write a list.")
        bounds.check_cells(path, len(rows) * max(map(len, rows), default=0), "its rows times its columns")
        return rows, [note]
    if not isinstance(found, list):
        raise FileFormatError(f"{path}: expected a list of objects, [{{...}}, ...], got {named_kind(found)}.")
    return _of_list(found)


def named_kind(value: Any) -> str:
    """Return in words what a JSON value is."""
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", type(None): "null"}
    return kinds.get(type(value), "a number")


def _of_lines(path: Path, data: bytes, bounds: Bounds) -> list[Any]:
    rows = []
    for _, found in json_objects(path, data, bounds):
        if isinstance(found, FileFormatError):
            raise found
        rows.append(found)
    return rows


def _of_list(found: list[Any]) -> tuple[list[Any], list[str]]:
    if found and all(isinstance(each, str) for each in found):
        return [{"text": each} for each in found], ["a list of texts: their column is called 'text'"]
    widths = {len(each) if isinstance(each, list) else 0 for each in found}
    if len(widths) == 1 and widths != {0}:
        first = found[0]
        named = len(found) > 1 and all(isinstance(each, str) and each.strip() for each in first)
        named = named and len(set(first)) == len(first) and any(not isinstance(each, str) for each in found[1])
        names = first if named else [f"column {place}" for place in range(1, len(first) + 1)]
        how = "the first holds the names" if named else "the columns are numbered"
        return [dict(zip(names, each, strict=True)) for each in found[named:]], [f"a list of lists; {how}"]
    return found, []


def _of_object(found: dict[str, Any]) -> tuple[list[Any] | None, str]:
    columns, data = found.get("columns"), found.get("data")
    if isinstance(columns, list) and isinstance(data, list) and all(isinstance(each, list) for each in data):
        names = [" ".join(map(str, each)) if isinstance(each, list) else str(each) for each in columns]
        if len(set(names)) == len(names) and all(len(each) == len(names) for each in data):
            return [dict(zip(names, each, strict=True)) for each in data], "rows in 'data', names in 'columns'"
    lists = [name for name, each in found.items() if _are_objects(each)]
    values = list(found.values())
    columns = bool(values) and all(isinstance(each, list) for each in values) and len({*map(len, values)}) == 1
    # Lists of one length are columns, even where the cells of one are objects; but not the names beside the rows.
    if columns and not (len(lists) == 1 and (len(values[0]) == 1 or _are_beside(found, lists[0]))):
        return [dict(zip(found, each, strict=True)) for each in zip(*values, strict=True)], "read column by column"
    if len(lists) == 1:
        others = [repr(name) for name in found if name != lists[0]]
        beside = f"; what stands beside it is left out: {listed(others, 5)}" if others else ""
        return found[lists[0]], f"the rows are the list {lists[0]!r}{beside}"
    if values and all(isinstance(each, dict) and each for each in values):
        return _of_objects(found)
    return None, ""


def _of_objects(found: dict[str, dict[str, Any]]) -> tuple[list[Any] | None, str]:
    """Read objects in an object: columns whose cells have numbers, as pandas writes, or rows that have names."""
    numbered = [key for each in found.values() for key in each]
    if all(key.isdecimal() for key in numbered) and not all(key.isdecimal() for key in found):
        rows: dict[str, dict[str, Any]] = {}
        for name, cells in found.items():
            for key, cell in cells.items():
                rows.setdefault(key, {})[name] = cell
        return list(rows.values()), "read column by column"
    if len(found) < 2:
        return None, ""
    taken = {field for each in found.values() for field in each}
    own = next(name for name in ("id", "key", "name of the row") if name not in taken)
    return [
        {own: key} | each for key, each in found.items()
    ], f"one object per row; its name becomes the column {own!r}"


def _are_beside(found: dict[str, Any], rows: str) -> bool:
    """Whether what stands beside a list of rows are names of their fields."""
    names = {name for row in found[rows] for name in row}
    others = [each for name, each in found.items() if name != rows]
    return all(isinstance(item, str) and item in names for each in others for item in each)


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _object(path: Path, where: str, found: Any) -> dict[str, Any] | FileFormatError:
    if isinstance(found, dict):
        return found
    return FileFormatError(f"{path}, {where}: expected an object {{...}}, got {named_kind(found)}.")


def _one_list(data: bytes) -> list[Any] | None:
    """Return the list that a file is which should have an object a line; None if it is no list."""
    head = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.startswith(b"["):
        return None
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None  # told by its line
    return found if _are_objects(found) else None


def _eight_bits(data: bytes) -> bytes:
    return data.decode("utf-16", "replace").encode() if data[:2] in _UTF16 else data


def _lines(data: bytes) -> Iterator[bytes]:
    # Not splitlines: JSON texts may hold other line separators, which do not end a record. One by one: a file may
    # be nothing but line ends.
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        yield data[start:end]
        start = end + 1
    yield data[start:]


def _why(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)


def _decoded(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-16" if data[:2] in _UTF16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(path, data.count(b"\n", 0, error.start) + 1, error.start) from None


def _not_utf8(path: Path, line: int, byte: int) -> FileFormatError:
    return FileFormatError(
        f"{path}, line {line}: byte {byte} is not UTF-8, which JSON must be. Save the file as UTF-8."
    )
