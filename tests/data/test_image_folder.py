"""Which files of a folder are images, and in which order."""

import sys

import pytest

from querist.data.image_folder import find_images
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
