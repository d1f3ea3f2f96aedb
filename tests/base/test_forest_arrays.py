"""A forest's trees as arrays: nothing lost, thresholds that decide alike."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import ExtraTreesClassifier

from querist.base import forest_arrays
from querist.base.forest_arrays import at_most_single, grouped


@given(st.floats(allow_nan=False), st.floats(width=32, allow_nan=False))
def test_single_thresholds_decide_as_double_ones(threshold, value):
    single = at_most_single(np.array([threshold]))[0]
    near = np.float32(np.clip(threshold, -3e38, 3e38))
    for each in (
        np.float32(value),
        near,
        np.nextafter(near, np.float32(-np.inf)),
        np.nextafter(near, np.float32(np.inf)),
    ):
        assert (each <= single) == (np.float64(each) <= threshold)


def forest(**params):
    rng = np.random.default_rng(0)
    return ExtraTreesClassifier(6, random_state=0, **params).fit(rng.normal(size=(80, 3)), rng.integers(0, 4, 80))


def test_every_node_is_there_once_with_its_condition(monkeypatch):
    monkeypatch.setattr(forest_arrays, "_MOST_CONDITIONS", 100)
    for params in ({}, {"min_samples_leaf": 3}):
        model = forest(**params)
        groups = grouped(model)
        assert sum(group.trees.digits.size for group in groups) == 6
        assert len(groups) > 1 or params
        trees = iter(model.estimators_)
        for group in groups:
            assert group.votes == (not params)
            for place in range(group.trees.digits.size):
                holds_tree(group, place, next(trees).tree_)


def holds_tree(group, place, tree):
    trees = group.trees
    inner = slice(*trees.inner_starts[place : place + 2])
    leaves = slice(*trees.leaf_starts[place : place + 2])
    nodes = trees.inner[inner]
    assert sorted([*nodes, *trees.leaf[leaves]]) == list(range(tree.node_count))
    np.testing.assert_array_equal(trees.left[inner], tree.children_left[nodes])
    np.testing.assert_array_equal(trees.right[inner], tree.children_right[nodes])
    feature = group.features[np.searchsorted(group.starts, trees.condition[inner], side="right") - 1]
    np.testing.assert_array_equal(feature, tree.feature[nodes])
    np.testing.assert_array_equal(group.thresholds[trees.condition[inner]], at_most_single(tree.threshold[nodes]))
    values = trees.values[trees.value_starts[place] + trees.code[leaves]]
    np.testing.assert_array_equal(values, tree.value[trees.leaf[leaves], 0])
    assert trees.code[leaves].max(initial=0) < 2 ** trees.digits[place]


def test_thresholds_of_a_feature_are_distinct_and_ascending():
    group = grouped(forest())[0]
    assert (np.diff(group.features) > 0).all()
    for start, stop in zip(group.starts[:-1], group.starts[1:], strict=True):
        assert start < stop
        assert (np.diff(group.thresholds[start:stop]) > 0).all()


def test_groups_hold_about_as_many_conditions_as_stay_in_a_cache(monkeypatch):
    monkeypatch.setattr(forest_arrays, "_MOST_CONDITIONS", 1)
    assert [group.trees.digits.size for group in grouped(forest())] == [1] * 6
    monkeypatch.setattr(forest_arrays, "_MOST_CONDITIONS", 10**6)
    assert [group.trees.digits.size for group in grouped(forest())] == [6]
