"""What a public function takes has a type that a checker can use: no `Any` at the doors of the library."""

import inspect
import typing
from importlib import import_module

import pytest

# Made by `query` and only read by strategies: what it holds has been checked.
NOT_CALLED = {"QueryContext"}
DOORS = ["base", "candidates", "learners", "measures", "selections", "stopping", "strategies"]


def functions():
    for name in DOORS:
        package = import_module(f"querist.{name}")
        for public in sorted(set(getattr(package, "__all__", ())) - NOT_CALLED):
            thing = getattr(package, public)
            members = inspect.getmembers(thing, inspect.isfunction) if inspect.isclass(thing) else [(public, thing)]
            for member, function in members:
                own = member == "__init__" or not member.startswith("_")
                if own and function.__module__.startswith("querist."):
                    yield pytest.param(function, id=f"{public}.{member}")


@pytest.mark.parametrize("function", list(functions()))
def test_no_parameter_of_a_public_function_may_be_anything(function):
    hints = {name: hint for name, hint in typing.get_type_hints(function).items() if name != "return"}
    taken = [name for name in inspect.signature(function).parameters if name != "self"]
    assert set(taken) == set(hints)
    assert [name for name, hint in hints.items() if hint is typing.Any] == []
