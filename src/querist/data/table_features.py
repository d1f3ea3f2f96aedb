"""`TableFeatures`: the one recipe that turns the columns of a table into numbers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import scipy.sparse
from sklearn.base import BaseEstimator, TransformerMixin

from querist._typing import AnyArray, BoolArray, Pool
from querist._words import listed
from querist.data.columns import style_of, told_as_numbers
from querist.data.dates import date_note
from querist.data.kinds import Kind, kind_of
from querist.data.numeric_encoders import DateEncoder, NumberEncoder
from querist.data.typed_cells import words_of
from querist.data.word_encoders import CategoryEncoder, TextEncoder
from querist.data.written_numbers import Style
from querist.exceptions import DataError, InvalidParameterError

if TYPE_CHECKING:
    import pandas as pd


class TableFeatures(TransformerMixin, BaseEstimator):
    """Turns the columns of a table into numbers, by what it learns from rows without labels.

    Numbers: gaps are filled with the median and marked in a column of their own. Categories: one
    column each, a gap is one too; from 40 on they are encoded by their letters (as skrub's
    StringEncoder does it). Dates, also in words: year, month, day, weekday, hour, days since 1970. Free
    text: TF-IDF of words and pairs of words, TF-IDF of groups of letters within words, and latent semantics, a block
    each. Numbers and dates are brought to mean 0 and variance 1,
    columns of 0 and 1 stay. Constant columns and names of rows are left out, and told.

    The simulation, the labelling page and the exported model all use this recipe.
    Saved with skops, it is a few arrays; ``skops.io.get_untrusted_types`` names the types that are to be trusted.

    Parameters
    ----------
    text_columns : sequence of str, default=()
        Read as free text, whatever they look like.
    category_columns : sequence of str, default=()
        Read as categories, whatever they look like.
    day_first : bool, default=False
        Whether days come before months in dates that can be read either way.
    words_only : bool, default=False
        Whether free text is its words and pairs of words alone: the recipe from before there were other blocks.

    Attributes
    ----------
    kinds_ : dict of str to str
        number, category, date, text or dropped, by column.
    notes_ : tuple of str
        What was decided, in words.
    columns_ : tuple of str of length n_features
        The column that each feature comes from.
    legible_ : ndarray of shape (n_features,), bool
        Whether a feature means something to a person: groups of letters and dimensions of points do not.
    encoders_ : tuple
        One for each column that is not dropped; categories stand last.
    feature_names_in_ : ndarray of shape (n_columns,)
    n_features_in_ : int

    Notes
    -----
    Fitting takes O(n_rows x n_columns); texts and categories O(number of words), and with 40 categories or more a
    truncated SVD.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"size": [1.0, 3.0, None, 3.0], "colour": ["red", "blue", "red", "green"]})
    >>> features = TableFeatures().fit(frame)
    >>> features.get_feature_names_out().tolist()
    ['size', 'size is missing', 'colour_blue', 'colour_green', 'colour_red']
    >>> features.transform(pd.DataFrame({"colour": ["blue", "pink"], "size": [3.0, None]})).round(2).tolist()
    [[0.58, 0.0, 1.0, 0.0, 0.0], [0.58, 1.0, 0.0, 0.0, 0.0]]
    """

    # Of those saved before there were these.
    category_columns: Sequence[str] = ()
    day_first: bool = False
    words_only: bool = True

    def __init__(
        self,
        *,
        text_columns: Sequence[str] = (),
        category_columns: Sequence[str] = (),
        day_first: bool = False,
        words_only: bool = False,
    ) -> None:
        self.text_columns = text_columns
        self.category_columns = category_columns
        self.day_first = day_first
        self.words_only = words_only

    def fit(self, X: "pd.DataFrame", y: Any = None) -> Self:
        """Learn from rows; labels are not looked at. See `fit_transform`."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X: "pd.DataFrame", y: Any = None) -> Pool:
        """Learn from rows, and return them as numbers.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
        y : ignored

        Returns
        -------
        ndarray of shape (n_rows, n_features), float64; or CSR matrix, float32, where there is text

        Raises
        ------
        DataError
            If there is no row, no column can be used, two have the same name, or a number is infinite or above 1e150.
        """
        columns = _columns(X)
        for named, role in ((self.text_columns, "text"), (self.category_columns, "categories")):
            unknown = [name for name in named if name not in columns]
            if unknown:
                raise DataError(
                    f"There is no column {unknown[0]!r} to read as {role}. There is: {listed(list(columns))}."
                )
        style = style_of(columns.values())
        kinds: dict[str, Kind] = {}
        notes: list[str] = []
        fitted: list[tuple[Any, Any]] = []
        for name, column in columns.items():
            kinds[name], note = kind_of(
                column, self.text_columns, self.category_columns, style=style, day_first=self.day_first
            )
            if note:
                notes.append(f"column {name!r}{' is left out' if kinds[name] == 'dropped' else ''}: {note}")
            if kinds[name] in ("number", "date", "text"):
                fitted.append(self._fitted(kinds[name], column, style))
                notes += _told_of(fitted[-1][0], column)
        fitted += [CategoryEncoder.fitted(column) for name, column in columns.items() if kinds[name] == "category"]
        if not any(encoder.names for encoder, _ in fitted):
            raise DataError(_nothing_left(notes, list(columns)))
        self.encoders_: tuple[Any, ...] = tuple(encoder for encoder, _ in fitted)
        self.kinds_ = kinds
        self.notes_ = (_told(kinds), *notes)
        self.feature_names_in_: AnyArray = np.array(list(columns), object)
        self.n_features_in_ = len(columns)
        return _beside([matrix for _, matrix in fitted])

    def transform(self, X: "pd.DataFrame") -> Pool:
        """Return rows as numbers, by what was learned.

        Columns may stand in another order; others are passed over. Categories and words that were not there when it was
        fitted count as none, see `unseen`.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        ndarray or CSR matrix of shape (n_rows, n_features)

        Raises
        ------
        DataError
            If a column that features come from is missing, or a cell does not fit its column.
        """
        return self.encode(X)

    def encode(self, X: "pd.DataFrame", *, source: str = "") -> Pool:
        """Return rows as numbers; errors say which `source` they are about, such as "test file"."""
        self._check_fitted()
        columns = _columns(X)
        # What was left out when it was fitted need not be there.
        missing = [encoder.column for encoder in self.encoders_ if encoder.column not in columns]
        if missing:
            raise DataError(
                f"The {source or 'table'} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}. "
                f"It has: {listed(list(columns))}."
            )
        where = f" of the {source}" if source else ""
        return _beside([encoder.encode(columns[encoder.column], where) for encoder in self.encoders_])

    def unseen(self, X: "pd.DataFrame") -> dict[str, int]:
        """Return how many rows have a category that was not there when it was fitted, by column."""
        self._check_fitted()
        columns = _columns(X)
        encoders = [each for each in self.encoders_ if isinstance(each, CategoryEncoder)]
        counts = {encoder.column: encoder.n_unseen(columns[encoder.column]) for encoder in encoders}
        return {name: count for name, count in counts.items() if count}

    def misfits(self, X: "pd.DataFrame") -> dict[str, int]:
        """Return how many cells are no numbers or no dates, and count as gaps, by column."""
        self._check_fitted()
        columns = _columns(X)
        encoders = [each for each in self.encoders_ if isinstance(each, NumberEncoder | DateEncoder)]
        counts = {each.column: each.n_misfits(columns[each.column]) for each in encoders if each.tolerant}
        return {name: count for name, count in counts.items() if count}

    @property
    def columns_(self) -> tuple[str, ...]:
        """The column that each feature comes from."""
        self._check_fitted()
        return tuple(encoder.column for encoder in self.encoders_ for _ in encoder.names)

    def get_feature_names_out(self, input_features: Any = None) -> AnyArray:
        """Return the names of the features, each beginning with that of its column."""
        self._check_fitted()
        names: dict[str, None] = {}
        for name in (name for encoder in self.encoders_ for name in encoder.names):
            # Category "b_c" of column a, and category "c" of column a_b.
            free, number = name, 2
            while free in names:
                free, number = f"{name} ({number})", number + 1
            names[free] = None
        return np.array(list(names), object)

    @property
    def legible_(self) -> BoolArray:
        """Whether each feature is a word, a category or a column, and so means something to a person."""
        self._check_fitted()
        parts = [np.ones(len(encoder.names), bool) for encoder in self.encoders_]
        for part, encoder in zip(parts, self.encoders_, strict=True):
            part[part.size - getattr(encoder, "n_illegible", 0) :] = False
        return np.concatenate(parts)

    def _fitted(self, kind: Kind, column: "pd.Series", style: Style) -> tuple[Any, Any]:
        if kind == "text":
            return TextEncoder.fitted(column, words_only=self.words_only)
        if kind == "number":
            encoder: Any = NumberEncoder.fitted(column, style)
        else:
            encoder = DateEncoder.fitted(column, day_first=self.day_first)
        return encoder, encoder.encode(column)

    def _check_fitted(self) -> None:
        from sklearn.utils.validation import check_is_fitted

        check_is_fitted(self, "encoders_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags


def _columns(frame: "pd.DataFrame") -> "dict[str, pd.Series]":
    if not hasattr(frame, "iloc") or frame.ndim != 2:
        raise InvalidParameterError(
            f"X must be a data frame, got {type(frame).__name__}. Give its columns names: pandas.DataFrame(X)."
        )
    if not len(frame):
        raise DataError("The table has no rows. Pass one with rows.")
    names = [str(name) for name in frame.columns]
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise DataError(f"Two columns are called {twice!r}. Rename one.")
    frame = frame.reset_index(drop=True)
    return {name: frame.iloc[:, place] for place, name in enumerate(names)}


def _told_of(encoder: Any, column: "pd.Series") -> list[str]:
    """Say how words were read as dates or numbers."""
    if isinstance(encoder, DateEncoder) and encoder.format is not None:
        return [f"column {encoder.column!r}: {date_note(words_of(column.dropna()), encoder.format)}"]
    if isinstance(encoder, NumberEncoder):
        return [f"column {encoder.column!r}: {note}" for note in told_as_numbers(column, encoder.style)]
    return []


def _nothing_left(notes: list[str], names: list[str]) -> str:
    why = "; ".join(notes) or (f"no cell differs in {listed(names)}" if names else "there is no other column")
    return f"No column is left to learn from. {why[0].upper()}{why[1:]}."


def _told(kinds: dict[str, Kind]) -> str:
    groups = {kind: [name for name in kinds if kinds[name] == kind] for kind in ("number", "category", "date", "text")}
    words = {"number": "numbers", "category": "categories", "date": "dates", "text": "free text"}
    told = [f"{words[kind]}: {listed(names, most=6)}" for kind, names in groups.items() if names]
    return "columns read as " + "; ".join(told)


def _beside(parts: list[Any]) -> Pool:
    """Put matrices side by side: sparse where one of them is, else a plain array in C order."""
    if len(parts) == 1 and scipy.sparse.issparse(parts[0]) and parts[0].dtype == np.float32:
        return parts[0]  # of a million texts a copy would be gigabytes
    if any(scipy.sparse.issparse(part) for part in parts):
        return scipy.sparse.hstack([scipy.sparse.csr_matrix(part, dtype=np.float32) for part in parts], format="csr")
    return np.ascontiguousarray(np.concatenate(parts, axis=1))
