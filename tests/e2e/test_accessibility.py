"""Everybody can use it: axe finds nothing on any view, and the keyboard reaches everything."""

import pytest
from labelling_page import person
from real_texts import messages, write_texts
from served import serving

WIDTHS = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 375, "height": 720}}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A project with some answers, so that no view is empty."""
    data = write_texts(tmp_path_factory.mktemp("axe") / "sms.csv", messages(200)[0])
    with serving(data, "--labels", "ham,spam", "--annotator", "ada") as running:
        yield running


@pytest.fixture(scope="module")
def signed_in(browser, served):
    """Cookies of a person who has labelled a little."""
    with person(browser, served) as page:
        for step in range(24):
            page.give("2" if step % 3 == 0 else "1")
        page.wait_until_saved()
        yield page.context.storage_state()


@pytest.fixture
def axe():
    return pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()


def complaints(axe, page):
    found = axe.run(page.tab).response["violations"]
    return [(each["id"], each["help"], [node["html"][:200] for node in each["nodes"]][:5]) for each in found]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(browser, served, signed_in, axe, theme, width):
    options = {"storage_state": signed_in, "color_scheme": theme, "viewport": WIDTHS[width]}
    with person(browser, served, link=served.url, **options) as page:
        found = {}
        for name in ("Label", "Explore", "Insights", "Team", "Data"):
            page.view(name)
            page.wait_until_still()
            found[name] = complaints(axe, page)
            assert page.tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
        page.view("Explore")
        page.tab.locator("a.open").first.click()
        page.tab.get_by_role("dialog").wait_for()
        page.wait_until_still()
        found["one row"] = complaints(axe, page)
        page.press("Escape")
        page.view("Label")
        page.press("?")
        page.tab.get_by_role("dialog").wait_for()
        found["keys"] = complaints(axe, page)
        page.press("Escape")
        page.press("n")
        found["note"] = complaints(axe, page)
        page.check()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_axe_would_find_something(browser, served, signed_in, axe):
    """The check can fail."""
    with person(browser, served, link=served.url, storage_state=signed_in) as page:
        page.tab.evaluate("document.querySelector('main').append(document.createElement('button'))")
        assert "button-name" in {rule for rule, *_ in complaints(axe, page)}


def test_everything_is_reached_by_the_keyboard_and_nothing_holds_it(browser, served, signed_in):
    with person(browser, served, link=served.url, storage_state=signed_in) as page:
        reached, first = [], None
        for _ in range(120):
            page.press("Tab")
            now = page.tab.evaluate(
                "`${document.activeElement.ariaLabel ?? ''} ${document.activeElement.innerText ?? ''}`.trim()"
            )
            if now and now == first and len(reached) > 5:
                break
            first = first or now
            reached.append(now)
        words = " | ".join(reached)
        for name in (
            "Label",
            "Explore",
            "Insights",
            "Data",
            "ham",
            "spam",
            "Undo",
            "Skip",
            "Flag",
            "Comment",
            "Keys",
            "Item",
        ):
            assert name in words, words
        # A focused button answers by Enter and by Space, once each, and keeps the focus.
        for key in ("Enter", "Space"):
            before = page.item
            page.class_button("ham").focus()
            page.press(key)
            page.tab.locator(f'[role="region"][aria-label="Item {before}"]').wait_for(state="detached")
            page.settle()
        page.wait_until_saved()
        page.check()


def test_a_finger_labels_on_a_phone(browser, served, signed_in):
    options = {"storage_state": signed_in, "viewport": WIDTHS["phone"], "has_touch": True, "is_mobile": True}
    with person(browser, served, link=served.url, **options) as page:
        before = len(served.answers())
        for name in ("ham", "spam", "ham"):
            row = page.item
            button = page.class_button(name)
            assert button.bounding_box()["height"] >= 24
            button.tap()
            page.tab.locator(f'[role="region"][aria-label="Item {row}"]').wait_for(state="detached")
            page.settle()
        page.wait_until_saved()
        page.check()
    assert len(served.answers()) == before + 3
