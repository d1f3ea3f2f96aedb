"""What stands beside an item: keywords in its text, guidelines."""

import pytest
from labelling_page import person
from real_texts import messages, write_texts
from served import serving

FREE = "FREE entry: win a cash prize today, winner! Réply to claim."
# No copies of each other, which are asked once.
OFFERS = [f"{FREE} {number}" for number in range(30)]
LONG = " ".join(f"word{number % 977} about freedom" for number in range(900))


def project(folder, texts, *options):
    data = write_texts(folder / "sms.csv", texts)
    return serving(data, "--labels", "ham,spam", "--annotator", "ada", "--copies", "off", *options)


def keyword_file(folder, **lists):
    path = folder / "keywords.csv"
    path.write_text(
        "class,keyword\n" + "".join(f"{name},{word}\n" for name, words in lists.items() for word in words),
        encoding="utf-8",
    )
    return "--keywords", path


GUIDELINES = """# What is spam?

- **Offers** that nobody asked for
- see [the rules](https://example.org/rules), not [this](javascript:alert(1))

| sign | class |
|---|---|
| "win" | spam |

<img src=x onerror="ran.push(1)">
"""


def guidelines_file(folder):
    path = folder / "guidelines.md"
    path.write_text(GUIDELINES, encoding="utf-8")
    return "--guidelines", path


def marks(place, kind="keyword"):
    return place.locator(f"mark.{kind}").all_inner_texts()


def test_keywords_are_highlighted_and_can_be_hidden(browser, tmp_path):
    aids = keyword_file(tmp_path, spam=["free entry", "win*", "reply"], ham=["today"])
    with project(tmp_path, OFFERS[:3] + messages(20)[0], *aids) as served, person(browser, served) as ada:
        ada.view("Explore")
        tab = ada.tab
        first = tab.locator("a.open").first
        first.locator("mark").first.wait_for()
        assert marks(first) == ["FREE entry", "win", "today", "winner", "Réply"]
        first.click()
        dialog = tab.get_by_role("dialog")
        dialog.locator(".prose mark").first.wait_for()
        assert marks(dialog.locator(".prose")) == ["FREE entry", "win", "today", "winner", "Réply"]
        # A colour says it to nobody alone.
        assert dialog.locator("mark").nth(2).get_attribute("title") == "ham"
        assert "underline" in dialog.locator("mark").first.evaluate("each => getComputedStyle(each).textDecorationLine")
        ada.press("Escape")
        ada.view("Label")
        while not marks(ada.card):
            ada.give("1")
        before = ada.card.bounding_box()
        ada.press(";")
        ada.settle()
        assert (marks(ada.card), ada.card.bounding_box()) == ([], before)
        tab.reload()
        ada.wait_for_item()
        toggle = tab.get_by_role("button", name="Keywords")
        assert (marks(ada.card), toggle.get_attribute("aria-pressed")) == ([], "false")
        toggle.click()
        ada.settle()
        assert toggle.get_attribute("aria-pressed") == "true"
        ada.check()


def test_an_owner_edits_the_lists_on_the_page(browser, tmp_path):
    with project(tmp_path, OFFERS) as served, person(browser, served) as ada:
        tab = ada.tab
        ada.view("Data")
        panel = tab.get_by_role("region", name="Keywords")
        panel.get_by_label("Class").select_option("spam")
        panel.get_by_label("Keywords of spam").fill("cash prize\n\n  win*")
        panel.get_by_label("Class").select_option("ham")
        panel.get_by_label("Keywords of ham").fill("to*day")
        panel.get_by_role("button", name="Save keywords").click()
        panel.get_by_text("a star must stand at the end").wait_for()
        # The browser notes that the server refused.
        assert all("422" in each for each in ada.complaints)
        ada.complaints.clear()
        panel.get_by_label("Keywords of ham").fill("today")
        panel.get_by_role("button", name="Save keywords").click()
        panel.get_by_text("Saved: 3 keywords.").wait_for()
        assert panel.get_by_role("option").all_inner_texts() == ["ham (1)", "spam (2)"]
        ada.view("Label")
        ada.card.locator("mark").first.wait_for()
        assert marks(ada.card) == ["win", "cash prize", "today", "winner"]
        ada.check()


