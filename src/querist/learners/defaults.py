"""The classifiers behind the registered names, with settings that suit few labels."""

from collections.abc import Mapping
from typing import Any

from querist._typing import Model

# What is the wrapper's, and not the classifier's.
_OURS = ("class_weight", "priors")
# What scikit-learn's own class is called by, where ours stands in its place.
_PLAIN = {"WeightedNeighbors": "neighbors:KNeighborsClassifier", "SharedVarianceNB": "naive_bayes:GaussianNB"}


def logistic_regression(**params: Any) -> Model:
    """Logistic regression at its optimum, refitted from the last solution."""
    # On TF-IDF C=1 shrinks so much that with few labels only the largest class is ever predicted.
    how: dict[str, Any] = {"balance": "posteriors", "sparse": {"C": 10.0}, "until_sparse": 10}
    if params.get("plain") or params.keys() - {"C", "priors", "class_weight", "plain"}:
        # What ours has no parameter for is scikit-learn's to do: other penalties, solvers, a tolerance.
        from sklearn.linear_model import LogisticRegression

        return _suited(LogisticRegression, {"max_iter": 2000} | params, **how)
    from querist.learners.logistic import NewtonLogisticRegression

    return _suited(NewtonLogisticRegression, params, **how)


def random_forest(**params: Any) -> Model:
    """A random forest of 100 trees."""
    from sklearn.ensemble import RandomForestClassifier

    return _suited(RandomForestClassifier, params, balance="posteriors", until=3, until_sparse=10)


def extra_trees(**params: Any) -> Model:
    """100 extremely randomised trees: on tables with few labels the strongest of these."""
    from sklearn.ensemble import ExtraTreesClassifier

    return _suited(ExtraTreesClassifier, params, balance="posteriors", until=3, until_sparse=10)


def gradient_boosting(**params: Any) -> Model:
    """Gradient boosting on histograms; wants some hundreds of labels."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    # Leaves of 20 rows would be all rows.
    return _suited(HistGradientBoostingClassifier, params, few={"min_samples_leaf": 5}, until=3)


def svc(**params: Any) -> Model:
    """A support vector machine, with RBF kernel for dense rows; it has decision values, no probabilities."""
    from sklearn.svm import SVC

    return _suited(SVC, params, sparse={"kernel": "linear"}, until=10)


def linear_svc(**params: Any) -> Model:
    """A linear support vector machine; it has decision values, no probabilities."""
    from sklearn.svm import LinearSVC

    return _suited(LinearSVC, params, until_sparse=10)


def naive_bayes(**params: Any) -> Model:
    """Gaussian naive Bayes, for dense numeric features."""
    from querist.learners.shared_variance import SharedVarianceNB

    return _suited(SharedVarianceNB, params)


def complement_naive_bayes(**params: Any) -> Model:
    """Complement naive Bayes, for counts and TF-IDF (no negative values)."""
    from sklearn.naive_bayes import ComplementNB

    # Its probabilities are those of classes with equal shares.
    return _suited(ComplementNB, params, knows_shares=False)


def k_neighbors(**params: Any) -> Model:
    """The five nearest labelled rows."""
    from querist.learners.neighbors import WeightedNeighbors

    return _suited(WeightedNeighbors, params)


def kernel_machine(**params: Any) -> Model:
    """A least-squares kernel machine that tunes itself: Gaussian for tables, linear for sparse rows."""
    from querist.learners.kernel_machine import KernelMachine

    return _suited(KernelMachine, params)


def auto(**params: Any) -> Model:
    """Extra trees with kernel machines for tables; for sparse rows (text) a linear kernel machine."""
    from querist.learners.auto import AutoClassifier
    from querist.learners.few_labels import FewLabels

    ours: dict[str, Any] = {"kernels": True, "sparse": "kernel_machine"}
    priors = params.pop("priors", None)
    if priors is None:
        return AutoClassifier(**ours | params)
    # It must not balance by itself what is to be corrected.
    weight = params.pop("class_weight", None)
    return FewLabels(AutoClassifier(**ours | params | {"class_weight": None}), class_weight=weight, priors=priors)


def plain_of(model: Model) -> Model:
    """Return the classifier that ``plain=True`` would have made, of what a name has made.

    Parameters
    ----------
    model : FewLabels
    """
    inner = model.estimator
    params = inner.get_params(deep=False)
    if model.class_weight != "auto":
        params["class_weight"] = model.class_weight
    if type(inner).__name__ == "NewtonLogisticRegression":
        return logistic_regression(plain=True, **params)
    return _plain_class(type(inner))(**{name: value for name, value in params.items() if name != "shared"})


def as_described(model: Model, described: object) -> Model:
    """Return what a name made when a file was written that describes it, where it has come to make another classifier.

    Parameters
    ----------
    model : classifier
    described : object
        From the file (`querist.session.identity.describe`); what is none changes nothing.

    Returns
    -------
    classifier
        Around scikit-learn's logistic regression, where the name stood for that; else the model.
    """
    from querist.learners.few_labels import FewLabels

    if not isinstance(model, FewLabels) or type(model.estimator).__name__ != "NewtonLogisticRegression":
        return model
    params = described.get("params") if isinstance(described, Mapping) else None
    inner = params.get("estimator") if isinstance(params, Mapping) else None
    then = str(inner.get("class")) if isinstance(inner, Mapping) else ""
    if not (then.startswith("sklearn.") and then.endswith(":LogisticRegression")):
        return model
    from sklearn.base import clone

    plain = logistic_regression(plain=True, **model.estimator.get_params())
    return clone(model).set_params(estimator=plain)


def _suited(
    kind: type[Any],
    params: Mapping[str, Any],
    *,
    sparse: Mapping[str, Any] | None = None,
    few: Mapping[str, Any] | None = None,
    **how: Any,
) -> Model:
    """Return a classifier in the wrapper; what the user sets holds for all rows."""
    from querist.learners.few_labels import FewLabels

    params = dict(params)
    if params.pop("plain", False):
        return _plain_class(kind)(**params)
    how |= {name: params.pop(name) for name in _OURS if name in params}
    kept = [{name: value for name, value in (each or {}).items() if name not in params} for each in (sparse, few)]
    return FewLabels(kind(**params), sparse=kept[0] or None, few=kept[1] or None, **how)


def _plain_class(kind: type[Any]) -> type[Any]:
    if kind.__name__ not in _PLAIN:
        return kind
    import importlib

    module, _, name = _PLAIN[kind.__name__].partition(":")
    found: type[Any] = getattr(importlib.import_module(f"sklearn.{module}"), name)
    return found
