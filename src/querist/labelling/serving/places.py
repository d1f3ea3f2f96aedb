"""At which of the questions something is to happen, so that a share is kept and nobody can foresee it."""

from querist import _random

# Within each block of so many questions the chosen places are random.
_BLOCK = 20


class Places:
    """Random places among the questions.

    Parameters
    ----------
    seed : int
        Seed of the project.
    purpose : str
        Other purposes have other places.
    *numbers : int
        So have other numbers, as those of people.
    """

    def __init__(self, seed: int, purpose: str, *numbers: int) -> None:
        self._seed = seed
        self._purpose = purpose
        self._numbers = numbers
        self._block: tuple[int, float, frozenset[int]] = (-1, 0.0, frozenset())

    def has(self, question: int, share: float) -> bool:
        """Whether the `question`-th, counted from 0, is such a place, where a share of them is wanted."""
        block, place = divmod(question, _BLOCK)
        if self._block[:2] != (block, share):
            # Fractions are carried over from block to block.
            count = int((block + 1) * _BLOCK * share) - int(block * _BLOCK * share)
            rng = _random.derive_generator(self._seed, self._purpose, *self._numbers, block)
            self._block = (block, share, frozenset(rng.choice(_BLOCK, count, replace=False).tolist()))
        return place in self._block[2]