def of_two_kinds(n, day):
    """Return n offers and n notes to friends, in turns; none is the beginning of another."""
    spam = [f"win a free prize number {number:02} today" for number in range(n)]
    ham = [f"see you at home for lunch {day} {number:02}" for number in range(n)]
    return [text for pair in zip(spam, ham, strict=True) for text in pair]


def teach(page):
    """Answer until there is a model, and wait for it."""
    for _ in range(12):
        page.give("2" if "free" in page.text else "1")
    page.wait_until_saved()
    page.tab.get_by_text("Model up to date").wait_for()


def test_the_models_words_are_shown_on_request_and_never_where_the_guess_is_hidden(browser, tmp_path):
    with project(tmp_path, of_two_kinds(60, "today")) as served, person(browser, served) as ada:
        tab = ada.tab
        teach(ada)
        ada.press(",")
        guess = tab.get_by_test_id("guess")
        guess.wait_for()
        seen = {True: 0, False: 0}
        for _ in range(30):
            ada.settle()
            shown, words = "no guess shown" not in guess.inner_text(), marks(ada.card, "speaks")
            seen[shown] += bool(words) or not shown
            assert shown or not words
            # What every text holds speaks for nothing.
            assert not {"a", "for", "today"} & set(words)
            if words:
                title = ada.card.locator("mark.speaks").first.get_attribute("title")
                assert title == f"the model takes this as a sign of {'spam' if 'free' in ada.text else 'ham'}"
            ada.give("2" if "free" in ada.text else "1")
        assert seen[True] > 0
        assert seen[False] > 0
        ada.press(",")
        ada.settle()
        assert marks(ada.card, "speaks") == []
        ada.check()


def test_why_this_item_is_told_on_request(browser, tmp_path):
    with project(tmp_path, messages(60)[0]) as served, person(browser, served) as ada:
        button = ada.tab.get_by_role("button", name="Why this item?")
        before = ada.card.bounding_box()
        ada.press(":")
        ada.tab.get_by_text("once you have answered this one, Explore says why it was asked.").or_(
            ada.tab.get_by_text("One of the first rows")
        ).wait_for()
        assert (button.get_attribute("aria-expanded"), ada.card.bounding_box()) == ("true", before)
        ada.give("1")
        assert button.get_attribute("aria-expanded") == "false"
        ada.press(":")
        ada.press("Escape")
        ada.settle()
        assert button.get_attribute("aria-expanded") == "false"
        ada.check()


def test_rows_like_one_are_found_and_answered(browser, tmp_path):
    with project(tmp_path, of_two_kinds(30, "tomorrow")) as served, person(browser, served) as ada:
        tab = ada.tab
        teach(ada)
        ada.press(".")
        guess = tab.get_by_test_id("guess")
        while "no guess shown" in guess.inner_text():
            ada.give("2" if "free" in ada.text else "1")
        text, like = ada.text, "free" if "free" in ada.text else "lunch"
        ada.press(">")
        tab.get_by_role("heading", level=1, name="Explore").wait_for()
        rows = tab.locator("a.open")
        rows.filter(has_text=text).wait_for()
        found = rows.all_inner_texts()
        assert found[0].strip() == text
        assert all(like in each for each in found[:29])
        assert tab.get_by_label("Sort").evaluate("each => each.selectedOptions[0].text") == "Most alike first"
        # From the page of a row, too; and all that are shown can be answered at once, but for no others.
        tab.get_by_label("Select this page").check()
        assert tab.get_by_role("button", name="Select all").count() == 0
        # The first is the item itself, whose guess may be seen; others may be this person's to answer blind.
        rows.first.click()
        tab.get_by_role("dialog").get_by_role("link", name="More like this").click()
        tab.get_by_role("dialog").wait_for(state="detached")
        tab.get_by_role("button", name="Show all rows").click()
        tab.get_by_text("60 rows").wait_for()
        ada.check()


