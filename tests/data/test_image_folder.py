"""Which files of a folder are images, and in which order."""

import sys

import pytest

from querist.data.image_folder import find_images, has_images, look_into
from querist.exceptions import DataError, FileFormatError


def test_images_of_all_subfolders_in_the_order_of_their_numbers(tmp_path):
    names = ["img10.png", "img2.PNG", "cats/1.jpg", "cats/deep/a.webp", "b.jpeg"]
    for name in [*names, "notes.txt", ".hidden.png", ".cache/x.png"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert find_images(tmp_path) == ["b.jpeg", "cats/1.jpg", "cats/deep/a.webp", "img2.PNG", "img10.png"]


def test_a_folder_without_images_says_what_it_holds(tmp_path):
    (tmp_path / "a.csv").write_text("x")
    (tmp_path / "b.csv").write_text("x")
    with pytest.raises(DataError, match=r"holds no image .*but 2 x \.csv\..*Name a folder with images"):
        find_images(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no file at all"):
        find_images(tmp_path / "empty")


def test_what_is_no_folder_is_refused(tmp_path):
    with pytest.raises(FileFormatError, match="no folder"):
        find_images(tmp_path / "nowhere")


@pytest.mark.skipif(sys.platform == "win32", reason="names of files cannot hold such bytes there")
def test_names_that_are_not_utf_8_are_found(tmp_path):
    with open(bytes(tmp_path) + b"/\xff.png", "wb") as file:
        file.write(b"x")
    assert len(find_images(tmp_path)) == 1


def test_what_is_left_out_is_told_by_ending_and_number(tmp_path):
    for name in ["a.png", "b.gif", "c.tiff", "d.bmp", "e.heic", "f.heic", "g.svg", "readme"]:
        (tmp_path / name).write_bytes(b"x")
    found = look_into(tmp_path)
    assert found.names == ["a.png", "b.gif", "c.tiff", "d.bmp"]
    assert found.notes[0].startswith("4 other files left out: 2 .heic, 1 .svg, 1 without an extension")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_links_to_folders_are_followed_without_loops(tmp_path):
    top, elsewhere = tmp_path / "top", tmp_path / "elsewhere"
    (top / "a").mkdir(parents=True)
    elsewhere.mkdir()
    for place in (top / "a" / "1.png", elsewhere / "2.png"):
        place.write_bytes(b"x")
    (top / "link").symlink_to(elsewhere)
    (top / "again").symlink_to(elsewhere)
    (top / "a" / "up").symlink_to(top)
    (elsewhere / "back").symlink_to(top)
    (top / "z").symlink_to(top / "a")
    found = look_into(top)
    assert found.names == ["a/1.png", "again/2.png"]
    assert sorted(found.links) == ["a/up", "again/back", "link", "z"]
    assert has_images(top)
    assert look_into(top, follow=False).names == ["a/1.png"]
