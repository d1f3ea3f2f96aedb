"""Python's search for unreachable objects, paused."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def without_collecting() -> Iterator[None]:
    """Make very many objects that all stay: to look through them again and again takes longer than to make them."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if gc.get_freeze_count() == 0:
            # To the old ones at once, as if they had been looked through: that they stay is known.
            gc.freeze()
            gc.unfreeze()
        gc.enable()
