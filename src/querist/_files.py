"""A file that is there whole or not at all, also after a full disk, a kill or a power cut; a log loses no whole line.

Every file that Querist writes for somebody goes through here: exports, models, sessions, caches, results, reports.
"""

import contextlib
import errno
import itertools
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_counter = itertools.count()
_DRAFT = re.compile(r"\..+\.tmp-\d+-\d+")
# Names may have 255 bytes, and a letter up to four of them.
_LONGEST = 48
# What file systems say that keep no order of names of their own, or do not let a folder be opened.
_NO_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES, errno.EPERM}
_FULL = {errno.ENOSPC, errno.EDQUOT}


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str], *, overwrite: bool = True) -> Iterator[BinaryIO]:
    """Give a file to write to; when the block has ended well it stands at `path`, complete and on disk.

    It is written beside its place under another name, brought to the disk, and renamed. Whatever goes wrong before, an
    older file is as it was and nothing is left beside it; only a killed process leaves a hidden draft (`is_draft`).
    A link stays a link: what it points at is replaced. The permissions of an older file are kept. What is no file
    (a pipe, a device) is written to as it is.

    Parameters
    ----------
    path : path
    overwrite : bool, default=True
        Whether an older file is replaced.

    Raises
    ------
    FileExistsError
        If there is a file already, and `overwrite` is false.
    OSError
        If it cannot be written; it names `path`.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> with replacing(f"{folder.name}/labels.csv") as file:
    ...     _ = file.write(b"text,label")
    >>> os.listdir(folder.name)
    ['labels.csv']
    >>> folder.cleanup()
    """
    target = Path(os.path.realpath(path))
    old = _stat(target)
    if old is not None and not stat.S_ISREG(old.st_mode):
        with open(target, "wb") as place:  # of a folder this tells that it is one
            yield place
        return
    draft = target.with_name(f".{target.name[:_LONGEST]}.tmp-{os.getpid()}-{next(_counter)}")
    with _telling(draft, path), contextlib.ExitStack() as stack:
        stack.callback(_remove, draft)
        # Never wider than it will be: the draft of a private file is private.
        mode = 0o666 if old is None else stat.S_IMODE(old.st_mode)
        file = stack.enter_context(open(draft, "xb", opener=lambda name, flags: os.open(name, flags, mode)))
        if old is not None:
            _keep_rights(draft, old)
        yield file
        file.flush()
        os.fsync(file.fileno())
        file.close()
        if overwrite:
            os.replace(draft, target)
            sync_folder(target.parent)
        else:
            publish(draft, target)


def write_whole(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file of these bytes; see `replacing`."""
    with replacing(path) as file:
        file.write(data)


def append_whole(path: str | os.PathLike[str], data: bytes, *, at: int) -> bool:
    """Append to a file that has `at` bytes, and bring what was added to the disk.

    Nothing is done where the file has another size, may only be replaced, or goes by other names too, such as that of
    a backup made of hard links.

    Returns
    -------
    bool
        Whether it was done.

    Raises
    ------
    OSError
        If it cannot be written; what had been added is cut off again. Only a killed process, or a power cut, leaves a
        piece of it.
    """
    target = os.path.realpath(path)
    if not os.access(target, os.W_OK):
        return False
    with _telling(Path(target), path), open(target, "r+b", buffering=0) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_size != at or found.st_nlink > 1:
            return False
        file.seek(at)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]
            os.fsync(file.fileno())
        except BaseException:
            with contextlib.suppress(OSError):
                file.truncate(at)
            raise
    return True


def publish(draft: Path, path: Path) -> None:
    """Give a file that is complete its name, for good, and never in the place of another.

    Raises
    ------
    FileExistsError
        If there is something at `path` already.
    """
    try:
        os.link(draft, path)
    except FileExistsError:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fspath(path)) from None
    except OSError:  # a drive without hard links
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fspath(path)) from None
        draft.rename(path)
    else:
        _remove(draft)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can: a rename outlives a power cut only then."""
    if sys.platform == "win32":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


def user_cache_folder(name: str) -> Path:
    """Return the user's cache folder for one kind of thing; it need not be there yet."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("querist")) / name


def is_draft(path: Path) -> bool:
    """Return whether a file is what a killed process has left.

    Examples
    --------
    >>> is_draft(Path("results/.table.csv.tmp-4711-0")), is_draft(Path("results/table.csv"))
    (True, False)
    """
    return _DRAFT.fullmatch(path.name) is not None


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _keep_rights(draft: Path, old: os.stat_result) -> None:
    if sys.platform != "win32" and (os.getuid(), os.getgid()) != (old.st_uid, old.st_gid):
        with contextlib.suppress(OSError):  # only the superuser may give files away
            os.chown(draft, old.st_uid, old.st_gid)
    os.chmod(draft, stat.S_IMODE(old.st_mode))


def _remove(draft: Path) -> None:
    with contextlib.suppress(OSError):
        draft.unlink()


@contextlib.contextmanager
def _telling(draft: Path, path: str | os.PathLike[str]) -> Iterator[None]:
    """Name the file that was wanted in errors that name the draft, or say that the disk is full and not where."""
    try:
        yield
    except OSError as error:
        if error.filename == os.fspath(draft) or (error.filename is None and error.errno in _FULL):
            error.filename, error.filename2 = os.fspath(path), None
        raise
