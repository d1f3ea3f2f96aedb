"""Where a new project goes: it is there complete, or not at all."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from querist._files import publish
from querist.exceptions import StoreError
from querist.labelling.log.locations import home_of
from querist.store import ProjectInfo, Store, engine, schema
from querist.store.database import locate

# What SQLite and the lock put beside a file.
_BESIDE = ("-wal", "-shm", "-journal", ".lock")


def has_project(location: str | os.PathLike[str]) -> bool:
    """Return whether there is something at a location that could be a project.

    In a database an import that was cut off leaves an empty project, which does not count.

    Raises
    ------
    StoreError
        If a database cannot be reached.
    """
    if home_of(location) is not None:
        return Path(location).exists()
    if not _has_tables(os.fspath(location)):
        return False
    with Store.open(os.fspath(location)) as store:
        return store.n_items > 0


@contextlib.contextmanager
def new_project(destination: str | os.PathLike[str], info: ProjectInfo) -> Iterator[Store]:
    """Give a store to fill in one transaction; when that has ended well the project is at its destination.

    A project file is written beside its place under another name, and then renamed.

    Raises
    ------
    StoreError
        If there is something at the destination already.
    """
    if home_of(destination) is None:
        with _database(os.fspath(destination), info) as store:
            yield store
        return
    path = Path(destination)
    _check_folder(path.absolute().parent)
    clear_leftovers(path)
    draft = path.with_name(f".{path.name}.tmp-{os.getpid()}")
    try:
        _refuse(path)
        with Store.create(draft, info) as store:
            yield store
        _check_whole(draft)
        publish(draft, path)
    except FileExistsError:
        _refuse(path)
        raise
    finally:
        for leftover in _files_of(draft):
            leftover.unlink(missing_ok=True)


def clear_leftovers(path: Path) -> None:
    """Remove the unfinished files of imports into `path` whose process has died."""
    for draft in path.parent.glob(f".{path.name}.tmp-*"):
        number = draft.name.removeprefix(f".{path.name}.tmp-")
        for ending in _BESIDE:
            number = number.removesuffix(ending)
        if number.isdecimal() and not _lives(int(number)):
            with contextlib.suppress(PermissionError):  # on Windows: somebody has it open
                draft.unlink(missing_ok=True)


@contextlib.contextmanager
def _database(url: str, info: ProjectInfo) -> Iterator[Store]:
    if not _has_tables(url):
        with Store.create(url, info) as store:
            yield store
        return
    with Store.open(url) as store:
        if store.n_items:
            raise StoreError("This database holds a project already. Serve it with `querist serve`, or name another.")
        with store.writing() as tx:
            tx.set_info(**vars(info))
        yield store


def _has_tables(url: str) -> bool:
    database = locate(url)
    reader = database.reader()
    try:
        with engine.reading(database.name), reader.connect() as connection:
            return schema.version(connection) is not None
    finally:
        database.close(reader, None)


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise StoreError(f"There is no folder {folder} for the project. Make it, or name another with --project.")
    if not os.access(folder, os.W_OK):
        raise StoreError(f"{folder} may not be written to. Name another place for the project with --project.")


def _refuse(path: Path) -> None:
    if path.exists():
        raise StoreError(f"{path} exists already. Name another file with --project, or open this one.")


def _check_whole(draft: Path) -> None:
    log = draft.with_name(draft.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise StoreError(f"The project could not be completed: {log} could not be brought into it. Try again.")


def _files_of(draft: Path) -> list[Path]:
    return [draft, *(draft.with_name(draft.name + ending) for ending in _BESIDE)]


def _lives(process: int) -> bool:
    if process == os.getpid():
        return False  # a number of a dead process, given anew
    if sys.platform == "win32":
        return False  # an open file cannot be removed there; asking by signal would end the process
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
