"""One table of names, and the packages agree with it."""

import re
from importlib import import_module

import pytest
from sklearn.base import is_regressor

from querist import registry
from querist.exceptions import InvalidParameterError, UnknownNameError
from querist.registry.names import _BUILT_IN

# Where the classes of each kind are to be imported from.
PACKAGES = {
    "strategies": "querist.strategies",
    "selections": "querist.selections",
    "candidates": "querist.candidates",
    "stopping": "querist.stopping",
}


@pytest.mark.parametrize("kind", PACKAGES)
def test_what_has_a_name_can_be_imported_from_its_package(kind):
    package = import_module(PACKAGES[kind])
    targets = dict(target.split(":") for target in _BUILT_IN[kind].values() if target.startswith(PACKAGES[kind]))
    classes = {target.rpartition(":")[2] for target in _BUILT_IN[kind].values() if target.startswith(PACKAGES[kind])}
    assert targets
    assert classes <= set(package.__all__)
    assert list(package.__all__) == sorted(package.__all__)


@pytest.mark.parametrize("kind", ["strategies", "selections", "candidates"])
def test_what_can_be_imported_from_a_package_has_a_name(kind):
    named = {registry.load(kind, name) for name in registry.part_names(kind)}
    # What a function of that name makes of nothing has a name too.
    named |= {type(made()) for made in named if not isinstance(made, type)}
    package = import_module(PACKAGES[kind])
    assert {getattr(package, name) for name in package.__all__} <= named


def test_names_are_spelled_as_scikit_learn_spells_them():
    for kind in _BUILT_IN:
        for name, target in _BUILT_IN[kind].items():
            assert re.fullmatch(r"[a-z][a-z_]*", name)
            assert "neighbour" not in f"{name} {target}".lower()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("logistic_regression:class_weight=balanced", "balanced"),
        ("svc:class_weight=balanced,C=10", "balanced"),
        ("random_forest:class_weight=balanced_subsample", "balanced_subsample"),
        ("linear_svc:class_weight={'rare': 9}", {"rare": 9}),
        ("extra_trees:class_weight=None", None),
    ],
)
def test_classes_may_weigh_more_in_a_registered_name(text, expected):
    name, params = registry.parse_spec(text)
    assert registry.make_estimator(name, **params).get_params()["class_weight"] == expected


@pytest.mark.parametrize("kind", ["strategies", "selections", "candidates", "estimators"])
def test_a_class_leads_back_to_its_name(kind):
    for name in registry.part_names(kind):
        loaded = registry.load(kind, name)
        if isinstance(loaded, type):
            assert registry.registered_name(kind, loaded.__new__(loaded)) == name


@pytest.mark.parametrize("name", registry.strategy_names())
def test_a_strategy_asks_for_what_the_registry_says(name):
    """The registry knows it without importing the strategy."""
    assert registry.tasks_of(name) == registry.make_strategy(name).tasks
    for task in ("classification", "regression"):
        assert (name in registry.strategy_names(task)) == (task in registry.make_strategy(name).tasks)


def test_regressors_have_names_of_their_own_and_are_estimators_all_the_same():
    names = registry.regressor_names()
    assert not set(names) & set(registry.estimator_names())
    for name in names:
        assert is_regressor(registry.make_regressor(name))
        assert repr(registry.make_estimator(name)) == repr(registry.make_regressor(name))
    assert registry.make_estimator("ridge", alpha=3.0)[-1].alpha == 3.0
    assert registry.make_estimator("ridge", alphas=[1.0, 2.0])[-1].alphas == [1.0, 2.0]
    with pytest.raises(UnknownNameError, match=r"Unknown estimator 'rigde'\. Did you mean 'ridge'\?.*svc, svr"):
        registry.make_estimator("rigde")
    with pytest.raises(UnknownNameError, match="Unknown regressor 'svc'"):
        registry.make_regressor("svc")
    with pytest.raises(InvalidParameterError, match="alpa"):
        registry.make_regressor("ridge", alpa=1.0)
