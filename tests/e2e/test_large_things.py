"""A hundred classes, a table of 40 columns, a text of 20,000 characters: labelled at a desk and on a phone."""

import csv

import pytest
from labelling_page import person
from served import serving

DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
N_ROWS = 30
CLASSES = [f"{what}_{part}" for what in ("card", "transfer", "balance", "exchange", "refund") for part in range(20)]
COLUMNS = [f"measurement number {number}" for number in range(40)]
# The server sends so much of a text at first, and the rest on request.
LONG = 20_000


def table(kind):
    if kind == "100 classes":
        return ["text"], [[f"message {row} about my card and a transfer"] for row in range(N_ROWS)]
    if kind == "40 columns":
        return COLUMNS, [[round(0.37 * row * (column + 1), 2) for column in range(40)] for row in range(N_ROWS)]
    sentence = "The results of trial {row} were read again, and nothing in them was found to be wrong. "
    return ["text"], [[(sentence.format(row=row) * 300)[:LONG]] for row in range(N_ROWS)]


@pytest.fixture(scope="module", params=["100 classes", "40 columns", "20,000 characters"])
def project(request, tmp_path_factory):
    """What is large, and a server of it."""
    data = tmp_path_factory.mktemp("large") / "rows.csv"
    names, rows = table(request.param)
    with data.open("w", newline="") as file:
        csv.writer(file).writerows([names, *rows])
    words = ("--text", "text") if names == ["text"] else ("--columns", ",".join(names))
    classes = CLASSES if request.param == "100 classes" else ["good", "bad"]
    with serving(data, *words, "--labels", ",".join(classes), "--annotator", "ada") as served:
        yield request.param, served


@pytest.fixture(scope="module")
def signed_in(browser, project):
    with person(browser, project[1]) as page:
        yield page.context.storage_state()


@pytest.fixture
def axe():
    return pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()


def is_below(page):
    """Whether the page says that there is more of the item than what is seen."""
    return page.tab.get_by_text("More below").count() > 0


def hidden(page):
    """Return how many pixels of the item lie below what is seen."""
    return page.card.evaluate("(card) => card.scrollHeight - card.scrollTop - card.clientHeight")


@pytest.mark.parametrize(("device", "theme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_it_is_labelled_and_nothing_is_hidden_without_a_sign(browser, project, signed_in, axe, device, theme):
    kind, served = project
    before = len(served.answers())
    with person(browser, served, link=served.url, storage_state=signed_in, color_scheme=theme, **device) as page:
        for _ in range(3):
            page.wait_until_still()
            assert is_below(page) == (hidden(page) > 8)
            item = page.item
            label(page, kind, touch="is_mobile" in device)
            page.tab.locator(f'[role="region"][aria-label="Item {item}"]').wait_for(state="detached")
        page.wait_until_saved()
        if kind != "100 classes":
            # Everything of the item is reached: all columns, or the last words of the text.
            read_to_the_end(page)
            last = COLUMNS[-1] if kind == "40 columns" else "found to be wrong."
            assert last in page.card.inner_text()
        # With many classes every view has long lists; a large item is seen in two.
        views = ("Label", "Explore", "Insights", "Accuracy", "Data") if kind == "100 classes" else ("Label", "Explore")
        for name in views:
            page.view(name)
            page.wait_until_still()
            assert page.tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
            wrong = axe.run(page.tab).response["violations"]
            assert [(name, each["id"], each["nodes"][0]["html"][:200]) for each in wrong] == []
        page.check()
    assert len(served.answers()) == before + 3


def label(page, kind, touch):
    """Answer the item on screen as a person on such a device would."""
    if kind == "100 classes":
        box = page.tab.get_by_role("combobox", name="Class")
        box.fill("refund_1")
        option = page.tab.get_by_role("option", name="refund_17")
        option.wait_for(state="attached")
        if touch:
            option.tap()
        else:
            box.fill("refund_17")
            box.press("Enter")
        return
    if touch:
        page.class_button("bad").tap()
    else:
        page.press("2")


def read_to_the_end(page):
    """Scroll the item to its end by the sign that there is more; nothing else moves."""
    if page.tab.get_by_role("button", name="Show the whole text").count():
        page.tab.get_by_role("button", name="Show the whole text").click()
        page.wait_until_still()
    top = page.tab.evaluate("scrollY")
    for _ in range(200):
        if not is_below(page):
            break
        page.tab.get_by_text("More below").click()
        page.tab.wait_for_timeout(30)
    page.wait_until_still()
    assert not is_below(page)
    assert hidden(page) <= 8
    assert page.tab.evaluate("scrollY") == top
