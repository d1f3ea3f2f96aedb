"""Labels that look alike are told once and never made one."""

import unicodedata
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist import Session, simulate
from querist._alike import alike, looks, told_alike
from querist.exceptions import AlikeLabelsWarning

X = np.random.default_rng(0).normal(size=(40, 2))
PAIRS = [
    ("spam", "Spam"),
    ("spam", "spam "),
    ("spam", "spam\u00a0"),
    ("spam", "\ufeffspam"),
    ("caf\u00e9", "cafe\u0301"),
    ("not sure", "not  sure"),
    ("not sure", "Not\u2009sure"),
    ("stra\u00dfe", "STRASSE"),
]


@given(st.text(), st.sampled_from(["NFC", "NFD"]), st.sampled_from(["", " ", "\u00a0", "\t", "\u200b"]))
def test_form_and_blanks_do_not_change_what_a_text_looks_like(text, form, blank):
    assert looks(blank + unicodedata.normalize(form, text) + blank) == looks(text)


@given(st.lists(st.text(max_size=3), max_size=8))
def test_groups_are_distinct_texts_that_look_alike(labels):
    groups = alike(labels)
    for words in groups:
        assert len(words) == len(set(words)) > 1
        assert len({looks(word) for word in words}) == 1
    assert len({looks(words[0]) for words in groups}) == len(groups)


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_session_tells_of_them_once_and_keeps_them_apart(first, second):
    session = Session(X)
    session.tell([0], [first])
    with pytest.warns(AlikeLabelsWarning, match="write them in one way") as told:
        session.tell([1, 2], [second, "ham"])
    assert len(told) == 1
    assert told[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        session.tell([3, 4], [second, first])
    assert session.classes == sorted({first, second, "ham"}) or set(session.classes) == {first, second, "ham"}
    assert session.labels.tolist() == [first, second, "ham", second, first]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_so_do_declared_classes_and_labels_of_one_call(first, second):
    with pytest.warns(AlikeLabelsWarning):
        Session(X, classes=[first, second])
    with pytest.warns(AlikeLabelsWarning):
        Session(X).tell([0, 1], np.array([first, second]))


def test_a_saved_session_does_not_tell_again(tmp_path):
    session = Session(X)
    with pytest.warns(AlikeLabelsWarning):
        session.tell([0, 1], ["a", "A"])
    session.save(tmp_path / "s.json")
    assert Session.load(tmp_path / "s.json", X).classes == session.classes


def test_a_simulation_tells_when_it_begins():
    y = np.where(X[:, 0] > 0, "yes", "no").astype(object)
    y[:4] = "Yes"
    with pytest.warns(AlikeLabelsWarning, match="'Yes' and 'yes'") as told:
        simulate(X, y, repeats=1, budget=21, n_jobs=1)
    assert [each.category for each in told] == [AlikeLabelsWarning]
    assert told[0].filename == __file__


def test_numbers_look_like_nothing_else():
    assert alike([1, 10, True, "1"]) == []


def test_two_forms_of_an_accent_are_shown_so_that_they_differ():
    assert told_alike(["caf\u00e9", "cafe\u0301"]).startswith(r"'caf\xe9' and 'cafe\u0301'")
