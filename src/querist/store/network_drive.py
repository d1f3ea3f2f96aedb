"""Tell whether a file lies on a network drive, where locks and memory shared by processes may not work."""

import re
import sys
from pathlib import Path, PurePath, PurePosixPath

_NETWORK = re.compile(r"(nfs\d?|cifs|smb\w*|9p|afs|ceph|gfs2|glusterfs|lustre|davfs\w*|fuse\.(?!fuse-overlayfs).+)")
_DRIVE_REMOTE = 4


def network_drive(path: Path) -> str | None:
    """Return the kind of network drive that `path` lies on, None for a local disk (or where it cannot be told)."""
    path = path.resolve()
    if sys.platform == "win32":
        return _windows_drive(path)
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    return network_mount(path, mounts)


def network_mount(path: PurePath, mounts: str) -> str | None:
    """Return the file system of the innermost mount that holds `path`, if it is one of a network.

    Parameters
    ----------
    path : path
        Absolute.
    mounts : str
        What ``/proc/self/mountinfo`` says.
    """
    deepest, kind = -1, ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 5 or not after:
            continue
        mount = PurePosixPath(re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), fields[4]))
        # Later mounts hide earlier ones of the same place.
        if path.is_relative_to(mount) and len(mount.parts) >= deepest:
            deepest, kind = len(mount.parts), after.split(" ")[0]
    return kind if _NETWORK.fullmatch(kind) else None


def _windows_drive(path: Path) -> str | None:
    if path.drive.startswith("\\\\"):
        return "network share"
    import ctypes

    remote = getattr(ctypes, "windll").kernel32.GetDriveTypeW(path.anchor) == _DRIVE_REMOTE  # noqa: B009  # only Windows has it
    return "network share" if remote else None
