"""Many classes: names are typed, and the keys on the buttons act all the same."""

import pytest
from labelling_page import person
from real_texts import messages, write_texts
from served import serving

NAMES = [f"{word} {part}" for word in ("card", "transfer", "balance", "exchange") for part in "abcdefg"]


@pytest.fixture
def served(tmp_path):
    data = write_texts(tmp_path / "sms.csv", messages(60)[0])
    with serving(data, "--labels", ",".join(NAMES), "--annotator", "ada") as running:
        yield running


def test_keys_act_while_the_box_is_empty(browser, served):
    with person(browser, served) as ada:
        tab = ada.tab
        box = tab.get_by_role("combobox", name="Class")
        first = ada.row
        assert ada.give("2") == first
        skipped = ada.give(" ")
        ada.undo(skipped)
        ada.undo(first)
        # What begins a name is for the box, and the buttons do not promise anything else.
        assert tab.get_by_role("button", name="Flag").inner_text().strip() == "Flag"
        box.press("c")
        assert box.input_value() == "c"
        tab.get_by_role("option", name="card a").wait_for()
        box.press("Enter")
        ada.settle()
        ada.wait_until_saved()
        assert served.answers() == {(ada_id(served), first): "card a"}
        # What was given last stands above all.
        tab.get_by_role("list", name="Classes given last").get_by_role("button", name="card a").wait_for()
        box.press("Escape")
        tab.get_by_role("button", name="Flag").get_by_text("F", exact=True).wait_for()


def test_a_name_that_fits_no_class_can_be_added(browser, served):
    with person(browser, served) as ada:
        box = ada.tab.get_by_role("combobox", name="Class")
        box.fill("zebra")
        ada.tab.get_by_text("No class has that name.").wait_for()
        ada.tab.get_by_role("button", name="Add the class “zebra”").click()
        ada.tab.get_by_label("Name of the new class").press("Enter")
        box.fill("zeb")
        ada.tab.get_by_role("option", name="zebra").wait_for()


def ada_id(served):
    return next(event.annotator for event in served.events() if event.kind == "answered")
