"""Names of the parts: a name leads to a class or a function without importing it.

A built-in is one line below. Installed packages bring their own: see `querist.registry.installed`, which is asked
only where a name is not built in, or all names are wanted.
"""

import importlib
from collections.abc import Callable
from typing import Any

from querist._typing import BOTH_TASKS, Task
from querist.exceptions import UnknownNameError
from querist.registry.earlier import present_name
from querist.registry.installed import brought

_BUILT_IN: dict[str, dict[str, str]] = {
    "strategies": {
        "random": "querist.strategies.random:RandomSampling",
        "least_confidence": "querist.strategies.least_confidence:LeastConfidence",
        "margin": "querist.strategies.margin:MarginSampling",
        "entropy": "querist.strategies.entropy:EntropySampling",
        "query_by_committee": "querist.strategies.query_by_committee:QueryByCommittee",
        "density_weighted": "querist.strategies.density_weighted:DensityWeighted",
        "k_center": "querist.strategies.k_center:KCenter",
        "badge": "querist.strategies.badge:Badge",
        "typiclust": "querist.strategies.typiclust:TypiClust",
        "bald": "querist.strategies.bald:Bald",
        "batch_bald": "querist.strategies.batch_bald:BatchBald",
        "expected_error_reduction": "querist.strategies.expected_error_reduction:ExpectedErrorReduction",
        "expected_model_change": "querist.strategies.expected_model_change:ExpectedModelChange",
        "epig": "querist.strategies.epig:Epig",
        "prob_cover": "querist.strategies.prob_cover:ProbCover",
        "cluster_margin": "querist.registry.presets:cluster_margin",
        "max_herding": "querist.strategies.max_herding:MaxHerding",
        "rank_aggregation": "querist.registry.presets:rank_aggregation",
        "weighted_k_means": "querist.registry.presets:weighted_k_means",
        "power": "querist.registry.presets:power",
        "auto": "querist.registry.presets:auto",
        "relevance": "querist.strategies.relevance:RelevanceSampling",
        "igs": "querist.strategies.igs:ImprovedGreedySampling",
        "gsy": "querist.registry.presets:gsy",
        "gsx": "querist.registry.presets:gsx",
        "committee_variance": "querist.strategies.committee_variance:CommitteeVariance",
        "predictive_deviation": "querist.strategies.predictive_deviation:PredictiveDeviation",
        "lcmd": "querist.strategies.lcmd:Lcmd",
    },
    "selections": {
        "auto": "querist.selections.auto:AutoSelection",
        "top_k": "querist.base.selection:TopK",
        "class_balanced": "querist.selections.class_balanced:ClassBalancedSelection",
        "cluster_margin": "querist.selections.cluster_margin:ClusterMarginSelection",
        "power": "querist.selections.power:PowerTopK",
        "weighted_k_means": "querist.selections.weighted_k_means:WeightedKMeansSelection",
    },
    "candidates": {
        "all": "querist.candidates.all_rows:AllRows",
        "subsample": "querist.candidates.subsample:RandomSubsample",
        "anchors": "querist.candidates.anchors:ClassAnchors",
        "neighbors": "querist.candidates.neighbors:NeighborsOfLabelled",
    },
    "estimators": {
        "logistic_regression": "querist.learners.defaults:logistic_regression",
        "random_forest": "querist.learners.defaults:random_forest",
        "extra_trees": "querist.learners.defaults:extra_trees",
        "gradient_boosting": "querist.learners.defaults:gradient_boosting",
        "svc": "querist.learners.defaults:svc",
        "linear_svc": "querist.learners.defaults:linear_svc",
        "naive_bayes": "querist.learners.defaults:naive_bayes",
        "complement_naive_bayes": "querist.learners.defaults:complement_naive_bayes",
        "k_neighbors": "querist.learners.defaults:k_neighbors",
        "relevance_svc": "querist.learners.relevance_svc:RelevanceSVC",
        "kernel_machine": "querist.learners.defaults:kernel_machine",
        "auto": "querist.learners.defaults:auto",
    },
    "regressors": {
        "ridge": "querist.learners.regressors:ridge",
        "random_forest_regressor": "querist.learners.regressors:random_forest_regressor",
        "extra_trees_regressor": "querist.learners.regressors:extra_trees_regressor",
        "gradient_boosting_regressor": "querist.learners.regressors:gradient_boosting_regressor",
        "gaussian_process": "querist.learners.regressors:gaussian_process",
        "svr": "querist.learners.regressors:svr",
        "k_neighbors_regressor": "querist.learners.regressors:k_neighbors_regressor",
    },
    "stopping": {
        "stabilising_predictions": "querist.stopping.stabilising_predictions:StabilisingPredictions",
        "settled_predictions": "querist.stopping.settled_predictions:SettledPredictions",
        "classification_change": "querist.stopping.classification_change:ClassificationChange",
        "overall_uncertainty": "querist.stopping.overall_uncertainty:OverallUncertainty",
        "minimum_expected_error": "querist.stopping.expected_error:MinimumExpectedError",
        "performance_slope": "querist.stopping.performance_slope:PerformanceSlope",
        "every_class_found": "querist.stopping.every_class_found:EveryClassFound",
        "certificate_reached": "querist.stopping.certificate_reached:CertificateReached",
        "budget": "querist.stopping.limits:Budget",
        "time": "querist.stopping.limits:TimeLimit",
        "cost": "querist.stopping.limits:CostLimit",
        "default": "querist.stopping.advice:default_rule",
        "all": "querist.stopping.combine:AllOf",
        "any": "querist.stopping.combine:AnyOf",
    },
}
SINGULAR = {"strategies": "strategy", "selections": "selection", "candidates": "candidate filter"} | {
    "estimators": "estimator",
    "regressors": "regressor",
    "stopping": "stopping rule",
}
# Strategies that ask on behalf of one kind of models only, and of regressors: kept here too, as a list of names must
# not import them. All that are not in either ask on behalf of classifiers alone.
_FOR_NUMBERS = {"igs", "gsy", "committee_variance", "predictive_deviation"}
_FOR_BOTH = {"random", "k_center", "gsx", "lcmd", "typiclust", "prob_cover", "max_herding"}


