"""A session as a file: hash of the pool, seed, names and parameters of the parts, then its events."""

import functools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np

from querist._pool import as_pool
from querist._typing import FloatArray, Pool
from querist._validation import n_rows
from querist.data.hashing import pool_hash
from querist.exceptions import InvalidParameterError, SessionFileError
from querist.learners.outside import OutsideProbabilities
from querist.registry import spec_in_present_words
from querist.registry.goals import Goal, goal_of
from querist.session.costs import row_costs
from querist.session.event_lines import read_events
from querist.session.events import ClassesAdded, Event, RowsAdded
from querist.session.log_file import FORMAT, VERSION, Standing, read, write
from querist.session.old_files import upgraded
from querist.session.outside import outside_model
from querist.session.parts import restore, to_file

# What the name `auto` stood for in earlier formats (`spec_in_present_words`).
_AUTO_THEN = {1: 1, 2: 1, 3: 1, 4: 2, 5: 3}
_OUTSIDE = f"{OutsideProbabilities.__module__}:{OutsideProbabilities.__qualname__}"


@dataclass(frozen=True)
class SavedSession:
    """What a file holds, its parts restored."""

    seed: int
    warm_start: bool
    audit: float | str
    parts: dict[str, Any]
    events: list[Event]
    costs: FloatArray | None = None
    goal: Goal | None = None
    tolerance: float | None = None
    standing: Standing | None = None


@functools.cache
def _version() -> str:
    # To look it up takes longer than all else of a save.
    return version("querist")


def save(
    path: str | os.PathLike[str],
    *,
    n_rows: int,
    fingerprint: str,
    costs: FloatArray | None,
    seed: int,
    warm_start: bool,
    audit: float | str,
    parts: Mapping[str, Any],
    goal: Goal | None,
    tolerance: float | None,
    events: Sequence[Event],
    last: Standing | None,
) -> Standing | None:
    """Write a session, and return where its file stands now; `last` is what the last save or load returned.

    What is new is appended. Where something else changed, such as the pool, the file is written anew, and replaced only
    when the new one is complete on disk.
    """
    content = {
        "format": FORMAT,
        "version": VERSION,
        "querist": _version(),
        "pool": {"n_rows": n_rows, "hash": fingerprint},
        "random_state": seed,
        "warm_start": warm_start,
        "audit": audit,
        "parts": {name: to_file(part) for name, part in parts.items()},
    }
    if goal is not None:
        content["goal"] = {"name": goal.name, "relevant": goal.relevant}
    if tolerance is not None:
        content["tolerance"] = tolerance
    if costs is not None:
        content["costs"] = _fingerprint(costs)
    return write(path, content, events, last)


def load(
    path: str | os.PathLike[str],
    X: Pool,
    given: Mapping[str, Any],
    *,
    probabilities: Any = None,
    costs: Any = None,
    trust_parts: bool,
) -> SavedSession:
    """Read a session and check it against the pool and, unless they are trusted, the parts given.

    Raises
    ------
    SessionFileError
        If the file is no session, or the pool or a part is another one.
    """
    content, standing = read(path)
    try:
        _check_pool(content["pool"], X)
        told = content["events"] if content["version"] > 1 else upgraded(content["events"])
        events = read_events(told)
        told_parts, given = _in_present_words(content["parts"], given, auto=_AUTO_THEN.get(content["version"]))
        goal = _goal(content.get("goal"))
        given |= _of_goal(goal, told_parts, given)
        outside = _outside(told_parts["estimator"], probabilities, X, events, estimator=given["estimator"])
        parts = {
            name: restore(told_parts[name], part, _called(name, outside), trust=trust_parts)
            for name, part in (dict(given) | outside).items()
        }
        audit = content.get("audit", 0.0)  # files from before there was an audit
        amounts = _costs(content.get("costs"), costs, X)
        saved = SavedSession(
            content["random_state"], content["warm_start"], audit, parts, events, amounts, goal,
            content.get("tolerance"), standing,
        )  # fmt: skip
    except KeyError as error:
        raise SessionFileError(f"{path} is damaged: {error} is missing. Go back to a copy of it.") from error
    added = sum(event.n_rows for event in events if isinstance(event, RowsAdded))
    if added != n_rows(as_pool(X)) or [event.number for event in events] != list(range(len(events))):
        raise SessionFileError(f"{path} is damaged: its log is not complete. Go back to a copy of it.")
    return saved


