"""RIS and NBIB: what programs write and what accidents make of it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from querist.data import read_table
from querist.data.reference_tags import NBIB, RIS
from querist.exceptions import DataError, FileFormatError

RIS_FILE = """TY  - JOUR
AU  - Müller, A.
AU  - Weiß, B.
T1  - A title
T2  - Journal of Things
PY  - 2019
DO  - 10.1/abc
AB  - An abstract
that is wrapped.
KW  - one
KW  - two
SN  - 1234-5678
N1  - read twice
ER  -

TY  - BOOK
TI  - Another
T1  - Its second title
Y1  - 2020/05//
ER  -
"""
NBIB_FILE = """
PMID- 123
OWN - NLM
TI  - A title that goes
      on in the next line.
PG  - 1-2
LID - 10.1/abc [doi]
AB  - An abstract.
FAU - Müller, Anna
AU  - Müller A
FAU - Weiß, Bert
AU  - Weiß B
DP  - 2019 Mar
JT  - Journal of things
MH  - Humans
MH  - *Things/therapy
AID - S01 [pii]
AID - 10.1/abc [doi]

PMID- 124
TI  - No abstract here
DP  - 2020
OT  - one
"""


def cells(table, row):
    return {name: value for name, value in table.frame.iloc[row].items() if value is not None and str(value) != "nan"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_ris(put, end, encoding):
    table = read_table(put("a.ris", RIS_FILE.replace("\n", end).encode(encoding)))
    assert cells(table, 0) == {
        "type": "JOUR", "authors": "Müller, A.\nWeiß, B.", "title": "A title", "journal": "Journal of Things",
        "year": 2019, "doi": "10.1/abc", "abstract": "An abstract that is wrapped.", "keywords": "one\ntwo",
        "SN": "1234-5678", "notes": "read twice",
    }  # fmt: skip
    assert cells(table, 1) == {
        "type": "BOOK", "title": "Another", "T1": "Its second title", "year": 2020, "Y1": "2020/05//",
    }  # fmt: skip
    assert "1 of 2 records have no abstract, the first in line 16" in table.notes
    assert "1 lines without a tag go on with the line above" in table.notes


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["a.nbib", "pubmed-set.txt", "a.nbib.txt"])
def test_nbib(put, end, name):
    table = read_table(put(name, NBIB_FILE.replace("\n", end)))
    assert cells(table, 0) == {
        "pmid": 123, "OWN": "NLM", "title": "A title that goes on in the next line.", "PG": "1-2",
        "abstract": "An abstract.", "authors": "Müller, Anna\nWeiß, Bert", "AU": "Müller A\nWeiß B", "year": 2019,
        "DP": "2019 Mar", "journal": "Journal of things", "mesh_terms": "Humans\n*Things/therapy", "doi": "10.1/abc",
        "AID": "S01 [pii]\n10.1/abc [doi]",
    }  # fmt: skip
    assert cells(table, 1) == {"pmid": 124, "title": "No abstract here", "year": 2020, "keywords": "one"}


ONE, TWO = "TY  - JOUR\nTI  - one\n", "TI  - two\n"


@pytest.mark.parametrize(
    ("content", "titles", "note"),
    [
        (f"{ONE}\nTY  - JOUR\n{TWO}ER  - \n", ["one", "two"], "1 of 2 records do not end with ER"),
        (f"TI  - one\nAB  - x\nER  - \n\n{TWO}AB  - y\nER  - \n", ["one", "two"], "2 of 2 records do not begin"),
        (f"{ONE}ER  - \nTY  - JOUR\nTI  - tw", ["one", "tw"], "1 of 2 records do not end with ER"),
        ("Provider: Press\nContent: text\n\nTY  - JOUR\nTI  - one\nER  - \n", ["one"], "2 lines outside of records"),
        ("TY  - JOUR\nTI  - one\nZZ  - odd\nM3  - \nER  - \n", ["one"], "1 of 1 records have no abstract"),
        (f"1.\n{ONE}ER  - \n\n2.\nTY  - JOUR\n{TWO}ER  - \n", ["one", "two"], "RIS, encoding utf-8"),
        ("TI  - one\nPMID- 1\n\nTI  - two\nPMID- 2\n", ["one", "two"], "NBIB"),
        (f"PMID- 1\nTI  - one\n\n{TWO}AB  - x\n", ["one", "two"], "1 of 2 records have no PMID"),
        (f"PMID- 1\n\nTI  - one\n\nAB  - x\n\nPMID- 2\n\n{TWO}", ["one", "two"], "1 of 2 records have no abs"),
    ],
)  # fmt: skip
def test_damaged_records_are_read_and_told(put, content, titles, note):
    table = read_table(put("a.nbib" if "PMID" in content else "a.ris", content))
    assert table.frame["title"].tolist() == titles
    assert any(each.startswith(note) for each in table.notes), table.notes


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "TYPE: JOUR\n", "TI  - one line\n", "PT J\nAU Me\nER\n", "{}"])
def test_other_files_are_refused_in_words(put, content):
    with pytest.raises(FileFormatError, match=r"a\.ris holds no record of literature: .* Export it anew as RIS"):
        read_table(put("a.ris", content))


def test_a_file_is_what_it_holds_whatever_its_ending(put):
    assert read_table(put("a.nbib", RIS_FILE)).notes[0].startswith("RIS")
    assert read_table(put("a.ris", NBIB_FILE)).notes[0].startswith("NBIB")
    assert list(read_table(put("a.txt", "TI  - one\nand two\n")).frame.columns) == ["text"]


def test_parts_agree_and_names_of_columns_are_their_own(put):
    with pytest.raises(FileFormatError, match="names its columns itself"):
        read_table(put("a.ris", RIS_FILE), names=["x"])
    assert len(read_table([put("a.ris", RIS_FILE), put("b.ris", RIS_FILE)]).frame) == 4


def record(*notes):
    return "TY  - JOUR\nTI  - x\nAB  - y\n" + "".join(f"N1  - {note}\n" for note in notes) + "ER  - \n\n"


def test_labels_of_asreview(put):
    notes = ["ASReview_relevant", "<p>ASReview_irrelevant</p>", "ASReview_not_seen", "mine"]
    table = read_table(
        put("a.ris", "".join(map(record, notes)) + record("kept", "ASReview_relevant", "asreview_time: 1"))
    )
    assert table.label_column == "label"
    assert table.frame["label"].tolist() == ["relevant", "irrelevant", None, None, "relevant"]
    assert table.frame["notes"].tolist()[3:] == ["mine", "kept\nasreview_time: 1"]
    assert "labels: the notes of ASReview, as the column 'label'" in table.notes


def test_labels_of_rayyan(put):
    said = [
        '{"Ada"=>"Included"}',
        '{"Ada"=>"Excluded", "Bob"=>"Excluded"}',
        '{"Ada"=>"Maybe"}',
        '{"A"=>"Included", "B"=>"Excluded"}',
    ]
    table = read_table(put("a.ris", "".join(record(f"RAYYAN-INCLUSION: {each} | RAYYAN-LABELS: old") for each in said)))
    assert table.frame["label"].tolist() == ["included", "excluded", None, None]
    assert "2 records have no label from there: people answered Maybe, or differ" in table.notes


def test_a_note_of_querist_that_was_changed_is_refused(put):
    with pytest.raises(FileFormatError, match=r"a\.ris: the note 'querist: \{\"label\"' was changed"):
        read_table(put("a.ris", record('querist: {"label"')))
    own = json.dumps({"id": "7", "label": "yes", "status": "labelled", "columns": ["title", "abstract"]})
    assert read_table(put("a.ris", record(f"querist: {own}"))).frame["label"].tolist() == ["yes"]


def test_bounds(put):
    letters = "ABCDFGHIJKLMNOPQRSUVWXYZ"
    wide = "".join(f"TY  -\n{a}{b}  - x\n" for a in letters for b in letters for _ in range(20))
    with pytest.raises(DataError, match="expands to"):
        read_table(put("a.ris", wide))


LINE = st.text(st.characters(codec="utf-8", exclude_characters="\0\x1a\ufeff"), min_size=1).filter(
    lambda text: text == text.strip() and text and not set(text) & set("\r\n")
)


@pytest.mark.parametrize("tags", [RIS, NBIB], ids=["ris", "nbib"])
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_all_tags_are_kept(tmp_path_factory, tags, data):
    names = [tag for some in tags.names.values() for tag in some] + [*tags.years, *tags.dois, "SN", "C1", "VI"]
    names = [name for name in names if name not in (tags.first, tags.notes)]
    pairs = data.draw(st.lists(st.tuples(st.sampled_from(names), LINE), max_size=8))
    lines = [
        tags.written(tags.first, "1"),
        *(tags.written(*pair) for pair in pairs),
        tags.written(tags.last, "") if tags.last else "",
    ]
    path = tmp_path_factory.mktemp("r") / "a.ris"
    path.write_text("\n".join(lines), encoding="utf-8", newline="")
    table = read_table(path)
    held = [line for name in table.frame for line in str(table.as_written()[name].tolist()[0]).split("\n")]
    for _, value in pairs:
        assert value in held or value.removesuffix(" [doi]") in held or value.isdecimal(), (pairs, cells(table, 0))
