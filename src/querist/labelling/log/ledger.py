"""`Ledger`: all that people did to rows, in order, and what of it was taken back.

Nothing is ever deleted. What counts follows from the standing removals alone: an act counts while none is over it, so
that lifting one brings back exactly what no other is over.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from querist.labelling.log.deeds import Act
from querist.labelling.log.events import Restored, TakenBack, Undone
from querist.store.rows import EventRow


@dataclass(slots=True, eq=False)
class Group:
    """Acts that were done at once; one removal of `uuid` takes all of them back."""

    uuid: str
    acts: list[Act] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Removal:
    """What an event took back: acts, and removals by a person whose doings are taken back from a moment on.

    Attributes
    ----------
    told : Undone or TakenBack
        What the event says: `Undone` by the person who did it, `TakenBack` by somebody with the right to.
    acts : tuple of Act
        That it is over, those that others took back too among them.
    removals : tuple of Removal
    n_over : int
        How many standing removals are over this one.
    restored : bool
        Whether it was lifted; that is for good.
    """

    uuid: str
    annotator: int | None
    at: float
    told: Undone | TakenBack
    acts: tuple[Act, ...]
    removals: tuple["Removal", ...] = ()
    n_over: int = 0
    restored: bool = False

    @property
    def stands(self) -> bool:
        """Whether what it is over does not count."""
        return not self.restored and not self.n_over


@dataclass(slots=True, eq=False)
class Restoration:
    """What an event brought back, by lifting a removal."""

    uuid: str
    annotator: int | None
    at: float
    told: Restored
    removal: Removal


class Ledger:
    """Acts and removals by uuid and by person.

    Attributes
    ----------
    acts : list of Act
        In order, undone ones included.
    journal : list
        The same with groups at the place of their first act, and removals and restorations.
    """

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.journal: list[Act | Group | Removal | Restoration] = []
        self._of_uuid: dict[str, list[Act]] = {}
        self._groups: dict[str, Group] = {}
        self._of_person: dict[int | None, list[Act]] = {}
        self._removals: dict[str, Removal] = {}
        self._restorations: dict[str, Restoration] = {}

    def add(self, act: Act) -> None:
        """Take an act."""
        self.acts.append(act)
        self._of_person.setdefault(act.annotator, []).append(act)
        self._of_uuid.setdefault(act.uuid, []).append(act)
        if act.group is None:
            self.journal.append(act)
            return
        if act.group not in self._groups:
            self._groups[act.group] = Group(act.group)
            self.journal.append(self._groups[act.group])
        self._groups[act.group].acts.append(act)

    # ------------------------------------------------------------------ questions

    def acts_of(self, uuid: str) -> list[Act]:
        """Return the acts of one uuid, or of a group of that uuid."""
        group = self._groups.get(uuid)
        return [*self._of_uuid.get(uuid, ()), *(group.acts if group else ())]

    def removal(self, uuid: str) -> Removal | None:
        """Return the removal of a uuid."""
        return self._removals.get(uuid)

    def restoration(self, uuid: str) -> Restoration | None:
        """Return the restoration of a uuid."""
        return self._restorations.get(uuid)

    def latest(self, annotator: int | None, limit: int) -> list[Act]:
        """Return the last acts of one person, undone ones included, newest first."""
        return self._of_person.get(annotator, [])[: -limit - 1 : -1]

    def covered(self, told: Undone | TakenBack) -> tuple[tuple[Act, ...], tuple[Removal, ...]]:
        """Return what a removal would be over, now."""
        if told.target is not None:
            return tuple(self.acts_of(told.target)), ()
        assert isinstance(told, TakenBack)
        since = told.since
        acts = tuple(
            act
            for act in list(self._of_person.get(told.person, ()))
            if (since is None or act.at >= since) and (not told.bulk or act.is_bulk)
        )
        if since is None or told.bulk:
            return acts, ()
        # Who misused an account may have taken good answers back, too.
        return acts, tuple(
            each for each in list(self._removals.values()) if each.annotator == told.person and each.at >= since
        )

    def flips(self, told: Undone | TakenBack | Restored) -> list[Act]:
        """Return the acts that would count no more, or again, if this were logged now; nothing is changed."""
        if isinstance(told, Restored):
            return _Tally.of_restoration(self._removals[told.target]).flips()
        return _Tally.of_removal(*self.covered(told)).flips()

    # ------------------------------------------------------------------ changes

    def remove(self, event: EventRow, told: Undone | TakenBack, seq: int) -> list[Act]:
        """Take back what an event says; return the acts that count no more, or (by a removal that is removed) again."""
        acts, removals = self.covered(told)
        made = Removal(event.uuid, event.annotator, event.at, told, acts, removals)
        tally = _Tally.of_removal(acts, removals)
        self._removals[event.uuid] = made
        self.journal.append(made)
        return tally.carry_out(seq)

    def restore(self, event: EventRow, told: Restored, seq: int) -> list[Act]:
        """Lift a removal; return the acts that count again, or no more."""
        removal = self._removals.get(told.target)
        if removal is None:
            return []
        tally = _Tally.of_restoration(removal)
        removal.restored = True
        made = Restoration(event.uuid, event.annotator, event.at, told, removal)
        self._restorations[event.uuid] = made
        self.journal.append(made)
        return tally.carry_out(seq)


class _Tally:
    """By how many removals more, or fewer, each act and each removal would be covered."""

    def __init__(self) -> None:
        self._acts: dict[Act, int] = {}
        self._removals: dict[Removal, int] = {}

    @classmethod
    def of_removal(cls, acts: Iterable[Act], removals: Iterable[Removal]) -> "_Tally":
        tally = cls()
        tally._press(acts, removals, 1)
        return tally

    @classmethod
    def of_restoration(cls, removal: Removal) -> "_Tally":
        tally = cls()
        if removal.stands:
            tally._press(removal.acts, removal.removals, -1)
        return tally

    def _press(self, acts: Iterable[Act], removals: Iterable[Removal], step: int) -> None:
        for act in acts:
            self._acts[act] = self._acts.get(act, 0) + step
        for each in removals:
            stood = self._stands(each)
            self._removals[each] = self._removals.get(each, 0) + step
            stands = self._stands(each)
            # A removal is only over earlier ones, so this comes to an end.
            if stood != stands:
                self._press(each.acts, each.removals, 1 if stands else -1)

    def _stands(self, removal: Removal) -> bool:
        return not removal.restored and not removal.n_over + self._removals.get(removal, 0)

    def flips(self) -> list[Act]:
        """Return the acts that change sides."""
        return [act for act, step in self._acts.items() if (act.n_over + step > 0) != act.undone]

    def carry_out(self, seq: int) -> list[Act]:
        """Change sides; return who did."""
        flips = self.flips()
        for act, step in self._acts.items():
            act.n_over += step
        for removal, step in self._removals.items():
            removal.n_over += step
        for act in flips:
            act.undone = act.n_over > 0
            act.undone_at = seq
        return flips