def _goal(saved: Mapping[str, Any] | None) -> Goal | None:
    return None if saved is None else replace(goal_of(saved["name"]), relevant=saved["relevant"])


def _of_goal(goal: Goal | None, saved: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the classifier of the goal where it is the one saved and none is given: it has no name by itself."""
    if goal is None or given["estimator"] is not None:
        return {}
    chosen = goal.make_estimator()
    return {"estimator": chosen} if saved["estimator"] == to_file(chosen) else {}


def _in_present_words(
    saved: Mapping[str, Any], given: Mapping[str, Any], *, auto: int | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the parts of a file and those given; a bare name that has come to mean another model means the file's."""
    saved, given = dict(saved), dict(given)
    for name in ("estimator", "query_estimator"):
        told = saved[name]
        if not isinstance(told, dict) or "spec" not in told:
            continue
        if auto is not None:
            told = saved[name] = told | {"spec": spec_in_present_words(told["spec"], auto=auto)}
        part = given.get(name)
        if isinstance(part, str) and told["spec"] in [spec_in_present_words(part, auto=then) for then in (1, 2, 3)]:
            given[name] = told["spec"]
    return saved, given


def _costs(saved: str | None, costs: Any, X: Pool) -> FloatArray | None:
    if (saved is None) != (costs is None):
        advice = "Leave them out." if saved is None else "Pass the same: Session.load(path, X, costs=...)."
        raise SessionFileError(f"The session was saved {'without' if saved is None else 'with'} costs. {advice}")
    amounts = row_costs(costs, as_pool(X))
    if amounts is not None and _fingerprint(amounts) != saved:
        raise SessionFileError("The costs are not those that the session was saved with. Pass the same.")
    return amounts


def _fingerprint(costs: FloatArray) -> str:
    return pool_hash(costs.reshape(-1, 1))


def _called(name: str, outside: Mapping[str, Any]) -> str:
    """Return what messages call a part."""
    return "model of probabilities" if name in outside else name.replace("_", " ")


def _outside(saved: Any, probabilities: Any, X: Pool, events: Sequence[Event], *, estimator: Any) -> dict[str, Any]:
    """Return the model that probabilities from outside are, by the classes that the log declares first."""
    wanted = isinstance(saved, dict) and saved.get("class") == _OUTSIDE
    if wanted != (probabilities is not None):
        advice = "Pass the same: Session.load(path, X, probabilities=...)." if wanted else "Leave them out."
        how = "with" if wanted else "without"
        raise SessionFileError(f"The session was saved {how} probabilities from outside. {advice}")
    if not wanted:
        return {}
    if estimator is not None:
        raise InvalidParameterError(
            "probabilities are the model of the session, and an estimator was given besides. Leave the estimator out."
        )
    declared = next(list(event.classes) for event in events if isinstance(event, ClassesAdded))
    return {"estimator": outside_model(probabilities, as_pool(X), declared)}


def _check_pool(pool: Mapping[str, Any], given: Pool) -> None:
    X = as_pool(given)
    if pool["n_rows"] != n_rows(X):
        raise SessionFileError(
            f"The session was saved with a pool of {pool['n_rows']} rows, this one has {n_rows(X)}. "
            "Load it with the old pool, then use extend()."
        )
    if pool["hash"] != pool_hash(X) and not _was_array(pool["hash"], given):
        raise SessionFileError(
            "The pool is not the one that the session was saved with: it has as many rows, but other values, "
            "types or order. Rows are known by their numbers, so the answers would go to the wrong ones. "
            "Pass the pool as it was."
        )


def _was_array(saved: str, X: Any) -> bool:
    """Return whether a list or foreign table has the fingerprint of the array that earlier versions made of it."""
    foreign = hasattr(X, "__array__") and hasattr(X, "to_pandas")
    # Texts have had one fingerprint in every form.
    if not foreign and (not isinstance(X, list | tuple) or all(isinstance(row, str) for row in X)):
        return False
    try:
        return pool_hash(np.asarray(X)) == saved
    except (ValueError, TypeError):  # as these versions could not
        return False
