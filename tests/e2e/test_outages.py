"""Offline, restarts, kills, reloads: what was pressed is in the log, once."""

import pytest
from labelling_page import person
from real_texts import messages, write_texts
from served import serving


@pytest.fixture
def served(tmp_path):
    data = write_texts(tmp_path / "sms.csv", messages(300)[0])
    with serving(data, "--labels", "ham,spam") as running:
        yield running


def by_row(served):
    return {row: name for (_, row), name in served.answers().items()}


def label(page, n, expected):
    """Label n items, every third as spam."""
    for _ in range(n):
        name = "spam" if page.row % 3 == 0 else "ham"
        row = page.give("2" if name == "spam" else "1")
        assert row not in expected
        expected[row] = name


def away(page):
    return [text for text in page.complaints if "ERR_" not in text and "Failed to load resource" not in text]


def finish(page, served, expected):
    """All is saved, and the log says what was pressed."""
    page.wait_until_saved(timeout=60_000)
    # A browser says by itself that a request failed; nothing else may be wrong.
    page.complaints = away(page)
    page.check()
    assert by_row(served) == expected


def test_ten_answers_without_a_network(browser, served):
    expected = {}
    with person(browser, served) as page:
        label(page, 5, expected)
        page.wait_until_saved()
        page.context.set_offline(True)
        label(page, 10, expected)
        page.tab.get_by_text("Offline: 10 kept here").wait_for()
        assert len(by_row(served)) == 5
        # Undo works without the network too.
        last = list(expected)[-1]
        page.undo(last)
        expected[last] = "spam"
        assert page.give("2") == last
        page.context.set_offline(False)
        finish(page, served, expected)


def test_ten_answers_while_the_server_is_down(browser, served):
    expected = {}
    with person(browser, served) as page:
        label(page, 5, expected)
        page.wait_until_saved()
        served.stop()
        label(page, 10, expected)
        page.tab.get_by_text("Offline: 10 kept here").wait_for()
        served.start()
        label(page, 3, expected)
        finish(page, served, expected)


def test_the_server_is_killed_again_and_again_while_somebody_labels(browser, served):
    expected = {}
    with person(browser, served) as page:
        for _ in range(3):
            label(page, 4, expected)
            served.kill()
            label(page, 4, expected)
            served.start()
            page.wait_until_saved(timeout=60_000)
        label(page, 4, expected)
        finish(page, served, expected)


def test_a_reload_with_answers_that_wait(browser, served):
    expected = {}
    with person(browser, served) as page:
        label(page, 3, expected)
        page.wait_until_saved()
        # The server hears nothing of these; the page is reloaded with all of them in its outbox.
        page.tab.route("**/api/v1/answers", lambda route: route.abort())
        label(page, 6, expected)
        page.tab.unroute("**/api/v1/answers")
        page.tab.reload()
        page.wait_for_item()
        page.wait_until_saved()
        label(page, 3, expected)
        finish(page, served, expected)


def test_an_answer_whose_acknowledgement_got_lost_counts_once(browser, served):
    expected = {}
    with person(browser, served) as page:
        label(page, 2, expected)
        page.wait_until_saved()
        lost = []

        def lose_the_reply(route):
            if len(lost) < 3:
                lost.append(route.fetch().status)
                route.abort("connectionreset")
            else:
                route.continue_()

        page.tab.route("**/api/v1/answers", lose_the_reply)
        label(page, 6, expected)
        finish(page, served, expected)
    assert lost == [200, 200, 200]


def test_a_tab_that_is_closed_with_answers_that_wait(browser, served):
    expected = {}
    with person(browser, served) as page:
        page.context.set_offline(True)
        label(page, 5, expected)
        page.tab.get_by_text("Offline: 5 kept here").wait_for()
        page.tab.close()
        page.context.set_offline(False)
        page.tab = page._open()
        page.open(page.origin)
        page.wait_until_saved()
        label(page, 2, expected)
        finish(page, served, expected)
