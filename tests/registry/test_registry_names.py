"""One table of names, and the packages agree with it."""

import re
from importlib import import_module

import pytest

from querist import registry
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