def test_guidelines_stand_beside_the_item_and_tell_that_they_changed(browser, tmp_path):
    with project(tmp_path, OFFERS, *guidelines_file(tmp_path)) as served, person(browser, served) as ada:
        tab = ada.tab
        button = tab.get_by_role("button", name="Guidelines")
        assert "new" in button.inner_text()
        ada.press("!")
        panel = tab.get_by_role("region", name="Guidelines", exact=True)
        panel.get_by_role("heading", name="What is spam?").wait_for()
        assert "new" not in button.inner_text()
        link = panel.get_by_role("link")
        assert link.evaluate_all("all => all.map(each => [each.href, each.target, each.rel])") == [
            ["https://example.org/rules", "_blank", "noopener noreferrer"]
        ]
        # Markup is text, and so is a link that would run something.
        assert panel.get_by_text('<img src=x onerror="ran.push(1)">').count() == 1
        assert panel.get_by_text("[this](javascript:alert(1))").count() == 1
        # The keys go on, and the panel is there again after a reload.
        ada.give("1")
        tab.reload()
        ada.wait_for_item()
        panel.get_by_role("heading", name="What is spam?").wait_for()
        assert panel.get_by_text("have changed").count() == 0
        ada.view("Data")
        form = tab.get_by_role("region", name="Guidelines")
        form.get_by_label("How to label").fill("Only *offers* are spam.")
        form.get_by_role("button", name="Save guidelines").click()
        form.get_by_text("Saved.").wait_for()
        ada.view("Label")
        panel.get_by_text("They have changed since you last read them.").wait_for()
        panel.get_by_role("button", name="I have read them").click()
        panel.get_by_text("have changed").wait_for(state="detached")
        ada.press("!")
        panel.wait_for(state="detached")
        assert button.get_attribute("aria-expanded") == "false"
        ada.check()


def test_guidelines_are_a_sheet_on_a_phone(browser, tmp_path):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with project(tmp_path, OFFERS, *guidelines_file(tmp_path)) as served, person(browser, served, **phone) as ada:
        button = ada.tab.get_by_role("button", name="Guidelines")
        assert button.bounding_box()["height"] >= 44
        button.tap()
        sheet = ada.tab.get_by_role("dialog", name="Guidelines")
        sheet.get_by_role("heading", name="What is spam?").wait_for()
        sheet.get_by_role("button", name="Close").tap()
        sheet.wait_for(state="detached")
        assert "new" not in button.inner_text()
        ada.check()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_with_all_of_it(browser, tmp_path, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    aids = (*keyword_file(tmp_path, spam=["free entry", "win*", "reply"], ham=["today"]), *guidelines_file(tmp_path))
    with (
        project(tmp_path, OFFERS, *aids) as served,
        person(browser, served, color_scheme=scheme) as ada,
    ):
        for width, height in ((390, 844), (1280, 800)):
            ada.tab.set_viewport_size({"width": width, "height": height})
            for name in ("Explore", "Data", "Label"):
                ada.view(name)
                ada.wait_until_still()
                assert axe.run(ada.tab).response["violations"] == [], (name, width)
                fits = ada.tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
                assert fits, f"{name} scrolls sideways"
            ada.press("!")
            ada.tab.get_by_role("heading", name="What is spam?").wait_for()
            ada.wait_until_still()
            assert axe.run(ada.tab).response["violations"] == [], width
            ada.press("Escape")
        ada.check()


def test_a_thousand_keywords_on_a_long_text_are_not_felt(browser, tmp_path):
    aids = keyword_file(tmp_path, spam=[f"word{number}" for number in range(990)], ham=["free*", "about freedom"])
    texts = [f"{number} {LONG}"[:19_990] for number in range(30)]
    with project(tmp_path, texts, *aids) as served, person(browser, served) as ada:
        # Those that lie below what is seen come in the next frames.
        ada.card.locator("mark.keyword").nth(1500).wait_for(state="attached")
        assert ada.text == texts[ada.row]
        for key in "1212":
            ada.give(key)
        ada.wait_until_saved()
        ada.check()
