"""Changes of the class list, logged."""

from collections.abc import Sequence
from typing import Any

from querist.labelling.log import classes as class_lists
from querist.labelling.log.classes import Classes
from querist.labelling.log.events import ClassesChanged
from querist.labelling.serving.workplace import Workplace
from querist.labelling.serving.writer import Batch


def log_classes(place: Workplace, batch: Batch, classes: Classes, told: dict[str, Any], annotator: int | None) -> None:
    """Log the whole new class list, and what was done to it."""
    version = place.board.class_version + 1
    place.record(batch, ClassesChanged(version=version, classes=classes, change=told), annotator=annotator)


def add_missing(place: Workplace, batch: Batch, names: Sequence[str], annotator: int | None) -> None:
    """Add the classes of these names that the project lacks."""
    known = {each.name for each in class_lists.active(place.board.classes)}
    missing = [name for name in dict.fromkeys(names) if name not in known]
    classes = place.board.classes
    for name in missing:
        classes = class_lists.add(classes, name)
    if missing:
        log_classes(place, batch, classes, {"op": "import", "names": missing}, annotator)
