"""Paths as a project keeps them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.labelling.log.locations import from_path, image_below, image_file, to_path

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


@pytest.mark.parametrize("image", ["img\\a.png", " img/a.png ", "IMG/A.png", "img/./a.PNG", "img//a.png"])
def test_the_only_file_that_fits_is_found(tmp_path, image):
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "a.png").write_bytes(b"x")
    assert image_file(tmp_path, image).samefile(tmp_path / "img" / "a.png")


@pytest.mark.parametrize(("there", "image"), [("caf\u00e9.png", "cafe\u0301.png"), ("cafe\u0301.png", "caf\u00e9.png")])
def test_forms_of_accents(tmp_path, there, image):
    (tmp_path / there).write_bytes(b"x")
    assert image_file(tmp_path, image).is_file()


def test_where_two_fit_none_is_taken(tmp_path):
    (tmp_path / "a.png").write_bytes(b"x")
    (tmp_path / "A.png").write_bytes(b"x")
    if len(list(tmp_path.iterdir())) == 2:  # upper and lower case differ there
        assert not image_file(tmp_path, "a.PNG").is_file()
    assert image_file(tmp_path, "A.png").is_file()


@pytest.mark.parametrize("image", ["..\\x.png", "../x.png", "/x.png", "img\\..\\..\\x.png"])
def test_nothing_outside_the_folder_is_found(tmp_path, image):
    (tmp_path / "x.png").write_bytes(b"x")
    (tmp_path / "in").mkdir()
    found = image_file(tmp_path / "in", image)
    assert found is None or not found.is_file()
