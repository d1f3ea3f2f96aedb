"""What others did is shown, taken back and brought back on the page: many rows at once, one act, a person, classes."""

import os
import uuid
from contextlib import contextmanager

import pytest
from labelling_page import person
from real_texts import messages, write_texts
from served import serving

N_TEXTS = 60
# Where to leave pictures, for who wants to look.
PICTURES = os.environ.get("QUERIST_PICTURES")


@pytest.fixture
def served(tmp_path):
    data = write_texts(tmp_path / "sms.csv", messages(N_TEXTS)[0])
    with serving(data, "--labels", "ham,spam,other", "--annotator", "ada") as running:
        yield running


@contextmanager
def guest(browser, ada, name):
    """Let somebody join by a link that the owner makes."""
    ada.view("Data")
    ada.tab.get_by_role("button", name="Make a link").click()
    link = ada.tab.get_by_label("can use it to join").input_value()
    context = browser.new_context()
    try:
        page = type(ada)(context, ada.origin)
        page.tab.goto(link)
        page.tab.get_by_label("Your name").fill(name)
        page.press("Enter")
        page.wait_for_item()
        yield page
    finally:
        context.close()


def ask(page, method, path, body=None):
    reply = page.context.request.fetch(f"{page.origin}/api/v1{path}", method=method, data=body)
    assert reply.ok, reply.text()
    return reply.json()


def n_labelled(page):
    return ask(page, "GET", "/project")["progress"]["n_labelled"]


def picture(page, name):
    if PICTURES:
        page.wait_until_still()
        page.tab.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def confirm(page, verb, *told):
    """Read what a dialog says, and do it."""
    dialog = page.tab.get_by_role("dialog").last
    for words in told:
        dialog.get_by_text(words).wait_for()
    dialog.get_by_role("button", name=verb, exact=True).click()
    dialog.get_by_role("button", name=verb, exact=True).wait_for(state="hidden")


def test_an_owner_takes_back_what_others_did(browser, served):
    with person(browser, served, viewport={"width": 1100, "height": 900}) as ada, guest(browser, ada, "bob") as bob:
        row = bob.row
        bob.give("1")
        bob.wait_until_saved()
        ask(ada, "PATCH", "/settings", {"annotators_may": ["bulk"]})
        body = {"uuid": str(uuid.uuid4()), "class_id": 1, "filter": {"status": "unlabelled"}, "expected": N_TEXTS - 1}
        ask(bob, "POST", "/items/label", body)
        tab = ada.tab
        # All rows at once, from the list of what everybody did.
        ada.view("Explore")
        tab.get_by_text("Everybody's latest changes").click()
        tab.get_by_label("Only changes to many rows or to classes").check()
        changes = tab.get_by_test_id("last-changes")
        changes.get_by_text(f"labelled {N_TEXTS - 1} rows as spam").first.wait_for()
        tab.get_by_label("By").get_by_text("bob").wait_for(state="attached")
        picture(ada, "last-changes")
        changes.get_by_role("button", name="Take back").first.click()
        tab.get_by_role("dialog").get_by_text(f"{N_TEXTS - 1} answers no longer count.").wait_for()
        picture(ada, "take-back")
        confirm(ada, "Take back", f"{N_TEXTS - 1} rows lose their label and are asked again.")
        changes.get_by_text(f"took back: labelled {N_TEXTS - 1} rows as spam (bob)").first.wait_for()
        assert n_labelled(ada) == 1
        changes.get_by_role("button", name="Bring back").first.click()
        confirm(ada, "Bring back", f"{N_TEXTS - 1} answers count again.")
        changes.get_by_text("brought back what was taken back").first.wait_for()
        assert n_labelled(ada) == N_TEXTS

        # One act, from the history of its row: not one that ada holds, as she might be to answer that one blind.
        tab.get_by_role("link", name="Data", exact=True).wait_for()
        tab.goto(f"{ada.origin}/#/explore?row={row}")
        dialog = tab.get_by_role("dialog").first
        dialog.get_by_text("History (1)").click()
        dialog.get_by_role("button", name="Take back").click()
        confirm(ada, "Take back", "1 answer no longer counts.", "1 row loses its label and is asked again.")
        dialog.get_by_text("Taken back.").wait_for()
        picture(ada, "row")
        assert n_labelled(ada) == N_TEXTS - 1
        dialog.get_by_role("button", name="Undo").click()
        dialog.get_by_text("Undone.").wait_for()
        assert n_labelled(ada) == N_TEXTS
        tab.keyboard.press("Escape")

        # All that a person did; only what was done at once first.
        ada.view("Data")
        picture(ada, "data")
        tab.get_by_role("button", name="Take back all answers … of bob").click()
        dialog.get_by_text(f"{N_TEXTS} answers no longer count.").wait_for()
        dialog.get_by_label("Only what was done to many rows at once").check()
        dialog.get_by_text(f"{N_TEXTS - 1} answers no longer count.").wait_for()
        picture(ada, "person")
        confirm(ada, "Take back")
        assert n_labelled(ada) == 1
        bob.view("Label")
        ada.check()
        # Before the link was used nobody was signed in.
        assert [each for each in bob.complaints if "401" not in each] == []
    kinds = [event.kind for event in served.events()]
    assert (kinds.count("taken_back"), kinds.count("restored"), kinds.count("undone")) == (3, 2, 0)


