"""Keywords of a project: what may stand in a list, and that a project keeps them."""

import pytest
from example_project import make_project, sign_in
from hypothesis import given
from hypothesis import strategies as st

from querist.exceptions import InvalidParameterError, StoreError
from querist.labelling.log.keywords import KeywordList, checked_keywords, keyword_lists
from querist.labelling.log.settings import Settings, wrong_settings
from querist.labelling.reading.project_view import ProjectView
from querist.labelling.serving.project import Project

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="*"), min_size=1, max_size=20)


@given(words=st.lists(WORDS, max_size=8), star=st.booleans())
def test_what_was_checked_is_checked_again_to_the_same(words, star):
    given_words = tuple(word + "*" * (star and bool(word.strip())) for word in words)
    once = checked_keywords([KeywordList(0, given_words)], {0})
    assert checked_keywords(once, {0}) == once
    assert all(each.words and len(set(each.words)) == len(each.words) for each in once)
    assert keyword_lists(Settings("text", keywords=once).to_dict()["keywords"]) == once


@pytest.mark.parametrize(
    ("lists", "match"),
    [
        ([KeywordList(5, ("a",))], "class with id 5, which is not there"),
        ([KeywordList(0, ("a",)), KeywordList(0, ("b",))], "two lists"),
        ([KeywordList(0, ("*",))], "a star must stand at the end"),
        ([KeywordList(0, ("a*b",))], "a star must stand at the end"),
        ([KeywordList(0, ("a" * 201,))], "at most 200 characters"),
        ([KeywordList(0, tuple(map(str, range(2001))))], "at most 2,000 keywords"),
    ],
)
def test_what_cannot_be_found_is_refused(lists, match):
    with pytest.raises(InvalidParameterError, match=match):
        checked_keywords(lists, {0, 1})


def test_a_project_keeps_keywords_and_guidelines_in_its_log(tmp_path):
    path = make_project(tmp_path / "p.querist")
    with Project.open(path, train=False) as project:
        ada = sign_in(project)
        lists = (KeywordList(1, (" bad   luck ", "", "aw*", "aw*")), KeywordList(0, ()))
        project.change_settings(ada, keywords=lists, guidelines="# Rules").result()
        with pytest.raises(InvalidParameterError, match="not there"):
            project.change_settings(ada, keywords=(KeywordList(9, ("a",)),)).result()
    with ProjectView.read(path) as view:
        assert view.settings.keywords == (KeywordList(1, ("bad luck", "aw*")),)
        assert view.settings.guidelines == "# Rules"
        # The log says it as well, in plain JSON.
        assert view.board.settings["keywords"] == [{"class_id": 1, "words": ["bad luck", "aw*"]}]
        assert Settings.from_dict(view.info.settings | view.board.settings) == view.settings


@pytest.mark.parametrize("told", [7, "words", [7], [{"class_id": "a", "words": []}], [{"class_id": 1}], {"a": 1}])
def test_what_is_no_list_is_refused(told):
    assert wrong_settings({"keywords": told, "opinions": 2}) == ["keywords"]
    with pytest.raises(StoreError, match="damaged: keywords"):
        Settings.from_dict({"kind": "text", "keywords": told})


def test_settings_from_before_there_were_keywords_are_as_they_were():
    assert Settings.from_dict({"kind": "text"}) == Settings("text")
