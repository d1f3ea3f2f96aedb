"""Names of the parts: a name leads to a class without importing it.

A built-in is one line below. A third-party package adds its own through the
entry-point groups ``querist.strategies``, ``querist.selections``,
``querist.candidates``, ``querist.estimators`` and ``querist.stopping``.
"""

import ast
import functools
import importlib
import inspect
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from querist._typing import Model
from querist.exceptions import InvalidParameterError, UnknownNameError

if TYPE_CHECKING:  # names must be known (for --help) without loading scikit-learn
    from querist.base.strategy import QueryStrategy
    from querist.stopping.rule import StoppingRule

_BUILT_IN: dict[str, dict[str, str]] = {
    "strategies": {
        "random": "querist.strategies.random:RandomSampling",
        "least_confidence": "querist.strategies.least_confidence:LeastConfidence",
        "margin": "querist.strategies.margin:MarginSampling",
        "entropy": "querist.strategies.entropy:EntropySampling",
        "query_by_committee": "querist.strategies.query_by_committee:QueryByCommittee",
        "density_weighted": "querist.strategies.density_weighted:DensityWeighted",
        "k_center": "querist.strategies.k_center:KCenter",
        "weighted_k_means": "querist.strategies.weighted_k_means:WeightedKMeans",
        "power": "querist.strategies.power:PowerSampling",
        "relevance": "querist.strategies.relevance:RelevanceSampling",
    },
    "selections": {
        "top_k": "querist.base.selection:TopK",
        "power": "querist.selections.power:PowerTopK",
        "weighted_k_means": "querist.selections.weighted_k_means:WeightedKMeansSelection",
    },
    "candidates": {
        "all": "querist.candidates.all_rows:AllRows",
        "subsample": "querist.candidates.subsample:RandomSubsample",
        "neighbours": "querist.candidates.neighbours:NeighboursOfLabelled",
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
        "auto": "querist.learners.auto:AutoClassifier",
    },
    "stopping": {
        "stabilising_predictions": "querist.stopping.stabilising_predictions:StabilisingPredictions",
        "settled_predictions": "querist.stopping.settled_predictions:SettledPredictions",
        "classification_change": "querist.stopping.classification_change:ClassificationChange",
        "overall_uncertainty": "querist.stopping.overall_uncertainty:OverallUncertainty",
        "minimum_expected_error": "querist.stopping.expected_error:MinimumExpectedError",
        "performance_slope": "querist.stopping.performance_slope:PerformanceSlope",
        "certificate_reached": "querist.stopping.certificate_reached:CertificateReached",
        "budget": "querist.stopping.limits:Budget",
        "time": "querist.stopping.limits:TimeLimit",
        "cost": "querist.stopping.limits:CostLimit",
        "default": "querist.stopping.advice:default_rule",
        "all": "querist.stopping.combine:AllOf",
        "any": "querist.stopping.combine:AnyOf",
    },
}
_COMBINING = ("all", "any")
_SINGULAR = {"strategies": "strategy", "selections": "selection", "candidates": "candidate filter"} | {
    "estimators": "estimator",
    "stopping": "stopping rule",
}


def strategy_names() -> list[str]:
    """Return the names that `make_strategy` knows, sorted."""
    return sorted(_known("strategies"))


def estimator_names() -> list[str]:
    """Return the names that `make_estimator` knows, sorted."""
    return sorted(_known("estimators"))


def stopping_rule_names() -> list[str]:
    """Return the names that `make_stopping_rule` knows, ascending; ``all`` and ``any`` combine them."""
    return sorted(_known("stopping"))


def part_names(kind: str) -> list[str]:
    """Return the known names of one kind: strategies, selections, candidates, estimators or stopping."""
    return sorted(_known(kind))


def load_class(kind: str, name: str) -> Callable[..., Any]:
    """Import and return what a name stands for.

    Raises
    ------
    UnknownNameError
        If there is no such name; the message lists the known ones.
    """
    known = _known(kind)
    if name not in known:
        raise UnknownNameError.of(_SINGULAR[kind], name, known)
    module, _, attribute = known[name].partition(":")
    loaded: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return loaded


def make_strategy(name: str, **params: Any) -> "QueryStrategy":
    """Build a query strategy from its registered name.

    Parameters
    ----------
    name : str
        One of `strategy_names()`.
    **params
        Its parameters. ``selection`` and ``candidates`` may be names too, and
        ``selection__beta=2`` sets a parameter of theirs.

    Raises
    ------
    UnknownNameError
        If the strategy, or a part named in `params`, is not known.
    InvalidParameterError
        If the strategy has no parameter of that name.

    Examples
    --------
    >>> make_strategy("margin", selection="power", selection__beta=2.0)
    MarginSampling(selection=PowerTopK(beta=2.0))
    """
    direct = {key: value for key, value in params.items() if "__" not in key}
    for part, kind in (("selection", "selections"), ("candidates", "candidates")):
        if isinstance(direct.get(part), str):
            direct[part] = load_class(kind, direct[part])()
    strategy = _build("strategies", name, direct)
    nested = {key: value for key, value in params.items() if "__" in key}
    if nested:
        try:
            strategy.set_params(**nested)
        except (ValueError, AttributeError) as error:
            raise InvalidParameterError(f"Strategy {name!r}: {error}") from error
    built: QueryStrategy = strategy
    return built


