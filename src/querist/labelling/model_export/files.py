"""What lies beside an exported model: the script that uses it, its README, its requirements."""

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from pprint import pformat
from typing import TYPE_CHECKING, Any

from querist.labelling.model_export.pipeline import columns_in_use, columns_of_words

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

_HEAD = '''"""Prints the class of {what}: python use_model.py {example}"""

import pathlib
import sys

{imports}import skops.io

# The types that the file may hold; anything else in it is refused, and nothing in it is run.
TRUSTED = {trusted}
model = skops.io.load(pathlib.Path(__file__).with_name("model.skops"), trusted=TRUSTED)
'''
_TAIL = """
sys.stdout.reconfigure(encoding="utf-8")
print(*model.predict({given}), sep="\\n")
"""
_TABLE = """
# Cells as in training: an empty cell is a gap, and what was words is not read as numbers.
words = {words}
table = pandas.read_csv(sys.argv[1], dtype=dict.fromkeys(words, str), keep_default_na=False, na_values=[""])
table = table.fillna(dict.fromkeys({texts}, ""))
"""
_IMAGE = """

def pixels(path):
    image = PIL.Image.open(path)
    image.draft(None, ({side}, {side}))
    image = PIL.ImageOps.exif_transpose(image)
    if image.mode[0] in "IF":  # of 16 or more bits
        values = numpy.asarray(image, "float64")
        scaled = (values - values.min()) / (values.max() - values.min() or 1) * 255
        image = PIL.Image.fromarray(scaled.astype("uint8"))
    small = image.convert("{mode}").resize(({side}, {side}))
    return numpy.asarray(small, "float32").ravel() / numpy.float32(255)


images = numpy.array([pixels(path) for path in sys.argv[1:]])
"""


def _text_script(pipeline: "Pipeline", trusted: Sequence[str]) -> str:
    read = 'texts = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()'
    return _head("each line", "texts.txt", "", trusted) + read + _TAIL.format(given="texts")


def _table_script(pipeline: "Pipeline", trusted: Sequence[str]) -> str:
    used = columns_in_use(pipeline)
    words, texts = (pformat(names, width=100) for names in (columns_of_words(pipeline), used["text"]))
    body = _TABLE.format(words=words, texts=texts)
    return _head("each row", "table.csv", "import pandas\n", trusted) + body + _TAIL.format(given="table")


def _image_script(pipeline: "Pipeline", trusted: Sequence[str]) -> str:
    side, mode = image_form(pipeline)
    imports = "import numpy\nimport PIL.Image\nimport PIL.ImageOps\n"
    read = _IMAGE.format(side=side, mode=mode)
    return _head("images", "a.png b.jpg", imports, trusted) + read + _TAIL.format(given="images")


def image_form(pipeline: "Pipeline") -> tuple[int, str]:
    """Return the side of the small copies that a model looks at, and their mode: L (grey) or RGB."""
    n_pixels = pipeline.named_steps["classifier"].n_features_in_
    side = math.isqrt(n_pixels)
    return (side, "L") if side * side == n_pixels else (math.isqrt(n_pixels // 3), "RGB")


def _head(what: str, example: str, imports: str, trusted: Sequence[str]) -> str:
    return _HEAD.format(what=what, example=example, imports=imports, trusted=pformat(list(trusted), width=110))


SCRIPTS: dict[str, Callable[["Pipeline", Sequence[str]], str]] = {
    "text": _text_script,
    "table": _table_script,
    "image": _image_script,
}
_GIVEN = {
    "text": "a list of texts",
    "table": "a pandas DataFrame with the columns below",
    "image": "an array with the pixels of one image a row, as `use_model.py` makes them",
}

_UNKNOWN = "Too few randomly drawn rows have been labelled to say.\n"


def requirements(kind: str, trusted: Sequence[str]) -> list[str]:
    """Return the packages that the script needs; models are only sure to load with the versions that wrote them."""
    more = {"text": [], "table": ["pandas"], "image": ["pillow"]}[kind]
    foreign = {each.partition(".")[0] for each in trusted} & {"xgboost", "lightgbm", "querist"}
    return ["scikit-learn", "skops", "numpy", "scipy", *more, *sorted(foreign)]


def readme(
    pipeline: "Pipeline",
    kind: str,
    counts: Mapping[str, int],
    packages: Mapping[str, str],
    project_name: str,
    estimator: str,
    now: datetime.datetime | None,
    statements: Sequence[Mapping[str, Any]],
) -> str:
    """Return what a person should know before using the model."""
    trained = (now or datetime.datetime.now(datetime.UTC)).strftime("%Y-%m-%d %H:%M UTC")
    classes = "\n".join(f"| {name.replace('|', chr(92) + '|')} | {count} |" for name, count in sorted(counts.items()))
    columns = ""
    if kind == "table":
        listed = [f"- {what}: {', '.join(names)}" for what, names in columns_in_use(pipeline).items() if names]
        told = "Columns of dates, and columns that teach nothing (one value only, numbers of rows), are not used."
        columns = "\n## Columns\n\n" + "\n".join(listed) + f"\n\n{told}\n"
    versions = ", ".join(f"{name} {each}" for name, each in packages.items())
    accuracy = "".join(
        f"- {each['text']} (Model of {each['n_labels']} labels, {each['date']}.)\n" for each in statements
    )
    return f"""# Model of {project_name}

Trained by Querist on {trained}, on {sum(counts.values())} labelled rows, with the estimator `{estimator}`:

    {pipeline.named_steps["classifier"]}

| class | labels |
|---|---|
{classes}
{columns}
## Use it

    pip install -r requirements.txt
    python use_model.py FILE

`model.predict` takes {_GIVEN[kind]}.

`use_model.py` names the types that the file may hold and trusts no others. Models are only sure to load
with the versions that wrote them: {versions}.

## How good it is

{accuracy or _UNKNOWN}
A score on the labelled rows would mislead: most were chosen for what the model would learn from them. Figures here rest
on rows that were drawn at random.
"""
