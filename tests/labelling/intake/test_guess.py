"""What is guessed about data, and what is said about it."""

import json

import numpy as np
import pandas as pd
import pytest

from querist.exceptions import DataError, FileFormatError, InvalidParameterError
from querist.labelling.intake.create import import_rows
from querist.labelling.intake.guess import guess_plan

TEXTS = [f"this is the review with number {number} of a long list" for number in range(40)]


def write(folder, name="data.csv", **columns):
    path = folder / name
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def told(plan, *words):
    return any(all(word in note for word in words) for note in plan.notes)


def test_a_long_string_column_is_the_text(tmp_path):
    plan = guess_plan(
        write(tmp_path, number=range(40), review=TEXTS, town=["Rome", "Oslo"] * 20, price=np.arange(40.0))
    )
    assert (plan.kind, plan.columns, plan.text_columns) == ("text", ("review",), ("review",))
    assert plan.feature_columns == ("review",)
    assert told(plan, "40 texts", "'review'")


def test_several_texts_and_labels_with_gaps(tmp_path):
    labels = ["1", "0", "", ""] * 10
    plan = guess_plan(write(tmp_path, title=TEXTS, abstract=TEXTS[::-1], included=labels))
    assert plan.text_columns == ("title", "abstract")
    assert plan.label_column == "included"
    assert plan.classes == ("0", "1")
    assert told(plan, "20 labels already given", "--no-existing-labels")
    assert not told(plan, "there is nothing left to ask")


def test_labels_everywhere_are_told(tmp_path):
    plan = guess_plan(write(tmp_path, text=TEXTS, sentiment=["good", "bad"] * 20))
    assert plan.classes == ("bad", "good")
    assert told(plan, "there is nothing left to ask")


def test_labels_that_are_left_out_are_neither_shown_nor_learned_from(tmp_path):
    path = write(tmp_path, size=np.arange(40.0), colour=["red", "blue"] * 20, label=["a", "b"] * 20)
    plan = guess_plan(path, existing_labels=False)
    assert plan.label_column is None
    assert plan.classes == ()
    assert plan.columns == plan.feature_columns == ("size", "colour")
    assert told(plan, "'label' looks like labels: neither shown nor learned from")


def test_a_lone_column_of_few_words_beside_a_text_holds_labels(tmp_path):
    path = write(tmp_path, text=TEXTS, judgement=["yes", "no"] * 20)
    assert guess_plan(path).label_column == "judgement"
    assert guess_plan(path, labels=["spam", "ham"]).label_column is None
    path = write(tmp_path, text=TEXTS, judgement=["yes", "no"] * 20, town=["Rome", "Oslo"] * 20)
    assert guess_plan(path).label_column is None


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["a", "b"] * 20, "label"),
        ([1, 2] * 20, "label"),
        ([True, False] * 20, "label"),
        ([1.0, None] * 20, "label"),
        (["only"] * 40, None),  # nothing to tell apart
        (["only", None] * 20, "label"),  # somebody has begun
        ([0.5, 1.5] * 20, None),
        (list(range(40)), None),
    ],
)
def test_few_values_under_a_telling_name_are_labels(tmp_path, column, expected):
    path = tmp_path / "data.jsonl"
    path.write_text("\n".join(json.dumps({"a": i, "b": i / 3, "label": v}) for i, v in enumerate(column)))
    plan = guess_plan(path)
    assert plan.label_column == expected
    # Whatever it holds, a column of this name may give the answer away.
    assert plan.columns == plan.feature_columns == ("a", "b")
    assert any("--label-column label" in note for note in plan.notes) == (expected is None)


def test_classes_keep_the_order_asked_for(tmp_path):
    path = write(tmp_path, text=TEXTS, label=["10", "9"] * 20)
    assert guess_plan(path).classes == ("9", "10")
    assert guess_plan(path, labels=["10", "new", "9"]).classes == ("10", "new", "9")
    with pytest.raises(DataError, match=r"not among --labels: 10\..*--no-existing-labels"):
        guess_plan(path, labels=["9", "8"])


