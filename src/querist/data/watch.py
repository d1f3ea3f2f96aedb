"""Who is told how far the reading or making of something is."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Watch:
    """Who is told how far something is that takes long.

    Attributes
    ----------
    progress : callable
        Called with (how many are done, how many there are, what they are).
    tell : callable
        Called once with a sentence: how long it will take, or what is written where.
    """

    progress: Callable[[int, int, str], object] = lambda done, total, what: None
    tell: Callable[[str], object] = lambda sentence: None
