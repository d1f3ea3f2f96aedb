"""Copies on the page: asked once, said on the card, found in Explore, labelled together."""

from labelling_page import person
from served import serving


def test_a_text_that_stands_three_times_is_one_question(browser, tmp_path):
    path = tmp_path / "notes.csv"
    path.write_text("text\n" + "\n".join(["win a prize today", "see you there then", "Win a prize today "] * 2) + "\n")
    with (
        serving(path, "--labels", "spam,ham", "--annotator", "ada") as served,
        person(browser, served, viewport={"width": 1200, "height": 900}) as page,
    ):
        tab = page.tab
        page.wait_for_item()
        tab.get_by_text("0 of 2 labelled").wait_for()
        tab.get_by_text("4 copies are labelled with the row they repeat").wait_for()
        asked = {}
        for _ in range(2):
            page.wait_for_item()
            asked[page.text] = page.card.get_by_text("copies").inner_text()
            page.advance("1")
            page.wait_until_saved()
        assert sorted(asked.values()) == ["2 copies", "4 copies"]
        tab.get_by_text("All done").wait_for()
        page.view("Explore")
        tab.get_by_text("2 rows", exact=True).wait_for()
        tab.get_by_role("link", name="4 copies").click()
        tab.get_by_text("4 rows", exact=True).wait_for()
        assert tab.get_by_text("Copy of row 1").count() == 3
        told = page.context.request.fetch(f"{page.origin}/api/v1/items?search=6").json()["items"]
        assert [(each["id"], each["copy_of"], each["class_id"]) for each in told] == [("6", "1", 0)]


def test_texts_with_a_word_changed_stand_together_in_explore(browser, tmp_path):
    path = tmp_path / "notes.csv"
    lines = [f"Your parcel number {name} will arrive tomorrow before noon, reply to choose a time" for name in "abc"]
    others = ["see you there then", "what is for dinner", "the meeting moved again", "call me when you land"]
    path.write_text("text\n" + "\n".join(f'"{text}"' for text in [lines[0], *others, *lines[1:]]) + "\n")
    with (
        serving(path, "--labels", "spam,ham", "--annotator", "ada") as served,
        person(browser, served, viewport={"width": 1200, "height": 900}) as page,
    ):
        page.tab.get_by_text("Model up to date").wait_for()
        # What is still to be answered blind stands beside nothing like it.
        for _ in range(7):
            page.wait_for_item()
            page.advance("1")
        page.wait_until_saved()
        page.view("Explore")
        page.tab.get_by_label("Copies").select_option("Near copies")
        page.tab.get_by_text("3 rows match").wait_for()
        rows = page.tab.locator("tbody td.id").all_inner_texts()
        assert rows == ["1", "6", "7"]
        assert page.tab.get_by_text("Nearly the same as row 1").count() == 2
