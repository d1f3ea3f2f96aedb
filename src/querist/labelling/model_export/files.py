"""What lies beside an exported model: the script that uses it, its README, its requirements."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pprint import pformat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

_SCRIPT = '''"""Predict the classes of the rows of a file: writes the rows, each with its class and probability.

    {uses}

Without --out, writes to standard output, as CSV.
"""

import pathlib
import sys

import skops.io

from querist.labelling.model_export.use import main

# The types that the file may hold; anything else is refused, and nothing in the file is run.
TRUSTED = {trusted}
model = skops.io.load(pathlib.Path(__file__).with_name("model.skops"), trusted=TRUSTED)

sys.exit(main(model, sys.argv[1:], image_column={image_column!r}))
'''
_USES = {
    "text": "python use_model.py FILE [--out PREDICTED.csv]",
    "table": "python use_model.py FILE [--out PREDICTED.csv]",
    "image": """python use_model.py FOLDER [--out PREDICTED.csv]
    python use_model.py IMAGE IMAGE ... [--out PREDICTED.csv]
    python use_model.py FILE [--images FOLDER] [--out PREDICTED.csv]""",
}
_GIVEN = {
    "text": "a pandas DataFrame with the columns above",
    "table": "a pandas DataFrame with the columns above",
    "image": "a list of paths of images",
}
_VECTORS = (
    "`VECTORS.npy` holds a vector for each row, made by the very model that made those of the project: vectors were\n"
    "brought with the rows, so that model is not in here. A column of lists of numbers does as well.\n"
)
_BY_MODEL = (
    "Embeddings of the texts are made by the sentence model `{model}`, which must be found there: it is not in here.\n"
)
_TABLE = "`FILE` is the file that was labelled, or one with the same columns: CSV, TSV, Excel, Parquet, JSON, JSONL."
_FILES = {
    "text": _TABLE,
    "table": _TABLE,
    "image": "`FOLDER` holds images, `IMAGE` is one; `FILE` is a table with {column}, paths relative to FOLDER.",
}


@dataclass(frozen=True)
class OwnFigure:
    """The accuracy of exactly the exported model.

    Attributes
    ----------
    known : bool
    text, note : str
        The figure in words; where there is none, why.
    n_labels : int
        That the model was trained on.
    date : str
        ISO 8601.
    """

    known: bool
    text: str
    note: str
    n_labels: int
    date: str


def script(kind: str, trusted: Sequence[str], image_column: str | None, *, brought: bool = False) -> str:
    """Return the script that loads the model and uses it; `brought`: rows come with embeddings."""
    return _SCRIPT.format(
        uses=_uses(kind, brought=brought), trusted=pformat(list(trusted), width=110), image_column=image_column
    )


def requirements(kind: str, trusted: Sequence[str], more: Sequence[str] = ()) -> list[str]:
    """Return the packages that the script needs; models are only sure to load with the versions that wrote them.

    `more` are those of a sentence model.
    """
    more = [*more, "pillow"] if kind == "image" else list(more)
    foreign = {each.partition(".")[0] for each in trusted} & {"xgboost", "lightgbm"}
    return ["querist", "scikit-learn", "skops", "numpy", "scipy", "pandas", *more, *sorted(foreign)]


def readme(
    pipeline: "Pipeline",
    kind: str,
    counts: Mapping[str, int],
    packages: Mapping[str, str],
    project_name: str,
    estimator: str,
    image_column: str | None,
    now: datetime.datetime | None,
    figure: OwnFigure | None,
) -> str:
    """Return what a person should know before using the model."""
    features = pipeline.named_steps["features"]
    brought, vectors, given = brings_vectors(pipeline), "", _GIVEN[kind]
    if brought:
        vectors = _VECTORS
        given = f"{_GIVEN['table']} and a column {features.column_!r} with the vectors"
    elif getattr(features, "model", ""):
        vectors = _BY_MODEL.format(model=features.model)
    trained = (now or datetime.datetime.now(datetime.UTC)).strftime("%Y-%m-%d %H:%M UTC")
    classes = "\n".join(f"| {name.replace('|', chr(92) + '|')} | {count} |" for name, count in sorted(counts.items()))
    listed = [f"- {what}: {', '.join(names)}" for what, names in columns_in_use(pipeline).items()]
    columns = ""
    if listed:
        columns = "\n## Columns\n\n" + "\n".join(listed) + "\n"
    versions = ", ".join(f"{name} {each}" for name, each in packages.items())
    return f"""# Model of {project_name}

Trained by Querist on {trained}, on {sum(counts.values())} labelled rows, with the estimator `{estimator}`:

    {pipeline.named_steps["classifier"].estimator}

It is the model that the labelling page shows and judges: the same features, the same labels, the same predictions.

| class | labels |
|---|---|
{classes}
{columns}
## Use it

    pip install -r requirements.txt
    {_uses(kind, brought=brought)}

{_FILES[kind].format(column=f"a column {image_column!r}")}
{vectors}\
Its columns are kept, followed by the class and its probability (`prediction`, `confidence`). Notes report empty cells,
categories never seen before and columns that the model does not use; a file that lacks a column is refused.

In Python, `model.predict` and `model.predict_proba` take {given}.

`use_model.py` lists the types that the file may hold and trusts no others. Models are only sure to load
with the versions that wrote them: {versions}.

## How good it is

{_accuracy(figure)}
A score on the labelled rows would mislead: most were chosen for what the model would learn from them. The figure is
based on rows drawn at random. Figures of other models, and promises about rows, are in the accuracy statement
that comes with exported labels.
"""


def brings_vectors(pipeline: "Pipeline") -> bool:
    """Whether rows come with embeddings of their own, which no model here could make."""
    # Loads heavy libraries, which the server does without until it exports.
    from querist.data import EmbeddedFeatures

    features = pipeline.named_steps["features"]
    return isinstance(features, EmbeddedFeatures) and not features.model


def _uses(kind: str, *, brought: bool) -> str:
    return _USES[kind].replace("[--out", "--embeddings VECTORS.npy [--out") if brought else _USES[kind]


def columns_in_use(pipeline: "Pipeline") -> dict[str, list[str]]:
    """Return the columns of a table that a pipeline reads, by what they are read as; none for images."""
    kinds = getattr(pipeline.named_steps["features"], "kinds_", {})
    used: dict[str, list[str]] = {}
    for name, kind in kinds.items():
        if kind != "dropped":
            used.setdefault(kind, []).append(name)
    return used


def _accuracy(figure: OwnFigure | None) -> str:
    if figure is None or not figure.known:
        note = "Too few randomly drawn rows have been labelled to say." if figure is None else figure.note
        return f"Nothing is known about this model's accuracy. {note}\n"
    return f"- {figure.text} (This model, of {figure.n_labels} labels; {figure.date}.)\n"
