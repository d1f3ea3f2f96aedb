"""Mutated files, seeded, over every reader: read, or refused in words; and no cell is lost or changed unsaid."""

import contextlib
import random
from collections import Counter

import pytest
from damaged_inputs import one
from second_readers import matrix_unsaid, second_matrix, second_reading, unsaid

from querist.data import read_problem, read_table
from querist.data.read import READERS
from querist.exceptions import QueristError

# What a whole file is refused for: its cells cannot stand in such a file.
_CANNOT_STAND = ("zero byte",)


def outcome(path, frame):
    """Read a file; return whether it was read, whether cells were compared, and what is wrong with the result."""
    try:
        table = read_table(path)
    except QueristError as error:
        wrong = "" if frame is None or any(word in str(error) for word in _CANNOT_STAND) else f"refused: {error}"
        return False, False, wrong
    if table.frame is None:
        other = second_matrix(path)
        return True, other is not None, "" if other is None else matrix_unsaid(table, other)
    wrong = "" if frame is None else unsaid(table, frame)
    if wrong:
        return True, True, f"{wrong}; {table.notes}"
    found = second_reading(path, table)
    if found is not None and (wrong := unsaid(table, found)):
        return True, True, f"{wrong}; {table.notes}"
    if len(table.frame.columns) > 1:
        with contextlib.suppress(QueristError):
            read_problem(path, str(table.frame.columns[-1]), cache_dir=path.parent / "cache")
    return True, frame is not None or found is not None, ""


@pytest.mark.parametrize("n_files", [200, pytest.param(20_000, marks=pytest.mark.proof)])
def test_no_file_ends_in_a_traceback_or_loses_cells(tmp_path, n_files):
    read, compared = Counter(), Counter()
    for seed in range(n_files):
        path, frame = one(random.Random(seed), tmp_path)
        was_read, was_compared, wrong = outcome(path, frame)
        assert not wrong, (seed, path.name, wrong)
        kind = path.name.split(".")[1]
        read[kind] += was_read
        compared[kind] += was_compared
        path.unlink()
    assert {READERS[f".{kind}"] for kind in +compared} == {*READERS.values()}
    assert read.total() > n_files / 3
    assert compared.total() > n_files / 4
