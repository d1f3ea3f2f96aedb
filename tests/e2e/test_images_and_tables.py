"""Images and rows of a table, and more classes than keys."""

import csv

import pytest
from labelling_page import person
from served import serving

FORMATS = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP"}


@pytest.fixture
def folder(tmp_path):
    """Images of three formats, large and small, and two files that are none."""
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(18):
        ending = list(FORMATS)[number % 3]
        size = (8, 8) if number % 2 else (900, 600)
        picture = image.new("RGB", size, (13 * number, 255 - 13 * number, 120))
        picture.save(folder / f"{number:02d}.{ending}", FORMATS[ending])
    (folder / "90.png").write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    (folder / "91.jpg").write_bytes(b"no image at all")
    return folder


def test_images_are_shown_labelled_and_fetched_ahead(browser, folder):
    expected, broken, fetched = {}, 0, None
    loaded = "(width) => document.querySelector('[role=region][aria-label^=\"Item \"] img')?.naturalWidth === width"
    shown = """() => {
        const card = document.querySelector('[role=region][aria-label^="Item "]');
        const image = card?.querySelector("img");
        return image ? image.complete && image.naturalWidth > 0 : card?.innerText.includes("cannot be shown");
    }"""
    with serving(folder, "--labels", "red,green") as served, person(browser, served) as page:
        for _ in range(20):
            page.tab.wait_for_function(shown)
            name = page.item
            if page.tab.get_by_text("This image cannot be shown").count():
                assert name.startswith("9")
                why = "cannot be decoded" if name == "90.png" else "is not a PNG, JPEG"
                page.tab.get_by_text(f"{name} {why}").wait_for()
                broken += 1
                page.advance(" ")
                expected[name] = None
                continue
            picture = page.card.locator("img")
            width = 8 if int(name[:2]) % 2 else 900
            page.tab.wait_for_function(loaded, arg=width, timeout=60_000)
            # It was asked for before it was to be shown; the first one could not be.
            assert fetched is None or picture.evaluate("(image) => image.src") in fetched
            assert picture.evaluate("(image) => image.getBoundingClientRect().bottom <= innerHeight")
            page.press("+")
            page.tab.get_by_role("button", name="show whole").wait_for()
            assert page.item == name
            fetched = set(page.requests)
            page.advance("1")
            expected[name] = "red"
        page.wait_until_saved()
        ids = {item["row"]: item["id"] for item in explored(page)}
        # A browser tells of an image that does not decode by the status of its request; nothing else may be wrong.
        page.complaints = [text for text in page.complaints if "415" not in text]
        page.check()
    assert broken == 2
    assert {ids[row]: name for (_, row), name in served.answers().items()} == expected


def explored(page):
    return page.context.request.get(f"{page.origin}/api/v1/items?limit=100").json()["items"]


def test_a_row_of_a_table_is_a_card_and_a_name_is_typed_where_classes_are_many(browser, tmp_path):
    names = [f"class {number:02d}" for number in range(40)]
    data = tmp_path / "cars.csv"
    with data.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["brand", "doors", "price", "مدينة"])
        writer.writerows([["a" * (n % 7), n % 5, 1000.5 + n, "حلب"] for n in range(60)])
    columns = "brand,doors,price,مدينة"
    with serving(data, "--columns", columns, "--labels", ",".join(names)) as served, person(browser, served) as page:
        assert page.card.locator("dt").all_inner_texts() == columns.split(",")
        assert page.card.locator("dd").last.inner_text() == "حلب"
        expected = {}
        for name in ("class 07", "class 39", "class 12"):
            row = page.row
            page.tab.keyboard.type(name[-2:])
            page.tab.get_by_role("option").first.wait_for()
            page.advance("Enter")
            expected[row] = name
        # Nothing typed answers nothing.
        before = page.item
        page.press("Enter")
        page.settle()
        assert page.item == before
        page.wait_until_saved()
        page.check()
    assert {row: name for (_, row), name in served.answers().items()} == expected
