"""Promises as the log of a project holds them; what they are, and where they stand, is `querist.audit.promise`'s."""

import base64
import zlib
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, Self

import numpy as np

from querist._typing import IntArray
from querist.audit.promise import Promise, Region, Standing
from querist.labelling.log.payload import Payload, made_of

State = Literal["asking", "passed", "failed", "cancelled", "applied"]
_TERMS = tuple(each.name for each in fields(Promise))


def _read_term(name: str, told: Any) -> Any:
    """Return a field of the terms from what JSON gives."""
    if name in ("draws", "inside"):
        return np.array(told, np.int64)
    return tuple(Region(**each) for each in told) if name == "regions" else told


@dataclass(frozen=True, kw_only=True, eq=False)
class PromiseBegun(Payload):
    """An attempt at a promise about a project's model, as it was fixed before its first draw was answered.

    In the log the fields of `terms` stand beside the others.

    Attributes
    ----------
    id : str
    terms : Promise
        What is promised, and the draws that decide.
    seq, ranking, n_labels : int
        The frozen model: it knows the log up to `seq`, and training on that gives it again; its ranking; its labels.
    predictions : tuple of int
        What it says of the draws (class ids).
    packed : str
        Rows and class ids of the largest region, the most confident first (of a certificate: in the order of their
        random numbers). Certificates of older versions have none.
    """

    id: str
    terms: Promise
    seq: int
    ranking: int
    n_labels: int
    predictions: tuple[int, ...]
    packed: str = ""

    _readers: ClassVar = {"predictions": tuple}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """Return the promise that `to_data` wrote."""
        read = {name: _read_term(name, value) for name, value in data.items() if name in _TERMS}
        own = {name: value for name, value in data.items() if name not in _TERMS}
        return super().from_data(own | {"terms": made_of(Promise, read)})

    def to_data(self) -> dict[str, Any]:
        """Return the fields, those of the terms among them, as JSON takes them."""
        terms = {name: getattr(self.terms, name) for name in _TERMS}
        terms |= {"draws": self.terms.draws.tolist(), "inside": self.terms.inside.tolist()}
        own = super().to_data()
        del own["terms"]
        return own | terms | {"regions": [each._asdict() for each in self.terms.regions]}

    @classmethod
    def names(cls) -> list[str]:
        """Return the names of the fields as the log has them."""
        return [*_TERMS, *(name for name in super().names() if name != "terms")]


@dataclass(frozen=True, kw_only=True, eq=False)
class ProjectPromise(PromiseBegun):
    """An attempt, and what became of it since: see `PromiseBegun`.

    Attributes
    ----------
    at : float
        When it began.
    remaining : ndarray
        Rows without an answer when it began, ascending.
    cancelled : bool
    applied : str or None
        The uuid of the event by which the model labelled the rows.
    n_applied : int
        How many regions had passed then.
    """

    at: float
    remaining: IntArray
    cancelled: bool = False
    applied: str | None = None
    n_applied: int = 0

    @classmethod
    def of(cls, begun: PromiseBegun, at: float, remaining: IntArray) -> "ProjectPromise":
        """Return the promise that began at some time."""
        return cls(**vars(begun), at=at, remaining=remaining)

    def predicted(self) -> tuple[IntArray, IntArray]:
        """Return the rows of which it is known what the frozen model says, and the class ids."""
        if self.packed:
            return unpacked(self.packed)
        return self.terms.draws, np.array(self.predictions, np.int64)

    def released(self, n_regions: int) -> tuple[IntArray, IntArray]:
        """Return the rows that the model may label after so many regions passed, and the class ids."""
        if not n_regions or self.terms.kind != "auto_label":
            return np.empty(0, np.int64), np.empty(0, np.int64)
        size = self.terms.regions[n_regions - 1].size
        rows, classes = (each[:size] for each in unpacked(self.packed))
        kept = ~np.isin(rows, self.terms.draws)
        return rows[kept], classes[kept]

    def is_asked(self, where: Standing) -> bool:
        """Whether its draws are to be asked about: also those whose answers were taken back after it was applied."""
        return where.state == "asking" and not self.cancelled

    def holds(self, where: Standing) -> bool:
        """Whether what was done with it may still be said: answers may have been taken back, or classes changed."""
        return self.applied is None or where.n_passed >= self.n_applied

    def state(self, where: Standing) -> State:
        """Return how it is told: where the answers say that it stands, and what was done with it."""
        if self.applied:
            return "applied"
        return "cancelled" if self.cancelled and where.state == "asking" else where.state


def packed(rows: IntArray, class_ids: IntArray) -> str:
    """Return rows and class ids as a string for the log."""
    return base64.b64encode(zlib.compress(np.stack([rows, class_ids]).astype("<i4").tobytes())).decode()


def unpacked(text: str, *, most: int | None = None) -> tuple[IntArray, IntArray]:
    """Return the rows and class ids that `packed` wrote; ValueError where it did not, or there are more than `most`."""
    opened = zlib.decompressobj()
    try:
        data = opened.decompress(base64.b64decode(text), 0 if most is None else 8 * most + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if most is not None and len(data) > 8 * most:
        raise ValueError("there are more rows than the project has")
    rows, class_ids = np.frombuffer(data, "<i4").reshape(2, -1).astype(np.int64)
    return rows, class_ids
