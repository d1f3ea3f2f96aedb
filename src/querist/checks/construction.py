"""Laws of a strategy as an object: it is its constructor's parameters, nothing else."""

import copy
import inspect
import pickle
from typing import Any

from sklearn.base import clone

from querist.base.strategy import QueryStrategy
from querist.checks.problems import told, usual


def check_parameters_are_stored(strategy: QueryStrategy) -> None:
    """``__init__`` stores each parameter as it is, and the strategy can be cloned and set."""
    kind, name = type(strategy), type(strategy).__name__
    params = strategy.get_params(deep=False)
    defaults = {}
    for key, parameter in inspect.signature(kind).parameters.items():
        assert parameter.kind not in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}, (
            f"{name}.__init__ must name its parameters, not take *{key}."
        )
        if parameter.default is not parameter.empty:
            defaults[key] = parameter.default
    with told(f"{name} cannot be built from its parameters, cloned and set; values are checked in query, not before"):
        # No value is special to a constructor that only stores, not even one without a meaning.
        for values in (defaults, {key: object() for key in params}):
            built = kind(**(params | values))
            _assert_kept(name, built, params | values)
        twin = clone(strategy)
        twin.set_params(**params)
        _assert_kept(name, twin, params)


def _assert_kept(name: str, strategy: QueryStrategy, params: dict[str, Any]) -> None:
    kept = strategy.get_params(deep=False)
    changed = sorted(key for key, value in params.items() if kept.get(key) is not value)
    assert not changed, f"{name} must store its parameters as they are; it changes {changed}."
    extra = sorted(set(vars(strategy)) - set(params))
    assert not extra, f"{name}.__init__ must store its parameters only; it also sets {extra}."


def check_hooks(strategy: QueryStrategy) -> None:
    """What a strategy overrides is called: `utilities`, `select` and `chances`, which are public."""
    for kind in type(strategy).__mro__:
        for former in ("_utilities", "_select"):
            assert former not in vars(kind), (
                f"{kind.__name__} defines {former}, which nothing calls: the hook is {former[1:]}."
            )


def check_repr(strategy: QueryStrategy) -> None:
    """The repr names the class, and is the same for equal parameters."""
    with told(f"repr of {type(strategy).__name__}"):
        text = repr(strategy)
        assert type(strategy).__name__ in text, f"repr must name the class {type(strategy).__name__}, got {text!r}."
        assert repr(copy.deepcopy(strategy)) == text, "repr must not differ between equal strategies."


def check_pickle(strategy: QueryStrategy) -> None:
    """A pickled copy asks about the same rows."""
    name = type(strategy).__name__
    with told(f"{name} cannot be pickled and used again"):
        twin = pickle.loads(pickle.dumps(strategy))
    problem = usual(strategy)
    rows, _ = problem.query(copy.deepcopy(strategy))
    again, _ = problem.query(twin)
    assert rows.tolist() == again.tolist(), (
        f"{name} asks about {again.tolist()} after pickling, {rows.tolist()} before."
    )


CONSTRUCTION_CHECKS = (check_parameters_are_stored, check_hooks, check_repr, check_pickle)
