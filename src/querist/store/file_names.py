"""Whether a project file has one name: SQLite keeps what was written last beside the name by which it was opened."""

import re
from pathlib import Path

from querist.exceptions import StoreError
from querist.store.lock import ProjectFileLock

# What an import that was killed as it ended leaves: the first name of its project, beside the one that it got.
_DRAFT = re.compile(r"\..+\.tmp-\d+")


def check_names(path: Path, name: str) -> None:
    """Look for other names (hard links) of a project file.

    Two servers would not see each other's lock, and what one of them wrote last would be missing under the other name,
    or damage the file.

    Raises
    ------
    ProjectInUseError
        If it is open under another name in the same folder.
    StoreError
        If it has another name.
    """
    if path.stat().st_nlink < 2:
        return
    for other in sorted(path.parent.iterdir()):
        if other != path and not other.is_symlink() and other.is_file() and other.samefile(path):
            if _DRAFT.fullmatch(other.name):
                other.unlink(missing_ok=True)
                continue
            lock = ProjectFileLock(other)
            lock.acquire()
            lock.release()
    if path.stat().st_nlink > 1:
        raise StoreError(
            f"{name} has another name (a hard link), and answers would be lost where two names are used. "
            f"Remove the other one, or go on with a copy: cp {path.name} NEW.querist"
        )
