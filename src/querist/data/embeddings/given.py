"""Which embeddings a user means: an array, a file, a column of the table."""

import os
from dataclasses import dataclass, replace
from typing import Any

from querist._typing import Pool
from querist._words import listed
from querist.data.embeddings.arrays import Vectors, as_vectors, is_file_of_vectors, read_vectors, vectors_in
from querist.data.embeddings.block import EmbeddingBlock
from querist.data.table import Table
from querist.exceptions import DataError, InvalidParameterError


@dataclass(frozen=True, eq=False)
class Brought:
    """Embeddings of the rows of a table, and of those of a test file."""

    vectors: Vectors
    test: Vectors | None

    def beside(self, X: Pool | None, X_test: Pool | None) -> tuple[Pool, Pool | None, tuple[str, ...]]:
        """Return features with the embeddings behind them (or alone), those of the test file too, and notes."""
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
    name = os.fspath(given)
    if table.frame is not None and name in map(str, table.frame.columns):
        cells = table.frame[name].tolist()
        vectors = as_vectors(vectors_in(cells, f"{table.path}: column {name!r}"), table.n_rows, what=f"column {name!r}")
        written = {each: column for each, column in table.written.items() if each != name}
        return vectors, replace(table, frame=table.frame.drop(columns=name), written=written)
    if is_file_of_vectors(given):
        return as_vectors(read_vectors(given), table.n_rows, what=name, of=str(table.path)), table
    columns = [] if table.frame is None else [str(each) for each in table.frame.columns]
    raise DataError(
        f"{what}: {name!r} is neither a file of vectors (.npy, .npz, .parquet ...) nor a column of {table.path}. "
        f"It has: {listed(columns)}."
    )


def take_both(
    embeddings: Any, test_embeddings: Any, table: Table, test_table: Table | None
) -> tuple[Brought, Table, Table | None]:
    """Return the embeddings of a table and of its test file, and both tables without them.

    A column is looked for in the test file too. See `take_vectors`.

    Raises
    ------
    InvalidParameterError
        If the rows of the test file have none, or there are some and no test file.
    """
    if test_table is None and test_embeddings is not None:
        raise InvalidParameterError(
            "test_embeddings are of the rows of a test file, and there is none. Leave them out."
        )
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
