"""The trained model as a file: `python -m querist.labelling.model_export LOCATION OUT` writes a zip.

It loads scikit-learn, which the server does not: the server runs that command in a process of its own.
"""

import datetime
import itertools
import os
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, BinaryIO

from querist._files import replacing
from querist._typing import AnyArray
from querist.exceptions import InvalidParameterError, QueristError
from querist.labelling.export.layout import as_text
from querist.labelling.log.locations import find_image
from querist.labelling.model_export.files import SCRIPTS, readme, requirements
from querist.labelling.reading.accuracy_statement import accuracy_statement
from querist.labelling.reading.project_view import ProjectView
from querist.store.rows import ItemRow

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

# Types of these packages may be in the file; a model that holds others is not exported.
_KNOWN_PACKAGES = ("numpy", "scipy", "sklearn", "xgboost", "lightgbm", "querist")


def export_model(location: str | os.PathLike[str], target: BinaryIO) -> None:
    """Train a model on the current labels of a project, and write it.

    Parameters
    ----------
    location : path or URL
        The project; it is only read, and may be open for labelling meanwhile.
    target : binary file
        Receives a zip of the model, a script that uses it, and what it was trained on.

    Raises
    ------
    NotEnoughLabelsError
        If fewer than two classes have a label.
    DataError
        If there is nothing to learn from.
    """
    from querist.labelling.model_export.pipeline import fit_exportable

    with ProjectView.read(os.fspath(location)) as project:
        info, settings = project.info, project.settings
        kind, pool, labels = _material(project)
        statements = [vars(each) for each in accuracy_statement(project.board, info.name, now=time.time()).statements]
    options = {"seed": info.seed, "text_columns": settings.text_columns}
    pipeline = fit_exportable(kind, pool, labels, settings.estimator_in_use, options)
    estimator = settings.estimator_in_use
    write_model_zip(pipeline, kind, labels, target, project_name=info.name, estimator=estimator, statements=statements)


def _material(project: ProjectView) -> tuple[str, Any, list[str | None]]:
    """Return what the model reads and what it is to say; of the columns that the trainer learns from."""
    settings, board = project.settings, project.board
    names = {each.id: each.name for each in board.classes}
    labels = [names.get(label) for label in board.labels.tolist()]
    items = itertools.islice(project.store.all_items(), len(labels))
    if settings.kind == "image":
        pixels, named = _pixels(project, items, labels)
        return "image", pixels, named
    columns = [name for name in settings.feature_columns or settings.text_columns if name != settings.label_column]
    if len(columns) == 1 and columns[0] in settings.text_columns:
        return "text", [as_text(item.content.get(columns[0])) for item in items], labels
    import pandas as pd

    cells: dict[str, list[Any]] = {name: [] for name in columns}
    for item in items:
        for name, column in cells.items():
            column.append(item.content.get(name))
    return "table", pd.DataFrame(cells), labels


def _pixels(
    project: ProjectView, items: Iterable[ItemRow], labels: Sequence[str | None]
) -> tuple[AnyArray, list[str | None]]:
    """Return the pixels of the labelled images that can be read."""
    from querist.data.images import image_features

    settings = project.settings
    paths, named = [], []
    for item, label in zip(items, labels, strict=True):
        image = item.content.get(settings.image_column or "")
        if label is not None and image is not None:
            paths.append(find_image(settings, project.store.location, item.source, str(image)))
            named.append(label)
    read = image_features(paths)
    usable = [row for row in range(len(paths)) if row not in read.unread]
    return read.X[usable], [named[row] for row in usable]


def write_model_zip(
    pipeline: "Pipeline",
    kind: str,
    label_names: Sequence[str | None],
    target: BinaryIO,
    *,
    project_name: str,
    estimator: str,
    now: datetime.datetime | None = None,
    statements: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write a fitted pipeline, a script that loads and uses it, a README and requirements.

    Parameters
    ----------
    pipeline : Pipeline
        From `fit_exportable`.
    kind : {"text", "table", "image"}
    label_names : sequence of str or None
        What it was trained on.
    target : binary file
    project_name, estimator : str
        For the README.
    now : datetime, default=the present
        When it was trained.
    statements : sequence of dict, default=()
        What is known of the accuracy (`querist.labelling.reading.accuracy_statement`).

    Raises
    ------
    InvalidParameterError
        If the model holds parts of a package that nobody was asked to trust.
    """
    import skops.io

    data = skops.io.dumps(pipeline)
    trusted = skops.io.get_untrusted_types(data=data)
    foreign = [each for each in trusted if each.partition(".")[0] not in _KNOWN_PACKAGES]
    if foreign:
        raise InvalidParameterError(
            f"The estimator {estimator!r} holds {', '.join(foreign)}, which is not known to be safe to load. "
            "Choose an estimator of scikit-learn."
        )
    counts = Counter(name for name in label_names if name is not None)
    packages = {name: version(name) for name in requirements(kind, trusted)}
    files = {
        "use_model.py": SCRIPTS[kind](pipeline, trusted),
        "README.md": readme(pipeline, kind, counts, packages, project_name, estimator, now, statements),
        "requirements.txt": "".join(f"{name}=={each}\n" for name, each in packages.items()),
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr("model.skops", data)


def main(arguments: Sequence[str]) -> int:
    """Export the model of the project at LOCATION (``-``: the first line of input names it) to the file OUT."""
    if len(arguments) != 2:
        print("Use: python -m querist.labelling.model_export LOCATION OUT", file=sys.stderr)
        return 2
    # An address may hold a password, and everybody on the machine can read arguments.
    location = sys.stdin.readline().rstrip("\n") if arguments[0] == "-" else arguments[0]
    try:
        with replacing(arguments[1]) as target:
            export_model(location, target)
    except (QueristError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0