def strategy_names(task: Task | None = None) -> list[str]:
    """Return the names that `make_strategy` knows, sorted.

    Parameters
    ----------
    task : {"classification", "regression"}, default=None
        Only those that ask on behalf of classifiers, or of regressors. What an installed package brings is not loaded
        to find out, and stands in both lists. None: all.
    """
    return [name for name in part_names("strategies") if task is None or task in (tasks_of(name) or BOTH_TASKS)]


def tasks_of(name: str) -> frozenset[Task] | None:
    """Return on behalf of what models a strategy asks; None for one that an installed package brings."""
    if name not in _BUILT_IN["strategies"]:
        return None
    if name in _FOR_BOTH:
        return BOTH_TASKS
    return frozenset({"regression"} if name in _FOR_NUMBERS else {"classification"})


def estimator_names() -> list[str]:
    """Return the names of classifiers that `make_estimator` knows, sorted; for regressors see `regressor_names`."""
    return part_names("estimators")


def regressor_names() -> list[str]:
    """Return the names that `make_regressor` knows, and `make_estimator` too, sorted."""
    return part_names("regressors")


def stopping_rule_names() -> list[str]:
    """Return the names that `make_stopping_rule` knows, ascending; ``all`` and ``any`` combine them."""
    return part_names("stopping")


def part_names(kind: str) -> list[str]:
    """Return the known names of one kind: strategies, selections, candidates, estimators, regressors or stopping.

    Warns
    -----
    PackageWarning
        If installed packages bring a name that is Querist's own, or two bring the same.
    """
    brought(kind).warn_of_clashes(SINGULAR[kind], _BUILT_IN[kind])
    return sorted({*_BUILT_IN[kind], *brought(kind).names})


def kind_of_estimator(name: str) -> str | None:
    """Return whether a name is that of a classifier (``"estimators"``), a regressor (``"regressors"``) or of none."""
    kinds = ("estimators", "regressors")
    # Querist's own first: for these nobody looks at installed packages.
    own = (kind for kind in kinds if name in _BUILT_IN[kind])
    others = (kind for kind in kinds if name in brought(kind).names)
    return next(own, None) or next(others, None)


def package_of(kind: str, name: str) -> str | None:
    """Return the installed package that brings a name, with its version; None for Querist's own."""
    return None if name in _BUILT_IN[kind] else brought(kind).package_of(name)


def load(kind: str, name: str) -> Callable[..., Any]:
    """Import and return the class, or the function that builds an object, for which a name stands.

    Raises
    ------
    UnknownNameError
        If there is no such name; the message lists the known ones.
    InvalidParameterError
        If two installed packages bring the name, or the one that does cannot be loaded.
    """
    name = present_name(kind, name)
    if name in _BUILT_IN[kind]:
        module, _, attribute = _BUILT_IN[kind][name].partition(":")
        loaded: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
        return loaded
    if name not in brought(kind).names:
        raise UnknownNameError.of(SINGULAR[kind], name, {*_BUILT_IN[kind], *brought(kind).names})
    return brought(kind).load(SINGULAR[kind], name)


def registered_name(kind: str, part: Any) -> str | None:
    """Return the name under which the class of `part` is registered, or None."""
    path = f"{type(part).__module__}:{type(part).__qualname__}"
    built_in = next((name for name, target in _BUILT_IN[kind].items() if target == path), None)
    if built_in is not None or type(part).__module__.partition(".")[0] == "querist":
        return built_in
    others = (name for name in brought(kind).names if name not in _BUILT_IN[kind])
    return next((name for name in others if brought(kind).is_of(name, type(part))), None)
