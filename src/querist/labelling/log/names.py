"""`Names`: the uuids of a log, and what each stands for; browsers choose some of them, and may not choose one twice."""

from querist.labelling.log.deeds import Deed
from querist.labelling.log.events import Undone
from querist.labelling.log.payload import Payload
from querist.labelling.log.promise import PromiseBegun
from querist.store.rows import EventRow

# As which of the two an answer is logged depends on what was there before.
_SAME = {"changed": "answered"}
_GROUP = "group"


class Names:
    """What the uuids of events, groups of events and promises stand for."""

    def __init__(self) -> None:
        self.n_events = 0
        # By hash, since a log has many.
        self._meaning: dict[str, int] = {}

    def add(self, event: EventRow, payload: Payload) -> None:
        """Take in the names that an event brings."""
        self.n_events += 1
        about = payload.target if isinstance(payload, Undone) else event.row
        self._meaning[event.uuid] = _meaning(event.annotator, event.kind, about)
        if isinstance(payload, Deed) and payload.group is not None:
            self._meaning.setdefault(payload.group, _meaning(event.annotator, _GROUP, None))
        elif isinstance(payload, PromiseBegun):
            self._meaning.setdefault(payload.id, _meaning(event.annotator, event.kind, None))

    def __contains__(self, uuid: str) -> bool:
        return uuid in self._meaning

    def is_act(self, uuid: str, annotator: int | None, kind: str, about: str | int | None) -> bool:
        """Whether it names what this person did, of this kind, to this row (an undo: to this target)."""
        return self._meaning.get(uuid) == _meaning(annotator, kind, about)

    def is_group(self, uuid: str, annotator: int | None) -> bool:
        """Whether it names acts that this person did at once."""
        return self._meaning.get(uuid) == _meaning(annotator, _GROUP, None)


def _meaning(annotator: int | None, kind: str, about: str | int | None) -> int:
    return hash((annotator, _SAME.get(kind, kind), about))
