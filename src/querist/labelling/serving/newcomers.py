"""A project that was not opened here before: a copy, or one that somebody sent."""

from dataclasses import replace
from pathlib import PurePath
from typing import Any

from querist.labelling.log.locations import home_of
from querist.labelling.log.settings import Settings, SourceInfo
from querist.store import Store

_TOLD = (
    "This project was not opened here before: it is a copy, or somebody sent it. Nobody is signed in to it, and links "
    "from before do not work: people have to sign in again."
)


def settled(store: Store) -> list[str]:
    """Make this the home of a project, where it is not yet, and return what the person should know.

    Nobody is signed in to a copy, and no link works. Nor does a project that came from elsewhere lead Querist around
    the disk: files and folders that it names outside of its own folder are looked for in it, until a person names them.
    """
    used = bool(store.annotators())

    def bounded(told: dict[str, Any]) -> dict[str, Any]:
        settings = Settings.from_dict(told)
        return replace(settings, sources=tuple(_beside(each, store) for each in settings.sources)).to_dict()

    return [_TOLD] if store.settle(bounded) and used else []


def _beside(source: SourceInfo, store: Store) -> SourceInfo:
    images = None if source.images is None else _own(source.images, store)
    return replace(source, path=_own(source.path, store), images=images)


def _own(path: str, store: Store) -> str:
    """Return a path that lies in the project's own folder."""
    told = PurePath(path)
    inside = not told.is_absolute() and ".." not in told.parts
    if inside or home_of(store.location) is None:
        return path
    return next((part for part in reversed(told.parts) if part not in ("..", told.anchor)), ".")
