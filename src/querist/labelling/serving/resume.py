"""A project that exists is opened again: is it of this data, does it do what is asked for."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from querist._words import command
from querist.exceptions import DataError, StoreError
from querist.labelling.intake.new_project import clear_leftovers
from querist.labelling.intake.screening import goal_setting
from querist.labelling.intake.source import is_of
from querist.labelling.intake.source_check import check_sources
from querist.labelling.intake.vectors import renewed
from querist.labelling.label_files.reading_aids import read_keywords
from querist.labelling.log.board import Board
from querist.labelling.log.classes import active
from querist.labelling.log.locations import home_of, to_path
from querist.labelling.log.numbers import number_in_words
from querist.labelling.log.settings import MODEL, Settings
from querist.labelling.serving.project import Project
from querist.store import Store

# What was decided when a project was made, and the option that asks for something else.
_OPTIONS = {
    "text_columns": "--text",
    "image_column": "--image",
    "columns": "--columns",
    "label_column": "--label-column",
    "id_column": "--id",
    "copies": "--copies",
    "number": "--number",
    "unit": "--unit",
    "lowest": "--min",
    "highest": "--max",
}


def resume(
    location: str | Path,
    data: Path | Sequence[Path] = (),
    *,
    asked: Mapping[str, Any],
    changes: Mapping[str, Any],
    images: Path | None = None,
    keywords: Path | None = None,
    embeddings: str | None = None,
) -> list[str]:
    """Prepare a project that exists for going on.

    Parameters
    ----------
    location : path or URL
    data : path or sequence of path, default=()
        The data that a person named; all of it must be the project's.
    asked : mapping
        Fields of `Settings`, ``labels`` and ``existing_labels``, as a person wants them; empty where nothing is
        asked for.
    changes : mapping
        Settings to change: strategy, estimator, audit_share; the goal as a person names it.
    images : path, default=None
        Where the images are now.
    keywords : path, default=None
        A table of keywords, which take the place of those of the project.
    embeddings : str, default=None
        Vectors for all rows of the project: a file, a column of its data, or a sentence model.

    Returns
    -------
    list of str
        What is asked for and cannot be had in this project, and what was changed.

    Raises
    ------
    StoreError
        If the project is of other data, or cannot be opened.
    """
    if home_of(location) is not None:
        clear_leftovers(Path(location))
    with Store.open(location) as store:
        settings = Settings.from_dict(store.info.settings)
        known = Board.of(store.events(kinds=["classes"])).classes
        if images is not None:
            check_sources(store, images)
    for each in _paths(data):
        _check_data(location, each, settings)
    notes = [
        f"{option} {_words(asked[name])}: this project was made with {_words(getattr(settings, name)) or 'none'}, "
        "which stays; another --project can be made with it"
        for name, option in _OPTIONS.items()
        if asked.get(name) not in (None, "", ()) and asked[name] != getattr(settings, name)
    ]
    classes = [each.name for each in active(known)]
    missing = [name for name in asked.get("labels", ()) if name not in classes]
    if missing:
        notes.append(f"--labels: the project has no class {_words(missing)}; add it on the page")
    if not asked.get("existing_labels", True) and settings.label_column is not None:
        notes.append(f"--no-existing-labels: labels of column {settings.label_column!r} are in the project, and stay")
    if embeddings is not None:
        changes = {**changes, "embeddings": renewed(location, embeddings, _paths(data))}
    if "goal" in changes:
        changes = {**changes, "goal": goal_setting(changes["goal"], known)}
    if keywords is not None:
        changes = {**changes, "keywords": read_keywords(keywords, known)}
    if changes.get("like") and settings.kind != "text":
        raise DataError("--like names texts, and this project holds none. Leave it out.")
    fresh = {name: value for name, value in changes.items() if value != getattr(settings, name)}
    if fresh:
        with Project.open(location, train=False) as project:
            project.change_settings(None, **fresh).result()
        notes += [_told(name, value) for name, value in fresh.items()]
    return notes


def _paths(data: Path | Sequence[Path]) -> list[Path]:
    return [data] if isinstance(data, Path) else list(data)


def _check_data(location: str | os.PathLike[str], data: Path, settings: Settings) -> None:
    paths = [to_path(each.path, location) for each in settings.sources]
    if any(os.path.abspath(data) == os.path.abspath(path) for path in paths):
        return
    if data.exists() and any(is_of(data, each.hash, each.size) for each in settings.sources):
        return
    raise StoreError(
        f"{location} is a project of {paths[0]}, not of {data}. "
        f"Give this data a project of its own with --project NAME.querist, or add its rows to this one: "
        f"{command('querist', 'add', location, data)}"
    )


def _told(name: str, value: Any) -> str:
    if name == "keywords":
        of = "1 class" if len(value) == 1 else f"{len(value)} classes"
        return f"keywords are now {sum(len(each.words) for each in value)}, of {of}"
    if name == "embeddings":
        made = value.removeprefix(MODEL) if value.startswith(MODEL) else ""
        how = f"made of the texts by {made}" if made else "those that were brought"
        return f"embeddings are now {how}; the model learns from them beside the columns"
    if name == "like":
        n = "1 example" if len(value) == 1 else f"{len(value)} examples"
        return f"rows like {n} are asked about first, until there is a model"
    if name == "guidelines":
        return f"guidelines are now those of {len(value):,} characters"
    if name == "goal":
        return f"the goal is now {value.partition(':')[0]}"
    return f"{name.replace('_', ' ')} is now {value}"


def _words(value: Any) -> str:
    if isinstance(value, float):
        return number_in_words(value)
    return value if isinstance(value, str) else ", ".join(value or ())
