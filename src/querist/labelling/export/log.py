"""The log of a project as JSON Lines: every event, in order."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import BinaryIO

from querist.exceptions import FileFormatError
from querist.labelling.export.json_lines import json_bytes
from querist.store.rows import EventRow


def write_log(events: Iterable[EventRow], target: BinaryIO) -> int:
    """Write one event a line and return how many; replaying them gives the same board."""
    count = 0
    for count, event in enumerate(events, 1):  # noqa: B007  # it is returned
        target.write(json_bytes(asdict(event)) + b"\n")
    return count


def read_log(source: BinaryIO) -> Iterator[EventRow]:
    """Yield the events that `write_log` wrote.

    Raises
    ------
    FileFormatError
        At the first line that is no event; the message names it.
    """
    for number, line in enumerate(source, 1):
        try:
            yield EventRow(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise FileFormatError(
                f"The log, line {number}, is not an event of a log: {error}. Export the log again."
            ) from None
