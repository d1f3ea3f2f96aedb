"""`ClassHistory`: the changes of the class list, and what the list would be if one of them had not been made.

The log holds the whole list after each change. What a change did is the difference between two lists: values of fields
of classes. Undoing it gives each of them the value that the last other standing change gave it; what came later stays.
An undo is a change like any other and can be undone, which makes the first one stand again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from querist.exceptions import InvalidParameterError
from querist.labelling.log.classes import Classes, ClassInfo, active

# State and target are one thing: a merged class that comes back has neither.
_FIELDS = ("name", "colour", "key", "description", "examples", ("state", "merged_into"))
_STATE = ("state", "merged_into")

# What a change says of a class: by class id and field, the value.
_Writes = dict[tuple[int, Any], Any]


@dataclass(frozen=True, slots=True, eq=False)
class ClassChange:
    """One change of the list.

    Attributes
    ----------
    version : int
        Of the list that it led to.
    uuid, annotator, at
        Of its event.
    told : dict
        What the log says was done.
    added : dict of int to ClassInfo
        Classes that it brought.
    writes : dict
        Values that it gave, by class id and field.
    order : tuple of int or None
        All classes in their new order, where it changed that.
    undoes : int or None
        The version of the change that it undid.
    names : dict of int to str
        What the classes were called that it is about.
    """

    version: int
    uuid: str
    annotator: int | None
    at: float
    told: dict[str, Any]
    added: dict[int, ClassInfo]
    writes: _Writes
    order: tuple[int, ...] | None
    undoes: int | None
    names: dict[int, str]


class ClassHistory:
    """All changes of a project's class list, the first list among them."""

    def __init__(self) -> None:
        self.changes: list[ClassChange] = []
        self._by_version: dict[int, ClassChange] = {}
        # Versions of the changes that were undone; None: not looked for since the last change.
        self._ended: set[int] | None = None

    def take(
        self, before: Classes, after: Classes, version: int, told: dict[str, Any], uuid: str, who: int | None, at: float
    ) -> None:
        """Note a change that was made."""
        undoes = self._undoes(told)
        added, writes, order = _difference(before, after)
        if undoes is not None:
            # What it did follows from what it undid; only a name that it gave is its own.
            class_id, name = told.get("class_id"), told.get("name")
            writes = {(class_id, "name"): name} if isinstance(class_id, int) and isinstance(name, str) else {}
            order = None
        called = {each.id: each.name for each in (*after, *before)}
        about = {*added, *(class_id for class_id, _ in writes), *(into for _, into in _states(writes).values())}
        names = {class_id: called[class_id] for class_id in about if class_id in called}
        made = ClassChange(version, uuid, who, at, told, added, writes, order, undoes, names)
        self.changes.append(made)
        self._by_version.setdefault(version, made)
        self._ended = None

    def _undoes(self, told: dict[str, Any]) -> int | None:
        """Return the earlier change that this one undid; a log from elsewhere may say anything."""
        version = told.get("version") if told.get("op") == "undo" else None
        return version if isinstance(version, int) and version in self._by_version else None

    def is_undone(self, version: int) -> bool:
        """Whether a change was undone, and that stands."""
        return version in self._undone()

    def is_beginning(self, change: ClassChange) -> bool:
        """Whether a change is the list that the project began with."""
        return change is self.changes[0] and change.told.get("op", "import") == "import"

    def change(self, version: int) -> ClassChange:
        """Return a change.

        Raises
        ------
        InvalidParameterError
            If there is none of that version.
        """
        if version not in self._by_version:
            raise InvalidParameterError(f"There is no change {version} of the classes. Load the page again.")
        return self._by_version[version]

    def ending(self, class_id: int) -> ClassChange | None:
        """Return the change by which a class went, None where it is there."""
        for each in reversed(self.changes):
            if self.is_undone(each.version):
                continue
            if each.writes.get((class_id, _STATE), ("active", None))[0] != "active":
                return each
            undone = None if each.undoes is None else self.change(each.undoes)
            if undone is not None and class_id in undone.added:
                return each
        return None

    def without(self, classes: Classes, version: int, *, name: str | None = None) -> tuple[Classes, dict[str, Any]]:
        """Return the list as if one change had not been made, and what the log is to say of that.

        Parameters
        ----------
        classes : tuple of ClassInfo
            As they are.
        version : int
            Of the change.
        name : str, default=None
            For the class that comes back, where its own was taken meanwhile.

        Raises
        ------
        InvalidParameterError
            If there is no such change, it was undone, the project began with it, a later one needs it, or two classes
            would have the same name.
        """
        wanted = self.change(version)
        if self.is_beginning(wanted):
            raise InvalidParameterError("The project began with these classes. Remove those that you do not want.")
        if self.is_undone(version):
            raise InvalidParameterError("This change was taken back already. Load the page again.")
        told: dict[str, Any] = {"op": "undo", "version": version}
        undo = ClassChange(self.changes[-1].version + 1, "", None, 0.0, told, {}, {}, None, version, {})
        now, then = self._standing(self.changes), self._standing([*self.changes, undo])
        known = self._lame(now)
        needing = next((each for each in self._lame(then) if each not in known), None)
        if needing is not None:
            raise InvalidParameterError(
                f"A later change needs this one: {self.in_words(needing)}. Take that back first."
            )
        new = _patched(classes, _values(now), _values(then))
        back = [each.id for each in active(new) if each.id not in {known.id for known in active(classes)}]
        if name is not None and name.strip() and len(back) == 1:
            told |= {"class_id": back[0], "name": name.strip()}
            new = tuple(replace(each, name=name.strip()) if each.id == back[0] else each for each in new)
        new = _ordered(_keys_apart(new, classes), self._order_of(then, now))
        _check_names(new)
        if new == classes:
            raise InvalidParameterError(
                "Later changes have replaced it: taking it back would change nothing. Take those back first."
            )
        return new, told

    def in_words(self, change: ClassChange) -> str:
        """Return what a change did, as a person reads it."""
        before = ""
        while change.undoes is not None:
            before += "taken back: "
            change = self.change(change.undoes)

        def name(class_id: Any) -> str:
            return f"'{change.names[class_id]}'" if class_id in change.names else f"class {class_id}"

        told = [f"{_listed(map(name, change.added))} added"] if change.added else []
        for class_id in dict.fromkeys(class_id for class_id, _ in change.writes):
            mine = {what: value for (known, what), value in change.writes.items() if known == class_id}
            state, into = mine.get(_STATE, ("active", None))
            if state == "merged":
                told.append(f"{name(class_id)} merged into {name(into)}")
            elif state == "removed":
                told.append(f"{name(class_id)} removed")
            elif "name" in mine:
                told.append(f"{name(class_id)} renamed to '{mine['name']}'")
            else:
                told.append(f"{_listed(each for each in mine if isinstance(each, str))} of {name(class_id)} changed")
        whole = "; ".join([*told, "put into another order"] if change.order is not None else told)
        return before + (whole or "nothing changed")

    def _undone(self) -> set[int]:
        if self._ended is None:
            self._ended = _ended_by(self.changes)
        return self._ended

    def _standing(self, changes: list[ClassChange]) -> list[ClassChange]:
        ended = _ended_by(changes)
        return [each for each in changes if each.version not in ended]

    def _lame(self, standing: list[ClassChange]) -> list[ClassChange]:
        """Return the changes that could not have come after those before: of, or into, a class that was not there."""
        there: dict[int, bool] = {}
        found = []
        for each in standing:
            there |= dict.fromkeys(each.added, True)
            states = _states(each.writes)
            touched = {class_id for class_id, _ in each.writes} | {
                into for _, into in states.values() if into is not None
            }
            if each.undoes is None and not all(there.get(class_id, False) for class_id in touched):
                found.append(each)
            there |= {class_id: state == "active" for class_id, (state, _) in states.items()}
        return found

    def _order_of(self, then: list[ClassChange], now: list[ClassChange]) -> tuple[int, ...] | None:
        """Return the order that counts then, None where it is the one that counts now."""
        before, after = (
            next((each.order for each in reversed(changes) if each.order is not None), None) for changes in (now, then)
        )
        return None if before == after else after or tuple(self.changes[0].added)


