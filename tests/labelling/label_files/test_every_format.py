"""Labels come from a file of every format that the other commands read."""

import gzip
import io
import json
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import feather, ipc

from querist.data.read import READERS
from querist.exceptions import DataError
from querist.labelling.label_files.match import ItemIndex, read_labels

TEXTS = ["first text", "it's the second, with a comma", "third"]
LABELS = ["yes", "no", "1.50"]
FRAME = pd.DataFrame({"text": TEXTS, "n": [1.0, 2.5, 3.0], "label": LABELS})
KNOWN = ItemIndex(
    [
        (row, f"x{row}", {"text": text, "n": number})
        for row, (text, number) in enumerate(zip(TEXTS, [1, 2.5, 3], strict=True))
    ],
    columns=["text", "n"],
)
MATRIX = ItemIndex(
    [(row, f"x{row}", {"feature 1": row, "feature 2": 2.5}) for row in range(3)], columns=["feature 1", "feature 2"]
)


def saved(write):
    target = io.BytesIO()
    write(target)
    return target.getvalue()


def arrow(target):
    table = pa.Table.from_pandas(FRAME)
    with ipc.new_stream(target, table.schema) as sink:
        sink.write_table(table)


def lines(frame):
    return "".join(json.dumps(row) + "\n" for row in frame.to_dict("records")).encode()


ARFF = "@relation r\n@attribute text string\n@attribute n numeric\n@attribute label {yes,no,'1.50'}\n@data\n" + "".join(
    "'{}',{},'{}'\n".format(*(str(cell).replace("'", "\\'") for cell in row)) for row in FRAME.itertuples(index=False)
)
DELIMITED = FRAME.to_csv(index=False, sep="|").encode()
SHEET = saved(lambda target: FRAME.to_excel(target, index=False, engine="openpyxl"))
WORDS = {"column_dtypes": {"text": "U40", "label": "U9"}}
CONTENT = {
    **dict.fromkeys([".csv", ".tsv", ".tab", ".txt", ".dat", ".data"], DELIMITED),
    ".xlsx": SHEET, ".jsonl": lines(FRAME), ".ndjson": lines(FRAME),
    ".json": json.dumps(FRAME.to_dict("records")).encode(),
    ".parquet": saved(FRAME.to_parquet), ".feather": saved(lambda target: feather.write_feather(FRAME, target)),
    ".arrow": saved(arrow), ".arff": ARFF.encode(),
    ".npy": saved(lambda target: np.save(target, FRAME.to_records(index=False, **WORDS))),
}  # fmt: skip
VECTORS = b"yes 1:0 2:2.5\nno 1:1 2:2.5\n1.50 1:2 2:2.5\n"
MATRICES = {
    **dict.fromkeys([".svm", ".libsvm", ".svmlight", ".dat"], VECTORS),
    ".npz": saved(lambda target: np.savez(target, X=np.array([[0, 2.5], [1, 2.5], [2, 2.5]]), y=LABELS)),
}


def test_no_format_is_forgotten():
    spreadsheets = {".xls", ".ods"}  # read as .xlsx is
    records = {".ris", ".nbib"}  # their tags are their columns: tests/data/test_references.py, tests/labelling/export
    assert CONTENT.keys() | MATRICES.keys() | spreadsheets | records == READERS.keys()


@pytest.mark.parametrize("ending", CONTENT)
def test_labels_of_a_table(ending):
    read = read_labels(CONTENT[ending], f"labels{ending}", known=KNOWN)
    assert (read.labels, read.refused) == (list(enumerate(LABELS)), [])


@pytest.mark.parametrize("ending", MATRICES)
def test_labels_of_a_matrix(ending):
    read = read_labels(MATRICES[ending], f"labels{ending}", known=MATRIX)
    assert (read.labels, read.refused) == (list(enumerate(LABELS)), [])


def test_labels_in_an_archive_of_parts_and_packed():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.feather", CONTENT[".feather"])
        archive.writestr("b.feather", CONTENT[".feather"])
    assert len(read_labels(target.getvalue(), "labels.zip", known=KNOWN).pairs) == 6
    packed = gzip.compress(CONTENT[".arrow"])
    assert read_labels(packed, "labels.arrow.gz", known=KNOWN).labels == list(enumerate(LABELS))


def test_a_column_that_nobody_needs_never_stops_a_file():
    odd = FRAME.assign(picture=[b"\xff\xfe", None, b"\x80"], lists=[[1], [], None])
    read = read_labels(saved(odd.to_parquet), "labels.parquet", known=KNOWN)
    assert read.labels == list(enumerate(LABELS))


def test_what_refuses_a_row_is_told_by_its_number():
    other = FRAME.assign(text=["first text", "another", "third"])
    read = read_labels(saved(lambda target: feather.write_feather(other, target)), "labels.feather", known=KNOWN)
    assert [where for where, _ in read.refused] == ["labels.feather, row 2"]
    with pytest.raises(DataError, match="has no column 'label'"):
        read_labels(saved(FRAME.drop(columns="label").to_parquet), "labels.parquet", known=KNOWN)
