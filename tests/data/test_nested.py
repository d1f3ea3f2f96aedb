"""Files of other programs: cells of several values, and the dialects of labelling programs."""

import io
import json

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from querist.data import read_table
from querist.data.nested import flattened, is_nested
from querist.exceptions import DataError, FileFormatError


@pytest.fixture
def read(tmp_path):
    def write_and_read(content, name="t.jsonl"):
        path = tmp_path / name
        if isinstance(content, list) and name.endswith("l"):
            content = "\n".join(map(json.dumps, content))
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        table = read_table(path)
        return {name: [None if pd.isna(cell) else cell for cell in table.frame[name]] for name in table.frame}, table

    return write_and_read


def packed(table, **options):
    target = io.BytesIO()
    parquet.write_table(pa.table(table), target, **options)
    return target.getvalue()


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5))
VALUES = st.recursive(
    LEAVES, lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text("ab.", max_size=2), each, max_size=3)
)


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "a.b"]), VALUES), min_size=1, max_size=5))
def test_no_cell_stops_a_file_and_no_value_is_lost(rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns, notes = flattened({name: [row.get(name) for row in rows] for name in names})
    assert all(len(cells) == len(rows) for cells in columns.values())
    assert not any(is_nested(cell) for cells in columns.values() for cell in cells)
    told = json.dumps(list(columns.values()), default=str).replace("\\\\", "\\")
    leaves = [leaf for row in rows for leaf in leaves_of(row)]
    assert all(leaf in told for leaf in leaves if leaf.isalnum() and leaf.isascii())
    assert bool(notes) == any(is_nested(cell) for row in rows for cell in row.values())


def leaves_of(value):
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from leaves_of(each)
    elif isinstance(value, str):
        yield value


def test_objects_become_columns_and_lists_json_texts(read):
    columns, table = read([{"text": "a", "meta": {"source": "x", "deep": {"n": 1}}, "tags": ["p", 1]}, {"text": "b"}])
    assert columns == {
        "text": ["a", "b"], "meta.source": ["x", None], "meta.deep.n": [1, None], "tags": ['["p", 1]', None],
    }  # fmt: skip
    told = " ".join(table.notes)
    assert "column 'meta': objects, each field is a column" in told
    assert "column 'tags': lists or objects, kept as JSON texts" in told


def test_objects_with_ids_for_keys_do_not_become_thousands_of_columns(read):
    columns, _ = read([{"text": str(row), "votes": {f"user {row}": 1}} for row in range(50)])
    assert list(columns) == ["text", "votes"]
    assert json.loads(columns["votes"][3]) == {"user 3": 1}


def test_nested_columns_of_parquet(read):
    lists = [[1, 2], None, []]
    data = packed(
        {
            "text": ["a", "b", "c"], "n": lists, "s": [{"p": "x", "q": 1}] * 3,
            "m": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int64())), "label": [["yes"], ["no"], []],
        }
    )  # fmt: skip
    columns, table = read(data, "t.parquet")
    assert columns == {
        "text": ["a", "b", "c"], "n": ["[1, 2]", None, "[]"], "s.p": ["x"] * 3, "s.q": [1] * 3,
        "m": ['[["k", 1]]', None, "[]"], "label": ["yes", "no", None],
    }  # fmt: skip
    assert "lists of at most one label" in " ".join(table.notes)


def test_texts_in_lists_of_parquet_are_counted_and_not_supposed(read):
    words = [[f"word {place}" for place in range(row % 7)] for row in range(20_000)]
    columns, _ = read(packed({"text": [str(row) for row in range(20_000)], "tokens": words}), "t.parquet")
    assert json.loads(columns["tokens"][6]) == words[6]


