"""Texts of records as numbers for screening: the settings that ASReview calls ELAS u4, whatever other recipes do."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from querist.data.reference_tags import TITLE_AND_ABSTRACT

if TYPE_CHECKING:
    import pandas as pd

_SETTINGS: dict[str, Any] = {"ngram_range": (1, 2), "sublinear_tf": True, "min_df": 1, "max_df": 0.95}


def literature_features(texts: Sequence[str]) -> Any:
    """Return TF-IDF of words and pairs of words, sublinear, without those in more than 95 % of the texts.

    Parameters
    ----------
    texts : sequence of str
        One a record.

    Returns
    -------
    CSR matrix of shape (n_texts, n_words)
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(**_SETTINGS).fit_transform(texts)


def record_texts(frame: "pd.DataFrame", text_columns: Sequence[str] = (), *, without: Sequence[str] = ()) -> list[str]:
    """Return title and abstract of each record as one text, or the columns named, or all columns of words.

    Examples
    --------
    >>> import pandas as pd
    >>> record_texts(pd.DataFrame({"title": ["A"], "abstract": ["b c"], "year": [2019]}))
    ['A b c']
    """
    names = list(text_columns) or [str(name) for name in frame if str(name).lower() in TITLE_AND_ABSTRACT]
    if not names:
        names = [str(name) for name in frame if frame[name].dtype == object and name not in without]
    rows = frame[names].fillna("").astype(str).to_numpy().tolist()
    return [" ".join(cell for cell in row if cell) for row in rows]