def test_ids_are_kept_where_they_differ(tmp_path):
    ids = [f"r{number}" for number in range(40)]
    assert guess_plan(write(tmp_path, doc_id=ids, text=TEXTS)).id_column == "doc_id"
    plan = guess_plan(write(tmp_path, doc_id=[*ids[:39], "r0"], text=TEXTS))
    assert plan.id_column is None
    assert told(plan, "'doc_id'", "'r0'", "numbered")
    plan = guess_plan(write(tmp_path, doc_id=[*ids[:39], None], text=TEXTS))
    assert told(plan, "'doc_id'", "1 are missing", "numbered")
    with pytest.raises(DataError, match=r"'doc_id' has 1 empty cells, the first in row 40"):
        guess_plan(tmp_path / "data.csv", id_column="doc_id")


def test_an_id_column_that_was_named_must_hold_ids(tmp_path):
    path = write(tmp_path, text=TEXTS, town=["Rome", "Oslo"] * 20)
    with pytest.raises(DataError, match="'town' holds 'Rome' more than once"):
        guess_plan(path, id_column="town")


def test_a_table_without_texts_is_a_card(tmp_path):
    path = write(tmp_path, id=range(100, 140), size=np.arange(40.0), day=["2024-01-31", "2024-02-01"] * 20)
    plan = guess_plan(path)
    assert (plan.kind, plan.columns, plan.id_column) == ("table", ("size", "day"), "id")


def test_dates_in_words_are_no_texts(tmp_path):
    days = [f"{day} January 2024 12:{day:02d}" for day in range(10, 30)]
    assert guess_plan(write(tmp_path, when=days, size=np.arange(20.0))).kind == "table"
    logs = [f"2024-01-{day} the machine has stopped again" for day in range(10, 30)]
    assert guess_plan(write(tmp_path, entry=logs, size=np.arange(20.0))).kind == "text"


def test_columns_that_are_named_make_a_table(tmp_path):
    path = write(tmp_path, text=TEXTS, size=np.arange(40.0), town=["Rome", "Oslo"] * 20)
    plan = guess_plan(path, columns=["town", "size"])
    assert (plan.kind, plan.columns, plan.feature_columns) == ("table", ("town", "size"), ("town", "size"))
    plan = guess_plan(path, text=["text"], columns=["town"])
    assert (plan.kind, plan.columns, plan.feature_columns) == ("text", ("text", "town"), ("text",))


def test_texts_without_blanks_and_short_messages(tmp_path):
    plan = guess_plan(
        write(tmp_path, satz=[f"我今天去了北京的第{number}个博物馆看展览" for number in range(40)], n=range(40))
    )
    assert plan.text_columns == ("satz",)
    assert guess_plan(write(tmp_path, message=[f"ok {number}" for number in range(40)], n=range(40))).kind == "text"


def test_image_columns(tmp_path):
    (tmp_path / "pictures").mkdir()
    for number in range(3):
        (tmp_path / "pictures" / f"{number}.png").write_bytes(b"x")
    names = ["pictures/0.png", "pictures/1.png", "https://example.org/a.jpg?size=2", "pictures/9.png"]
    path = write(tmp_path, photo=names, caption=TEXTS[:4])
    plan = guess_plan(path)
    assert (plan.kind, plan.image_column, plan.images) == ("image", "photo", tmp_path)
    assert plan.id_column == "photo"
    assert told(plan, "1 images are missing", "row 4 (pictures/9.png)")
    assert guess_plan(path, image="photo", text=["caption"]).columns == ("caption",)


@pytest.mark.parametrize("name", ["../secret.png", "/etc/secret.png", "a/../../secret.png"])
def test_images_outside_the_folder_are_refused(tmp_path, name):
    folder = tmp_path / "data"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(b"x")
    path = write(folder, photo=["https://example.org/a.png", name])
    with pytest.raises(DataError, match=r"row 2: the image .*secret\.png lies outside .*--images"):
        guess_plan(path)
    if not name.startswith("/"):
        assert guess_plan(write(tmp_path, photo=["secret.png"]), images=tmp_path).images == tmp_path