def _ended_by(changes: list[ClassChange]) -> set[int]:
    """Return the versions of the changes that another one undid, where that was not undone in turn."""
    ended: set[int] = set()
    for each in reversed(changes):
        if each.undoes is not None and each.version not in ended:
            ended.add(each.undoes)
    return ended


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def _states(writes: _Writes) -> dict[int, tuple[str, int | None]]:
    """Return the states that a change gave, by class."""
    return {class_id: value for (class_id, what), value in writes.items() if what == _STATE}


def _value(each: ClassInfo, what: Any) -> Any:
    return (each.state, each.merged_into) if what == _STATE else getattr(each, what)


def _difference(before: Classes, after: Classes) -> tuple[dict[int, ClassInfo], _Writes, tuple[int, ...] | None]:
    known = {each.id: each for each in before}
    added = {each.id: each for each in after if each.id not in known}
    writes = {
        (each.id, what): _value(each, what)
        for each in after
        if each.id in known and each is not known[each.id]
        for what in _FIELDS
        if _value(each, what) != _value(known[each.id], what)
    }
    ids = tuple(each.id for each in after if each.id in known)
    return added, writes, None if ids == tuple(known) else tuple(each.id for each in after)


def _values(standing: list[ClassChange]) -> _Writes:
    """Return the value of each field of each class that was ever added, by the last change that gave one."""
    values: _Writes = {}
    for each in standing:
        values |= {(class_id, what): _value(info, what) for class_id, info in each.added.items() for what in _FIELDS}
        values |= each.writes
    return values


def _patched(classes: Classes, now: _Writes, then: _Writes) -> Classes:
    """Return the list with what differs; a class that was never added is removed."""

    def patched(each: ClassInfo) -> ClassInfo:
        if (each.id, _STATE) not in then:
            return replace(each, state="removed", merged_into=None, key=None)
        differing: dict[Any, Any] = {
            what: then[each.id, what] for what in _FIELDS if then[each.id, what] != now.get((each.id, what))
        }
        state, into = differing.pop(_STATE, (each.state, each.merged_into))
        return replace(each, state=state, merged_into=into, **differing)

    return tuple(map(patched, classes))


def _keys_apart(new: Classes, old: Classes) -> Classes:
    """Return the list in which who had a key keeps it; a class that comes back with the same has one by its place."""
    had = {(each.id, each.key) for each in active(old)}
    kept = {each.key: each.id for each in active(new) if (each.id, each.key) in had}
    return tuple(
        each if each.state == "active" and kept.get(each.key, each.id) == each.id else replace(each, key=None)
        for each in new
    )


def _ordered(classes: Classes, order: tuple[int, ...] | None) -> Classes:
    if order is None:
        return classes
    place = {class_id: number for number, class_id in enumerate(order)}
    return tuple(sorted(classes, key=lambda each: place.get(each.id, len(place))))


def _check_names(classes: Classes) -> None:
    seen: set[str] = set()
    for each in active(classes):
        if each.name in seen:
            raise InvalidParameterError(
                f"There would be two classes {each.name!r}. Rename the one that is there, or give a name for the one "
                "that comes back."
            )
        seen.add(each.name)
