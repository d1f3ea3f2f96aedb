"""Which embeddings a user means: an array, a file, a column of the table, or a model."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from querist._typing import Pool
from querist._words import listed
from querist.data.embeddings.arrays import Vectors, as_vectors, is_file_of_vectors, read_vectors, vectors_in
from querist.data.embeddings.block import EmbeddingBlock
from querist.data.embeddings.embed import embed_texts, texts_in
from querist.data.embeddings.models import load_model
from querist.data.table import Table
from querist.data.watch import Watch
from querist.exceptions import DataError, InvalidParameterError


@dataclass(frozen=True, eq=False)
class Brought:
    """Embeddings of the rows of a table, and of those of a test file; None where a model is to make them."""

    vectors: Vectors | None
    test: Vectors | None
    model: str = ""

    def made(self, frame: Any, test_frame: Any, kinds: Mapping[str, Any], watch: Watch | None) -> "Brought":
        """Return what the model makes of the columns of free text; without a model, this.

        Raises
        ------
        DataError
            If there is no free text, or the model cannot be run.
        """
        if not self.model:
            return self
        model = load_model(self.model)
        vectors, test = (
            embed_texts(texts_in(each, kinds, self.model), model, watch=watch)
            if each is not None or not place
            else None
            for place, each in enumerate((frame, test_frame))
        )
        return Brought(vectors, test)

    def beside(self, X: Pool | None, X_test: Pool | None) -> tuple[Pool, Pool | None, tuple[str, ...]]:
        """Return features with the embeddings behind them (or alone), those of the test file too, and notes."""
        assert self.vectors is not None
        block = EmbeddingBlock.fitted(self.vectors)
        told = block.told(len(self.vectors), sparse=hasattr(X, "tocsr"))
        joined = block.beside(X, self.vectors)
        return joined, None if self.test is None else block.beside(X_test, self.test), (told,)


def take_vectors(given: Any, table: Table, *, what: str = "embeddings") -> tuple[Vectors, Table]:
    """Return the embeddings of the rows of a table, and the table without them.

    Parameters
    ----------
    given : array-like of shape (n_rows, n_dimensions), path or str
        Vectors; a file of them; or a column of the table that holds lists of numbers.
    table : Table
    what : str
        What errors call the parameter.

    Raises
    ------
    DataError
        If there is no such file or column, or the vectors do not fit the rows.
    """
    if not isinstance(given, str | os.PathLike):
        return as_vectors(given, table.n_rows, what=what, of=str(table.path)), table
    frame: Any = table.frame
    columns = {} if frame is None else {str(name): frame[name] for name in frame.columns}
    vectors, name = named_vectors(os.fspath(given), columns, table.n_rows, str(table.path), what=what)
    if name is None:
        return vectors, table
    written = {each: column for each, column in table.written.items() if each != name}
    return vectors, replace(table, frame=frame.drop(columns=name), written=written)


def named_vectors(
    given: str, columns: Mapping[str, Any], n_rows: int | None, of: str, *, what: str = "embeddings"
) -> tuple[Vectors, str | None]:
    """Return the embeddings that a name stands for, and the column that they stood in; None: in a file.

    Parameters
    ----------
    given : str
        A column or a file.
    columns : mapping of str to sequence
    n_rows : int or None
        How many rows there are; None: not checked.
    of, what : str
        What errors call the rows and the parameter.

    Raises
    ------
    DataError
        If there is no such file or column, or the vectors do not fit the rows.
    """
    if given in columns:
        cells = vectors_in(list(columns[given]), f"{of}: column {given!r}")
        return as_vectors(cells, n_rows, what=f"column {given!r}", of=of), given
    if is_file_of_vectors(given):
        return as_vectors(read_vectors(given), n_rows, what=given, of=of), None
    raise DataError(
        f"{what}: {given!r} is neither a file of vectors (.npy, .npz, .parquet ...) nor a column of {of}. "
        f"It has: {listed(list(columns))}."
    )


def names_model(given: Any, columns: Collection[str]) -> bool:
    """Whether what was given names a sentence model: it is no array, no file of vectors, and no column."""
    return isinstance(given, str | os.PathLike) and os.fspath(given) not in columns and not is_file_of_vectors(given)


def take_both(
    embeddings: Any, test_embeddings: Any, table: Table, test_table: Table | None
) -> tuple[Brought, Table, Table | None]:
    """Return the embeddings of a table and of its test file, and both tables without them.

    A column is looked for in the test file too, and a model makes those of both. See `take_vectors`.

    Raises
    ------
    InvalidParameterError
        If the rows of the test file have none, or there are some and no test file.
    """
    if test_table is None and test_embeddings is not None:
        raise InvalidParameterError(
            "test_embeddings are of the rows of a test file, and there is none. Leave them out."
        )
    columns = [] if table.frame is None else [str(name) for name in table.frame.columns]
    if names_model(embeddings, columns):
        if test_embeddings is not None:
            raise InvalidParameterError(
                "A model makes the embeddings of the test file, too. Leave test_embeddings out."
            )
        return Brought(None, None, os.fspath(embeddings)), table, test_table
    vectors, rest = take_vectors(embeddings, table)
    if test_table is None:
        return Brought(vectors, None), rest, None
    if test_embeddings is None and rest is table:
        raise InvalidParameterError(
            f"The rows of {test_table.path} need embeddings, too, of the same model: name them as test_embeddings "
            "(--test-embeddings)."
        )
    given = embeddings if test_embeddings is None else test_embeddings
    test_vectors, test_rest = take_vectors(given, test_table, what="test_embeddings")
    return Brought(vectors, test_vectors), rest, test_rest