def test_images_that_are_nowhere_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"none of the images in column 'photo' was found; .* a\.png"):
        guess_plan(write(tmp_path, photo=["a.png", "b.png"]))


def test_a_folder_of_images_with_labels_in_its_subfolders(tmp_path):
    for name in ["cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    plan = guess_plan(tmp_path)
    assert (plan.kind, plan.id_column, plan.label_column, plan.classes) == ("image", "file", "folder", ("cat", "dog"))
    assert plan.columns == ()
    assert told(plan, "names of the folders", "cat 2, dog 2")
    assert guess_plan(tmp_path, existing_labels=False).label_column is None
    (tmp_path / "alone.png").write_bytes(b"x")
    assert guess_plan(tmp_path).label_column is None


def test_matrices_are_tables(tmp_path):
    path = tmp_path / "m.svm"
    path.write_text("".join(f"{i % 2 or -1} 1:{i} 2:0.5\n" for i in range(10)))
    plan = guess_plan(path)
    assert (plan.kind, plan.columns, plan.classes) == ("table", ("feature 1", "feature 2"), ("-1", "1"))
    np.savez(tmp_path / "wide.npz", X=np.zeros((2, 1001)), y=np.arange(2))
    with pytest.raises(DataError, match="1001 features; people cannot read"):
        guess_plan(tmp_path / "wide.npz")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"text": ["txt"]}, "no text column 'txt'. Did you mean 'text'"),
        ({"image": "photo"}, "no image column 'photo'. It has: text, town"),
        ({"columns": ["twon"]}, "no shown column 'twon'. Did you mean 'town'"),
        ({"label_column": "lable"}, "no label column 'lable'"),
        ({"id_column": "key"}, "no id column 'key'"),
        ({"columns": ["town"], "label_column": "town"}, "'town' cannot be both"),
    ],
)
def test_columns_that_do_not_exist_are_told(tmp_path, options, words):
    with pytest.raises(DataError, match=words.replace(".", r"\.")):
        guess_plan(write(tmp_path, text=TEXTS, town=["Rome", "Oslo"] * 20), **options)


def test_contradictions_and_missing_files(tmp_path):
    path = write(tmp_path, text=TEXTS, town=["Rome", "Oslo"] * 20)
    with pytest.raises(InvalidParameterError, match="contradict"):
        guess_plan(path, label_column="town", existing_labels=False)
    with pytest.raises(FileFormatError, match="no file"):
        guess_plan(tmp_path / "nothing.csv")
    with pytest.raises(DataError, match="no column to show"):
        guess_plan(write(tmp_path, id=range(5), label=["a", "b", "a", "b", "a"]))


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("target", [number / 3 for number in range(40)], "fractions"),
        ("label", [f"code {number}" for number in range(40)], "40 different values"),
        ("class", ["only"] * 40, "all its rows hold 'only'"),
        ("y", [number / 3 for number in range(40)], "fractions"),
        ("label", [["a", "b"]] * 40, "2 labels"),
    ],
)
def test_a_column_that_may_give_the_answer_away_is_not_learned_from(tmp_path, name, values, why):
    path = tmp_path / "data.jsonl"
    path.write_text("\n".join(json.dumps({"a": i, "b": i % 7, name: value}) for i, value in enumerate(values)))
    plan = guess_plan(path)
    assert (plan.label_column, plan.columns, plan.feature_columns) == (None, ("a", "b"), ("a", "b"))
    (told,) = (note for note in plan.notes if "--label-column" in note)
    assert why in told
    assert guess_plan(path, columns=["a", name]).feature_columns == ("a", name)


