"""Real data as a person would bring it to the labelling page: a file or folder, the truth, and a part for testing."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from querist.data import ImageFeatures, build_features, read_table, split_target

TEXTS = ("sms_spam", "trec", "product_reviews", "subj", "banking77")
TABLES = ("segmentation", "satimage", "pendigits")
IMAGES = ("digits",)
_TEST_SHARE = 0.25


@dataclass(frozen=True, eq=False)
class LabellingProblem:
    """A pool to label.

    Attributes
    ----------
    source : Path
        What ``querist label`` is given: a CSV file without labels, or a folder of images.
    options : tuple of str
        Its options for this data.
    truth : list of str
        The label of each row of the pool.
    X, X_test, y_test
        Pool and test part as numbers, and the truth of the test part.
    """

    name: str
    source: Path
    options: tuple[str, ...]
    truth: list[str]
    X: Any
    X_test: Any
    y_test: Any

    @property
    def classes(self) -> list[str]:
        """The labels, sorted."""
        return sorted(set(self.truth))


def load(name, data, folder, seed):
    """Split a data set with a seed, and write its pool into a folder."""
    if name in IMAGES:
        return _images(name, folder, seed)
    kind = "text" if name in TEXTS else "pmlb"
    path = data / kind / (f"{name}.csv" if name in TEXTS else f"{name}.tsv.gz")
    table = read_table(path)
    table, labels = split_target(table, "label" if "label" in table.frame.columns else "target")
    labels = np.asarray(labels).astype(str)
    pool, test = _split(labels, seed)
    frame = table.frame.reset_index(drop=True)
    if name in TEXTS:
        frame = frame[["text"]]
    source = folder / f"{name}.csv"
    frame.iloc[pool].to_csv(source, index=False, quoting=csv.QUOTE_NONNUMERIC)
    texts = ["text"] if name in TEXTS else []
    features = build_features(frame.iloc[pool], test_frame=frame.iloc[test], text_columns=texts)
    options = ("--text", "text") if name in TEXTS else ("--columns", ",".join(f'"{each}"' for each in frame.columns))
    return LabellingProblem(name, source, options, labels[pool].tolist(), features.X, features.X_test, labels[test])


def _images(name, folder, seed):
    from PIL import Image
    from sklearn.datasets import load_digits

    pixels, digits = load_digits(return_X_y=True)
    labels = digits.astype(str)
    pool, test = _split(labels, seed)
    paths = []
    for part, rows in (("pool", pool), ("test", test)):
        (folder / part).mkdir()
        for place, row in enumerate(rows):
            paths.append(folder / part / f"{place:05}.png")
            Image.fromarray((pixels[row].reshape(8, 8) * 255 / 16).astype(np.uint8)).save(paths[-1])
    X = ImageFeatures().fit_read(paths).X
    return LabellingProblem(
        name, folder / "pool", (), labels[pool].tolist(), X[: pool.size], X[pool.size :], labels[test]
    )


def _split(labels, seed):
    from sklearn.model_selection import train_test_split

    pool, test = train_test_split(np.arange(labels.size), test_size=_TEST_SHARE, stratify=labels, random_state=seed)
    return np.sort(pool), np.sort(test)


def data_folder():
    """Return where the data sets lie beside the checkout."""
    return Path(__file__).parents[3] / "shared" / "data"
