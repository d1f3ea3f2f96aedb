"""Rows of a project in files that other programs have saved anew."""

from querist.labelling.intake.known_rows import KnownIds, KnownRows


def rows_of(*lines):
    known = KnownRows()
    for row, cells in enumerate(lines):
        known.add(row, cells)
    return known


def test_a_row_survives_that_its_column_changes_its_type():
    known = rows_of(["a", 1], ["b", 2])
    assert known.find(["a", 1.0]) == known.find(["a", "1"]) == [0]
    assert known.find(["a", "01"]) == []
    assert known.has(1, ["b", "2.0"])


def test_line_ends_join_only_what_is_not_there_itself():
    known = rows_of(["one\r\ntwo"], ["cafe\u0301"], ["x\r\ny"], ["x\ny"])
    assert known.find(["one\ntwo"]) == [0]
    assert known.find(["one\rtwo"]) == [0]
    assert known.find(["caf\u00e9"]) == [1]
    assert known.has(0, ["one\ntwo"])
    assert known.find(["x\ny"]) == [3]
    assert known.find(["x\r\ny"]) == [2]
    assert sorted(known.find(["x\ry"])) == [2, 3]


def test_ids_that_a_spreadsheet_has_rewritten():
    known = KnownIds([("1.0", 0), ("2", 1), ("007", 2), ("3", 3), ("3.0", 4)])
    assert [known.row(given) for given in ("1", "1.0", "2.0", "7", "007", "3", "3.0", "3.00")] == [
        0, 0, 1, None, 2, 3, 4, None,
    ]  # fmt: skip
