"""Copies are found as one would by hand, told, and left apart where their labels differ."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.exceptions import InvalidParameterError
from querist.labelling.intake.add import add_file
from querist.labelling.intake.copies import group_copies
from querist.labelling.intake.create import import_rows
from querist.labelling.intake.guess import guess_plan
from querist.labelling.log.board import Board
from querist.store import Store

TEXTS = st.lists(st.sampled_from(["Win now", "win  now ", "WIN NOW", "hello", "Hello", "bye", ""]), max_size=12)


def by_hand(texts, labels, rule):
    """Groups, one comparison after the other."""
    key = (lambda text: " ".join(text.split()).casefold()) if rule == "alike" else (lambda text: text)
    contents = {}
    for row, text in enumerate(texts):
        contents.setdefault(key(text), []).append(row)
    found = set()
    for rows in contents.values():
        if len({labels[row] for row in rows} - {None}) <= 1:
            found |= {tuple(rows)} if len(rows) > 1 else set()
        else:
            parts = {}
            for row in rows:
                parts.setdefault(texts[row], []).append(row)
            kept = [part for part in parts.values() if len({labels[row] for row in part} - {None}) <= 1]
            found |= {tuple(part) for part in kept if len(part) > 1}
    return found


@pytest.mark.parametrize("rule", ["alike", "exact"])
@given(data=st.data())
def test_groups_are_what_one_finds_by_hand(rule, data):
    texts = data.draw(TEXTS)
    labels = data.draw(st.lists(st.sampled_from([None, None, "a", "b"]), min_size=len(texts), max_size=len(texts)))
    found = group_copies({"text": texts}, rule, labels)
    assert set(found.groups) == by_hand(texts, labels, rule)
    grouped = {row for rows in found.groups for row in rows[1:]}
    for rows in found.apart:
        assert len(rows) > 1
        assert grouped.isdisjoint(rows)
    # Whoever has a label keeps it: no group has two.
    assert all(len({labels[row] for row in rows} - {None}) <= 1 for rows in found.groups)


def test_none_are_found_where_none_are_wanted():
    assert group_copies({"text": ["a", "a"]}, "off", [None, None]).groups == ()


def test_what_is_shown_beside_the_text_tells_rows_apart():
    cells = {"text": ["a", "a", "a"], "year": [1, 2, 1.0]}
    assert group_copies(cells, "alike", [None] * 3).groups == ((0, 2),)


@pytest.fixture
def spam(tmp_path):
    path = tmp_path / "spam.csv"
    texts = [
        "Win a prize today",
        "hello my old friend",
        "WIN a  prize today",
        "Win a prize today",
        "see you there then",
    ]
    pd.DataFrame({"id": list("vwxyz"), "text": texts, "label": ["spam", "", "", "spam", "ham"]}).to_csv(
        path, index=False
    )
    return path


def board_of(location):
    with Store.open(location, read_only=True) as store:
        return Board.of(store.events())


def made(path, location, **options):
    plan = guess_plan(path, text=["text"], label_column="label", id_column="id", labels=["spam", "ham"], **options)
    import_rows(plan, location)
    return plan, board_of(location)


def test_copies_are_one_question_told_with_the_options_that_change_it(spam, store_location):
    plan, board = made(spam, store_location())
    told = (
        "2 of the texts are copies of others (1 differs in spaces or case): each is asked once, and its label "
        "counts for all its copies; the most frequent is 'Win a prize today', 3 times (otherwise: --copies exact or "
        "--copies off)"
    )
    assert told in plan.notes
    assert "labels given to one of several copies count for the others too: 1 rows more" in plan.notes
    assert board.copies.group(3) == [0, 2, 3]
    assert board.labels.tolist() == [0, -1, 0, 0, 1]
    assert board.given.tolist() == [True, False, True, True, True]
    assert board.counts == {0: 1, 1: 1}
    assert [act.row for act in board.acts()] == [0, 4]


@pytest.mark.parametrize(("rule", "group"), [("exact", [0, 3]), ("off", [3])])
def test_the_rule_is_the_users(spam, tmp_path, rule, group):
    plan, board = made(spam, tmp_path / "p.querist", copies=rule)
    assert board.copies.group(3) == group
    assert plan.settings().copies == rule


def test_copies_with_different_labels_stay_apart(tmp_path):
    path = tmp_path / "data.csv"
    pd.DataFrame({"id": [1, 2, 3], "text": ["some words here"] * 3, "label": ["spam", "ham", None]}).to_csv(path)
    plan, board = made(path, tmp_path / "p.querist")
    assert board.copies.n_copies == 0
    assert board.copies.apart == [[0, 1, 2]]
    assert board.labels.tolist() == [0, 1, -1]
    assert any(note.startswith("3 texts have the same content as another but a different label") for note in plan.notes)


def write_more(folder, rows):
    path = folder / "more.csv"
    pd.DataFrame(rows, columns=["id", "text", "label"]).to_csv(path, index=False)
    return path


def test_added_rows_join_the_groups_that_are_there(spam, tmp_path, store_location):
    location = store_location()
    made(spam, location)
    more = write_more(
        tmp_path,
        [
            ("a", "win a prize TODAY", None),  # joins a group that has a label
            ("b", "see you there then", "ham"),  # makes one with a row that has this label
            ("c", "hello my old friend", "ham"),  # gives its label to the row that was there
            ("d", "quite another text", None),
            ("e", "quite another text", None),
            ("f", "Win a prize today", "ham"),  # contradicts, and stays apart
        ],
    )
    added = add_file(location, more)
    board = board_of(location)
    assert board.copies.group(5) == [5]
    assert board.copies.group(6) == [4, 6]
    assert board.copies.group(7) == [1, 7]
    assert board.copies.group(9) == [8, 9]
    assert board.copies.apart == [[0, 5, 10]]
    assert board.labels.tolist() == [0, 1, 0, 0, 1, -1, 1, 1, -1, -1, 1]
    assert "1 of the new rows are copies of rows that have a label: they get it too" in added.notes


def test_rows_that_agree_with_the_project_join_it_without_a_new_answer(spam, tmp_path):
    location = tmp_path / "p.querist"
    _, before = made(spam, location)
    added = add_file(
        location, write_more(tmp_path, [("a", "win a prize TODAY", "spam"), ("b", "see you there then", None)])
    )
    board = board_of(location)
    assert board.labels.tolist() == [0, -1, 0, 0, 1, 0, 1]
    assert len(board.acts()) == len(before.acts())
    assert "2 of the new rows are copies of rows that have a label: they get it too" in added.notes


def test_a_project_of_an_earlier_version_asks_about_each_row_as_before(tmp_path, spam):
    location = tmp_path / "p.querist"
    made(spam, location, copies="off")
    with Store.open(location) as store:
        info = dict(store.info.settings)
        info.pop("copies")
        with store.writing() as tx:
            tx.set_info(settings=info)
    add_file(location, write_more(tmp_path, [("a", "win a prize TODAY", "spam")]))
    assert board_of(location).copies.n_copies == 0


def test_images_are_copies_by_their_bytes(tmp_path):
    image = pytest.importorskip("PIL.Image")
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, grey in (("a", 9), ("b", 9), ("c", 10)):
        image.new("L", (8, 8), grey).save(folder / f"{name}.png")
    (folder / "d.png").write_bytes((folder / "c.png").read_bytes())
    location = tmp_path / "p.querist"
    plan = guess_plan(folder)
    import_rows(plan, location)
    assert plan.groups.groups == ((0, 1), (2, 3))
    assert board_of(location).copies.group(1) == [0, 1]
    (folder / "e.png").write_bytes((folder / "c.png").read_bytes())
    add_file(location, folder)
    assert board_of(location).copies.group(4) == [2, 3, 4]


def test_images_that_are_missing_are_like_no_other_and_addresses_are(tmp_path):
    image = pytest.importorskip("PIL.Image")
    image.new("L", (8, 8), 9).save(tmp_path / "a.png")
    names = ["a.png", "gone.png", "gone.png", "http://h/x.png", "http://h/x.png"]
    pd.DataFrame({"image": names}).to_csv(tmp_path / "data.csv", index=False)
    assert guess_plan(tmp_path / "data.csv", image="image").groups.groups == ((3, 4),)


def test_another_rule_is_refused():
    from typer.testing import CliRunner

    from querist.cli.main import app

    result = CliRunner().invoke(app, ["label", "x.csv", "--copies", "some"])
    assert isinstance(result.exception, InvalidParameterError | SystemExit)
    assert "--copies must be one of alike, exact, off" in result.output
