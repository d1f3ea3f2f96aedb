"""Names that earlier versions gave to parts, and wrote into sessions and simulations."""

from collections.abc import Mapping
from typing import Any

from querist.registry.specs import parse_spec

_NAMES = {("candidates", "neighbours"): "neighbors"}
_CLASSES = {"querist.candidates.neighbours:NeighboursOfLabelled": "querist.candidates.neighbors:NeighborsOfLabelled"}
_AUTO = "querist.learners.auto:AutoClassifier"
# What the name meant: trees or logistic regression; then kernel machines on tables.
_AUTO_WAS: dict[int, dict[str, Any]] = {
    3: {},
    1: {"kernels": False, "sparse": "logistic_regression"},
    2: {"sparse": "logistic_regression"},
}
# Names that stood for scikit-learn's classifiers as they are, until these were given what suits few labels.
_WERE_PLAIN = (
    *("complement_naive_bayes", "extra_trees", "gradient_boosting", "k_neighbors", "kernel_machine", "linear_svc"),
    *("logistic_regression", "naive_bayes", "random_forest", "svc"),
)
_BY_UNCERTAINTY = {
    "margin": "querist.strategies.margin:MarginSampling",
    "least_confidence": "querist.strategies.least_confidence:LeastConfidence",
    "entropy": "querist.strategies.entropy:EntropySampling",
}
# Strategies that were classes of their own: the selection that they were, and its parameter.
_PRESETS = {
    "querist.strategies.power:PowerSampling": ("power", "querist.selections.power:PowerTopK", "beta"),
    "querist.strategies.weighted_k_means:WeightedKMeans": (
        "weighted_k_means",
        "querist.selections.weighted_k_means:WeightedKMeansSelection",
        "prefilter",
    ),
}


def present_name(kind: str, name: str) -> str:
    """Return the name under which a part is registered today."""
    return _NAMES.get((kind, name), name)


def spec_in_present_words(spec: str, *, auto: int = 1) -> str:
    """Return what an estimator's name meant in an earlier version, as it would be written today.

    Parameters
    ----------
    spec : str
        ``NAME[:key=value,...]``.
    auto : {1, 2, 3}, default=1
        What ``auto`` stood for: 1, before it had kernel machines; 2, while it had them on tables alone; 3: as today,
        while the other names stood for scikit-learn's classifiers as they are.

    Examples
    --------
    >>> spec_in_present_words("auto:C=5"), spec_in_present_words("svc")
    ('auto:C=5,kernels=False,sparse=logistic_regression', 'svc:plain=True')
    >>> spec_in_present_words("auto", auto=2)
    'auto:sparse=logistic_regression'
    """
    name, params = parse_spec(spec)
    was = _AUTO_WAS[auto] if name == "auto" else {"plain": True} if name in _WERE_PLAIN else {}
    then = [f"{key}={value}" for key, value in was.items() if key not in params]
    return f"{spec}{',' if params else ':'}{','.join(then)}" if then else spec


def in_present_words(described: Any) -> Any:
    """Return a description of parts, as sessions and simulations write it, as it would be written today.

    A part is described by ``class`` and ``params``, and by ``name`` and ``kind`` where it can be built by name.
    What is no description, or one of today, comes back as it is.
    """
    if isinstance(described, list):
        return [in_present_words(item) for item in described]
    if not isinstance(described, Mapping):
        return described
    present = {key: in_present_words(value) for key, value in described.items()}
    if not isinstance(present.get("params"), dict):
        return present
    if "name" in present and "kind" in present:
        present["name"] = present_name(present["kind"], present["name"])
    home = str(present.get("class"))
    if home in _PRESETS:
        return _spelled_out(present, *_PRESETS[home])
    if home == _AUTO and "sparse" not in present["params"]:
        return present | {"params": _auto(present["params"])}
    return present | {"class": _CLASSES[home]} if home in _CLASSES else present


def _spelled_out(described: dict[str, Any], name: str, selection: str, parameter: str) -> dict[str, Any]:
    params = dict(described["params"])
    uncertainty = params.pop("uncertainty")
    nested: dict[str, Any] = {"class": selection, "params": {parameter: params.pop(parameter)}}
    if "name" in described:
        nested |= {"name": name, "kind": "selections"}
        described = described | {"name": uncertainty}
    return described | {"class": _BY_UNCERTAINTY[uncertainty], "params": params | {"selection": nested}}


def _auto(params: dict[str, Any]) -> dict[str, Any]:
    params = _AUTO_WAS[1] | params
    if "min_weight_fraction_leaf" in params:
        return params
    # Its weights of classes counted for sparse features only.
    balanced = {"class_weight": "auto"} if params["class_weight"] == "balanced" else {}
    return params | balanced | {"min_weight_fraction_leaf": 0.0}
