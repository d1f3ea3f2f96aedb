"""A person labels 200 real texts with the keyboard, and every press is in the log once."""

import csv
import io
import re

import pytest
from labelling_page import person
from real_texts import messages, write_texts
from served import serving

HAM, SPAM = "1", "2"


@pytest.fixture(scope="module")
def texts():
    return messages(1000)


def test_two_hundred_texts_with_all_that_happens_on_the_way(browser, tmp_path, texts):
    said, spam = texts
    expected, flags, notes = {}, set(), {}
    with serving(write_texts(tmp_path / "sms.csv", said), "--labels", "ham,spam", "--annotator", "ada") as served:
        with person(browser, served) as page:
            for step in range(200):
                row = page.row
                assert page.text == said[row]
                assert row not in expected, "the same item was asked twice"
                if step % 23 == 5:
                    flags.add(row)
                    page.press("f")
                    page.tab.get_by_role("region", name="Labelling").get_by_text("Flagged", exact=True).wait_for()
                if step % 31 == 7:
                    notes[row] = f"note {step}"
                    page.press("n")
                    page.tab.get_by_label("Note on this item").fill(notes[row])
                    page.press("Enter")
                    page.tab.get_by_text(f"Note: {notes[row]}").wait_for()
                if step % 17 == 3:
                    assert page.give(" ") == row
                    expected[row] = None
                    continue
                if step % 13 == 4:
                    # The wrong key, twice in a row, taken back step by step.
                    wrong = page.give(SPAM if not spam[row] else HAM)
                    second = page.give(HAM)
                    page.undo(second)
                    page.undo(wrong)
                assert page.give(SPAM if spam[row] else HAM) == row
                expected[row] = "spam" if spam[row] else "ham"
                if step == 60:
                    page.tab.get_by_role("button", name="+ class").click()
                    page.tab.get_by_label("Name of the new class").fill("unsure")
                    page.press("Enter")
                    page.tab.get_by_role("button", name=re.compile("unsure")).wait_for()
                    page.settle()
                    expected[page.give("3")] = "unsure"
            page.wait_until_saved()
            me = served.answers()
            assert {row: name for (_, row), name in me.items()} == expected
            page.check()
            exported = export(page)
            counted = export(page, "rows=labelled")
        served.stop()

        # The page, the file and the project say the same; all rows are there, in their order.
        # (An apostrophe stands before what a spreadsheet would run as a formula.)
        assert [line["text"] for line in exported] == [f"'{text}" if text[0] in "=+-@" else text for text in said]
        asked = {row: line for row, line in enumerate(exported) if not line["copy_of"]}
        assert {row: line["label"] or None for row, line in asked.items() if line["status"] != "unlabelled"} == expected
        assert sum(not line["copy_of"] for line in counted) == sum(name is not None for name in expected.values())
        assert all(line["label"] == exported[int(line["copy_of"]) - 1]["label"] for line in exported if line["copy_of"])
        events = served.events()
        assert {event.row for event in events if event.kind == "flagged"} == flags
        assert {event.row: event.data["note"] for event in events if event.kind == "noted"} == notes

        # The same command resumes: nothing is asked again, and undo reaches back over the restart.
        served.start()
        with person(browser, served) as page:
            last = [event for event in events if event.kind in ("answered", "skipped", "changed")][-1].row
            assert page.row not in expected
            page.undo(last)
            assert page.give(SPAM) == last
            expected[last] = "spam"
            for _ in range(5):
                row = page.give(HAM)
                assert row not in expected
                expected[row] = "ham"
            page.wait_until_saved()
            page.check()
        assert {row: name for (_, row), name in served.answers().items()} == expected


def export(page, query="rows=all"):
    """Download by the API, with the page's own cookie."""
    reply = page.context.request.get(f"{page.origin}/api/v1/export?format=csv&{query}")
    assert reply.ok
    return list(csv.DictReader(io.StringIO(reply.text().lstrip("\ufeff"), newline="")))


def test_explore_finds_labels_many_and_takes_it_back(browser, tmp_path, texts):
    said, _ = texts
    data = write_texts(tmp_path / "sms.csv", said[:300])
    with serving(data, "--labels", "ham,spam") as served, person(browser, served) as page:
        page.give(HAM)
        page.view("Explore")
        tab = page.tab
        tab.get_by_placeholder("Search").fill("free")
        free = sum(bool(re.search(r"\bfree\b", text, re.IGNORECASE)) for text in said[:300])
        tab.get_by_text(re.compile(rf"^{free} rows match")).wait_for()
        tab.get_by_label("Select this page").check()
        tab.get_by_label("Label the selected rows as").select_option(label="spam")
        tab.get_by_role("dialog").get_by_role("button", name=re.compile("Label")).click()
        tab.get_by_text(re.compile(rf"Labelled {free} rows as spam")).wait_for()
        labelled = [row for (_, row), name in served.answers().items() if name == "spam"]
        assert len(labelled) == free
        assert all("free" in said[row].lower() for row in labelled)
        tab.get_by_role("button", name="Undo").click()
        tab.get_by_text("Undone").wait_for()
        assert "spam" not in served.answers().values()
        assert list(served.answers().values()) == ["ham"]
        page.view("Data")
        with tab.expect_download() as download:
            tab.get_by_role("link", name="Download labels").click()
        lines = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"), newline="")))
        assert sum(line["label"] == "ham" for line in lines) == 1
        page.view("Insights")
        page.check()
