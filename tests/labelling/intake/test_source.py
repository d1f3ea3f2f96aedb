"""A file or folder is known again by its content."""

import pytest

from querist.labelling.intake.source import fingerprint

TEXTS = "text\n" + "".join(f"these are the words of text {number}\n" for number in range(5))


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def test_a_fingerprint_follows_content_not_name(home):
    (home / "a.csv").write_text(TEXTS)
    (home / "b.csv").write_text(TEXTS)
    assert fingerprint(home / "a.csv") == fingerprint(home / "b.csv")
    (home / "b.csv").write_text(TEXTS.replace("1", "2"))
    assert fingerprint(home / "a.csv") != fingerprint(home / "b.csv")
