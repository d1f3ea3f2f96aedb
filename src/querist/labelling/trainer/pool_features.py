"""The rows of a project as numbers: what the trainer learns from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from querist._typing import BoolArray, Pool
from querist.data import EmbeddedFeatures, ImageFeatures, TableFeatures, Watch
from querist.data.embeddings.row_vectors import RowVectors
from querist.exceptions import DataError
from querist.labelling.log.locations import embeddings_home, find_image, is_address
from querist.labelling.log.settings import Settings
from querist.store.rows import ItemRow

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class PoolFeatures:
    """The pool as numbers.

    Attributes
    ----------
    X : ndarray or CSR matrix of shape (n_rows, n_features)
    names : tuple of str of length n_features
        Empty for images.
    columns : tuple of str of length n_features
        The column that a feature comes from; empty for images.
    kinds : dict of str to str
        What the columns were read as: number, category, date, text, dropped; embedding, which is none of the table.
    notes : tuple of str
        What was decided, in words.
    recipe : TableFeatures, ImageFeatures or EmbeddedFeatures
        Fitted: turns more rows into the same features.
    legible : ndarray of shape (n_features,), bool
        Which features mean something to a person: words, not groups of letters.
    """

    X: Pool
    names: tuple[str, ...]
    columns: tuple[str, ...]
    kinds: dict[str, str]
    notes: tuple[str, ...]
    recipe: TableFeatures | ImageFeatures | EmbeddedFeatures
    legible: BoolArray

    @property
    def alike_by(self) -> BoolArray:
        """By which features texts are found alike: words and embeddings. Nearly all share groups of letters."""
        kinds = [self.kinds[column] for column in self.columns]
        return self.legible | np.array([kind == "embedding" for kind in kinds]) if kinds else self.legible

    @property
    def n_rows(self) -> int:
        """Rows of the pool."""
        return int(self.X.shape[0])


def recipe(settings: Settings) -> tuple[Any, ...]:
    """Return the settings that decide on the features: where they are the same, so are the features."""
    images = tuple(source.images for source in settings.sources)
    columns = settings.text_columns, settings.feature_columns, settings.image_column
    return settings.kind, *columns, settings.words_only, settings.embeddings, images


def pool_features(
    items: Iterable[ItemRow], n_rows: int, settings: Settings, location: str, progress: Progress
) -> PoolFeatures:
    """Turn the rows of a project into numbers.

    Parameters
    ----------
    items : iterable of ItemRow
    n_rows : int
        How many they are.
    settings : Settings
    location : str
        Of the project; images may lie beside it.
    progress : callable
        Called with (rows done, rows in all).

    Raises
    ------
    DataError
        If there is nothing to learn from.
    """
    if settings.kind == "image" and settings.embeddings:
        return _of_vectors(n_rows, location)
    if settings.kind == "image":
        return _of_images(items, n_rows, settings, location, progress)
    return _of_columns(items, n_rows, settings, location, progress)


def of_recipe(X: Pool, features: TableFeatures) -> PoolFeatures:
    """Return what a fitted recipe has made of the rows."""
    names = tuple(features.get_feature_names_out().tolist())
    kinds: dict[str, str] = {**features.kinds_}
    return PoolFeatures(X, names, features.columns_, kinds, features.notes_, features, features.legible_)


def _of_images(
    items: Iterable[ItemRow], n_rows: int, settings: Settings, location: str, progress: Progress
) -> PoolFeatures:
    paths = []
    n_addresses = 0
    for item in items:
        cell = item.content.get(settings.image_column or "")
        name = "" if cell is None else str(cell)
        n_addresses += is_address(name)
        paths.append(find_image(settings, location, item.source, name) if name else None)
    features = ImageFeatures()
    read = features.fit_read(paths, progress=progress)
    n_damaged = len(read.unread) - n_addresses
    notes = []
    if n_addresses:
        notes.append(f"{n_addresses} images are on the web: people see them, the model does not.")
    if n_damaged:
        known = [told for row, told in read.unread.items() if paths[row] is not None]
        example = f", for example {known[0]}" if known else ""
        notes.append(f"{n_damaged} images could not be read{example}; for the model they look average.")
    if len(read.unread) == n_rows:
        raise DataError(f"No image could be read, so there is nothing to learn from. {' '.join(notes)}")
    return PoolFeatures(read.X, (), (), {}, tuple(notes), features, np.ones(read.X.shape[1], bool))


def _of_vectors(n_rows: int, location: str) -> PoolFeatures:
    features = EmbeddedFeatures()
    X = features.fit_rows(None, RowVectors(embeddings_home(location)).read(n_rows))
    return PoolFeatures(X, (), (), {}, (), features, np.ones(X.shape[1], bool))


def _of_columns(
    items: Iterable[ItemRow], n_rows: int, settings: Settings, location: str, progress: Progress
) -> PoolFeatures:
    import pandas as pd

    wanted = settings.feature_columns or settings.text_columns
    cells: dict[str, list[Any]] = {name: [] for name in wanted if name != settings.label_column}
    for done, item in enumerate(items, 1):
        for name, column in cells.items():
            column.append(item.content.get(name))
        progress(done, n_rows)
    if not cells:
        raise DataError("The project names no column to learn from. Make it again, with --text or --columns.")
    frame = pd.DataFrame(cells)
    features = TableFeatures(
        text_columns=tuple(name for name in settings.text_columns if name in cells), words_only=settings.words_only
    )
    if not settings.embeddings:
        return of_recipe(features.fit_transform(frame), features)
    embedded = EmbeddedFeatures(features, model=settings.embedding_model)
    vectors = None if settings.embedding_model else RowVectors(embeddings_home(location)).read(n_rows)
    X = embedded.fit_rows(frame, vectors, watch=Watch(lambda done, total, what: progress(done, total)))
    names = tuple(embedded.get_feature_names_out().tolist())
    kinds: dict[str, str] = {**embedded.kinds_} | {embedded.column_: "embedding"}
    # The numbers of a vector stand last; what was fitted is a copy of the recipe that was given.
    assert embedded.features_ is not None
    own = embedded.features_.legible_
    legible = np.concatenate([own, np.zeros(X.shape[1] - own.size, bool)])
    return PoolFeatures(X, names, embedded.columns_, kinds, embedded.notes_, embedded, legible)
