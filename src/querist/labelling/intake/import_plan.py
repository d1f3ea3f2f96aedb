"""`ImportPlan`: what will be imported, and how it was read."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from querist._alike import shown_apart
from querist.exceptions import DataError
from querist.labelling.intake.copies import CopyGroups, seen_cells
from querist.labelling.intake.existing_labels import labels_of
from querist.labelling.intake.given_numbers import numbers_of
from querist.labelling.intake.source import Source
from querist.labelling.intake.vectors import setting_of
from querist.labelling.log.locations import image_below, image_file, is_address
from querist.labelling.log.numbers import NumberAsked
from querist.labelling.log.settings import AUTO, CopyRule, Kind, Settings

if TYPE_CHECKING:
    from querist.data.embeddings.arrays import Vectors


@dataclass(frozen=True)
class ImportPlan:
    """What will be imported, and how it was read.

    Attributes
    ----------
    source : Source
    kind : {"text", "table", "image"}
    columns : tuple of str
        Shown on the card.
    text_columns, feature_columns : tuple of str
    image_column, id_column, label_column : str or None
    images : Path or None
        The folder that image paths start from.
    id_prefix : str
        Stands before the ids of these rows.
    number : NumberAsked or None
        The number that is asked for, instead of classes.
    classes : tuple of str
        Names of the classes, in the order of their buttons; of a number: its name, which says that there is one.
    class_names : mapping of str to str
        Labels in the file that are written otherwise than their class is called, and that class.
    copies : {"alike", "exact", "off"}
        Which rows are taken for copies of others.
    groups : CopyGroups
        Those that are.
    vectors : ndarray of shape (n_rows, n_dimensions), float32, or None
        The embeddings of the rows.
    model : str
        The sentence model that makes embeddings of the texts, instead.
    notes : tuple of str
        Everything that was guessed, in plain words.
    """

    source: Source
    kind: Kind
    columns: tuple[str, ...] = ()
    text_columns: tuple[str, ...] = ()
    feature_columns: tuple[str, ...] = ()
    image_column: str | None = None
    id_column: str | None = None
    label_column: str | None = None
    images: Path | None = None
    id_prefix: str = ""
    number: NumberAsked | None = None
    classes: tuple[str, ...] = ()
    class_names: Mapping[str, str] = field(default_factory=dict)
    copies: CopyRule = "off"
    groups: CopyGroups = field(default_factory=CopyGroups)
    vectors: "Vectors | None" = None
    model: str = ""
    notes: tuple[str, ...] = ()

    def settings(self) -> Settings:
        """Return the settings of a new project; its sources are added on import."""
        return Settings(
            kind=self.kind,
            columns=self.columns,
            text_columns=self.text_columns,
            feature_columns=self.feature_columns,
            image_column=self.image_column,
            id_column=self.id_column,
            label_column=self.label_column,
            **({} if self.number is None else _as_settings(self.number)),
            notes=self.notes,
            copies=self.copies,
            auto=AUTO,
            words_only=False,
            embeddings=setting_of(self.vectors, self.model),
        )

    def given(self) -> list[Hashable | None]:
        """Return the answers already given, one a row: numbers, or names of classes; None where there is none."""
        if self.number is not None:
            return [*numbers_of(self.source, self.label_column, self.number)]
        names = labels_of(self.source, self.label_column)
        return [name and self.class_names.get(name, name) for name in names]

    def seen(self) -> dict[str, list[Any]]:
        """Return what people see of the rows and a model learns from, column by column; images by their content."""
        return seen_cells(
            self.columns, self.feature_columns, self.image_column, self.source.columns, self.image_paths()
        )

    def image_paths(self) -> list[Path | None]:
        """Return where the images are."""
        if self.image_column is None or self.images is None:
            return []
        folder = self.images.absolute()
        cells = self.source.columns[self.image_column]
        return [None if cell is None or is_address(str(cell)) else image_file(folder, str(cell)) for cell in cells]


def _as_settings(asked: NumberAsked) -> dict[str, Any]:
    return {"number": asked.name, "unit": asked.unit, "lowest": asked.lowest, "highest": asked.highest}


def check_images(plan: ImportPlan) -> list[str]:
    """Look whether images are there, and within the folder that will be served; return notes.

    Raises
    ------
    DataError
        If an image lies outside the folder, or none is there.
    """
    if plan.image_column is None or plan.images is None or plan.source.is_folder:
        return []
    cells = plan.source.columns[plan.image_column]
    folder = plan.images.absolute()
    missing, renamed = [], []
    for row, cell in enumerate(cells, 1):
        if cell is not None and is_address(str(cell)):
            continue
        path = folder if cell is None else image_file(folder, str(cell))
        if path is None:
            raise DataError(
                f"{plan.source.path}, row {row}: the image {cell} lies outside {folder}. "
                "Only images of one folder are served: name a folder that holds them all with --images."
            )
        if not path.is_file():
            missing.append(f"row {row} ({cell or 'no name'})")
        elif path != image_below(folder, str(cell)):
            renamed.append((str(cell), path.relative_to(folder).as_posix()))
    if len(missing) == len(cells):
        raise DataError(
            f"{plan.source.path}: none of the images in column {plan.image_column!r} was found; looked in "
            f"{folder} for {next((cell for cell in cells if cell), 'nothing')}. "
            "Name their folder with --images, or the right column with --image."
        )
    some = f"{', '.join(missing[:3])}{', ...' * (len(missing) > 3)}"
    notes = [f"{len(missing)} images are missing: {some}; they can be skipped"] if missing else []
    if renamed:
        pair = " for ".join(shown_apart(renamed[0][::-1]))
        notes.append(f"{len(renamed)} images have a name that is spelled differently, such as {pair}")
    return notes
