"""Names of the parts, and how parts are built from them."""

from querist.registry.earlier import in_present_words, spec_in_present_words
from querist.registry.make import make_estimator, make_regressor, make_stopping_rule, make_strategy
from querist.registry.names import (
    estimator_names,
    load,
    package_of,
    part_names,
    registered_name,
    regressor_names,
    stopping_rule_names,
    strategy_names,
    tasks_of,
)
from querist.registry.specs import parse_spec, split_rules

__all__ = [
    "estimator_names",
    "in_present_words",
    "load",
    "make_estimator",
    "make_regressor",
    "make_stopping_rule",
    "make_strategy",
    "package_of",
    "parse_spec",
    "part_names",
    "registered_name",
    "regressor_names",
    "spec_in_present_words",
    "split_rules",
    "stopping_rule_names",
    "strategy_names",
    "tasks_of",
]
