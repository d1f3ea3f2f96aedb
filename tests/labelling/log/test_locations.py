"""Paths as a project keeps them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.labelling.log.locations import from_path, image_below, to_path

NAMES = st.text("ab", min_size=1, max_size=3)


@given(st.lists(NAMES, min_size=1, max_size=4), st.lists(NAMES, max_size=3))
def test_a_path_comes_back_as_it_was_written(names, home):
    path = Path("/", *names)
    location = Path("/", *home, "p.querist")
    kept = from_path(path, location)
    assert to_path(kept, location) == path
    assert Path(kept).is_absolute() != path.is_relative_to(location.parent)


def test_a_database_elsewhere_keeps_whole_paths():
    assert from_path(Path("/data/a.csv"), "postgresql://host/db") == "/data/a.csv"
    assert to_path("/data/a.csv", "postgresql://host/db") == Path("/data/a.csv")


@pytest.mark.parametrize("folder", [".", "pictures", "/", "pictures/.."])
def test_relative_folders_hold_nothing_above_them(folder):
    assert image_below(Path(folder), "a/../b.png") == Path(folder).resolve() / "b.png"
    if folder != "/":
        assert image_below(Path(folder), "../b.png") is None
        assert image_below(Path(folder), "/etc/b.png") is None