def test_chats_are_readable_texts(read):
    chat = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": [{"type": "text", "text": "Hi"}]}]
    columns, table = read([{"messages": chat, "label": "good"}, {"messages": chat[:1], "label": None}])
    assert columns["messages"] == ["user: Hello\n\nassistant: Hi", "user: Hello"]
    assert "chats, read as texts" in " ".join(table.notes)
    shared, _ = read([{"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]}])
    assert shared["conversations"] == ["human: Q\n\ngpt: A"]


def test_prodigy(read):
    options = [{"id": "A", "text": "a"}, {"id": "B", "text": "b"}]
    tasks = [
        {
            "text": "t1",
            "meta": {"source": "x"},
            "_input_hash": 1,
            "options": options,
            "accept": ["A"],
            "answer": "accept",
        },
        {"text": "t2", "meta": {"source": "y"}, "_input_hash": 2, "options": options, "accept": [], "answer": "ignore"},
        {"text": "t3", "_input_hash": 3, "options": options, "accept": ["A", "B"], "answer": "accept"},
        {"text": "t4", "_input_hash": 4, "label": "B", "answer": "accept"},
        {"text": "t5", "_input_hash": 5, "label": "B", "answer": "reject"},
    ]
    columns, table = read(tasks)
    assert columns == {
        "text": ["t1", "t2", "t3", "t4", "t5"], "meta.source": ["x", "y", None, None, None],
        "label": ["A", None, None, "B", None],
    }  # fmt: skip
    told = " ".join(table.notes)
    assert "written by Prodigy" in told
    assert "1 tasks have no label: it accepts 2 options" in told
    assert table.label_column == "label"


def test_label_studio(read):
    def choice(label):
        return {"result": [{"type": "choices", "value": {"choices": [label]}}]}

    box = {"result": [{"type": "rectanglelabels", "value": {"x": 1}}]}
    tasks = [
        {"id": 7, "data": {"text": "a"}, "annotations": [choice("no"), choice("yes"), choice("yes")]},
        {"id": 8, "data": {"text": "b"}, "annotations": [choice("no") | {"was_cancelled": True}]},
        {"id": 9, "data": {"text": "c"}, "annotations": [], "predictions": [choice("yes")]},
        {"id": 10, "data": {"text": "d"}, "annotations": [box]},
    ]
    columns, table = read(json.dumps(tasks), "t.json")
    assert columns == {"id": [7, 8, 9, 10], "text": list("abcd"), "label": ["yes", None, None, None]}
    told = " ".join(table.notes)
    assert "written by Label Studio" in told
    assert "predictions of 1 tasks are left out" in told
    assert "1 tasks have no label: its annotation has 0 choices" in told
    assert read(json.dumps([{"data": {"text": "t"}}]), "t.json")[0] == {"text": ["t"]}


def test_doccano(read):
    columns, table = read([{"id": 1, "text": "a", "label": ["pos"]}, {"id": 2, "text": "b", "label": []}])
    assert columns == {"id": [1, 2], "text": ["a", "b"], "label": ["pos", None]}
    assert "as doccano writes them" in " ".join(table.notes)
    spans, _ = read([{"text": "a", "label": [[0, 1, "PER"]]}])
    assert spans["label"] == ['[[0, 1, "PER"]]']


INFO = {"features": {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}, "text": {"dtype": "string"}}}


def test_classes_of_hugging_face_have_their_names(read, tmp_path):
    table = pa.table({"text": ["a", "b", "c"], "label": [1, 0, -1]})
    told = table.replace_schema_metadata({"huggingface": json.dumps({"info": INFO})})
    columns, _ = read(packed(told), "t.parquet")
    assert columns["label"] == ["pos", "neg", None]
    (tmp_path / "dataset_info.json").write_text(json.dumps(INFO))
    columns, found = read([{"text": "a", "label": 1}, {"text": "b", "label": 0}])
    assert columns["label"] == ["pos", "neg"]
    assert "its numbers are classes with names (neg, pos)" in " ".join(found.notes)
    assert read("text,label\na,1\nb,5\n", "t.csv")[0]["label"] == [1, 5]  # none of the classes
    (tmp_path / "dataset_info.json").write_text("no json")
    assert read([{"text": "a", "label": 1}])[0]["label"] == [1]


@pytest.mark.parametrize(
    "labels", [pa.array([1, None, 0], pa.int64()), pd.array([1, None, 0], "Int64"), pd.array([1, None, 0], "Int8")]
)
def test_gaps_among_coded_classes_stay_gaps(read, labels):
    """Beside gaps numbers come as floats, or as integers with a gap of their own."""
    texts = ["a", "b", "c"]
    is_plain = isinstance(labels, pa.Array)
    table = (
        pa.table({"text": texts, "label": labels})
        if is_plain
        else pa.Table.from_pandas(pd.DataFrame({"text": texts, "label": labels}))
    )
    kept = dict(table.schema.metadata or {}) | {b"huggingface": json.dumps({"info": INFO}).encode()}
    columns, _ = read(packed(table.replace_schema_metadata(kept)), "t.parquet")
    assert columns["label"] == ["pos", None, "neg"]


def test_gaps_among_coded_classes_of_a_text_file(read, tmp_path):
    (tmp_path / "dataset_info.json").write_text(json.dumps(INFO))
    assert read("text,label\na,1\nb,\nc,0\n", "t.csv")[0]["label"] == ["pos", None, "neg"]
    assert read("text,label\na,1.5\nb,\nc,0\n", "t.csv")[0]["label"] == [1.5, None, 0.0]


ROWS = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({"version": 1, "data": ROWS}, "the rows are the list 'data'"),
        ({"a": [1, 2], "b": ["x", "y"]}, "column by column"),
        ({"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": "y"}}, "column by column"),
        ({"columns": ["a", "b"], "index": [0, 1], "data": [[1, "x"], [2, "y"]]}, "names in 'columns'"),
        ([["a", "b"], [1, "x"], [2, "y"]], "the first holds the names"),
    ],
)
def test_json_of_other_shapes(read, found, told):
    columns, table = read(json.dumps(found), "t.json")
    assert columns == {"a": [1, 2], "b": ["x", "y"]}
    assert told in " ".join(table.notes)


