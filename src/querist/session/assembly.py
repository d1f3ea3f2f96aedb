"""From names and objects to the parts of a session that work together."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from querist._pool import NumberedRows, as_pool
from querist._typing import FloatArray, Model, PoolLike, Task
from querist._validation import check_number, n_rows
from querist.base.contract import task_of
from querist.base.costs import check_takes_costs
from querist.base.strategy import QueryStrategy, check_task
from querist.exceptions import InvalidParameterError
from querist.learners.few_labels import kind_of
from querist.learners.outside import OutsideProbabilities
from querist.learners.refit import Refitter
from querist.learners.refit_regressor import RegressorRefitter
from querist.session.asking import Asker
from querist.session.audit_choice import audit_choice
from querist.session.audit_trail import AuditTrail
from querist.session.certifying import Certifier
from querist.session.events import RowsAdded
from querist.session.figures import Figures
from querist.session.journal import Journal, seed_of
from querist.session.lessons import Lessons, WithoutAudit
from querist.session.of_numbers import RegressionCertifier, RegressionFigures
from querist.session.outside import OutsideModel
from querist.session.parts import resolve_estimator, resolve_strategy
from querist.session.trained import Trained, warn_of_mismatch
from querist.session.trained_regressor import TrainedRegressor


@dataclass(frozen=True)
class Assembly:
    """What a session consists of."""

    journal: Journal
    trained: Trained
    trail: AuditTrail
    asker: Asker
    figures: Figures
    certifier: Certifier


def assemble(
    X: PoolLike,
    parts: Mapping[str, Any],
    *,
    costs: FloatArray | None,
    warm_start: bool,
    audit: float | str,
    random_state: int | None,
    tolerance: float | None = None,
) -> Assembly:
    """Return the parts of a session on `X`, whose log says only that there are rows.

    Parameters
    ----------
    X : pool
    parts : dict
        estimator, strategy, cold_start and query_estimator, as `Session` takes them.
    costs : ndarray of shape (n_rows,) or None
        What the label of each row costs.
    warm_start, audit, random_state, tolerance
        As `Session` takes them.

    Raises
    ------
    InvalidParameterError, UnknownNameError
        If a parameter has a value that cannot be used.
    """
    choice = audit_choice(audit)
    pool = as_pool(X)
    fixed = isinstance(parts["estimator"], OutsideProbabilities)
    estimator = resolve_estimator(parts["estimator"])
    task = task_of(estimator)
    journal = Journal(NumberedRows(pool) if fixed else pool, seed_of(random_state), costs, task)
    asks, starts = resolve_strategy(parts["strategy"]), resolve_strategy(parts["cold_start"])
    if costs is not None:
        check_takes_costs(asks)
    if starts.needs_model:
        raise InvalidParameterError(
            f"cold_start={parts['cold_start']!r} needs a model, and there is none at the start. Use random or k_center."
        )
    for strategy in (asks, starts):
        check_task(strategy, task, what="estimator")
    trail = AuditTrail(journal, choice, _tolerance(tolerance, task))
    lessons = None if trail.reserve is None else WithoutAudit(journal, trail.reserve)
    if fixed:
        _check_fixed(parts, asks, warm_start=warm_start)
        trained: Trained = OutsideModel(estimator, journal, lessons)
    else:
        trained = _trained(estimator, journal, warm_start=warm_start)
    asking = trained
    if parts["query_estimator"] is not None:
        asker = resolve_estimator(parts["query_estimator"])
        if task_of(asker) != task:
            raise InvalidParameterError(
                "Of estimator and query_estimator one is a regressor and the other a classifier. Use two of one kind."
            )
        asking = _trained(asker, journal, lessons)
        warn_of_mismatch(asker, {kind_of(estimator).__name__: estimator}, stacklevel=4)
    elif lessons is not None and not fixed:
        asking = _trained(estimator, journal, lessons, warm_start=warm_start)
    journal.record(RowsAdded(0, n_rows(journal.X)))
    return Assembly(
        journal,
        trained,
        trail,
        Asker(journal, trail, strategy=asks, cold_start=starts, asking=asking, trained=trained),
        (RegressionFigures if task == "regression" else Figures)(journal, trail, trained),
        (RegressionCertifier if task == "regression" else Certifier)(journal, trail, trained),
    )


def _trained(
    estimator: Model, journal: Journal, lessons: Lessons | None = None, *, warm_start: bool = False
) -> Trained:
    if journal.task == "regression":
        return TrainedRegressor(
            RegressorRefitter(estimator, seed=journal.seed, warm_start=warm_start), journal, lessons
        )
    return Trained(Refitter(estimator, seed=journal.seed, warm_start=warm_start), journal, lessons)


def _tolerance(tolerance: float | None, task: Task) -> float | None:
    if tolerance is None:
        return None
    if task != "regression":
        raise InvalidParameterError(
            f"tolerance={tolerance!r} says which predicted numbers count as right, and the estimator is a classifier. "
            "Leave it out."
        )
    return check_number(tolerance, "tolerance", low=0, high=sys.float_info.max, open_low=True)


def _check_fixed(parts: Mapping[str, Any], asks: QueryStrategy, *, warm_start: bool) -> None:
    """Refuse what wants a model that is trained."""
    for name, value in (("query_estimator", parts["query_estimator"]), ("warm_start", warm_start or None)):
        if value is not None:
            raise InvalidParameterError(
                f"{name} has no meaning beside probabilities, which ask and are never trained. Leave it out."
            )
    if asks.refits_model:
        raise InvalidParameterError(
            f"strategy={parts['strategy']!r} trains clones of the model, and probabilities from outside cannot be "
            "trained. Use margin, entropy or another strategy that needs probabilities only, or a committee of "
            "classifiers of its own: QueryByCommittee(committee=[...])."
        )
