"""Two people answer the same rows, a reviewer sees how far they agree and decides where they do not."""

from contextlib import contextmanager

import pytest
from labelling_page import WITNESS, LabellingPage, person
from real_texts import messages, write_texts
from served import serving

ASKED = 14
# Places of the rows on which bob says something else than ada.
DIFFER = (1, 4, 9)


@pytest.fixture
def served(tmp_path):
    data = write_texts(tmp_path / "sms.csv", messages(120)[0])
    # Only rows that were drawn at random say how far people agree on all.
    with serving(data, "--labels", "ham,spam", "--annotator", "ada", "--audit", "1") as running:
        yield running


@pytest.fixture
def axe():
    return pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()


@contextmanager
def joined(browser, owner, name, role):
    """Somebody whom the owner invited, in a browser of their own."""
    asked = {"role": role, "uses": 1}
    link = owner.context.request.post(f"{owner.origin}/api/v1/invitations", data=asked).json()["url"]
    context = browser.new_context(accept_downloads=True)
    context.add_init_script(WITNESS)
    try:
        page = LabellingPage(context, owner.origin)
        page.tab.goto(link)
        page.tab.get_by_label("Your name").fill(name)
        page.press("Enter")
        page.wait_for_item()
        # Before there was a cookie, the project was not to be had.
        page.complaints = [each for each in page.complaints if "401" not in each]
        yield page
    finally:
        context.close()


def complaints(axe, page):
    page.wait_until_still()
    found = axe.run(page.tab).response["violations"]
    return [(each["id"], each["help"], [node["html"][:200] for node in each["nodes"]][:5]) for each in found]


def decided(served):
    return [(event.row, event.data.get("class_id")) for event in served.events() if event.kind == "adjudicated"]


def test_a_team_agrees_and_a_reviewer_decides(browser, served, axe):
    with person(browser, served) as ada:
        ada.view("Team")
        ada.tab.get_by_text("No row is given to a second person").wait_for()
        assert complaints(axe, ada) == []
        ada.view("Data")
        ada.tab.get_by_label("Opinions").fill("2")
        share = ada.tab.get_by_label("Share of rows, %")
        assert share.input_value() == "10"
        share.fill("100")
        ada.tab.get_by_role("button", name="Save settings").click()
        ada.tab.get_by_text("Saved. The settings apply from").wait_for()
        ada.view("Label")
        rows = [ada.give("1") for _ in range(ASKED)]
        ada.wait_until_saved()
        with joined(browser, ada, "bob", "annotator") as bob:
            assert bob.tab.get_by_role("link", name="Team").count() == 0
            theirs = []
            for _ in range(ASKED):
                place = rows.index(bob.row)
                theirs.append(bob.give("2" if place in DIFFER else "1"))
            bob.wait_until_saved()
            assert sorted(theirs) == sorted(rows)
            bob.check()
        with joined(browser, ada, "rae", "reviewer") as rae:
            rae.view("Team")
            rae.tab.get_by_text(
                f"On {ASKED} rows that two people answered without seeing each other's answers"
            ).wait_for()
            assert rae.tab.get_by_text("79 %", exact=True).count() == 1
            assert (
                rae.tab.get_by_role("table").filter(has_text="Agrees with the others").get_by_role("row").count() == 3
            )
            for summary in rae.tab.locator("summary").all():
                summary.click()
            assert complaints(axe, rae) == []
            rae.tab.get_by_role("button", name="Decide").click()
            rae.wait_for_item()
            assert rae.tab.get_by_test_id("options").inner_text().split() == ["People", "say:", "ham", "spam"]
            assert "ada" not in rae.tab.locator("main").inner_text()
            assert complaints(axe, rae) == []
            first = rae.give("2")
            assert rae.give(" ") not in (first, None)
            second = rae.give("0")
            # The one that was left comes last.
            rae.tab.get_by_role("button", name="Look at them again").click()
            rae.wait_for_item()
            rae.undo(second)
            rae.give("1")
            third = rae.row
            rae.press("1")
            rae.tab.get_by_role("heading", name="There is nothing to decide").wait_for()
            assert complaints(axe, rae) == []
            assert {first, second, third} == {rows[place] for place in DIFFER}
            assert decided(served) == [(first, 1), (second, None), (second, 0), (third, 0)]
            rae.press("Escape")
            rae.tab.get_by_role("heading", level=1, name="Team").wait_for()
            rae.tab.get_by_text("There is nothing to decide").wait_for()
            with rae.tab.expect_download() as saved:
                rae.tab.get_by_role("link", name="Download these answers").click()
            assert len(saved.value.path().read_text(encoding="utf-8-sig").splitlines()) == 1 + 2 * ASKED
            rae.check()
        ada.check()
