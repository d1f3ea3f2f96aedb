"""Promises as the log of a project holds them; what they are, and where they stand, is `querist.audit.promise`'s."""

import base64
import zlib
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

import numpy as np

from querist._typing import IntArray
from querist.audit.promise import Promise, Region, Standing

State = Literal["asking", "passed", "failed", "cancelled", "applied"]
_TERMS = tuple(each.name for each in fields(Promise))


@dataclass(eq=False)
class ProjectPromise:
    """One attempt at a promise about a project's model.

    Attributes
    ----------
    id : str
    terms : Promise
        What is promised, and the draws that decide.
    at : float
        When it began.
    seq, ranking, n_labels : int
        The frozen model: it knows the log up to `seq`, and training on that gives it again; its ranking; its labels.
    predictions : tuple of int
        What it says of the draws (class ids).
    packed : str
        Rows and class ids of the largest region, the most confident first (of a certificate: in the order of their
        random numbers). Certificates of older versions have none.
    remaining : ndarray
        Rows without an answer when it began, ascending.
    """

    id: str
    terms: Promise
    at: float
    seq: int
    ranking: int
    n_labels: int
    predictions: tuple[int, ...]
    packed: str = ""
    remaining: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    cancelled: bool = False
    # The uuid of the event by which the model labelled the rows, and how many regions had passed.
    applied: str | None = None
    n_applied: int = 0

    @classmethod
    def from_data(cls, data: dict[str, Any], at: float) -> "ProjectPromise":
        """Return the promise that an event of the log holds."""
        arrays = {name: np.array(data[name], np.int64) for name in ("draws", "inside")}
        regions = tuple(Region(**each) for each in data["regions"])
        terms = Promise(**{name: data[name] for name in _TERMS} | arrays | {"regions": regions})
        own = {name: value for name, value in data.items() if name not in _TERMS}
        return cls(**own | {"predictions": tuple(own["predictions"])}, terms=terms, at=at)

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

    def state(self, where: Standing) -> State:
        """Return how it is told: where the answers say that it stands, and what was done with it."""
        if self.applied:
            return "applied"
        return "cancelled" if self.cancelled and where.state == "asking" else where.state


def terms_data(terms: Promise) -> dict[str, Any]:
    """Return the terms of a promise as JSON takes them; `ProjectPromise.from_data` reads them."""
    told = asdict(terms) | {"draws": terms.draws.tolist(), "inside": terms.inside.tolist()}
    return told | {"regions": [each._asdict() for each in terms.regions]}


def packed(rows: IntArray, class_ids: IntArray) -> str:
    """Return rows and class ids as a string for the log."""
    return base64.b64encode(zlib.compress(np.stack([rows, class_ids]).astype("<i4").tobytes())).decode()


def unpacked(text: str) -> tuple[IntArray, IntArray]:
    """Return the rows and class ids that `packed` wrote."""
    rows, class_ids = np.frombuffer(zlib.decompress(base64.b64decode(text)), "<i4").reshape(2, -1).astype(np.int64)
    return rows, class_ids
