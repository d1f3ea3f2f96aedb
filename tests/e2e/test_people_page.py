"""A team on the page: who joins, who comes back, who may what, who leaves."""

from contextlib import contextmanager

import pytest
from labelling_page import LabellingPage, person
from real_texts import messages, write_texts
from served import serving

from querist.audit.design import TEACHING_PRICE


@pytest.fixture
def served(tmp_path):
    data = write_texts(tmp_path / "sms.csv", messages(60)[0])
    with serving(data, "--labels", "ham,spam", "--annotator", "ada") as running:
        yield running


@contextmanager
def guest(browser, served, link):
    """Another browser, where somebody opens a link that they were sent."""
    context = browser.new_context()
    try:
        page = LabellingPage(context, served.url)
        page.tab.goto(link)
        yield page
    finally:
        context.close()


def invite(owner, role):
    owner.view("Data")
    owner.tab.get_by_role("combobox", name="Role", exact=True).select_option(role)
    owner.tab.get_by_role("button", name="Make a link").click()
    # Another one may have been made before.
    article = "an" if role[0] in "aeiou" else "a"
    return owner.tab.get_by_label(f"can use it to join as {article} {role}").input_value()


def join(page, name):
    page.tab.get_by_label("Your name").fill(name)
    page.press("Enter")


def signed_in_as(page):
    page.tab.get_by_text("Menu", exact=True).click()
    name = page.tab.locator("legend strong").inner_text()
    page.tab.keyboard.press("Escape")
    return name


def test_a_team_comes_and_goes(browser, served):
    with person(browser, served) as ada:
        # A second owner is somebody else, and throws nobody out.
        link = invite(ada, "owner")
        with guest(browser, served, link) as zoe:
            zoe.tab.get_by_text("You will join as an owner").wait_for()
            join(zoe, "Ada")
            zoe.tab.get_by_role("alert").filter(has_text="already called 'ada'").wait_for()
            join(zoe, "zoe")
            zoe.wait_for_item()
            assert "token" not in zoe.tab.url
            zoe.tab.reload()
            ada.tab.reload()
            ada.tab.get_by_label("Role of zoe").wait_for()
            assert (signed_in_as(ada), signed_in_as(zoe)) == ("ada", "zoe")

            # Whoever has lost the cookie comes back by a link of their own.
            ada.tab.get_by_role("button", name="Link for zoe").click()
            personal = ada.tab.get_by_label("It signs zoe in").input_value()
            with guest(browser, served, personal) as again:
                again.tab.get_by_role("button", name="Continue as zoe").click()
                again.wait_for_item()
                assert signed_in_as(again) == "zoe"

                # Removed, both pages of hers end by themselves.
                ada.tab.get_by_role("button", name="Remove zoe").click()
                ada.tab.get_by_role("button", name="Remove", exact=True).click()
                for page in (zoe, again):
                    page.tab.get_by_role("heading", name="You are not signed in").wait_for()
            zoe.tab.goto(link)
            zoe.tab.get_by_role("alert").filter(has_text="already been used").wait_for()
        ada.tab.get_by_text("Removed (1)").click()
        ada.tab.get_by_role("button", name="Let in again zoe").click()
        ada.tab.get_by_label("Role of zoe").wait_for()


def test_the_page_hides_what_a_person_may_not(browser, served):
    with person(browser, served) as ada, guest(browser, served, invite(ada, "viewer")) as vera:
        join(vera, "vera")
        vera.tab.get_by_role("link", name="Explore").wait_for()
        assert vera.tab.get_by_role("link", name="Label", exact=True).count() == 0
        vera.view("Data")
        vera.tab.get_by_text("Only owners of the project can change its classes").wait_for()
        for name in ("Import labels", "Export", "Invite somebody"):
            assert vera.tab.get_by_role("heading", name=name).count() == 0
        # What changes reaches the page by itself.
        ada.tab.get_by_label("Role of vera").select_option("reviewer")
        vera.tab.get_by_role("link", name="Label", exact=True).wait_for()
        vera.tab.get_by_role("heading", name="Import labels").wait_for()
        assert vera.tab.get_by_role("button", name="Add class").count() == 0
        ada.tab.get_by_label("add, rename, merge and remove classes").check()
        # Before a model has ranked the rows this can be chosen, and what it costs is said.
        ada.tab.get_by_label("Answers to check questions also decide").check()
        ada.tab.get_by_text(TEACHING_PRICE).wait_for()
        ada.tab.get_by_role("button", name="Save settings").click()
        vera.tab.get_by_role("button", name="Add class").wait_for()
        assert vera.tab.get_by_label("Answers to check questions also decide").is_checked()
        # Links that work are listed, and revoked.
        link = invite(ada, "annotator")
        ada.tab.get_by_role("button", name="Revoke the link of").last.click()
        ada.tab.get_by_text("New people, annotator: 0 of 1 joined").wait_for(state="detached")
        with guest(browser, served, link) as eve:
            eve.tab.get_by_role("alert").filter(has_text="revoked").wait_for()


def test_signing_out(browser, served):
    with person(browser, served) as ada:
        ada.view("Data")
        ada.tab.get_by_role("button", name="Link for ada").click()
        link = ada.tab.get_by_label("It signs you in").input_value()
        ada.tab.get_by_text("Menu", exact=True).click()
        ada.tab.get_by_role("button", name="Sign out", exact=True).click()
        ada.tab.get_by_role("heading", name="You are not signed in").wait_for()
        ada.tab.goto(link)
        ada.tab.get_by_role("button", name="Continue as ada").click()
        ada.wait_for_item()


def test_answers_are_counted_when_the_people_are_looked_at(browser, served):
    with person(browser, served) as ada:
        for _ in range(3):
            ada.advance("1")
        ada.wait_until_saved()
        ada.view("Data")
        people = ada.tab.get_by_role("region", name="People")
        people.get_by_text("3 answers").wait_for()
        # What comes while it is open is counted as well.
        other = ada.second_tab()
        other.advance("1")
        people.get_by_text("4 answers").wait_for()
        other.tab.close()
        # The name has its line to itself: what can be done stands below it.
        name, role = people.get_by_text("ada (you)"), people.get_by_label("Role of ada")
        assert name.bounding_box()["y"] + name.bounding_box()["height"] <= role.bounding_box()["y"]
        ada.check()
