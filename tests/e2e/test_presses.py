"""A press belongs to the item that is painted; none is lost, none counts twice."""

import time

import pytest
from labelling_page import person
from real_texts import messages, write_texts
from served import serving

CLASSES = {"1": "ham", "2": "spam"}


@pytest.fixture
def served(tmp_path):
    data = write_texts(tmp_path / "sms.csv", messages(200)[0])
    with serving(data, "--labels", ",".join(CLASSES.values())) as running:
        yield running


def by_row(served):
    return {row: name for (_, row), name in served.answers().items()}


def test_ten_presses_60_ms_apart_label_the_ten_items_that_were_seen(browser, served):
    with person(browser, served) as page:
        page.wait_until_still()
        for key in "1211212212":
            page.tab.keyboard.down(key)
            page.tab.keyboard.up(key)
            page.tab.wait_for_timeout(60)
        page.wait_until_saved()
        seen = [(int(press["item"]) - 1, CLASSES[press["key"]]) for press in page.presses()]
        gaps = [b["at"] - a["at"] for a, b in zip(page.presses(), page.presses()[1:], strict=False)]
        page.check()
    assert len({row for row, _ in seen}) == 10, f"gaps between presses: {gaps}"
    assert by_row(served) == dict(seen)


def test_a_held_key_labels_once(browser, served):
    with person(browser, served) as page:
        row = page.row
        page.tab.keyboard.down("1")
        for _ in range(20):
            page.tab.keyboard.down("1")  # what the operating system sends while a key is held
            page.tab.wait_for_timeout(30)
        page.tab.keyboard.up("1")
        page.wait_until_saved()
        assert sum(press["repeat"] for press in page.presses()) == 20
        page.check()
    assert by_row(served) == {row: "ham"}


def test_keys_that_mean_nothing_answer_nothing(browser, served):
    with person(browser, served) as page:
        before = page.item
        for key in ("9", "x", "0", "Enter", "ArrowRight", "Control+1", "Alt+1", "Meta+2"):
            page.press(key)
        page.settle()
        assert page.item == before
        # While a note or the list of keys is open, keys write or read, they do not label.
        page.press("n")
        page.tab.keyboard.type("12 1")
        page.press("Escape")
        page.press("?")
        page.tab.get_by_role("dialog").wait_for()
        page.tab.keyboard.type("12")
        page.press("Escape")
        page.settle()
        assert page.item == before
        assert page.save_state == "All saved"
        page.check()
    assert by_row(served) == {}


def test_the_item_on_screen_stays_while_the_model_learns(browser, served):
    with person(browser, served) as page:
        for _ in range(12):
            page.give("1" if page.row % 2 else "2")
        page.wait_until_saved()
        before = page.item, page.text
        version = served_version(page)
        until = time.monotonic() + 10
        while served_version(page) == version and time.monotonic() < until:
            page.tab.wait_for_timeout(50)
        # What the page asks for because of that has come.
        page.tab.wait_for_timeout(100)
        page.wait_until_still()
        assert (page.item, page.text) == before
        page.check()


def served_version(page):
    return page.context.request.get(f"{page.origin}/api/v1/project").json()["progress"]["model"]["version"]


def test_one_request_per_label(browser, served):
    with person(browser, served) as page:
        page.wait_until_still()
        before, version = len(page.requests), served_version(page)
        for _ in range(20):
            page.give("1")
            page.wait_until_saved()
        sent = [url.removeprefix(page.origin) for url in page.requests[before:]]
        rankings = served_version(page) - version
        page.check()
    assert sent.count("/api/v1/answers") <= 20
    # Besides: one new order for each time that the model has learned, and heartbeats (one in 10 s).
    assert set(sent) <= {"/api/v1/answers", "/api/v1/queue"}
    assert sent.count("/api/v1/queue") <= rankings + 6, sent
