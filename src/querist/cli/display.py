"""Whether there is a screen in front of a person."""

import os
import sys


def has_display() -> bool:
    """Return whether a window could be opened that somebody sees."""
    if not sys.stdout.isatty() or os.environ.get("CI"):
        return False
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def is_interactive() -> bool:
    """Return whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def is_remote() -> bool:
    """Return whether the person sits at another machine, connected by SSH."""
    return bool(os.environ.get("SSH_CONNECTION"))
