"""A correction counts on the page: of labels that came with the data, for one row and for many, and it says so."""

from labelling_page import person
from served import serving


def test_labels_that_came_with_the_data_are_corrected_in_explore(browser, tmp_path):
    path = tmp_path / "notes.csv"
    kinds = ["the cat sat on the mat", "prices fell again today"]
    lines = [f"{kinds[k % 2]} number {k},{'animals' if k % 2 == 0 else 'money'}" for k in range(10)]
    path.write_text("text,label\n" + "\n".join([*lines, "one without a label,", "and another one,"]) + "\n")
    with (
        serving(path, "--annotator", "ada") as served,
        person(browser, served, viewport={"width": 1200, "height": 900}) as page,
    ):
        tab = page.tab
        page.view("Explore")
        tab.get_by_text("the cat sat on the mat number 0").first.click()
        dialog = tab.get_by_role("dialog")
        dialog.get_by_role("button", name="money").click()
        dialog.get_by_text("Saved: money.").wait_for()
        page.press("Escape")
        told = page.context.request.fetch(f"{page.origin}/api/v1/items/0").json()
        assert (told["class_id"], len(told["answers"])) == (1, 1)
        # Many at once: five rows, of which one has the label already.
        boxes = tab.get_by_role("checkbox", name="Select row")
        for place in (0, 2, 4):
            boxes.nth(place).check()
        tab.get_by_label("Label the selected rows as").select_option(label="money")
        tab.get_by_role("button", name="Label 3 rows").click()
        tab.get_by_text("Labelled 2 rows as money. 1 row had this label already.").wait_for()
        told = page.context.request.fetch(f"{page.origin}/api/v1/project").json()["progress"]["by_class"]
        assert told == {"0": 2, "1": 8}
