"""The strategies and estimators of an experiment: labels for tables, descriptions for files."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from querist import registry
from querist._labels import as_labels
from querist._typing import Model, Task
from querist._words import listed
from querist.base.contract import check_classifier, check_regressor, task_of
from querist.base.strategy import QueryStrategy
from querist.exceptions import InvalidParameterError
from querist.learners import AutoClassifier, FewLabels
from querist.learners.defaults import as_described, plain_of
from querist.registry.goals import goal_of
from querist.session.earlier_parts import describe_as_before, without_addresses
from querist.session.identity import describe
from querist.session.parts import resolve_estimator, resolve_strategy
from querist.simulation.protocol import FULL_DATA, RANDOM
from querist.stopping.rule import StoppingRule

_OURS = f"{FewLabels.__module__}:{FewLabels.__qualname__}"


@dataclass(frozen=True)
class Parts:
    """What is compared, by label, and what all sessions share."""

    estimators: dict[str, Model]
    strategies: dict[str, QueryStrategy]
    cold_start: QueryStrategy
    query_estimator: Model = None
    rules: dict[str, StoppingRule] = field(default_factory=dict)

    @property
    def task(self) -> Task:
        """What the estimators predict, all of them the same."""
        return task_of(next(iter(self.estimators.values())))

    def with_rules(self, rules: dict[str, StoppingRule]) -> "Parts":
        """Return these parts with stopping rules."""
        return dataclasses.replace(self, rules=rules)

    def as_told(self, there: Any) -> "Parts":
        """Return what these parts were when an experiment was written, where names have come to mean others since.

        Parameters
        ----------
        there : object
            The description in ``experiment.json``; what is none changes nothing.
        """
        told = there.get("estimators") if isinstance(there, Mapping) else None
        if not isinstance(told, Mapping):
            return self
        estimators = {}
        for label, part in self.estimators.items():
            # An AutoClassifier() bore the registered name then.
            then = "auto" if label == "AutoClassifier()" else label
            described = told.get(then)
            found = described.get("params") if isinstance(described, Mapping) else None
            params = found if isinstance(found, Mapping) else {}
            is_earlier = "C" in params and "sparse" not in params
            if isinstance(part, FewLabels):
                estimators[label] = _as_told(part, described)
            elif not is_earlier or not isinstance(part, AutoClassifier):
                estimators[label] = part
            elif registry.parse_spec(then)[0] == "auto":
                meant = registry.spec_in_present_words(then, auto=2 if "kernels" in params else 1)
                estimators[then] = resolve_estimator(meant)
            else:
                estimators[label] = part
        asker = _as_told(self.query_estimator, there.get("query_estimator"))
        return dataclasses.replace(self, estimators=estimators, query_estimator=asker)

    def described(self, describe: Callable[[Any], Any] = describe) -> dict[str, Any]:
        """Return what tells these parts from others; without stopping rules as before there were any."""
        rules = {"stopping": {label: describe(rule) for label, rule in self.rules.items()}} if self.rules else {}
        return {
            "strategies": {label: describe(part) for label, part in self.strategies.items()},
            "estimators": {label: describe(part) for label, part in self.estimators.items()},
            "cold_start": describe(self.cold_start),
            "query_estimator": describe(self.query_estimator),
            **rules,
        }

    def described_as_before(self) -> dict[str, Any]:
        """Return what earlier versions would have written of these parts."""
        return self.described(describe_as_before)


def of_goal(goal: str | None, y: Any, strategies: Any, estimators: Any) -> tuple[Any, Any]:
    """Return what is compared: what was named, else the parts of the goal, else the defaults.

    A strategy that was not named waits for the estimators: see `resolve_parts`.

    All labels are known, so the rarer of two classes is looked for where no name says which is.
    """
    if goal is None:
        return strategies, ("logistic_regression",) if estimators is None else estimators
    classes, counts = np.unique(as_labels(y, name="y", if_missing="Leave the row out."), return_counts=True)
    aim = goal_of(goal).among(classes.tolist(), counts.tolist())
    return (
        {aim.strategy: aim.make_strategy()} if strategies is None else strategies,
        {aim.estimator: aim.make_estimator()} if estimators is None else estimators,
    )


def _as_told(part: Any, described: Any) -> Any:
    """Return the classifier for which a name stood, if that is what is described: a plain one, or another within."""
    if not isinstance(part, FewLabels) or not isinstance(described, Mapping) or described.get("class") in (None, _OURS):
        return as_described(part, described)
    return plain_of(part)


def resolve_parts(strategies: Any, estimators: Any, cold_start: Any, query_estimator: Any) -> Parts:
    """Return the parts as objects; the strategy `random` stands first, also where it was not named.

    Where no strategies are named, they are ``"margin"`` for classifiers and ``"igs"`` for regressors.

    Raises
    ------
    InvalidParameterError
        If a label stands twice, something is neither a known name nor an object, or there are classifiers and
        regressors among the estimators.
    """
    fitted = resolve_estimators(estimators)
    task = task_of(next(iter(fitted.values())))
    if strategies is None:
        strategies = ("margin",) if task == "classification" else ("igs",)
    asked = labelled(strategies, "strategies", resolve_strategy)
    if RANDOM not in asked:
        asked = {RANDOM: registry.make_strategy(RANDOM)} | asked
    elif registry.registered_name("strategies", asked[RANDOM]) != RANDOM:
        raise InvalidParameterError(f"The strategy label {RANDOM!r} is kept for random rows. Use another label.")
    if FULL_DATA in asked:
        raise InvalidParameterError(
            f"The strategy label {FULL_DATA!r} is kept for the full-data value. Use another label."
        )
    asked = {RANDOM: asked.pop(RANDOM)} | asked
    cold = resolve_strategy(cold_start)
    asker = None if query_estimator is None else resolve_estimator(query_estimator)
    return Parts(fitted, asked, cold, asker)


def resolve_estimators(given: Any) -> dict[str, Model]:
    """Return estimators by label, all classifiers or all regressors.

    Raises
    ------
    InvalidParameterError
        If there are both, or something is neither.
    """
    fitted = labelled(given, "estimators", resolve_estimator)
    tasks = {label: task_of(estimator) for label, estimator in fitted.items()}
    if len(set(tasks.values())) > 1:
        numbers = [label for label, task in tasks.items() if task == "regression"]
        raise InvalidParameterError(
            f"estimators: {listed(numbers)} {'is a regressor' if len(numbers) == 1 else 'are regressors'}, and the "
            "others are classifiers. Use estimators of one kind."
        )
    for label, estimator in fitted.items():
        check = check_regressor if tasks[label] == "regression" else check_classifier
        check(estimator, f"estimators: {label}")
    return fitted


def labelled(given: Any, kind: str, resolve: Callable[[Any], Any]) -> dict[str, Any]:
    """Return parts by label: the names in a dict, or what was given as text, or what describes the object.

    Raises
    ------
    InvalidParameterError
        If there is none, or a label stands twice or cannot be printed.
    """
    if isinstance(given, Mapping):
        pairs = [(str(label), part) for label, part in given.items()]
    else:
        items = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]
        pairs = [(_label(item, kind), item) for item in items]
    if not pairs:
        raise InvalidParameterError(f"{kind} must name at least one.")
    labels = [label for label, _ in pairs]
    for label in labels:
        if not label or not label.isprintable():
            raise InvalidParameterError(f"{kind}: {label!r} is no label for tables; it must be printable.")
        if labels.count(label) > 1:
            raise InvalidParameterError(
                f"{kind} holds two of the label {label!r}. Pass a dict {{label: object}} with a label for each."
            )
    return {label: resolve(part) for label, part in pairs}


def _label(part: Any, kind: str) -> str:
    if isinstance(part, str):
        return part.strip()
    # Stopping rules that are made of rules have no form without parameters.
    name = None if kind == "stopping" else registry.registered_name(kind, part)
    if name is not None and describe(part) == describe(registry.load(kind, name)()):
        return name
    return " ".join(without_addresses(repr(part)).split())
