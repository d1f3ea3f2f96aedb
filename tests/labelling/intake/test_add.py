"""More rows for a project that exists."""

import json

import numpy as np
import pandas as pd
import pytest

from querist.audit.order import audit_numbers
from querist.exceptions import DataError
from querist.labelling.intake.add import add_rows
from querist.labelling.intake.create import import_rows
from querist.labelling.intake.guess import guess_plan
from querist.labelling.log.events import RowsAdded, payload_of
from querist.labelling.log.settings import Settings
from querist.store import Store


def text(number):
    return f"this is the review with number {number} of a list"


def write(folder, numbers, name="data.csv", **columns):
    path = folder / name
    pd.DataFrame({"review": [text(number) for number in numbers], **columns}).to_csv(path, index=False)
    return path


def make(path, location, **options):
    import_rows(guess_plan(path, **options), location, seed=5)
    return Store.open(location)


def test_new_rows_come_behind_and_known_rows_stay(tmp_path, store_location):
    with make(write(tmp_path, range(10)), store_location()) as store:
        before = store.items(range(10))
        added = add_rows(store, write(tmp_path, range(7, 13), "more.csv"))
        assert (added.n_added, added.n_known) == (3, 3)
        assert store.items(range(10)) == before
        assert [item.content["review"] for item in store.all_items(10)] == [text(number) for number in (10, 11, 12)]
        assert [item.item_id for item in store.all_items(10)] == ["11", "12", "13"]
        assert {item.source for item in store.all_items(10)} == {1}
        assert (store.audit_numbers() == audit_numbers(5, np.arange(13))).all()
        events = list(store.events(kinds=["rows_added"]))
        assert list(map(payload_of, events)) == [RowsAdded(n_rows=10, source=0), RowsAdded(n_rows=3, source=1)]
        source = Settings.from_dict(store.info.settings).sources[1]
        assert (source.first_row, source.n_rows) == (10, 3)
        assert store.search("number 12").tolist() == [12]
        assert add_rows(store, tmp_path / "more.csv").n_added == 0
        assert store.n_items == 13


def test_rows_are_known_by_their_id(tmp_path):
    path = write(tmp_path, range(5), doc_id=["a", "b", "c", "d", "e"])
    with make(path, tmp_path / "p.querist") as store:
        added = add_rows(store, write(tmp_path, range(4, 8), "more.csv", doc_id=["e", "a", "f", "g"]))
        assert (added.n_added, added.n_known) == (2, 2)
        assert any("1 rows have the id of an earlier row but different content" in note for note in added.notes)
        assert [item.item_id for item in store.all_items()] == ["a", "b", "c", "d", "e", "f", "g"]
        assert store.items([0])[0].content["review"] == text(0)
        with pytest.raises(DataError, match="'x' more than once"):
            add_rows(store, write(tmp_path, range(2), "twice.csv", doc_id=["x", "x"]))
        with pytest.raises(DataError, match="1 empty cells, the first in row 2"):
            add_rows(store, write(tmp_path, range(2), "gap.csv", doc_id=["x", None]))
        assert store.n_items == 7


def test_columns_must_be_there_and_more_are_kept(tmp_path):
    with make(write(tmp_path, range(5), stars=range(5)), tmp_path / "p.querist") as store:
        with pytest.raises(DataError, match=r"no column 'stars'\. .*The project's rows have: review, stars"):
            add_rows(store, write(tmp_path, range(9), "less.csv"))
        added = add_rows(store, write(tmp_path, [8], "more.csv", town=["Rome"], stars=[2]))
        assert any("town" in note for note in added.notes)
        assert list(store.items([5])[0].content.items()) == [("review", text(8)), ("stars", 2), ("town", "Rome")]