def test_classes_come_back(browser, served):
    with person(browser, served, viewport={"width": 1100, "height": 900}) as ada:
        for key in "1122":
            ada.give(key)
        ada.wait_until_saved()
        ask(ada, "POST", "/classes/1/merge", {"into": 0})
        ask(ada, "DELETE", "/classes/0")
        assert n_labelled(ada) == 0
        ada.view("Data")
        tab = ada.tab
        classes = tab.get_by_role("region", name="Classes")
        # Its name is taken for the old one, unless a new one is meant.
        classes.get_by_placeholder("New class").fill("spam")
        classes.get_by_role("button", name="Add class").click()
        classes.get_by_text("There was a class 'spam' already; it was merged into 'ham'.").wait_for()
        picture(ada, "gone")
        classes.get_by_text("Removed and merged classes (2)").click()
        classes.get_by_role("button", name="Bring back … ham").click()
        confirm(ada, "Bring back", "4 rows get a label.")
        assert n_labelled(ada) == 4
        classes.get_by_role("button", name="Make a new class anyway").click()
        classes.get_by_role("button", name="Make a new class anyway").wait_for(state="hidden")
        # Now two would have that name.
        classes.get_by_role("button", name="Bring back … spam").click()
        dialog = tab.get_by_role("dialog")
        dialog.get_by_text("There would be two classes 'spam'.").wait_for()
        dialog.get_by_label("Another name for it").fill("spam of old")
        dialog.get_by_role("button", name="Check again").click()
        picture(ada, "two-names")
        confirm(ada, "Bring back", "2 rows get another label.")
        classes.get_by_text("Removed and merged classes").wait_for(state="hidden")
        counts = ask(ada, "GET", "/project")["progress"]["by_class"]
        assert {name: n for name, n in counts.items() if n} == {"0": 2, "1": 2}
        classes.get_by_text("Changes to the classes (6)").click()
        picture(ada, "classes")
        classes.get_by_role("button", name="Take back … 'spam' added").click()
        confirm(ada, "Take back", "No label changes.")
        assert [each["name"] for each in ask(ada, "GET", "/project")["classes"] if each["state"] == "active"] == [
            "ham", "spam of old", "other",
        ]  # fmt: skip
        # What is refused is told by the browser, too.
        ada.complaints = [each for each in ada.complaints if "409" not in each and "422" not in each]
        ada.check()
