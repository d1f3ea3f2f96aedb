"""Mutated files, seeded, over every reader: read, or refused in words; and no row is lost unsaid."""

import contextlib
import io
import random

import pandas as pd
import pytest
from damaged_inputs import one

from querist.data import read_problem, read_table
from querist.exceptions import QueristError


def second_reader(path, table):
    """Return how many rows pandas finds with the same delimiter, or None where it refuses or quotes are doubtful."""
    if path.suffix not in (".csv", ".tsv"):
        return None
    data = path.read_bytes()
    if b'"' in data.replace(b'""', b"") and any("quote" in note for note in table.notes):
        return None  # told
    try:
        frame = pd.read_csv(
            io.BytesIO(data), sep=table.delimiter, dtype=str, keep_default_na=False, encoding="utf-8",
            skip_blank_lines=True, index_col=False, on_bad_lines="error",
        )  # fmt: skip
    except (ValueError, pd.errors.ParserError, UnicodeDecodeError):
        return None
    return len(frame) if len(frame.columns) == len(table.frame.columns) else None


def outcome(path, frame):
    """Read a file; return whether it was read, whether it was compared, and what is wrong with the result."""
    try:
        table = read_table(path)
    except QueristError as error:
        # A whole file is refused only where its cells cannot stand in such a file.
        wrong = "" if frame is None or "zero byte" in str(error) else f"refused: {error}"
        return False, False, wrong
    if frame is not None and table.n_rows != len(frame):
        return True, False, f"{table.n_rows} rows of {len(frame)}: {table.notes}"
    rows = second_reader(path, table)
    if rows is not None and table.n_rows != rows:
        return True, True, f"{table.n_rows} rows, pandas finds {rows}: {table.notes}"
    if table.frame is not None and len(table.frame.columns) > 1:
        with contextlib.suppress(QueristError):
            read_problem(path, str(table.frame.columns[-1]), cache_dir=path.parent / "cache")
    return True, rows is not None, ""


@pytest.mark.parametrize("n_files", [150, pytest.param(20_000, marks=pytest.mark.proof)])
def test_no_file_ends_in_a_traceback_or_loses_rows(tmp_path, n_files):
    read = compared = 0
    for seed in range(n_files):
        path, frame = one(random.Random(seed), tmp_path)
        was_read, was_compared, wrong = outcome(path, frame)
        assert not wrong, (seed, path.name, wrong)
        read, compared = read + was_read, compared + was_compared
        path.unlink()
    assert read > n_files / 4
    assert compared > n_files / 20
