"""Keywords and guidelines from files."""

import pandas as pd
import pytest

from querist.exceptions import DataError, FileFormatError
from querist.labelling.label_files.reading_aids import read_guidelines, read_keywords
from querist.labelling.log.classes import added
from querist.labelling.log.keywords import KeywordList

CLASSES = added(["spam", "ham", "1"])


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_of_keywords(tmp_path):
    path = written(tmp_path / "k.csv", "Class;Keyword\nspam;free entry\nham;hello*\nspam;£1000\nspam;1000\n1;007\n")
    assert read_keywords(path, CLASSES) == (
        KeywordList(0, ("free entry", "£1000", "1000")),
        KeywordList(1, ("hello*",)),
        KeywordList(2, ("007",)),
    )


def test_a_spreadsheet_of_keywords(tmp_path):
    pd.DataFrame({"class": ["spam", "spam"], "keyword": ["win", "prize*"], "note": ["", "x"]}).to_excel(
        tmp_path / "k.xlsx", index=False
    )
    assert read_keywords(tmp_path / "k.xlsx", CLASSES) == (KeywordList(0, ("win", "prize*")),)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("label,keyword\nspam,a\n", "no column 'class'.*It has: 'label', 'keyword'"),
        ("class,word\nspam,a\n", "no column 'keyword'"),
        ("class,keyword\nspam,a\nspma,b\n", "row 2: the project has no class 'spma'. It has: 'spam', 'ham', '1'"),
        ("class,keyword\nspam,a\nspam,\n", "row 2: there is no keyword"),
        ("class,keyword\n,a\nspam,b\n", "row 1: there is no class"),
        ("class,keyword\nspam,a*b\n", "k.csv: Keyword 'a\\*b': a star"),
    ],
)
def test_a_table_that_is_wrong_is_told_where(tmp_path, text, match):
    with pytest.raises(DataError, match=match):
        read_keywords(written(tmp_path / "k.csv", text), CLASSES)


def test_a_removed_class_has_no_keywords(tmp_path):
    gone = CLASSES[1:]
    with pytest.raises(DataError, match="no class 'spam'"):
        read_keywords(written(tmp_path / "k.csv", "class,keyword\nspam,a\n"), gone)


def test_guidelines_are_a_text(tmp_path):
    (tmp_path / "g.md").write_bytes("\ufeff# Spam\r\n\r\nIs what nobody asked for.\r\n".encode())
    assert read_guidelines(tmp_path / "g.md") == "# Spam\n\nIs what nobody asked for."
    with pytest.raises(FileFormatError, match="100,001 characters; guidelines have at most 100,000"):
        read_guidelines(written(tmp_path / "long.md", "a" * 100_001))