def test_more_shapes_of_json(read):
    assert read('{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n', "t.json")[0]["a"] == [1, 2]
    assert read(json.dumps(ROWS), "t.jsonl")[0]["b"] == ["x", "y"]
    assert read('["one", "two"]', "t.json")[0] == {"text": ["one", "two"]}
    named = {"r1": {"text": "a"}, "r2": {"text": "b"}}
    assert read(json.dumps(named), "t.json")[0] == {"id": ["r1", "r2"], "text": ["a", "b"]}
    assert read("[[1, 2], [3, 4]]", "t.json")[0] == {"column 1": [1, 3], "column 2": [2, 4]}
    for odd in ('{"a": 1}', '{"a": [1], "b": [1, 2]}', "{}", "3"):
        with pytest.raises(FileFormatError, match="expected a list of objects"):
            read(odd, "t.json")


def test_lists_of_one_length_are_columns_though_one_holds_objects(read):
    columns, _ = read(json.dumps({"x": [1, 2], "meta": [{"t": "a"}, {"t": "b"}]}), "t.json")
    assert columns == {"x": [1, 2], "meta.t": ["a", "b"]}
    for beside in ({"columns": ["t", "u"]}, {"n": 2, "next": None}):
        rows = [{"t": "a", "u": 1}, {"t": "b", "u": 2}]
        columns, table = read(json.dumps({"data": rows, **beside}), "t.json")
        assert columns == {"t": ["a", "b"], "u": [1, 2]}
        assert f"what stands beside it is left out: {', '.join(map(repr, beside))}" in table.notes[0]


def test_rows_times_columns_stay_within_bounds(read):
    wide = {"columns": list(range(3000)), "data": [list(range(3000))]}
    assert len(read(json.dumps(wide), "t.json")[0]) == 3000
    with pytest.raises(DataError, match="expands to"):
        read("\n".join(json.dumps({"a": {f"f{n}": 1}, f"b{n}": 1}) for n in range(20_000)))
