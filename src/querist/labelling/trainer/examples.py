"""The first questions where somebody gave examples: rows like them, and others that differ, in turn."""

import numpy as np

from querist._typing import IntArray
from querist.data import EmbeddedFeatures, ImageFeatures
from querist.labelling.log.settings import Settings
from querist.labelling.trainer.pool_features import PoolFeatures
from querist.session import rows_like

# So many stand at the head of the order; then there is a model, or the examples were of no use.
_MOST = 100


def rows_like_examples(features: PoolFeatures, settings: Settings) -> IntArray:
    """Return the rows most like the examples of the settings; none where there are no examples.

    By words and embeddings; where embeddings were brought, by words alone, as examples have no vectors then.

    Parameters
    ----------
    features : PoolFeatures
        Of texts.
    settings : Settings
    """
    if not settings.like or settings.kind != "text":
        return np.empty(0, np.int64)
    import pandas as pd

    first, *others = settings.text_columns
    frame = pd.DataFrame({first: list(settings.like)} | dict.fromkeys(others, ""))
    recipe, X, by = features.recipe, features.X, features.alike_by
    if isinstance(recipe, EmbeddedFeatures) and not recipe.model:
        assert recipe.features_ is not None
        recipe = recipe.features_
        n_own = len(recipe.columns_)
        X, by = X[:, :n_own], by[:n_own]
    assert not isinstance(recipe, ImageFeatures)
    return rows_like(X, recipe.transform(frame), most=_MOST, by=by)
