"""A person answers with numbers, by keyboard; what is wrong is told, the figure is shown, the export holds them."""

import csv
import io
import random

from labelling_page import person
from served import serving

N_GIVEN = 10


def write_apples(path, n=70):
    chance = random.Random(2)
    sizes = [round(chance.uniform(5, 9), 6) for _ in range(n)]
    weights = [round(size**3 / 2 + chance.gauss(0, 4), 1) for size in sizes]
    lines = [
        f"{size},{weight if row < N_GIVEN else ''}"
        for row, (size, weight) in enumerate(zip(sizes, weights, strict=True))
    ]
    path.write_text("\n".join(["size,weight", *lines, ""]))
    return path, weights


def test_numbers_by_keyboard(browser, tmp_path):
    data, weights = write_apples(tmp_path / "apples.csv")
    options = ("--number", "weight", "--unit", "g", "--min", "0", "--max", "1000", "--audit", "0.7")
    with serving(data, *options, "--annotator", "ada") as served, person(browser, served) as page:
        tab = page.tab
        box = tab.get_by_label("weight", exact=True)
        assert box.get_attribute("inputmode") == "decimal"
        first = page.row
        for wrong, told in (("heavy", "is not a number"), ("2000", "above 1000"), ("-1", "below 0")):
            tab.keyboard.type(wrong)
            page.press("Enter")
            tab.get_by_text(told).wait_for()
            assert page.row == first
            page.press("Escape")
        # A decimal comma and a decimal point; a skip; an undo; an answer that is changed.
        expected = {}
        for step in range(40):
            row = page.row
            tab.keyboard.type(str(weights[row]).replace(".", "," if step % 2 else "."))
            assert page.give("Enter") == row
            expected[row] = weights[row]
        skipped = page.give(" ")
        page.undo(skipped)
        tab.keyboard.type("1,5")
        assert page.give("Enter") == skipped
        tab.get_by_label("Last answers").get_by_role("button").first.click()
        tab.get_by_text("Your answer: 1.5").wait_for()
        page.settle()
        tab.keyboard.type(str(weights[skipped]))
        page.press("Enter")
        tab.get_by_text("Your answer: 1.5").wait_for(state="detached")
        expected[skipped] = weights[skipped]
        page.wait_until_saved()
        exported = export(page)
        assert {row: float(line["label"]) for row, line in enumerate(exported) if line["label"]} == (
            dict(enumerate(weights[:N_GIVEN])) | expected
        )
        # The figure of the present model, in the unit of the number.
        page.view("Accuracy")
        tab.get_by_test_id("typical-error").wait_for(timeout=120_000)
        assert "g" in tab.get_by_test_id("typical-error").inner_text()
        page.view("Explore")
        tab.get_by_label("At least").fill("0,5")
        page.press("Tab")
        tab.get_by_text(f"{N_GIVEN + len(expected)} rows match").wait_for()
        # What has no meaning for numbers is not there.
        assert tab.get_by_label("Model says").count() == 0
        page.view("Insights")
        assert tab.get_by_text("Suspected mistakes").count() == tab.get_by_text("Labels by class").count() == 0
        page.view("Team")
        page.view("Data")
        assert tab.get_by_role("heading", name="Classes").count() == 0
        page.check()


def export(page):
    """Download by the API, with the page's own cookie."""
    reply = page.context.request.get(f"{page.origin}/api/v1/export?format=csv&rows=all")
    assert reply.ok
    return list(csv.DictReader(io.StringIO(reply.text().lstrip("\ufeff"), newline="")))
