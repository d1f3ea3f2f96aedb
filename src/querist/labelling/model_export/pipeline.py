"""A model that takes what people read (texts, rows of a table, images), made of scikit-learn's own parts."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from querist._typing import Model
from querist.exceptions import InvalidParameterError, NotEnoughLabelsError
from querist.labelling.export.layout import as_text

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

_MOST_CATEGORIES = 100


def fit_exportable(
    kind: str,
    pool: Any,
    label_names: Sequence[str | None],
    estimator_name: str = "auto",
    settings: Mapping[str, Any] | None = None,
) -> "Pipeline":
    """Fit a pipeline that loads without Querist.

    What needs no labels (words and their weights, medians, categories) is learned from all rows, the
    classifier from the labelled ones.

    Parameters
    ----------
    kind : {"text", "table", "image"}
    pool : list of str; DataFrame; or ndarray of shape (n_rows, n_pixels)
    label_names : sequence of str or None of length n_rows
        None where there is no label.
    estimator_name : str, default="auto"
        As ``NAME[:key=value,...]``.
    settings : mapping, default=None
        ``seed`` (default 0); ``text_columns`` of a table.

    Returns
    -------
    Pipeline
        Its ``predict`` takes a pool of that kind and returns names.

    Raises
    ------
    NotEnoughLabelsError
        If fewer than two classes have a label.
    UnknownNameError
        If there is no such estimator.
    """
    from sklearn.pipeline import Pipeline

    settings = settings or {}
    labelled = [row for row, name in enumerate(label_names) if name is not None]
    labels = np.array([str(label_names[row]) for row in labelled])
    if len(set(labels.tolist())) < 2:
        raise NotEnoughLabelsError("A model needs labels of two classes or more. Label some more rows.")
    if kind == "text":
        features = _text_features(pool)
        chosen: Any = [pool[row] for row in labelled]
    elif kind == "table":
        pool, features = _table_features(pool, settings.get("text_columns", ()))
        chosen = pool.iloc[labelled]
    elif kind == "image":
        features, chosen = None, pool[labelled]
    else:
        raise InvalidParameterError(f"kind must be text, table or image, got {kind!r}.")
    X = chosen if features is None else features.transform(chosen)
    classifier = _classifier(estimator_name, X, labels, int(settings.get("seed", 0)))
    steps = [] if features is None else [("features", features)]
    return Pipeline([*steps, ("classifier", classifier)])


def columns_in_use(pipeline: "Pipeline") -> dict[str, list[str]]:
    """Return the columns of a table that a pipeline reads, by how: number, category, text."""
    used: dict[str, list[str]] = {"number": [], "category": [], "text": []}
    for name, _, columns in pipeline.named_steps["features"].transformers_:
        if name != "remainder":
            used[name.partition(" ")[0]] += [columns] if isinstance(columns, str) else list(columns)
    return used


def columns_of_words(pipeline: "Pipeline") -> list[str]:
    """Return the columns of a table whose cells are words, also where they look like numbers."""
    used = columns_in_use(pipeline)
    categories: list[str] = []
    if used["category"]:
        encoder = pipeline.named_steps["features"].named_transformers_["category"]
        known = zip(used["category"], encoder.categories_, strict=True)
        categories = [name for name, values in known if values.dtype != bool]
    return categories + used["text"]


def _classifier(estimator_name: str, X: Any, labels: Any, seed: int) -> Model:
    from querist.learners import AutoClassifier
    from querist.learners.refit import Refitter
    from querist.registry import make_estimator, parse_spec

    name, params = parse_spec(estimator_name)
    model = Refitter(make_estimator(name, **params), seed=seed).fit(X, labels, finite=True)
    # What it has chosen is scikit-learn's, and loads without Querist.
    return model.estimator_ if isinstance(model, AutoClassifier) else model


def _text_features(texts: Sequence[str]) -> Any:
    """Words and pairs of words as `querist.data.build_features` weighs them."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    from querist.data.kinds import is_unspaced

    options: dict[str, Any] = {"sublinear_tf": True, "ngram_range": (1, 2), "dtype": np.float32}
    if is_unspaced([text for text in texts if text] or [""]):
        options |= {"analyzer": "char"}
    else:
        options |= {"strip_accents": "unicode"}
    try:
        return TfidfVectorizer(**options, min_df=2, max_features=100_000).fit(texts)
    except ValueError:  # no word occurs twice
        words = {} if options.get("analyzer") == "char" else {"token_pattern": r"(?u)\b\w+\b"}
    try:
        return TfidfVectorizer(**options, **words).fit(texts)
    except ValueError:
        raise NotEnoughLabelsError("The texts hold no words to learn from.") from None


def _table_features(frame: "pd.DataFrame", text_columns: Sequence[str]) -> tuple["pd.DataFrame", Any]:
    """Return the frame with cells of one type a column, and what turns it into numbers."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    from querist.data.kinds import kind_of

    kinds: dict[str, list[str]] = {"number": [], "category": [], "text": []}
    for name in frame.columns:
        kind = kind_of(frame[name], text_columns)[0]
        if kind in kinds:  # dates and what teaches nothing are left out, and the README says so
            kinds[kind].append(name)
    if not any(kinds.values()):
        raise NotEnoughLabelsError("No column of the table can be learned from.")
    frame = frame[[name for name in frame.columns if any(name in names for names in kinds.values())]].copy()
    for name in kinds["category"] + kinds["text"]:
        if frame[name].dtype != bool:
            frame[name] = _as_words(frame[name], gap="" if name in kinds["text"] else None)
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    categories = OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=_MOST_CATEGORIES, sparse_output=False
    )
    parts: list[Any] = [("number", numbers, kinds["number"]), ("category", categories, kinds["category"])]
    parts += [(f"text {name}", _text_features(frame[name].tolist()), name) for name in kinds["text"]]
    parts = [part for part in parts if part[2]]
    # Sparse where there is text, as AutoClassifier expects it.
    return frame, ColumnTransformer(parts, sparse_threshold=1.0 if kinds["text"] else 0.0).fit(frame)


def _as_words(column: "pd.Series", gap: str | None) -> "pd.Series":
    import pandas as pd

    known = column.notna().tolist()
    words = [
        as_text(cell) if there else (np.nan if gap is None else gap) for cell, there in zip(column, known, strict=True)
    ]
    return pd.Series(words, index=column.index, dtype=object)
