"""Embeddings that are brought with the rows of a project."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from querist._words import command
from querist.exceptions import DataError
from querist.labelling.intake.source import Source, read_source
from querist.labelling.intake.source_check import shown
from querist.labelling.log.locations import embeddings_home
from querist.labelling.log.settings import ARRAYS, MODEL, Settings
from querist.store import Store

if TYPE_CHECKING:
    from querist.data.embeddings.arrays import Vectors
    from querist.data.watch import Watch

# What makes features loads heavy libraries, which who goes on with a project does not wait for: imports are below.


def with_vectors(
    source: Source, given: str | None, *, models: bool = True
) -> "tuple[Source, Vectors | None, list[str]]":
    """Return a source without its column of vectors, the vectors that were named, and notes; of a model none.

    Parameters
    ----------
    source : Source
    given : str or None
        A file, or a column of lists of numbers; None: no vectors.
    models : bool, default=True
        Whether a model may be meant.

    Raises
    ------
    DataError
        If there is no such file or column, or the vectors do not fit the rows.
    """
    from querist.data.embeddings.block import EmbeddingBlock
    from querist.data.embeddings.given import named_vectors, names_model

    if given is None or (models and names_model(given, source.columns)):
        return source, None, []
    vectors, column = named_vectors(given, source.columns, source.n_rows, str(source.path), what="--embeddings")
    kept = {name: cells for name, cells in source.columns.items() if name != column}
    if not kept:
        raise DataError(f"{source.path} has no column beside its vectors. Add what people are to see.")
    told = EmbeddingBlock.fitted(vectors).told(len(vectors), sparse=True)
    return replace(source, columns=kept), vectors, [told]


def model_of(source: Source, given: str | None) -> str:
    """Return the sentence model that was named, if one was; a folder by its whole path."""
    from querist.data.embeddings.given import names_model

    return _whole(given) if given is not None and names_model(given, source.columns) else ""


def setting_of(vectors: "Vectors | None", model: str = "") -> str:
    """Return the setting `embeddings` of a project with these vectors, or with a model that makes them."""
    from querist.data.embeddings.row_vectors import digest

    return f"{ARRAYS}{digest(vectors)}" if vectors is not None else f"{MODEL}{model}" if model else ""


def embed(source: Source, text_columns: Sequence[str], model: str, watch: "Watch") -> list[str]:
    """Have a model make the vectors of the texts now, where somebody waits for it, and return a note.

    They are kept by their texts: the trainer finds them there.

    Raises
    ------
    DataError
        If there is no free text, or the model cannot be run.
    """
    from querist.data.embeddings.block import EmbeddingBlock
    from querist.data.embeddings.embed import embed_texts, texts_in
    from querist.data.embeddings.models import load_model

    made = load_model(model)
    texts = texts_in(source.columns, dict.fromkeys(text_columns, "text"), model)
    vectors = embed_texts(texts, made, watch=watch)
    told = EmbeddingBlock.fitted(vectors).told(len(vectors), sparse=True)
    return [f"{told}, made of {', '.join(map(repr, text_columns))} by {model}"]


def _whole(model: str) -> str:
    path = Path(model).expanduser()
    return str(path.absolute()) if path.exists() else model


def keep(vectors: "Vectors | None", location: str, *, first_row: int) -> None:
    """Keep the vectors of the rows from `first_row` on, if there are any."""
    from querist.data.embeddings.row_vectors import RowVectors

    if vectors is not None:
        RowVectors(embeddings_home(location)).write(vectors, first_row=first_row)


def check_more(source: Source, vectors: "Vectors | None", settings: Settings, store: Store) -> None:
    """Check that rows that are added have vectors if, and only if, those of the project have.

    Raises
    ------
    DataError
        If not, or they are of another length.
    """
    from querist.data.embeddings.row_vectors import RowVectors

    if not settings.embeddings.startswith(ARRAYS):
        if vectors is not None:
            raise DataError(
                "The rows of this project have no embeddings of their own, so new rows cannot bring any. Give all rows "
                f"some: {command('querist', 'label', shown(store), '--embeddings', 'VECTORS.npy')}"
            )
        return
    if vectors is None:
        again = command("querist", "add", shown(store), source.path, "--embeddings", "VECTORS.npy")
        raise DataError(
            "The rows of this project have embeddings of their own, so new rows need theirs, made by the same model: "
            f"{again}"
        )
    wanted = RowVectors(embeddings_home(store.location)).n_dimensions()
    if vectors.shape[1] != wanted:
        raise DataError(
            f"The embeddings of the new rows have {vectors.shape[1]} numbers, those of the project {wanted}. "
            "Make them with the model that made those."
        )


def renewed(location: str | Path, given: str, data: Sequence[Path]) -> str:
    """Give all rows of a project that exists the vectors that are named, and return the setting that says so.

    Parameters
    ----------
    location : path or URL
    given : str
        A file with a vector for each row of the project, a column of its data, or a model.
    data : sequence of Path
        The project's data, as it was named.

    Raises
    ------
    DataError
        If there is no such file or column, or the vectors do not fit the rows.
    """
    from querist.data.embeddings.given import named_vectors, names_model
    from querist.data.embeddings.models import load_model
    from querist.data.embeddings.row_vectors import RowVectors

    with Store.open(location, read_only=True) as store:
        n_rows, settings = store.n_items, Settings.from_dict(store.info.settings)
        before = settings.embeddings
        if names_model(given, [*settings.columns, *settings.text_columns]) and f"{MODEL}{_whole(given)}" == before:
            return before
    columns = read_source(list(data)).columns if data else {}
    if names_model(given, columns):
        if not settings.text_columns:
            raise DataError(
                f"{location} has no column of free text that {given} could make embeddings of. Bring vectors."
            )
        load_model(given)
        return f"{MODEL}{_whole(given)}"
    # Rows may have been added since; vectors that the project has already need not be as many as they.
    own = len(next(iter(columns.values()))) if given in columns else None
    vectors, _ = named_vectors(given, columns, own, str(location), what="--embeddings")
    kept = RowVectors(embeddings_home(location))
    if setting_of(vectors) == before and kept.reads(len(vectors)):
        return before
    if len(vectors) != n_rows:
        raise DataError(
            f"{given} has {len(vectors):,} vectors, but {location} has {n_rows:,} rows: there must be one for each, in "
            "the order in which they came."
        )
    kept.write(vectors, first_row=0)
    return setting_of(vectors)
