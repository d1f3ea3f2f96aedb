"""How much memory a process may take, where the operating system can say so."""

import contextlib

from querist.data.bounds import Bounds

# What a process takes before it does anything, and what it may take beside the cells that it reads.
_BASE = 768 << 20
_A_CELL = 200


def memory_for(bounds: Bounds) -> int:
    """Return the bytes that reading a file within these bounds may take."""
    return _BASE + _A_CELL * bounds.cells


def limit_memory(most: int | None) -> None:
    """Let this process take no more bytes than `most`; None: as many as it likes."""
    if most is None:
        return
    try:
        import resource
    except ImportError:  # Windows: what is known before reading bounds it there
        return
    # What is written to, not what is only reserved: libraries reserve gigabytes that they never touch.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
