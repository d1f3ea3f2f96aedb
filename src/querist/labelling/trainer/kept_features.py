"""Features of many texts, kept beside the project, so that who starts again has them in seconds.

They are known by what they were made of: the content of the rows, the recipe and the versions of what computes it.
"""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from querist.data.feature_cache import Features, read, write
from querist.data.table_features import TableFeatures
from querist.labelling.log.locations import home_of
from querist.labelling.log.settings import Settings

if TYPE_CHECKING:
    from querist.labelling.trainer.pool_features import PoolFeatures
    from querist.store import Store

# Fewer are as quickly built as read.
MANY = 20_000
_ENDING = "-features"
# Raised when the same rows give other features.
_RECIPE = 1
# What a recipe may hold; anything else is refused, and nothing of the file is run.
_TRUSTED = [
    "querist.data.latent_semantics.LatentSemantics",
    "querist.data.letter_groups.LetterGroups",
    "querist.data.numeric_encoders.DateEncoder",
    "querist.data.numeric_encoders.NumberEncoder",
    "querist.data.numeric_encoders.Scales",
    "querist.data.table_features.TableFeatures",
    "querist.data.tfidf.PackedTfidf",
    "querist.data.word_encoders.CategoryEncoder",
    "querist.data.word_encoders.Letters",
    "querist.data.word_encoders.TextEncoder",
]


class KeptFeatures:
    """The place where the features of a project are kept.

    Parameters
    ----------
    store : Store
    settings : Settings
    n_rows : int
        Of the pool.
    """

    def __init__(self, store: "Store", settings: Settings, n_rows: int) -> None:
        self._folder: Path | None = None
        # Of a database elsewhere nothing is kept: it may be another machine's to clear up.
        beside = home_of(store.location) is not None and n_rows >= MANY
        if beside and settings.kind != "image" and not settings.embeddings:
            path = Path(store.location).absolute()
            self._folder = path.with_name(f"{path.name}{_ENDING}")
            self._key = _key(store, settings, n_rows)

    def read(self) -> tuple[Any, TableFeatures] | None:
        """Return the numbers and the fitted recipe; None if there are none, or they are damaged."""
        if self._folder is None:
            return None
        found = read(self._folder, self._key)
        if not isinstance(found, Features) or not found.recipe:
            return None
        import skops.io

        try:
            recipe = skops.io.loads(found.recipe, trusted=_TRUSTED)
        # Of what cannot be read, whatever the reason, the features are built again.
        except Exception:
            return None
        fits = isinstance(recipe, TableFeatures) and len(recipe.columns_) == found.X.shape[1]
        return (found.X, recipe) if fits else None

    def write(self, features: "PoolFeatures") -> None:
        """Keep features instead of earlier ones; where there is no room or no right to write, nothing is kept."""
        if self._folder is None or not isinstance(features.recipe, TableFeatures):
            return
        import skops.io

        self._folder.mkdir(exist_ok=True, mode=0o700)
        for old in self._folder.glob("*.npz"):
            old.unlink(missing_ok=True)
        recipe = skops.io.dumps(features.recipe)
        write(self._folder, self._key, Features(features.X, (), {}, (), recipe=recipe))


def _key(store: "Store", settings: Settings, n_rows: int) -> str:
    packages = ("querist", "scikit-learn", "scipy", "pandas", "numpy")
    columns = settings.text_columns, settings.feature_columns, settings.label_column
    content = {
        "versions": {package: version(package) for package in packages},
        "rows": store.digest(n_rows),
        "columns": columns,
        "words_only": settings.words_only,
        "recipe": _RECIPE,
    }
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16).hexdigest()
