"""The classes of a project, and how their list changes while people label."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Literal

from querist.exceptions import InvalidParameterError
from querist.labelling.log.payload import made_of

# Okabe and Ito's palette, which colour-blind people tell apart, then its darker and lighter kin.
PALETTE = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a6d00", "#6a51a3",
    "#a6372f", "#1b7a7a", "#7f7f7f", "#b05c9b", "#4d7d2e", "#30507f", "#c77c48", "#5b5b8c",
)  # fmt: skip

MAX_NAME = 200


@dataclass(frozen=True)
class ClassInfo:
    """One class.

    Attributes
    ----------
    id : int
        Never used again, also after the class is gone.
    name : str
    colour : str
        ``#rrggbb``.
    key : str or None
        The key that a person chose; None: by position.
    description : str
    examples : tuple of str
    state : {"active", "removed", "merged"}
    merged_into : int or None
        The class that its answers count for.
    """

    # The API's readers find every field there, also one that has a default here.
    __pydantic_config__: ClassVar[Any] = {"json_schema_serialization_defaults_required": True}

    id: int
    name: str
    colour: str
    key: str | None = None
    description: str = ""
    examples: tuple[str, ...] = ()
    state: Literal["active", "removed", "merged"] = "active"
    merged_into: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the class as JSON takes it."""
        return asdict(self) | {"examples": list(self.examples)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "ClassInfo":
        """Return the class that `to_dict` wrote."""
        return made_of(cls, values | {"examples": tuple(values.get("examples", ()))})


Classes = tuple[ClassInfo, ...]


def active(classes: Classes) -> Classes:
    """Return the classes that have a button, in the order of the buttons."""
    return tuple(each for each in classes if each.state == "active")


def gone(classes: Classes, name: str) -> ClassInfo | None:
    """Return the class of a name that was removed or merged, the newest of several; None where one has a button."""
    named = [each for each in classes if each.name == name.strip()]
    if any(each.state == "active" for each in named):
        return None
    return max(named, key=lambda each: each.id, default=None)


def resolution(classes: Classes) -> dict[int, int]:
    """Return for each class id the id that its answers count for; -1 for a removed class."""
    by_id = {each.id: each for each in classes}

    def target(each: ClassInfo) -> int:
        while each.state == "merged" and each.merged_into is not None:
            each = by_id[each.merged_into]
        return each.id if each.state == "active" else -1

    return {each.id: target(each) for each in classes}


def counts_for(resolved: Mapping[int, int], class_id: int | None) -> int:
    """Return the class that answers of a class count for, by a `resolution`; -1 where they count no more."""
    return resolved.get(-1 if class_id is None else class_id, -1)


def class_name_of(value: Any) -> str | None:
    """Return the name of a class as a cell holds it; None for a gap."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() or None


def active_class(classes: Classes, class_id: int) -> ClassInfo:
    """Return an active class.

    Raises
    ------
    InvalidParameterError
        If there is none of that id.
    """
    for each in classes:
        if each.id == class_id and each.state == "active":
            return each
    known = ", ".join(f"{each.id} ({each.name})" for each in active(classes)) or "none yet"
    raise InvalidParameterError(f"There is no class with id {class_id}. There are: {known}.")


def add(classes: Classes, name: str, *, colour: str | None = None, description: str = "") -> Classes:
    """Append a class; a name that was removed comes back as a new class."""
    name = _checked_name(classes, name)
    number = 1 + max((each.id for each in classes), default=-1)
    fresh = ClassInfo(number, name, colour or _unused_colour(classes), description=description)
    return (*classes, fresh)


def added(names: Sequence[str]) -> Classes:
    """Return new classes of these names."""
    classes: Classes = ()
    for name in names:
        classes = add(classes, name)
    return classes


def change(classes: Classes, class_id: int, **changes: Any) -> Classes:
    """Change name, colour, key, description or examples of a class.

    Raises
    ------
    InvalidParameterError
        If there is no such class, the name is taken, or the key belongs to another class.
    """
    old = active_class(classes, class_id)
    if "name" in changes and changes["name"] != old.name:
        changes["name"] = _checked_name(classes, changes["name"])
    if changes.get("key") is not None:
        changes["key"] = _checked_key(classes, class_id, changes["key"])
    if "examples" in changes:
        changes["examples"] = tuple(changes["examples"])
    return tuple(replace(each, **changes) if each.id == class_id else each for each in classes)


def reorder(classes: Classes, ids: Sequence[int]) -> Classes:
    """Put the buttons into another order.

    Raises
    ------
    InvalidParameterError
        If `ids` are not exactly the active classes.
    """
    shown = {each.id: each for each in active(classes)}
    if sorted(ids) != sorted(shown):
        raise InvalidParameterError(f"The order must name each class once: {sorted(shown)}, got {list(ids)}.")
    return (*(shown[number] for number in ids), *(each for each in classes if each.state != "active"))


def merge(classes: Classes, class_id: int, into: int) -> Classes:
    """Let the answers of one class count for another."""
    active_class(classes, class_id)
    active_class(classes, into)
    if class_id == into:
        raise InvalidParameterError("A class cannot be merged into itself. Choose another.")
    return tuple(
        replace(each, state="merged", merged_into=into, key=None) if each.id == class_id else each for each in classes
    )


def remove(classes: Classes, class_id: int) -> Classes:
    """Take a class off the buttons; its answers stay in the log and count no more."""
    active_class(classes, class_id)
    return tuple(replace(each, state="removed", key=None) if each.id == class_id else each for each in classes)


def _checked_name(classes: Classes, name: str) -> str:
    name = name.strip()
    if not name:
        raise InvalidParameterError("A class needs a name.")
    if len(name) > MAX_NAME:
        raise InvalidParameterError(f"A class name has at most {MAX_NAME} characters, got {len(name)}.")
    if any(each.name == name for each in active(classes)):
        raise InvalidParameterError(f"There is a class {name!r} already. Choose another name.")
    return name


def _checked_key(classes: Classes, class_id: int, key: str) -> str:
    key = key.lower()
    if len(key) != 1 or not key.isalnum() or key in "fn":
        raise InvalidParameterError(f"A key must be one letter or digit other than F (flag) and N (note), got {key!r}.")
    owner = next((each for each in active(classes) if each.key == key and each.id != class_id), None)
    if owner is not None:
        raise InvalidParameterError(f"Key {key!r} belongs to class {owner.name!r}. Choose another key.")
    return key


def _unused_colour(classes: Classes) -> str:
    used = {each.colour for each in active(classes)}
    return next((colour for colour in PALETTE if colour not in used), PALETTE[len(classes) % len(PALETTE)])
