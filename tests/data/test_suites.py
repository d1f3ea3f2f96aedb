"""Files that others made to break readers, where they lie beside the checkout: read right, or refused in words."""

import json
from collections import Counter

import pandas as pd
import pytest

from querist.data import read_problem, read_table
from querist.exceptions import QueristError


@pytest.fixture
def suites(real_data):
    folder = real_data.parent / "suites"
    if not folder.is_dir():
        pytest.skip("the folder with the suites of others is not beside this checkout")
    return folder


def test_csv_spectrum(suites):
    files = sorted((suites / "csv-spectrum").rglob("*.csv"))
    assert len(files) >= 11
    for path in files:
        wanted = json.loads(next((suites / "csv-spectrum").rglob(f"{path.stem}.json")).read_text(encoding="utf-8"))
        for row, record in zip(read_table(path).frame.to_dict("records"), wanted, strict=True):
            assert list(row) == list(record), path
            for name, cell in record.items():
                found = "" if pd.isna(row[name]) else row[name]
                assert str(found) == cell or float(found) == float(cell), (path, name)


def test_json_test_suite(suites, tmp_path):
    outcomes = Counter()
    read = set()
    for path in sorted((suites / "json-test-suite").rglob("*.json")):
        for place, content in (
            ("t.json", path.read_bytes()),
            ("t.jsonl", path.read_bytes()),
            ("t.jsonl", b'{"x": ' + path.read_bytes().replace(b"\n", b" ") + b', "y": 1}\n'),
        ):
            (tmp_path / place).write_bytes(content)
            try:
                read_table(tmp_path / place)
            except QueristError:
                outcomes[path.name[0], "refused"] += 1
            else:
                outcomes[path.name[0], "read"] += 1
                read.add(path.name)
    # Python reads these words as numbers that are none; and within an object the line end is a blank.
    named = {f"n_number_{name}.json" for name in ("NaN", "infinity", "minus_infinity")}
    assert {name for name in read if name[0] == "n"} == named | {"n_string_unescaped_newline.json"}
    assert outcomes["n", "refused"] > 500


def test_parquet_testing(suites):
    from pyarrow import parquet

    for path in sorted((suites / "parquet-testing").rglob("*.parquet")):
        try:
            rows = read_table(path).n_rows
        except QueristError:
            assert "corrupt" not in path.name or "checksum" in path.name
            continue
        assert "corrupt" not in path.name or path.name.startswith("rle-dict-snappy") or "checksum" in path.name
        assert rows == parquet.read_table(path, page_checksum_verification=True).num_rows, path


def test_naughty_strings_come_back(suites, tmp_path):
    path = next((suites / "naughty-strings").rglob("*.json"))
    strings = [text for text in json.loads(path.read_text(encoding="utf-8")) if text.strip()]
    rows = [{"text": f"{text} ", "x": number % 7, "label": "ab"[number % 2]} for number, text in enumerate(strings)]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    pd.DataFrame(rows).to_csv(tmp_path / "t.csv", index=False)
    for name in ("t.jsonl", "t.csv"):
        assert read_table(tmp_path / name).frame["text"].tolist() == [row["text"] for row in rows], name
        assert read_problem(tmp_path / name, "label", text_columns=["text"]).X.shape[0] == len(rows)


def test_naughty_strings_as_names_of_classes(suites, tmp_path):
    path = next((suites / "naughty-strings").rglob("*.json"))
    strings = sorted({text.strip() for text in json.loads(path.read_text(encoding="utf-8")) if text.strip()})[:100]
    rows = [{"x": number * number % 17, "label": text} for number, text in enumerate(strings * 8)]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    problem = read_problem(tmp_path / "t.jsonl", "label", cache_dir=tmp_path)
    import unicodedata

    wanted = {unicodedata.normalize("NFC", text) for text in strings}
    assert set(problem.y.tolist()) == wanted
