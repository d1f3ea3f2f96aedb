"""Vectors of texts by a sentence model: each text once, and never again."""

import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from querist._files import user_cache_folder
from querist.data.embeddings.arrays import Vectors, as_vectors
from querist.data.embeddings.cache import VectorCache, key_of
from querist.data.embeddings.models import SentenceModel, load_model
from querist.data.watch import Watch
from querist.exceptions import DataError

# Texts that are computed before the time is told, and those that are kept at once afterwards.
_FIRST, _BATCH = 32, 256
# What takes less is not worth a word.
_SECONDS = 5.0


def embed_texts(
    texts: Sequence[str],
    model: str | SentenceModel,
    *,
    cache_dir: Path | str | None = None,
    watch: Watch | None = None,
) -> Vectors:
    """Return the vectors of texts by a sentence model.

    Vectors are kept by text and model, in the user's cache folder, as they are computed: what is interrupted goes on
    where it was, and the same texts cost nothing the next time.

    Parameters
    ----------
    texts : sequence of str
    model : str
        See `load_model`: a folder, an ``.onnx`` file, an installed package or a name on the hub.
    cache_dir : path, default=None
        Where vectors are kept; None is the user's cache folder.
    watch : Watch, default=None
        Who is told of progress.

    Returns
    -------
    ndarray of shape (n_texts, n_dimensions), float32

    Raises
    ------
    DataError
        If the model cannot be run, or there are no texts.

    Notes
    -----
    A static model (model2vec) only looks its tokens up; a MiniLM takes 20 million operations a token.
    """
    if not len(texts):
        raise DataError("There are no texts to embed. Pass one at least.")
    made = load_model(model) if isinstance(model, str) else model
    watch = watch or Watch()
    cache = VectorCache(user_cache_folder("embeddings") if cache_dir is None else Path(cache_dir), made.identity)
    # Halves of letters, which tokenizers refuse, are no letters.
    whole = [text.encode("utf-8", "replace").decode() for text in texts]
    keys = [key_of(text) for text in whole]
    text_of = dict(zip(keys, whole, strict=True))
    known = cache.get(list(text_of))
    missing = [key for key in text_of if key not in known]
    started, done, told = time.monotonic(), 0, False
    while done < len(missing):
        batch = missing[done : done + (_BATCH if done else _FIRST)]
        vectors = as_vectors(made.encode([text_of[key] for key in batch]), len(batch), what=f"the model {made.name}")
        cache.put(batch, vectors)
        known.update(zip(batch, vectors, strict=True))
        done += len(batch)
        left = (time.monotonic() - started) / done * (len(missing) - done)
        if not told and left > _SECONDS:
            watch.tell(f"vectors of {len(missing):,} texts by {made.name}: about {_duration(left)}")
        told = True
        watch.progress(done, len(missing), "embeddings")
    return np.stack([known[key] for key in keys])


def texts_in(frame: Any, kinds: Mapping[str, Any], model: str) -> list[str]:
    """Return one text a row: what the columns of free text hold, with an empty line between; gaps are passed over.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns), mapping of its columns, or None
    kinds : mapping of str to str
        What the columns are read as.
    model : str
        What errors call the model that wants them.

    Raises
    ------
    DataError
        If there is no such column.
    """
    names = [name for name, kind in kinds.items() if kind == "text"]
    if frame is None or not names:
        raise DataError(
            f"There is no column of free text that {model} could make embeddings of. Name one (text_columns, --text), "
            "or bring vectors."
        )
    rows = zip(*(list(frame[name]) for name in names), strict=True)
    # A gap is no text: None, or a NaN, which differs from itself.
    return ["\n\n".join(str(cell) for cell in cells if cell is not None and cell == cell) for cells in rows]  # noqa: PLR0124


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{math.ceil(seconds / 60):,} min"
