"""What the script of an exported model does: a file in, the same rows with their classes out."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from querist._files import replacing
from querist._typing import AnyArray, Pool
from querist._words import listed
from querist.data import EmbeddedFeatures, ImageFeatures, TableFeatures
from querist.data.embeddings.given import named_vectors
from querist.data.own_columns import querist_names
from querist.exceptions import DataError, QueristError
from querist.labelling.export.delimited import write_lines
from querist.labelling.intake.source import Source, read_source
from querist.labelling.log.locations import FILE, image_file, is_address

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

# The source of images that were named one by one.
_NOWHERE = Path()
_GAPS = {
    "number": "taken for the usual number",
    "date": "taken for the usual date",
    "category": "counted as no category",
    "text": "taken for empty texts",
}


def main(model: "Pipeline", arguments: Sequence[str], *, image_column: str | None = None) -> int:
    """Write the rows of a file, and behind them the class and its probability; say on standard error what was odd.

    Parameters
    ----------
    model : Pipeline
        As exported.
    arguments : sequence of str
        Of the command line: ``FILE [--out OUT]``; for images also ``FOLDER``, ``IMAGE IMAGE ...``, ``--images FOLDER``;
        where rows had embeddings ``--embeddings VECTORS``.
    image_column : str, default=None
        Where a table names its images.

    Returns
    -------
    int
        Exit status: 1 if the file cannot be used.
    """
    features = model.named_steps["features"]
    images = isinstance(features, ImageFeatures) or getattr(features, "features", features) is None
    given = _arguments(arguments, images=images, embedded=isinstance(features, EmbeddedFeatures) and not features.model)
    try:
        source = _source(given.file, images, image_column)
        if isinstance(features, ImageFeatures):
            X, told = _of_images(features, source, image_column or FILE, given.images)
        elif isinstance(features, EmbeddedFeatures):
            X, told = _embedded(features, source, getattr(given, "embeddings", None))
        else:
            X, told = _of_columns(features, source)
        classifier = model.named_steps["classifier"]
        classes, confidences, more = predicted(classifier, X)
        for note in (*told, *more):
            print(f"Note: {note}.", file=sys.stderr)
        _write(_lines(source, classes, confidences), given.out)
    except (QueristError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


def predicted(classifier: Any, X: Pool) -> tuple[AnyArray, list[float | None], list[str]]:
    """Return the likeliest class of each row, its probability (None where there are none), and notes."""
    if not hasattr(classifier, "predict_proba"):
        told = "this classifier gives no probabilities, so the column 'confidence' is empty"
        return classifier.predict(X), [None] * int(X.shape[0]), [told]
    probabilities = classifier.predict_proba(X)
    return classifier.classes_[probabilities.argmax(axis=1)], probabilities.max(axis=1).tolist(), []


def _arguments(arguments: Sequence[str], *, images: bool, embedded: bool) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="use_model.py",
        description="Predicts the classes of the rows of a file; writes the rows, each with its class and probability.",
    )
    what = (
        "a folder of images, images, or a table that names images"
        if images
        else "a table with the columns of the one that was labelled"
    )
    parser.add_argument("file", nargs="+" if images else 1, type=Path, help=what)
    parser.add_argument("--out", type=Path, help="the CSV file to write; without it, standard output")
    if embedded:
        told = "a vector for each row, by the model that made those of the project: a file (.npy, .npz, .parquet ...) "
        parser.add_argument("--embeddings", required=True, help=told + "or a column of lists")
    if images:
        parser.add_argument(
            "--images", type=Path, help="the folder that paths in a table are relative to; default: the table's own"
        )
    return parser.parse_args(arguments)


def _source(files: list[Path], images: bool, image_column: str | None) -> Source:
    if images and (len(files) > 1 or _is_image(files[0])):
        return Source(_NOWHERE, {image_column or FILE: [str(path) for path in files]})
    if not images and files[0].is_dir():
        raise DataError(f"{files[0]} is a folder. Name a file with the columns that the model reads.")
    return read_source(files[0])


def _is_image(path: Path) -> bool:
    from querist.data.image_folder import IMAGE_ENDINGS

    return path.suffix.lower() in IMAGE_ENDINGS


def _embedded(features: EmbeddedFeatures, source: Source, given: str | None) -> tuple[Pool, list[str]]:
    if given is None:
        assert features.features_ is not None
        X, told = _of_columns(features.features_, source)
        return features.block_.beside(X, features.vectors_of(pd.DataFrame(source.columns))), told
    vectors, _ = named_vectors(given, source.columns, source.n_rows, str(source.path), what="--embeddings")
    if features.features_ is None:
        return features.encode_rows(None, vectors), []
    X, told = _of_columns(features.features_, source)
    return features.block_.beside(X, vectors), told


def _of_columns(features: TableFeatures, source: Source) -> tuple[Pool, list[str]]:
    used = {name: kind for name, kind in features.kinds_.items() if kind != "dropped"}
    missing = [name for name in used if name not in source.columns]
    if missing:
        raise DataError(
            f"{source.path} lacks the column{'s' * (len(missing) > 1)} {listed(missing)}, which the model reads. "
            f"It has: {listed(list(source.columns))}."
        )
    frame = pd.DataFrame({name: source.columns[name] for name in used})
    X = features.encode(frame, source=f"file {source.path}")
    told = []
    for name, kind in used.items():
        n_gaps = int(frame[name].isna().sum())
        if n_gaps:
            told.append(f"column {name!r}: {n_gaps} empty cells, {_GAPS[kind]}")
    for name, count in features.unseen(frame).items():
        told.append(f"column {name!r}: {count} rows have a category that the model has never seen, counted as none")
    for name, count in features.misfits(frame).items():
        told.append(f"column {name!r}: {count} cells do not fit it, {_GAPS[used[name]]}")
    others = [name for name in source.columns if name not in features.kinds_]
    if others:
        told.append(f"the model does not use {', '.join(map(repr, others[:30]))}{', ...' * (len(others) > 30)}")
    return X, told


def _of_images(features: ImageFeatures, source: Source, column: str, folder: Path | None) -> tuple[Pool, list[str]]:
    cells = source.columns[FILE if source.path != _NOWHERE and source.is_folder else source.named(column, "image")]
    top = folder or (source.path if source.is_folder else source.path.parent)
    names = ["" if cell is None else str(cell) for cell in cells]
    paths = [Path(name) if source.path == _NOWHERE else _path(top, name) for name in names]
    read = features.read(paths)
    told = [
        f"row {row + 1} ({names[row] or 'no name'}): {why}; for the model it looks like the average image"
        for row, why in list(read.unread.items())[:5]
    ]
    if len(read.unread) > len(told):
        told.append(f"{len(read.unread) - len(told)} more images could not be read")
    return read.X, told


def _path(folder: Path, name: str) -> Path | None:
    return None if not name or is_address(name) else image_file(folder, name)


def _lines(source: Source, classes: AnyArray, confidences: list[float | None]) -> Iterator[list[Any]]:
    names = querist_names(source.columns)
    yield [*source.columns, names["prediction"], names["confidence"]]
    for *cells, name, confidence in zip(*source.columns.values(), classes.tolist(), confidences, strict=True):
        yield [*cells, name, confidence]


def _write(lines: Iterator[list[Any]], out: Path | None) -> None:
    if out is None:
        _told(write_lines(lines, sys.stdout.buffer))
        sys.stdout.buffer.flush()
        return
    with replacing(out) as target:
        told = write_lines(lines, target)
    _told(told)


def _told(notes: Sequence[str]) -> None:
    for note in notes:
        print(f"Note: {note}", file=sys.stderr)
