"""Data sets by one text each: files, folders of files, sets that scikit-learn carries, numbers at OpenML."""

import os
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from querist._words import listed
from querist.data.cell_rules import CellRules
from querist.data.columns import typed
from querist.data.packed import title_of
from querist.data.parts import parts_by_kind
from querist.data.problem import Problem, read_problem
from querist.data.read import READERS, read_as
from querist.data.reading import Reading
from querist.data.table import Table
from querist.exceptions import DataError, FileFormatError, InvalidParameterError

# What a column to predict is called in the collections that people compare on (PMLB).
TARGET = "target"
_CARRIED = ("iris", "wine", "breast_cancer", "digits")
_SKLEARN, _OPENML = "sklearn", "openml"


@dataclass(frozen=True)
class Source:
    """Where a data set comes from; nothing has been read yet.

    Attributes
    ----------
    name : str
        What the data set is called.
    where : str
        A path, or what stands behind ``sklearn:`` or ``openml:``.
    kind : {"file", "sklearn", "openml"}
    target : str or None
        The column to predict, where it was named for this one.
    otherwise : str or None
        The column to predict where the data do not say themselves.
    """

    name: str
    where: str
    kind: str = "file"
    target: str | None = None
    otherwise: str | None = None

    def read(self, *, cache_dir: str | os.PathLike[str] | None = None) -> Problem:
        """Read it and build features.

        Parameters
        ----------
        cache_dir : path, default=None
            See `read_problem`.

        Raises
        ------
        FileFormatError, DataError, TargetError
            See `read_problem`; DataError also if OpenML cannot be reached or does not have it.
        """
        if self.kind == _SKLEARN:
            table = _carried(self.where)
        elif self.kind == _OPENML:
            table = _from_openml(self.where, self.target)
        else:
            table = read_as(self.where, Reading.of())
        return read_problem(table, self._target(table), cache_dir=cache_dir)

    def _target(self, table: Table) -> str | None:
        if self.target is not None or table.frame is None:
            return self.target
        if self.otherwise is not None and self.kind == "file":
            return self.otherwise
        return table.label_column or TARGET


def sources_of(texts: Iterable[str | os.PathLike[str]], *, target: str | None = None) -> list[Source]:
    """Return the data sets that texts name.

    Parameters
    ----------
    texts : iterable of str or path
        Each one of

        - ``FILE`` or ``FILE:COLUMN``: a table that `read_table` reads, and the column to predict;
        - ``FOLDER`` or ``FOLDER:COLUMN``: each table in it, and of each folder in it that is called NAME the table
          NAME.csv, NAME.tsv.gz, ... (as PMLB is laid out), in the order of their names;
        - ``sklearn:NAME``: iris, wine, breast_cancer or digits, which scikit-learn carries;
        - ``openml:NUMBER`` or ``openml:NUMBER:COLUMN``, which scikit-learn downloads, once.

        ``NAME=...`` says what a data set is called; else it is as its file, without endings.
    target : str, default=None
        The column to predict of files for which none is named. None: what the file says itself (libsvm, exports), else
        the column ``target``.

    Returns
    -------
    list of Source

    Raises
    ------
    FileFormatError
        If there is no such file or folder, or a folder holds no table.
    InvalidParameterError
        If a text names nothing.

    Examples
    --------
    >>> [source.name for source in sources_of(["sklearn:iris", "mine=sklearn:wine", "openml:61"])]
    ['iris', 'mine', 'openml_61']
    """
    return [source for text in texts for source in _named(os.fspath(text), target)]


def _named(text: str, otherwise: str | None) -> list[Source]:
    name, equals, rest = text.partition("=")
    if not equals or os.path.exists(_split(text)[0]):
        return _sources(text, otherwise, None)
    found = _sources(rest, otherwise, name.strip())
    if len(found) > 1:
        raise InvalidParameterError(
            f"{text!r} names {len(found)} data sets, which cannot all be called {name.strip()!r}. Leave the name out."
        )
    return found


