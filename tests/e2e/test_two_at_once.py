"""Two people, and two tabs of one person: nobody gets what another has."""

import pytest
from labelling_page import person, times_asked
from real_texts import messages, write_texts
from served import serving


@pytest.fixture
def n_texts():
    return 150


@pytest.fixture
def served(tmp_path, n_texts):
    data = write_texts(tmp_path / "sms.csv", messages(n_texts)[0])
    with serving(data, "--labels", "ham,spam", "--annotator", "ada") as running:
        yield running


def test_two_people_share_the_work(browser, served):
    mine, theirs = {}, {}
    with person(browser, served) as ada:
        ada.view("Data")
        ada.tab.get_by_role("button", name="Make a link").click()
        link = ada.tab.get_by_label("can use it to join").input_value()
        ada.view("Label")
        context = browser.new_context()
        try:
            bob = type(ada)(context, served.url)
            bob.tab.goto(link)
            bob.tab.get_by_label("Your name").fill("bob")
            bob.press("Enter")
            bob.wait_for_item()
            assert "token" not in bob.tab.url
            for _ in range(20):
                assert ada.row != bob.row
                mine[ada.give("1")] = "ham"
                theirs[bob.give("2")] = "spam"
            ada.wait_until_saved()
            bob.wait_until_saved()
            # The link was for one.
            carol = browser.new_context()
            tab = carol.new_page()
            tab.goto(link)
            tab.get_by_role("alert").filter(has_text="already been used").wait_for()
            carol.close()
        finally:
            context.close()
    assert not set(mine) & set(theirs)
    answers = served.answers()
    people = sorted({annotator for annotator, _ in answers})
    assert len(people) == 2
    assert answers == {(people[0], row): name for row, name in mine.items()} | {
        (people[1], row): name for row, name in theirs.items()
    }
    assert all(len(set(who)) == 1 for row, who in times_asked(served.events()).items() if row in {*mine, *theirs})


def test_two_tabs_of_one_person(browser, served):
    expected = {}
    with person(browser, served) as first:
        second = first.second_tab()
        for _ in range(8):
            assert first.row != second.row
            for page, key, name in ((first, "1", "ham"), (second, "2", "spam")):
                row = page.give(key)
                assert row not in expected
                expected[row] = name
        first.wait_until_saved()
        second.wait_until_saved()
        first.check()
        second.check()
    assert {row: name for (_, row), name in served.answers().items()} == expected


# A tab that is not in front paints once a second.
@pytest.mark.parametrize("n_texts", [24])
def test_the_whole_pool_is_labelled_once_by_two_tabs(browser, served, n_texts):
    """To the last item: what one tab holds, the other does not get, and nothing is left over."""
    expected = {}
    with person(browser, served) as first:
        second = first.second_tab()
        idle = 0
        while idle < 2:
            for page in (first, second):
                if page.card.count() == 0:
                    continue
                before = page.row
                assert before not in expected
                expected[before] = "ham"
                page.advance("1")
            idle = idle + 1 if first.card.count() + second.card.count() == 0 else 0
            if idle:
                first.tab.wait_for_timeout(1500)
        first.wait_until_saved()
        second.wait_until_saved()
        first.tab.get_by_text("All done").wait_for()
    assert {row: name for (_, row), name in served.answers().items()} == expected
    assert set(expected) == set(range(n_texts))
