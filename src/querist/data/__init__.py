"""Files in, numbers out: tables, targets, features, duplicates, fingerprints.

Names are loaded on first use: who only reads a table does not wait for the libraries behind features.
"""

from typing import TYPE_CHECKING

from querist._lazy import lazy_names

if TYPE_CHECKING:
    from querist.data.duplicates import find_duplicates
    from querist.data.embeddings.block import EmbeddingBlock, append_embeddings
    from querist.data.embeddings.embed import embed_texts
    from querist.data.embeddings.models import load_model
    from querist.data.embeddings.recipe import EmbeddedFeatures
    from querist.data.feature_cache import Features
    from querist.data.features import build_features
    from querist.data.hashing import data_hash, pool_hash
    from querist.data.image_features import ImageFeatures
    from querist.data.pool_files import open_pool
    from querist.data.pool_problem import read_pool_problem
    from querist.data.problem import Problem, read_problem
    from querist.data.read import read_table
    from querist.data.reading import Reading
    from querist.data.table import Table
    from querist.data.table_features import TableFeatures
    from querist.data.target import split_target
    from querist.data.watch import Watch

_HOMES = {
    "EmbeddedFeatures": "embeddings.recipe",
    "EmbeddingBlock": "embeddings.block",
    "Features": "feature_cache",
    "ImageFeatures": "image_features",
    "Problem": "problem",
    "Reading": "reading",
    "Table": "table",
    "TableFeatures": "table_features",
    "append_embeddings": "embeddings.block",
    "Watch": "watch",
    "build_features": "features",
    "data_hash": "hashing",
    "embed_texts": "embeddings.embed",
    "find_duplicates": "duplicates",
    "load_model": "embeddings.models",
    "open_pool": "pool_files",
    "pool_hash": "hashing",
    "read_pool_problem": "pool_problem",
    "read_problem": "problem",
    "read_table": "read",
    "split_target": "target",
}

__all__ = [
    "EmbeddedFeatures",
    "EmbeddingBlock",
    "Features",
    "ImageFeatures",
    "Problem",
    "Reading",
    "Table",
    "TableFeatures",
    "Watch",
    "append_embeddings",
    "build_features",
    "data_hash",
    "embed_texts",
    "find_duplicates",
    "load_model",
    "open_pool",
    "pool_hash",
    "read_pool_problem",
    "read_problem",
    "read_table",
    "split_target",
]


__getattr__ = lazy_names(__name__, {name: f"{__name__}.{module}" for name, module in _HOMES.items()})


def __dir__() -> list[str]:
    return sorted(__all__)