def _sources(text: str, otherwise: str | None, name: str | None) -> list[Source]:
    kind, _, rest = text.partition(":")
    if kind in (_SKLEARN, _OPENML) and not os.path.exists(text):
        where, _, column = rest.partition(":")
        check = _check_carried if kind == _SKLEARN else _check_number
        check(text, where)
        called = where if kind == _SKLEARN else f"{_OPENML}_{where}"
        return [Source(name or called, where, kind, column or None, otherwise)]
    path, target = _split(text)
    if not os.path.exists(path):
        raise FileFormatError(
            f"There is no file or folder {text}. Write FILE, FILE:COLUMN, a folder of files, sklearn:NAME "
            f"({', '.join(_CARRIED)}) or openml:NUMBER."
        )
    if not os.path.isdir(path):
        return [Source(name or title_of(Path(path)), path, "file", target, otherwise)]
    files = _in_folder(Path(path))
    return [Source(name or title_of(each), str(each), "file", target, otherwise) for each in files]


def _split(text: str) -> tuple[str, str | None]:
    """Split ``PATH:COLUMN`` at the first colon before which there is a path; the name of a column may hold colons."""
    if os.path.exists(text):
        return text, None
    for place, letter in enumerate(text):
        if letter == ":" and os.path.exists(text[:place]):
            return text[:place], text[place + 1 :] or None
    return text, None


def _in_folder(folder: Path) -> list[Path]:
    """Return the tables of a collection: those that lie in the folder, and NAME/NAME.* of the folders in it."""
    found = [path for parts in parts_by_kind(folder, READERS).values() for path in parts if path.parent == folder]
    for inner in sorted(each for each in folder.iterdir() if each.is_dir()):
        own = [path for parts in parts_by_kind(inner, READERS).values() for path in parts]
        found += [path for path in own if path.parent == inner and path.name.partition(".")[0] == inner.name]
    if not found:
        raise FileFormatError(
            f"{folder} holds no data set: neither a file of a table nor folders NAME with a file NAME.csv, NAME.tsv.gz "
            "or the like in them."
        )
    return sorted(found, key=lambda path: (title_of(path), str(path)))


def _check_carried(text: str, name: str) -> None:
    if name not in _CARRIED:
        raise InvalidParameterError(f"{text!r}: scikit-learn carries the sets {', '.join(_CARRIED)}. Name one of them.")


def _check_number(text: str, number: str) -> None:
    if not number.isascii() or not number.isdigit():
        raise InvalidParameterError(
            f"{text!r}: OpenML's data sets have numbers. Write openml:61, for example; the number is in the address."
        )


def _carried(name: str) -> Table:
    from sklearn import datasets

    made: Callable[..., Any] = getattr(datasets, f"load_{name}")
    bunch = made(as_frame=True)
    classes = [str(each) for each in bunch.target_names]
    frame = bunch.data.assign(**{TARGET: [classes[code] for code in bunch.target]})
    return Table(Path(f"{_SKLEARN}:{name}"), frame, label_column=TARGET)


def _from_openml(number: str, target: str | None) -> Table:
    from sklearn.datasets import fetch_openml, get_data_home

    where = Path(f"{_OPENML}:{number}")
    column = "default-target" if target is None else target
    try:
        # That it tries again is told by what it ends with.
        with warnings.catch_warnings(action="ignore"):
            bunch = fetch_openml(data_id=int(number), target_column=column, as_frame=True, parser="auto", n_retries=1)
    except OSError as error:
        raise DataError(
            f"{where} cannot be fetched: {getattr(error, 'reason', None) or error}. Without a network, only what was "
            f"fetched before is there (kept in {get_data_home()}, which can be copied); or name a file instead."
        ) from error
    except (ValueError, KeyError) as error:
        raise DataError(f"{where} cannot be used: {error} Name another data set, or openml:NUMBER:COLUMN.") from error
    if bunch.target is None or getattr(bunch.target, "ndim", 1) != 1:
        raise DataError(
            f"{where} does not say which one column to predict. Write openml:{number}:COLUMN. It has: "
            f"{listed([str(name) for name in bunch.frame.columns])}."
        )
    details = getattr(bunch, "details", {})
    table = Table(where, bunch.frame.reset_index(drop=True), label_column=str(bunch.target.name))
    told = f"OpenML {number}: {details.get('name', 'without a name')}, version {details.get('version', 'unknown')}"
    return typed(table, CellRules.of()).told(told)