def test_words_in_a_column_of_numbers_that_is_learned_from(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("size,weight\n1,2\n3,4\n")
    with make(path, tmp_path / "p.querist") as store:
        path = tmp_path / "more.csv"
        path.write_text("size,weight\n5,6\n7,heavy\n")
        with pytest.raises(DataError, match="'weight', row 2 holds 'heavy'"):
            add_rows(store, path)
        assert store.n_items == 2


def test_labels_of_new_rows_are_answers(tmp_path):
    with make(write(tmp_path, range(4), label=["a", "b", "a", "b"]), tmp_path / "p.querist") as store:
        assert add_rows(store, write(tmp_path, [3, 4, 5], "more.csv", label=["a", "b", None])).n_added == 2
        answers = list(store.events(kinds=["answered"]))
        assert [(each.row, each.data["class_id"]) for each in answers[4:]] == [(4, 1)]
        with pytest.raises(DataError, match=r"not classes of the project: c\. Add these classes"):
            add_rows(store, write(tmp_path, [6], "other.csv", label=["c"]))
        assert add_rows(store, write(tmp_path, [7], "plain.csv")).n_added == 1
        assert store.n_items == 7


def folder_of(path, *names):
    for name in names:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(name.encode())
    return path


def test_images_of_another_folder_stay_apart(tmp_path):
    first = folder_of(tmp_path / "first", "1.png", "2.png")
    with make(first, tmp_path / "p.querist") as store:
        folder_of(first, "3.png")
        assert add_rows(store, first).n_added == 1
        second = folder_of(tmp_path / "second", "1.png")
        assert add_rows(store, second).n_added == 1
        assert add_rows(store, second).n_added == 0
        assert [item.item_id for item in store.all_items()] == ["1.png", "2.png", "3.png", "second/1.png"]
        sources = Settings.from_dict(store.info.settings).sources
        assert [(each.images, each.first_row) for each in sources] == [("first", 0), ("first", 2), ("second", 3)]
        with pytest.raises(DataError, match="is a file with a table, but the project holds a folder of images"):
            add_rows(store, write(tmp_path, range(2)))


def test_a_failed_addition_changes_nothing(tmp_path, store_location):
    with make(write(tmp_path, range(5)), store_location()) as store:
        info = store.info

        def stop(done, total, label):
            if done >= 1000:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            add_rows(store, write(tmp_path, range(3000), "more.csv"), progress=stop)
        assert (store.n_items, store.info) == (5, info)
        assert len(list(store.events())) == 1


def test_the_content_of_json_is_kept_exactly(tmp_path):
    rows = [{"text": f"some words here {number}", "n": number} for number in range(4)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with make(tmp_path / "a.jsonl", tmp_path / "p.querist") as store:
        new = [{"text": "other words \U0001f600 \x00 here", "n": None}, {"text": "other words here 5", "n": 2}]
        (tmp_path / "b.jsonl").write_text("\n".join(map(json.dumps, new)))
        assert add_rows(store, tmp_path / "b.jsonl").n_added == 2
        assert [item.content for item in store.all_items(4)] == new


def test_rows_whose_column_changed_its_type_are_known(tmp_path):
    with make(write(tmp_path, range(12), stars=range(12)), tmp_path / "p.querist") as store:
        grown = write(tmp_path, range(13), "more.csv", stars=[*map(float, range(12)), 2.5])
        added = add_rows(store, grown)
        assert (added.n_added, added.n_known) == (1, 12)


def test_ids_whose_column_changed_its_type_are_known(tmp_path):
    with make(write(tmp_path, range(3), id=[1, 2, 3]), tmp_path / "p.querist") as store:
        added = add_rows(store, write(tmp_path, range(4), "more.csv", id=[1.0, 2.0, 3.0, 20.5]))
        assert (added.n_added, added.n_known) == (1, 3)
        assert not any("different content" in note for note in added.notes)


def test_ids_beside_a_word_in_a_workbook_stay_whole(tmp_path):
    table = pd.DataFrame({"id": [1, 2, 3, "Total"], "review": [text(number) for number in range(4)]})
    table.to_excel(tmp_path / "data.xlsx", index=False)
    with make(tmp_path / "data.xlsx", tmp_path / "p.querist") as store:
        assert [item.item_id for item in store.all_items()] == ["1", "2", "3", "Total"]
        table[:3].to_excel(tmp_path / "clean.xlsx", index=False)
        assert add_rows(store, tmp_path / "clean.xlsx").n_known == 3


def test_rows_with_other_line_ends_are_known_unless_both_are_there(tmp_path):
    lines = [f"line one {number}\r\nline two of a text" for number in range(4)]
    path = tmp_path / "data.jsonl"
    path.write_text("\n".join(json.dumps({"text": line}) for line in lines))
    with make(path, tmp_path / "p.querist") as store:
        saved = [{"text": line.replace("\r\n", "\n")} for line in lines[:2]]
        path.write_text("\n".join(map(json.dumps, [*saved, {"text": lines[3]}, {"text": lines[3].replace("\r", "")}])))
        added = add_rows(store, path)
        assert (added.n_added, added.n_known) == (1, 3)
        assert any("2 rows differ from rows of the project only in line ends" in note for note in added.notes)


def test_labels_of_known_rows_are_told(tmp_path):
    path = write(tmp_path, range(4), label=["a", "b", None, None])
    with make(path, tmp_path / "p.querist") as store:
        added = add_rows(store, write(tmp_path, range(4), "more.csv", label=["b", "b", "A", "c"]))
        (told,) = (note for note in added.notes if "labels of rows" in note)
        assert "new in the file: 2, other than in the project: 1" in told
        assert told.endswith(f"querist import-labels {tmp_path / 'p.querist'} {tmp_path / 'more.csv'}")
        again = add_rows(store, path)
        assert not any("labels of rows" in note for note in again.notes)


def test_labels_of_a_column_that_the_project_lacks_are_told(tmp_path):
    with make(write(tmp_path, range(4)), tmp_path / "p.querist") as store:
        added = add_rows(store, write(tmp_path, range(5), "more.csv", sentiment=list("ababa")))
        assert any("--label-column sentiment" in note for note in added.notes)


def test_labels_are_taken_for_the_classes_that_they_look_like(tmp_path):
    with make(write(tmp_path, range(4), label=list("abab")), tmp_path / "p.querist") as store:
        added = add_rows(store, write(tmp_path, [5], "more.csv", label=["A\u200b"]))
        assert added.n_added == 1
        assert any("taken for 'a'" in note for note in added.notes)
