"""The regressors behind the registered names, with settings that suit few labels."""

from typing import Any

import numpy as np

from querist._typing import Model


def ridge(**params: Any) -> Model:
    """Ridge regression on standardised columns; how much it shrinks is chosen by leave-one-out errors."""
    from sklearn.linear_model import Ridge, RidgeCV

    if "alphas" in params or params.keys() <= {"fit_intercept", "scoring", "gcv_mode"}:
        return _on_columns(RidgeCV(**{"alphas": np.logspace(-2, 3, 11).tolist()} | params))
    return _on_columns(Ridge(**params))


def random_forest_regressor(**params: Any) -> Model:
    """A random forest of 100 trees."""
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(**params)


def extra_trees_regressor(**params: Any) -> Model:
    """100 extremely randomised trees."""
    from sklearn.ensemble import ExtraTreesRegressor

    return ExtraTreesRegressor(**params)


def gradient_boosting_regressor(**params: Any) -> Model:
    """Gradient boosting on histograms; wants some hundreds of labels."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    # Leaves of 20 rows would be all rows.
    return HistGradientBoostingRegressor(**{"min_samples_leaf": 5} | params)


def gaussian_process(**params: Any) -> Model:
    """A Gaussian process with a Gaussian kernel and noise, on standardised columns; it knows how sure it is."""
    from querist.learners.gaussian_process import GaussianProcess

    return _on_columns(GaussianProcess(**params))


def svr(**params: Any) -> Model:
    """A support vector machine with RBF kernel, on standardised columns and targets."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVR

    # C and epsilon are in the unit of the target.
    return _on_columns(TransformedTargetRegressor(SVR(**params), transformer=StandardScaler()))


def k_neighbors_regressor(**params: Any) -> Model:
    """The five nearest labelled rows, on standardised columns, the nearer the heavier."""
    from querist.learners.neighbors import FewNeighborsRegressor

    return _on_columns(FewNeighborsRegressor(**{"weights": "distance"} | params))


def _on_columns(regressor: Model) -> Model:
    from sklearn.pipeline import Pipeline

    from querist.learners.columns import StandardColumns

    return Pipeline([("columns", StandardColumns()), ("regressor", regressor)])
