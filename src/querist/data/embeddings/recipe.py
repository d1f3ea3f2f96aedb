"""`EmbeddedFeatures`: the recipe of a table's columns, with embeddings of the rows behind them."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted

from querist._typing import AnyArray, Pool
from querist.data.embeddings.arrays import Vectors, vectors_in
from querist.data.embeddings.block import EmbeddingBlock
from querist.data.embeddings.embed import embed_texts, texts_in
from querist.data.embeddings.models import load_model
from querist.data.table_features import TableFeatures
from querist.data.watch import Watch
from querist.exceptions import DataError

if TYPE_CHECKING:
    import pandas as pd

_NAME = "embedding"


class EmbeddedFeatures(TransformerMixin, BaseEstimator):
    """Turns columns into numbers as `TableFeatures` does, and puts an embedding of each row behind them.

    Parameters
    ----------
    features : TableFeatures, default=None
        What is made of the columns; None: nothing, as of images, whose embeddings stand alone.
    model : str, default=""
        A sentence model (see `load_model`) that makes the embeddings of the columns of free text; none: they are
        brought.

    Attributes
    ----------
    features_ : TableFeatures or None
        Fitted.
    block_ : EmbeddingBlock
    column_ : str
        The name of the embeddings among those of the columns, ``embedding`` where that is free. Without a model
        `transform` looks for the vectors there.
    identity_ : str
        What tells the model from others, by its content; empty without one.
    packages_ : tuple of str
        What must be installed to run the model.
    n_features_in_ : int
        Columns, the embedding counted as one.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"size": [1.0, 2.0, 3.0], "embedding": [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]})
    >>> recipe = EmbeddedFeatures(TableFeatures()).fit(frame)
    >>> recipe.get_feature_names_out().tolist()
    ['size', 'embedding 1', 'embedding 2']
    >>> recipe.transform(frame).shape
    (3, 3)
    """

    def __init__(self, features: TableFeatures | None = None, *, model: str = "") -> None:
        self.features = features
        self.model = model

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from rows; `X` as of `transform`, with the vectors in a column ``embedding``."""
        self.fit_rows(*((X, None) if self.model else self._parted(X, _NAME)))
        return self

    def fit_rows(self, frame: "pd.DataFrame | None", embeddings: Any = None, *, watch: Watch | None = None) -> Pool:
        """Learn from rows, and return them as numbers.

        Parameters
        ----------
        frame : DataFrame of shape (n_rows, n_columns), or None
            None where nothing is made of columns.
        embeddings : array-like of shape (n_rows, n_dimensions), default=None
            None: the model makes them.
        watch : Watch, default=None
            Who is told how far the model is.

        Raises
        ------
        DataError
            As `TableFeatures`, `EmbeddingBlock` and `embed_texts` raise it, or if there is no free text for the model.
        """
        self.features_: TableFeatures | None = None if self.features is None else clone(self.features)
        X = None if self.features_ is None else self.features_.fit_transform(frame)
        names = [] if frame is None or self.features_ is None else [str(name) for name in frame.columns]
        self.column_ = next(name for name in (_NAME, *(f"{_NAME} ({n})" for n in range(2, 10**6))) if name not in names)
        model = load_model(self.model) if self.model else None
        self.identity_ = "" if model is None else model.identity
        self.packages_ = () if model is None else model.packages
        if model is not None:
            embeddings = embed_texts(self._texts(frame), model, watch=watch)
        self.block_ = EmbeddingBlock.fitted(embeddings)
        self.n_features_in_ = len(names) + 1
        return self.block_.beside(X, embeddings)

    def transform(self, X: Any) -> Pool:
        """Return rows as numbers.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
            Without a model with a column `column_` whose cells are the vectors. Where nothing is made of columns, also
            an array of vectors.
        """
        check_is_fitted(self, "block_")
        return self.encode_rows(*((X, None) if self.model else self._parted(X, self.column_)))

    def encode_rows(
        self, frame: "pd.DataFrame | None", embeddings: Any = None, *, source: str = "", watch: Watch | None = None
    ) -> Pool:
        """Return rows as numbers; errors say which `source` they are about, such as "test file"."""
        check_is_fitted(self, "block_")
        if self.model:
            embeddings = self.vectors_of(frame, watch=watch)
        X = None if self.features_ is None or frame is None else self.features_.encode(frame, source=source)
        return self.block_.beside(X, embeddings)

    def vectors_of(self, frame: "pd.DataFrame | None", *, watch: Watch | None = None) -> Vectors:
        """Return what the model makes of the texts of rows.

        Raises
        ------
        DataError
            If there is another model now under its name.
        """
        model = load_model(self.model)
        if model.identity != self.identity_:
            raise DataError(
                f"The model {self.model} is another one than the features were made with. Bring that one back, or "
                "train anew."
            )
        return embed_texts(self._texts(frame), model, watch=watch)

    def _texts(self, frame: "pd.DataFrame | None") -> list[str]:
        return texts_in(frame, self.kinds_, self.model)

    @property
    def kinds_(self) -> dict[str, Any]:
        """What each column of the table was read as."""
        return {} if self.features_ is None else self.features_.kinds_

    @property
    def notes_(self) -> tuple[str, ...]:
        """What was decided, in words."""
        return () if self.features_ is None else self.features_.notes_

    @property
    def columns_(self) -> tuple[str, ...]:
        """The column that each feature comes from."""
        own = () if self.features_ is None else self.features_.columns_
        return (*own, *[self.column_] * self.block_.n_dimensions)

    def get_feature_names_out(self, input_features: Any = None) -> AnyArray:
        """Return the names of the features; those of the embedding are numbered."""
        check_is_fitted(self, "block_")
        own = [] if self.features_ is None else self.features_.get_feature_names_out().tolist()
        numbers = range(1, self.block_.n_dimensions + 1)
        return np.array([*own, *(f"{self.column_} {number}" for number in numbers)], object)

    def _parted(self, X: Any, name: str) -> "tuple[pd.DataFrame | None, Any]":
        """Take the vectors out of a frame."""
        if not hasattr(X, "columns"):
            if self.features is None:
                return None, X
            raise DataError(f"X must be a data frame with a column {name!r} that holds a vector in each cell.")
        if name not in X.columns:
            raise DataError(
                f"X lacks the column {name!r} with the embeddings of its rows. Compute them as those of the project "
                f"were, and put them there: X[{name!r}] = list(vectors)."
            )
        return X.drop(columns=name), vectors_in(X[name].tolist(), f"column {name!r}")
