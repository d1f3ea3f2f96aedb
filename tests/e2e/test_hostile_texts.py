"""Texts that want to be something else: they are shown as they are, labelled, and come out as they went in."""

import csv
import io
import json

import pytest
from labelling_page import person
from served import serving

HOSTILE = {
    "script": "<script>ran.push('script')</script>",
    "image": "<img src=x onerror=\"ran.push('image')\">",
    "svg": "<svg onload=\"ran.push('svg')\"><a xlink:href=\"javascript:ran.push('link')\">x</a></svg>",
    "frame": "<iframe srcdoc=\"<script>parent.ran.push('frame')</script>\"></iframe>",
    "tracker": "<img src='http://tracker.example/pixel.png'> <link rel=stylesheet href='http://tracker.example/x.css'>",
    "breakout": "</p></div></main><!-- --><style>*{display:none}</style>{{7*7}} ${7*7} {@html '<b>b</b>'}",
    "formula": "=HYPERLINK(\"http://tracker.example\",\"click\")",
    "quotes": "a \"quoted\", comma; semicolon\tand 'apostrophe' \\ backslash",
    "lines": "first line\nsecond line\n\n   fourth, indented",
    "control": "bell \x07 escape \x1b[31mred\x1b[0m backspace \b form feed \x0c delete \x7f end",
    "bidi": "user \u202egnp.exe\u202c and \u2066isolated\u2069 and \u200bzero\u200bwidth \ufeffmark",
    "arabic": "مرحبا بالعالم، هذا نص عربي مع English inside",
    "hebrew": "שלום עולם 123 (סוגריים)",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 🇺🇳 e\u0301 \U0001f600 \U0001d56c\U0001d587\U0001d588",
    "zalgo": "Z̴̡̧̛̖̭̹͇͓̥̭̱a̸̢̛̟̦͙̤̩͇͎l̶̞̰͚̜g̶̢̪̙͎̹o̵̢̧̦̩̳̭",
    "long word": "w" * 20_000,
    "one megabyte": "0123456789 " * 95_325,
    "blank": " \u00a0\u2003 ",
    "null word": "null",
    "number": "00012",
    "surrogate pair": "\U0010ffff and \ufffd",
}  # fmt: skip


@pytest.fixture
def served(tmp_path):
    path = tmp_path / "hostile.jsonl"
    lines = [json.dumps({"name": name, "text": text}) for name, text in HOSTILE.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with serving(path, "--text", "text", "--labels", "<script>ran.push('class')</script>,fine") as running:
        yield running


def test_hostile_texts_are_shown_labelled_and_exported_as_they_are(browser, served):
    texts = list(HOSTILE.values())
    expected, shown = {}, {}
    with person(browser, served) as page:
        for _ in texts:
            row = page.row
            shown[row] = page.tab.locator(".prose").first.evaluate("(node) => node.textContent")
            assert page.tab.locator(".prose :not(wbr)").count() == 0, "a text became markup"
            # Buttons and messages stay in view, whatever the length of the text.
            for button in ("Undo", "Skip"):
                place = page.tab.get_by_role("button", name=button).bounding_box()
                assert 0 <= place["y"] <= page.tab.viewport_size["height"] - place["height"]
                assert 0 <= place["x"] <= page.tab.viewport_size["width"] - place["width"]
            assert page.tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
            key = "2" if row % 2 else "1"
            assert page.give(key) == row
            expected[row] = "fine" if row % 2 else "<script>ran.push('class')</script>"
        page.wait_until_saved()
        for name in ("Explore", "Insights", "Data"):
            page.view(name)
            page.wait_until_still()
        page.view("Explore")
        page.tab.get_by_role("link", name="<img src=x").click()
        page.tab.get_by_role("dialog").wait_for()
        page.wait_until_still()
        get = page.context.request.get
        lines = get(f"{page.origin}/api/v1/export?format=jsonl").text().splitlines()
        table = get(f"{page.origin}/api/v1/export?format=csv").text()
        others = ("xlsx", "parquet", "label-studio")
        formats = {name: get(f"{page.origin}/api/v1/export?format={name}").status for name in others}
        page.check()

    assert {row: name for (_, row), name in served.answers().items()} == expected
    for row, text in enumerate(texts):
        cut = len(shown[row]) < len(text)
        assert text.startswith(shown[row].rstrip("…")) if cut else shown[row] == text
    out = [json.loads(line) for line in lines]
    assert [record["text"] for record in out] == texts
    csv.field_size_limit(2**24)
    cells = [line["text"] for line in csv.DictReader(io.StringIO(table.lstrip("\ufeff"), newline=""))]
    assert [cell.removeprefix("'") for cell in cells] == [text.removeprefix("'") for text in texts]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    assert formats == dict.fromkeys(others, 200)
