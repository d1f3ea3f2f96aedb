"""Where a monotone condition begins to hold."""

from collections.abc import Callable


def first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """Return the first number in [low, high] for which a monotone condition holds; `high` if none before does.

    Examples
    --------
    >>> first(0, 100, lambda n: n * n >= 50)
    8
    """
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def first_real(low: float, high: float, holds: Callable[[float], bool], *, steps: int) -> float:
    """Return the first of 2**steps + 1 evenly spaced numbers from `low` to `high` for which the condition holds.

    Examples
    --------
    >>> first_real(0.0, 1.0, lambda x: x * x >= 0.25, steps=10)
    0.5
    """
    n: int = 2**steps
    return low + (high - low) * (first(0, n, lambda place: holds(low + (high - low) * (place / n))) / n)
