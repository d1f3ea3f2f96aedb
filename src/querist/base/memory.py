"""What can be kept from one query to the next: derived data, never a decision."""

from typing import Any, Protocol, Self, TypeVar, cast


class Keepable(Protocol):
    """Derived data of one matrix."""

    @classmethod
    def of(cls, matrix: Any) -> Self:
        """Begin with nothing but the matrix."""


Kept = TypeVar("Kept", bound=Keepable)


class Memory:
    """A scratch memory for queries on one pool, which a session offers and strategies may use.

    With it and without it the same rows are chosen, up to rounding of the utilities: it holds what would else be
    computed again, such as distances to the rows that are labelled. `querist.checks` has a law for it. It is never
    saved.

    Examples
    --------
    >>> import numpy as np
    >>> from querist.strategies import KCenter
    >>> X, memory = np.array([[0.0], [1.0], [4.0], [9.0]]), Memory()
    >>> KCenter().query(X, [0], ["a"], memory=memory), KCenter().query(X, [0, 3], ["a", "b"], memory=memory)
    (array([3]), array([2]))
    """

    def __init__(self) -> None:
        self._kept: dict[type, tuple[Any, Any]] = {}

    def kept(self, what: type[Kept], matrix: object) -> Kept:
        """Return what is kept of this very matrix (the object, not its values), or begin anew."""
        found = self._kept.get(what)
        if found is None or found[0] is not matrix:
            found = self._kept[what] = (matrix, what.of(matrix))
        return cast(Kept, found[1])
