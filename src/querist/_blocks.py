"""Blocks of rows: sizes depend only on the shape of the data, so that results do not depend on the machine."""

from collections.abc import Iterator

# 2**21 values are 16 MB in float64: large enough to hide the cost of a call to
# predict, small enough to leave memory to the user.
_BLOCK_VALUES = 1 << 21
_MIN_ROWS, _MAX_ROWS = 64, 1 << 16
_CACHED_VALUES, _MIN_CACHED_ROWS = 1 << 17, 256


def block_rows(width: int) -> int:
    """Return how many rows of `width` values make a block."""
    return min(max(_BLOCK_VALUES // max(width, 1), _MIN_ROWS), _MAX_ROWS)


def row_blocks(total: int, width: int) -> Iterator[slice]:
    """Yield slices that cover ``range(total)`` in blocks of rows with `width` values each."""
    step = block_rows(width)
    for start in range(0, total, step):
        yield slice(start, min(start + step, total))


def cached_blocks(total: int, width: int) -> Iterator[slice]:
    """Yield slices as `row_blocks` does, of so few values that they stay in a cache while they are used twice."""
    step = max(_CACHED_VALUES // max(width, 1), _MIN_CACHED_ROWS)
    for start in range(0, total, step):
        yield slice(start, min(start + step, total))