def test_y_beside_x_is_a_coordinate(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("x,y\n" + "".join(f"{number / 2},{number / 3}\n" for number in range(40)))
    assert guess_plan(path).columns == ("x", "y")


def test_a_second_column_of_labels_is_not_learned_from(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("a,target,label\n" + "".join(f"{number},{number % 2},{'xy'[number % 2]}\n" for number in range(40)))
    plan = guess_plan(path)
    assert (plan.label_column, plan.columns) == ("label", ("a",))


def test_labels_that_look_the_same_are_one_class(tmp_path):
    path = tmp_path / "data.jsonl"
    labels = ["very good", "very\u00a0good", "very good", "Bad", "bad", None]
    path.write_text("\n".join(json.dumps({"text": f"this is a text {i}", "label": v}) for i, v in enumerate(labels)))
    plan = guess_plan(path, label_column="label")
    assert plan.classes == ("Bad", "bad", "very good")
    assert plan.class_names == {"very\u00a0good": "very good"}
    assert any("kept apart" in note for note in plan.notes)
    asked = guess_plan(path, label_column="label", labels=["BAD", "very good"])
    assert asked.classes == ("BAD", "very good")
    assert asked.class_names["bad"] == "BAD"
    import_rows(asked, tmp_path / "p.querist")


def test_a_row_with_two_labels_is_refused_by_its_number(tmp_path):
    path = tmp_path / "data.jsonl"
    lines = [{"text": "this is one text", "label": ["a"]}, {"text": "and this another", "label": ["a", "b"]}]
    path.write_text("\n".join(map(json.dumps, lines)))
    with pytest.raises(DataError, match=r"column 'label', row 2: it has 2 labels"):
        guess_plan(path, label_column="label")


@pytest.mark.parametrize("others", [{}, {"stars": [1, 2, 3] * 20}])
@pytest.mark.parametrize("name", ["text", "Comment"])
def test_texts_that_repeat_are_texts_and_told(tmp_path, name, others):
    path = tmp_path / "data.csv"
    pd.DataFrame({name: ["yes please", "no", "ok thanks"] * 20, **others}).to_csv(path, index=False)
    plan = guess_plan(path)
    assert (plan.kind, plan.text_columns) == ("text", (name,))
    assert any(note.startswith("57 of the texts are copies of others: each is asked once") for note in plan.notes)


def test_numbers_in_a_column_called_comment_are_no_texts(tmp_path):
    path = tmp_path / "data.csv"
    pd.DataFrame({"comment": ["1", "2", "x5"] * 20, "a": range(60)}).assign(comment=[1, 2, 3] * 20).to_csv(
        path, index=False
    )
    assert guess_plan(path).kind == "table"


def test_images_whose_names_are_written_otherwise_are_found_and_told(tmp_path):
    (tmp_path / "img").mkdir()
    for name in ("a.png", "b.PNG", "caf\u00e9.png"):
        (tmp_path / "img" / name).write_bytes(b"x")
    plan = guess_plan(write(tmp_path, photo=["img\\a.png", " img/b.png ", "img/cafe\u0301.png"]))
    assert plan.kind == "image"
    assert told(plan, "3 images have a name that is spelled differently", "a.png")
    assert not told(plan, "missing")


def test_what_a_folder_of_images_holds_beside_them_is_told(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("a.png", "b.tif", "c.heic"):
        (folder / name).write_bytes(b"x")
    assert told(guess_plan(folder), "1 other files left out: 1 .heic")
    assert told(guess_plan(folder), "2 images in")


@pytest.mark.parametrize(
    ("columns", "options", "is_screening"),
    [
        ({"included": [0, 1, None, 0] * 10}, {}, True),
        ({"label_included": ["no", "yes", "", "no"] * 10}, {"label_column": "label_included"}, True),
        ({}, {"labels": ("relevant", "irrelevant")}, True),
        ({}, {"labels": ("Excluded", "Included")}, True),
        ({}, {"labels": ("relevant", "not relevant")}, True),
        ({"label": [0, 1, None, 0] * 10}, {}, False),
        ({}, {"labels": ("yes", "no")}, False),
        ({}, {"labels": ("relevant", "irrelevant", "unsure")}, False),
        ({}, {"labels": ("spam", "ham")}, False),
    ],
)
def test_screening_is_offered_its_strategy(tmp_path, columns, options, is_screening):
    plan = guess_plan(write(tmp_path, abstract=TEXTS, **columns), **options)
    assert told(plan, "screening", "--goal screening") == is_screening
