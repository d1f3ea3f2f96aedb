"""Data that has moved or changed since it was imported."""

import hashlib
import shutil

import pytest

from querist._words import command
from querist.exceptions import DataError
from querist.labelling.intake.add import add_rows
from querist.labelling.intake.create import import_rows
from querist.labelling.intake.guess import guess_plan
from querist.labelling.intake.source import fingerprint, is_of
from querist.labelling.intake.source_check import check_sources
from querist.labelling.log.locations import find_image
from querist.labelling.log.settings import Settings
from querist.store import Store

TEXTS = "text\n" + "".join(f"these are the words of text {number}\n" for number in range(5))


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def texts(home):
    (home / "data.csv").write_text(TEXTS)
    import_rows(guess_plan(home / "data.csv"), home / "p.querist")
    with Store.open(home / "p.querist") as store:
        yield store


@pytest.fixture
def images(home):
    for name in ("1.png", "deep/2.png"):
        (home / "pictures" / name).parent.mkdir(parents=True, exist_ok=True)
        (home / "pictures" / name).write_bytes(name.encode())
    import_rows(guess_plan(home / "pictures"), home / "p.querist")
    with Store.open(home / "p.querist") as store:
        yield store


def image_of(store, row):
    item = store.items([row])[0]
    path = find_image(Settings.from_dict(store.info.settings), store.location, item.source, item.content["file"])
    return path if path is not None and path.exists() else None


def test_nothing_is_said_where_nothing_has_changed(texts, home):
    assert check_sources(texts) == []
    (home / "more.csv").write_text("text\nwords that are new to it\n")
    add_rows(texts, home / "more.csv")
    assert check_sources(texts) == []


def test_a_changed_file_is_told(texts, home):
    (home / "data.csv").write_text(TEXTS + "and one more line of text\n")
    (warning,) = check_sources(texts)
    assert "has changed" in warning
    assert command("querist", "add", home / "p.querist", home / "data.csv") in warning


def test_a_file_that_is_gone_is_told(texts, home):
    (home / "data.csv").unlink()
    (warning,) = check_sources(texts)
    assert "is gone. Labelling goes on" in warning


def test_a_renamed_file_is_found_by_its_content(texts, home):
    (home / "other.csv").write_text(TEXTS.replace("text 1", "text 9"))
    (home / "data.csv").rename(home / "renamed.csv")
    (warning,) = check_sources(texts)
    assert "renamed.csv" in warning
    assert check_sources(texts) == []
    assert Settings.from_dict(texts.info.settings).sources[0].path == "renamed.csv"


def test_project_and_data_move_together(home, tmp_path):
    (home / "data.csv").write_text(TEXTS)
    import_rows(guess_plan(home / "data.csv"), home / "p.querist")
    shutil.move(home, tmp_path / "elsewhere")
    with Store.open(tmp_path / "elsewhere" / "p.querist") as store:
        assert check_sources(store) == []


def test_images_whose_folder_was_renamed_are_found(images, home):
    (home / "pictures").rename(home / "photos")
    assert image_of(images, 0) is None
    (warning,) = check_sources(images)
    assert "photos" in warning
    assert image_of(images, 1) == home / "photos" / "deep" / "2.png"


def test_images_that_are_elsewhere_need_to_be_told(images, home, tmp_path):
    shutil.move(home / "pictures", tmp_path / "far")
    (warning,) = check_sources(images)
    assert command("querist", "label", home / "p.querist", "--images", "FOLDER") in warning
    with pytest.raises(DataError, match=r"holds none of the images; it lacks 1\.png"):
        check_sources(images, images=home)
    assert check_sources(images, images=tmp_path / "far") == []
    assert image_of(images, 0) == tmp_path / "far" / "1.png"
    assert check_sources(images) == []


def test_an_emptied_folder_is_no_error(images, home):
    shutil.rmtree(home / "pictures")
    (home / "pictures").mkdir()
    assert any("has changed" in warning for warning in check_sources(images))


@pytest.mark.parametrize("name", ["../p.querist", "/etc/passwd", "deep/../../p.querist", "https://example.org/a.png"])
def test_only_files_of_the_folder_are_images(images, name):
    assert find_image(Settings.from_dict(images.info.settings), images.location, 0, name) is None


def test_a_folder_is_known_as_an_earlier_version_looked_at_it(tmp_path):
    (tmp_path / "a.png").write_bytes(b"xx")
    (tmp_path / "b.gif").write_bytes(b"x")
    digest = hashlib.blake2b(b"a.png\x002\n", digest_size=16).hexdigest()
    assert is_of(tmp_path, digest, 1)
    assert is_of(tmp_path, *fingerprint(tmp_path))
    assert not is_of(tmp_path, digest, 2)


def test_a_file_that_a_spreadsheet_saved_anew_has_not_changed(texts, home):
    saved = "\ufeff" + TEXTS.replace("\n", "\r\n")
    (home / "data.csv").write_bytes(saved.encode())
    (warning,) = check_sources(texts)
    assert "was saved again" in warning
    assert "querist add" not in warning
    assert check_sources(texts) == []
