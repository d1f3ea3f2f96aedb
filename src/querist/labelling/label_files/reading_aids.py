"""What stands beside the items, from files: keywords of the classes, and guidelines."""

from pathlib import Path

from querist._words import quoted
from querist.data.cell_texts import as_text
from querist.data.decoding import decode
from querist.data.read import read_table
from querist.exceptions import DataError, FileFormatError, InvalidParameterError
from querist.labelling.label_files.label_table import plain
from querist.labelling.log.classes import Classes, active, class_name_of
from querist.labelling.log.keywords import KeywordList, checked_keywords
from querist.labelling.log.settings import LONGEST_GUIDELINES

_CLASS, _KEYWORD = "class", "keyword"
_FORM = f"A list of keywords must be a table with the columns {_CLASS!r} and {_KEYWORD!r}, one keyword per line."


def read_keywords(path: Path, classes: Classes) -> tuple[KeywordList, ...]:
    """Read a table of keywords: a line each, with the class that it speaks for.

    Parameters
    ----------
    path : Path
        In any format that `querist.data.read.read_table` knows.
    classes : tuple of ClassInfo
        Of the project.

    Raises
    ------
    DataError
        If the table has other columns, or a line lacks something or names a class that is not there.
    """
    frame = read_table(path).as_written()
    if frame is None:
        raise FileFormatError(f"{path} holds a matrix. {_FORM}")
    columns = {str(name).strip().lower(): name for name in frame.columns}
    if missing := {_CLASS, _KEYWORD} - columns.keys():
        raise FileFormatError(
            f"{path} has no column {min(missing)!r}. It has: {quoted(map(str, frame.columns))}. {_FORM}"
        )
    ids = {each.name: each.id for each in active(classes)}
    found: dict[int, list[str]] = {}
    names, words = (frame[columns[name]].tolist() for name in (_CLASS, _KEYWORD))
    for number, (cell, word) in enumerate(zip(names, words, strict=True), 1):
        name, keyword = class_name_of(plain(cell)), as_text(plain(word)).strip()
        if name is None or not keyword:
            raise DataError(f"{path}, row {number}: there is no {_KEYWORD if name else _CLASS}. {_FORM}")
        if name not in ids:
            there = f"It has: {quoted(ids)}." if ids else "It has none yet."
            raise DataError(
                f"{path}, row {number}: the project has no class {name!r}. {there} Correct the name, or make the class "
                "first (--labels for a new project, else on the page)."
            )
        found.setdefault(ids[name], []).append(keyword)
    try:
        return checked_keywords([KeywordList(own, tuple(listed)) for own, listed in found.items()], set(ids.values()))
    except InvalidParameterError as error:
        raise DataError(f"{path}: {error}") from None


def read_guidelines(path: Path) -> str:
    """Read guidelines: a text in Markdown.

    Raises
    ------
    FileFormatError
        If it is no text, or longer than a project keeps.
    """
    text, _ = decode(path, path.read_bytes())
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST_GUIDELINES:
        raise FileFormatError(
            f"{path} has {len(text):,} characters; guidelines have at most {LONGEST_GUIDELINES:,}. "
            "Link to what is longer."
        )
    return text
