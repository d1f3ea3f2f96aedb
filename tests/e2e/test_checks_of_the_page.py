"""The checks that the browser tests lean on can fail."""

import subprocess
import sys
import time

import psutil
import pytest
from labelling_page import person
from real_texts import messages, write_texts
from served import Served, serving, standing

from querist.store.rows import EventRow

NAMES = {0: "ham", 1: "spam"}


def event(uuid, kind="answered", row=0, annotator=1, **data):
    return EventRow(None, uuid, kind, 0.0, annotator, row, data)


def test_the_log_is_replayed_by_the_tests_own_rules():
    log = [
        event("a", class_id=0),
        event("b", "changed", class_id=1),
        event("c", "skipped", row=1),
        event("d", row=2, class_id=0, group="g"),
        event("e", row=2, annotator=2, class_id=1),
        event("f", "undone", row=None, target="b"),
        event("g", "undone", row=None, target="g"),
    ]
    assert standing(log, NAMES) == {(1, 0): "ham", (1, 1): None, (2, 2): "spam"}


def test_an_event_that_is_there_twice_is_seen():
    with pytest.raises(AssertionError, match="twice"):
        standing([event("a", class_id=0), event("a", row=1, class_id=0)], NAMES)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    data = write_texts(tmp_path_factory.mktemp("sins") / "sms.csv", messages(200)[0])
    with serving(data, "--labels", "ham,spam") as running:
        yield running


@pytest.fixture(scope="module")
def signed_in(browser, served):
    """Cookies of a person who has come by the link, which is for one."""
    with person(browser, served) as page:
        yield page.context.storage_state()


@pytest.mark.parametrize(
    "sin",
    [
        "document.body.append(Object.assign(new Image(), { src: 'http://tracker.example/pixel.png' }))",
        "document.body.append(Object.assign(document.createElement('script'), { text: 'ran.push(1)' }))",
        "void fetch('https://tracker.example/').catch(() => {})",
        "setTimeout(() => { throw new Error('oh') })",
        "ran.push(1)",
    ],
    ids=["foreign image", "inline script", "foreign request", "uncaught error", "script ran"],
)
def test_what_a_page_must_not_do_is_seen(browser, served, signed_in, sin):
    with person(browser, served, link=served.url, storage_state=signed_in) as page:
        page.check()
        page.tab.evaluate(sin)
        until = time.monotonic() + 15
        while not is_seen(page):
            assert time.monotonic() < until, "nobody has seen it"
            page.tab.wait_for_timeout(20)


def is_seen(page):
    try:
        page.check()
    except AssertionError:
        return True
    return False


def test_a_process_that_is_left_behind_is_seen(tmp_path):
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])
    served = Served(tmp_path / "p.querist", tmp_path, "serve", "nothing")
    served._family = [psutil.Process(left.pid)]
    with pytest.raises(AssertionError, match="left behind"):
        served.end()
    left.wait()
