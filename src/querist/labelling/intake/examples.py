"""Examples of a class, whose like is asked about first."""

from collections.abc import Sequence
from pathlib import Path

from querist.exceptions import DataError

_MOST, _LONGEST = 100, 10_000


def examples_of(given: Sequence[str]) -> tuple[str, ...]:
    """Return the texts that are named: a file holds one a row, and what is no file is a text itself.

    Raises
    ------
    DataError
        If a file has several columns of which none is called ``text``, holds no text, or there are too many.
    """
    found: list[str] = []
    for each in given:
        found += _in_file(Path(each)) if _is_file(each) else [each]
    texts = tuple(dict.fromkeys(text.strip()[:_LONGEST] for text in found if text.strip()))
    if not texts:
        raise DataError("--like holds no text. Name a text, or a file with one in each row.")
    if len(texts) > _MOST:
        raise DataError(f"--like: {len(texts)} examples, and at most {_MOST} are taken. Name the most typical ones.")
    return texts


def _is_file(given: str) -> bool:
    try:
        return Path(given).is_file()
    except (OSError, ValueError):  # too long for a name, or no name at all
        return False


def _in_file(path: Path) -> list[str]:
    from querist.labelling.intake.source import read_source

    columns = read_source(path).columns
    name = "text" if "text" in columns else next(iter(columns))
    if len(columns) > 1 and name != "text":
        raise DataError(
            f"{path} has {len(columns)} columns, none of them called 'text'. Name the one with examples so."
        )
    return [str(cell) for cell in columns[name] if cell is not None]
