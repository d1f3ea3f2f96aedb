"""Random numbers: every draw comes from a seed, a purpose and a counter; never from global state."""

import zlib

import numpy as np

from querist._typing import FloatArray, IntArray, RandomState
from querist.exceptions import InvalidParameterError

# Rows whose keys are computed together: what that takes stays in the cache.
_AT_ONCE = 1 << 16


def resolve(random_state: RandomState) -> np.random.Generator:
    """Return the generator for a call: a generator as it is, an int as its seed, None as fresh entropy.

    Raises
    ------
    InvalidParameterError
        If `random_state` is none of these (``RandomState`` instances included: their
        streams differ from generators, and sharing them has caused much irreproducible work).
    """
    if isinstance(random_state, np.random.Generator):
        return random_state
    if random_state is None or (isinstance(random_state, int | np.integer) and not isinstance(random_state, bool)):
        if random_state is not None and random_state < 0:
            raise InvalidParameterError(f"random_state must not be negative, got {random_state}.")
        return np.random.default_rng(random_state)
    raise InvalidParameterError(
        f"random_state must be an int, a numpy.random.Generator or None, got {type(random_state).__name__}."
    )


def fresh_seed() -> int:
    """Return a new seed from the operating system's entropy, in [0, 2**63)."""
    return int(np.random.SeedSequence().generate_state(1, np.uint64)[0] >> np.uint64(1))


def derive(seed: int, purpose: str, *counters: int) -> np.random.SeedSequence:
    """Return the seed sequence for one purpose at one moment.

    Two purposes never share a stream, so a part that draws more numbers does
    not shift the draws of another part.
    """
    return np.random.SeedSequence(seed, spawn_key=(zlib.crc32(purpose.encode()), *counters))


def derive_generator(seed: int, purpose: str, *counters: int) -> np.random.Generator:
    """Return the generator for one purpose at one moment (see `derive`)."""
    return np.random.default_rng(derive(seed, purpose, *counters))


def derive_int(seed: int, purpose: str, *counters: int) -> int:
    """Return an int in [0, 2**31) for one purpose at one moment: what scikit-learn takes as ``random_state``."""
    return int(derive(seed, purpose, *counters).generate_state(1)[0] >> np.uint32(1))


def row_keys(seed: int, rows: IntArray) -> FloatArray:
    """Return one uniform number in [0, 1) per row, a pure function of `seed` and the row number.

    The numbers break ties. They cost nothing for rows that do not tie, and a
    row keeps its number whatever other rows stand beside it.
    Uses the finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable
    pseudorandom number generators", OOPSLA 2014, doi:10.1145/2660193.2660195).
    """
    rows = np.asarray(rows)
    if rows.ndim != 1 or rows.size <= _AT_ONCE:
        return _row_keys(seed, rows)
    keys = np.empty(rows.size)
    for start in range(0, rows.size, _AT_ONCE):
        keys[start : start + _AT_ONCE] = _row_keys(seed, rows[start : start + _AT_ONCE])
    return keys


def _row_keys(seed: int, rows: IntArray) -> FloatArray:
    z = rows.astype(np.uint64) + np.uint64(1)
    with np.errstate(over="ignore"):
        z = z * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed & 0xFFFFFFFFFFFFFFFF)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53
