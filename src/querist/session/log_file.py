"""The file of a session from format 7 on: a line that says what the session is, then one line per event.

What has happened since the last save is appended. A process that is killed meanwhile leaves whole lines and at most a
piece of one, behind all that was saved before.
"""

import contextlib
import json
import os
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from querist._files import append_whole, write_whole
from querist.exceptions import SessionFileError, TornFileWarning
from querist.session.event_lines import as_lines
from querist.session.events import Event

FORMAT = "querist-session"
# 2 tells what each draw was for, 3 what the audit has set aside; in 4 the estimator `auto` has kernel machines,
# in 5 one for texts; in 6 the other names have what suits few labels, and a goal may be told. 7 is of lines.
VERSION = 7
_READS = range(1, VERSION + 1)
_NAME_ONE = "Name one that session.save(path) wrote."


class Standing(NamedTuple):
    """What a session knows of the file that it was last saved to or loaded from.

    Attributes
    ----------
    path : str
        Links resolved.
    header : bytes
        Its first line.
    n_events : int
        How many lines follow.
    n_bytes : int
    mark : tuple
        What the system says of the file; another once anybody else has written to it.
    """

    path: str
    header: bytes
    n_events: int
    n_bytes: int
    mark: tuple[int, ...]


def write(
    path: str | os.PathLike[str], header: Mapping[str, Any], events: Sequence[Event], last: Standing | None
) -> Standing | None:
    """Bring a session to its file: append what is new, or write it whole where the file is not as `last` says.

    Returns
    -------
    Standing or None
        What the file is now; None: it must be written whole the next time.

    Raises
    ------
    OSError
        If it cannot be written; the file is as it was.
    """
    first = json.dumps(header, ensure_ascii=False).encode() + b"\n"
    target = os.path.realpath(path)
    if last is not None and (last.path, last.header) == (target, first) and _mark(target) == last.mark:
        fresh = as_lines(events[last.n_events :])
        if not fresh:
            return last
        n_bytes = last.n_bytes + len(fresh)
        if append_whole(path, fresh, at=last.n_bytes):
            return _standing(target, first, len(events), n_bytes)
    content = first + as_lines(events)
    write_whole(path, content)
    return _standing(target, first, len(events), len(content))


def read(path: str | os.PathLike[str]) -> tuple[dict[str, Any], Standing | None]:
    """Return what a session's file holds, its events under ``events``, and where the file stands.

    Raises
    ------
    SessionFileError
        If it is none, of a later version, or damaged.

    Warns
    -----
    TornFileWarning
        If it ends within a line, which is left out.
    """
    try:
        with open(path, "rb") as file:
            mark, data = _marked(os.fstat(file.fileno())), file.read()
        content, header, n_whole = _content(path, data)
    except FileNotFoundError:
        raise SessionFileError(f"There is no file {path}. {_NAME_ONE}") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise SessionFileError(f"{path} is not a saved session: {error}. {_NAME_ONE}") from error
    if header is None or n_whole != len(data):
        return content, None
    return content, Standing(os.path.realpath(path), header, len(content["events"]), len(data), mark)


def _content(path: str | os.PathLike[str], data: bytes) -> tuple[dict[str, Any], bytes | None, int]:
    """Return what a file says, its first line if it is one of lines, and how many bytes of it are whole lines."""
    first, _, rest = data.partition(b"\n")
    try:
        content = json.loads(first)
    except ValueError:
        # One document, which somebody has set out in lines; or nothing of ours.
        content, first, rest = json.loads(data), data, b""
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise SessionFileError(f"{path} is not a saved session of Querist. {_NAME_ONE}")
    if content.get("version") not in _READS:
        raise SessionFileError(
            f"{path} has format version {content.get('version')}; this Querist reads versions 1 to {VERSION}. "
            "Upgrade it."
        )
    if content["version"] < VERSION:
        return (json.loads(data) if rest.strip() else content), None, len(data)
    end = rest.rfind(b"\n") + 1
    content["events"], torn = _lines(path, rest[:end]), rest[end:].strip()
    if torn:
        with contextlib.suppress(ValueError):
            # An editor may have taken the last end of line away.
            content["events"].append(json.loads(torn))
            torn = b""
    if torn:
        warnings.warn(
            f"{path} ends within line {len(content['events']) + 2}, as after a kill or a full disk while it was saved. "
            "All lines before are used. If the file was copied, look whether the original is longer.",
            TornFileWarning,
            stacklevel=5,
        )
    return content, first + b"\n", len(first) + 1 + end


def _lines(path: str | os.PathLike[str], data: bytes) -> list[Any]:
    try:
        # In one go this takes half the time.
        events: list[Any] = json.loads(b"[" + data[:-1].replace(b"\n", b",") + b"]")
    except ValueError:
        events = []
    if len(events) != data.count(b"\n"):
        for number, line in enumerate(data.splitlines(), 2):
            try:
                json.loads(line)
            except ValueError as error:
                raise SessionFileError(
                    f"{path} is damaged: line {number} is no event ({error}). Go back to a copy of it; or keep the "
                    f"first {number - 1} lines only, which are the session as it stood then."
                ) from error
        raise SessionFileError(f"{path} is damaged: some line holds several events. Go back to a copy of it.")
    return events


def _standing(target: str, header: bytes, n_events: int, n_bytes: int) -> Standing | None:
    mark = _mark(target)
    # Somebody else may have written to it in the meantime.
    return None if mark is None or mark[2] != n_bytes else Standing(target, header, n_events, n_bytes, mark)


def _mark(target: str) -> tuple[int, ...] | None:
    """Return what tells a file from what it was or will be; None where there is none that can be told."""
    try:
        return _marked(os.stat(target))
    except OSError:
        return None


def _marked(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
