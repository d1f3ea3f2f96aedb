"""Files in, numbers out: tables, targets, features, duplicates, fingerprints."""

from querist.data.duplicates import find_duplicates
from querist.data.features import Features, build_features
from querist.data.hashing import data_hash, pool_hash
from querist.data.problem import Problem, read_problem
from querist.data.read import read_table
from querist.data.table import Table
from querist.data.target import split_target

__all__ = [
    "Features",
    "Problem",
    "Table",
    "build_features",
    "data_hash",
    "find_duplicates",
    "pool_hash",
    "read_problem",
    "read_table",
    "split_target",
]