def make_estimator(name: str, **params: Any) -> Model:
    """Build a classifier from its registered name.

    Parameters
    ----------
    name : str
        One of `estimator_names()`.
    **params
        Passed to the classifier.

    Raises
    ------
    UnknownNameError
        If the estimator is not known.
    InvalidParameterError
        If it has no parameter of that name.
    """
    return _build("estimators", name, params)


def make_stopping_rule(text: str, **known: Any) -> "StoppingRule":
    """Build a stopping rule from a text.

    Parameters
    ----------
    text : str
        ``NAME``, ``NAME:key=value,key=value``, or ``all(...)`` or ``any(...)`` of such texts with commas
        between them; a ``key=value`` belongs to the rule before it.
    **known
        Parameters for every rule in the text that has them and does not set them itself, such as costs.

    Raises
    ------
    UnknownNameError
        If a rule is not known.
    InvalidParameterError
        If the text cannot be read, or a rule has no parameter of that name.

    Examples
    --------
    >>> make_stopping_rule("any(budget:labels=300, all(stabilising_predictions, performance_slope:gain=0.005))")
    AnyOf(rules=[Budget(labels=300),
                 AllOf(rules=[StabilisingPredictions(),
                              PerformanceSlope(gain=0.005)])])
    """
    head, bracket, inner = text.strip().partition("(")
    rule: StoppingRule
    combining = head.partition(":")[0].strip()
    if combining in _COMBINING and not bracket:
        raise InvalidParameterError(f"{text!r} combines rules: write {combining}(RULE, RULE).")
    if not bracket:
        name, params = parse_spec(text)
        taken = inspect.signature(load_class("stopping", name)).parameters
        rule = _build("stopping", name, {key: value for key, value in known.items() if key in taken} | params)
        return rule
    if head.strip() not in _COMBINING or not inner.endswith(")"):
        raise InvalidParameterError(f"{text!r}: expected NAME, all(NAME, ...) or any(NAME, ...).")
    rule = load_class("stopping", head.strip())([make_stopping_rule(part, **known) for part in split_rules(inner[:-1])])
    return rule


def split_rules(text: str) -> list[str]:
    """Split ``RULE,RULE`` at the commas outside brackets; ``key=value`` stays with the rule before it.

    Examples
    --------
    >>> split_rules("budget:labels=300,all(settled_predictions, performance_slope:gain=0.005,ahead=50)")
    ['budget:labels=300', 'all(settled_predictions, performance_slope:gain=0.005,ahead=50)']
    """
    depth, pieces = 0, [""]
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += character
    rules: list[str] = []
    for piece in pieces:
        opening = piece.partition("=")[0]
        if rules and "=" in piece and ":" not in opening and "(" not in opening:
            rules[-1] += f",{piece.strip()}"
        else:
            rules.append(piece.strip())
    return rules


def registered_name(kind: str, part: Any) -> str | None:
    """Return the name under which the class of `part` is registered, or None."""
    path = f"{type(part).__module__}:{type(part).__qualname__}"
    return next((name for name, target in _known(kind).items() if target == path), None)


@functools.cache
def _known(kind: str) -> dict[str, str]:
    found = {entry.name: entry.value for entry in entry_points(group=f"querist.{kind}")}
    return found | _BUILT_IN[kind]


def _build(kind: str, name: str, params: dict[str, Any]) -> Any:
    factory = load_class(kind, name)
    signature = inspect.signature(factory)
    if not any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values()):
        for key in params:
            if key not in signature.parameters:
                known = ", ".join(signature.parameters) or "none"
                raise InvalidParameterError(
                    f"{_SINGULAR[kind].capitalize()} {name!r} has no parameter {key!r}. It has: {known}."
                )
    try:
        return factory(**params)
    except TypeError as error:
        raise InvalidParameterError(f"{_SINGULAR[kind].capitalize()} {name!r}: {error}") from error


def parse_spec(text: str) -> tuple[str, dict[str, Any]]:
    """Split ``NAME:key=value,key=value`` into a name and parameters.

    Values are read as Python writes them (numbers, True, None, quoted strings);
    anything else is a string.

    Raises
    ------
    InvalidParameterError
        If a part after the colon is not ``key=value``.

    Examples
    --------
    >>> parse_spec("margin:selection=power,selection__beta=0.5")
    ('margin', {'selection': 'power', 'selection__beta': 0.5})
    """
    name, _, rest = text.partition(":")
    params: dict[str, Any] = {}
    for item in filter(None, (piece.strip() for piece in rest.split(","))):
        key, equals, value = item.partition("=")
        if not equals or not key.strip():
            raise InvalidParameterError(f"{text!r}: expected NAME:key=value,key=value, got {item!r}.")
        try:
            params[key.strip()] = ast.literal_eval(value.strip())
        except (ValueError, SyntaxError):
            params[key.strip()] = value.strip()
    return name.strip(), params
