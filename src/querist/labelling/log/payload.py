"""`Payload`: what an event carries, as a frozen dataclass that the log's JSON becomes and comes from."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, ClassVar, Self, TypeVar

from querist.labelling.log.typed import misfits

T = TypeVar("T")


class UnknownFieldsError(Exception):
    """Data has fields that a payload does not have: `names`. `querist.labelling.log.events` says it in words."""

    def __init__(self, names: list[str]) -> None:
        self.names = names


class MissingFieldsError(Exception):
    """Data lacks fields that a payload must have: `names`. `querist.labelling.log.events` says it in words."""

    def __init__(self, names: list[str]) -> None:
        self.names = names


class WrongFieldsError(Exception):
    """Fields hold something else than they can: `names`. `querist.labelling.log.events` says it in words."""

    def __init__(self, names: list[str]) -> None:
        self.names = names


class Payload:
    """The base of all payloads; each is a frozen dataclass whose arguments have names.

    A field's default is part of the format: the log leaves out what stands at its default, and logs that were written
    before the field existed lack it too. So a default never changes, and a field with a new meaning gets a new name.
    """

    # How the values of fields are read that are more than JSON values.
    _readers: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """Return the payload that `to_data` wrote.

        Raises
        ------
        UnknownFieldsError, MissingFieldsError, WrongFieldsError
        """
        if cls._readers:
            data = {name: cls._readers[name](value) if name in cls._readers else value for name, value in data.items()}
        return made_of(cls, data)

    @classmethod
    def names(cls) -> list[str]:
        """Return the names of the fields as the log has them."""
        own: Any = cls
        return list(_defaults(own))

    def to_data(self) -> dict[str, Any]:
        """Return the fields as JSON takes them, without those at their default."""
        own: Any = type(self)
        defaults = _defaults(own)
        return {name: _as_json(value) for name, value in vars(self).items() if value != defaults[name]}


def made_of(kind: type[T], data: dict[str, Any]) -> T:
    """Return a frozen dataclass of these fields.

    Raises
    ------
    UnknownFieldsError, MissingFieldsError, WrongFieldsError
    """
    known: Any = kind  # of which the type checker does not ask whether it can be hashed
    defaults, required = _defaults(known), _required(known)
    told = defaults | data
    if len(told) > len(defaults):
        raise UnknownFieldsError(sorted(set(told) - set(defaults)))
    if not required <= data.keys():
        raise MissingFieldsError(sorted(required - data.keys()))
    if wrong := misfits(known, data):
        raise WrongFieldsError(wrong)
    made = object.__new__(kind)
    # A frozen constructor assigns field by field, which takes ten times as long; a log has many events.
    vars(made).update(told)
    return made


@cache
def _defaults(kind: Any) -> dict[str, Any]:
    """Return the names of all fields, and what they are if nothing is said; MISSING: it must be said."""
    return {each.name: each.default for each in fields(kind)}


@cache
def _required(kind: Any) -> frozenset[str]:
    return frozenset(name for name, default in _defaults(kind).items() if default is MISSING)


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_as_json(each) for each in value]
    return {name: _as_json(each) for name, each in vars(value).items()} if is_dataclass(value) else value
