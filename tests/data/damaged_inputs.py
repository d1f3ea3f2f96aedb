"""Real small files of every format, and what accidents make of them: a seeded fuzzer for every reader."""

import bz2
import gzip
import io
import json
import lzma
import random
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import scipy.sparse
import unfolding
from pyarrow import feather, ipc

WORDS = [
    "", "NA", "--", "<5", "12%", "3,50 €", "1 234", "2024-02-30", "9999-12-31", '"', '"x" y', "a\nb", "\ufeff", "é",
    "\u0000", "'", "0x1F", "007", "1e3", "true", "12345678901234567890", " blank ", "?", "=1+1", "1,234.5", "a\\",
]  # fmt: skip
BYTES = [
    b'"', b"\n", b"\r", b"\0", b"\xff", b"\xc3", b",", b";", b"\t", b"{", b"}", b"[", b"\\", b"\\ud83d", b"\x1a",
    b"1e999", b"NaN", b"'", b"%", b"\n\n", b'""', b",,", b"0",
]  # fmt: skip
TEXTS = ["well", "yes", "no, never", "fine", "hm; so"]
TABLES = ["csv", "csv", "csv", "tsv", "tab", "txt", "dat", "data", "jsonl", "ndjson", "json", "xlsx", "xls", "ods",
          "parquet", "feather", "arrow", "arff", "npy", "ris", "nbib"]  # fmt: skip
WITHOUT_NUL = ["xlsx", "xls", "ods", "npy"]
MATRICES = ["svm", "libsvm", "svmlight", "npz", "npz"]
PACKINGS = ["gz", "bz2", "xz", "zst", "zip"]


def frame_of(draw: random.Random) -> pd.DataFrame:
    """Return a small table: numbers, words, dates, text, labels; with an odd cell now and then."""
    n = draw.randint(4, 30)
    columns = {
        "x": [draw.choice([round(draw.random() * 100, 6), draw.randint(-5, 10**6)]) for _ in range(n)],
        "c": [draw.choice(["red", "blue", "green"]) for _ in range(n)],
        "d": [f"20{draw.randint(10, 30)}-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}" for _ in range(n)],
        "t": [" ".join(draw.choice(TEXTS) for _ in range(5)) for _ in range(n)],
        "label": [draw.choice(["a", "b"]) for _ in range(n)],
    }
    for _ in range(draw.choice([0, 0, 1, 3])):
        columns[draw.choice("xcdt")][draw.randrange(n)] = draw.choice(WORDS)
    return pd.DataFrame(columns, dtype=object)


def _delimited(frame: pd.DataFrame, ending: str, draw: random.Random) -> bytes:
    delimiter = "\t" if ending in ("tsv", "tab") else draw.choice(",;|")
    text = frame.to_csv(index=False, sep=delimiter, quoting=draw.choice([0, 0, 1]))
    return text.encode(draw.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16"]))


def _json(frame: pd.DataFrame, ending: str, draw: random.Random) -> bytes:
    rows = frame.to_dict("records")
    if draw.random() < 0.2:  # the last two columns in one
        rows = [
            {"x": row["x"], "c": row["c"], "d": row["d"], "meta": {"t": row["t"], "label": row["label"]}}
            for row in rows
        ]
    ascii_only = draw.random() < 0.5
    if ending == "json":
        held = draw.choice([rows, {"data": rows}, {name: [row[name] for row in rows] for name in rows[0]}])
        return json.dumps(held, ensure_ascii=ascii_only).encode()
    return "".join(json.dumps(row, ensure_ascii=ascii_only) + "\n" for row in rows).encode()


def _printable(cell: object) -> object:
    # Neither stands in a cell of a spreadsheet: readers of .xls take the second for a byte-order mark.
    return cell.replace("\0", "").replace("\ufeff", "") if isinstance(cell, str) else cell


def _xlsx(frame: pd.DataFrame) -> bytes:
    target = io.BytesIO()
    with pd.ExcelWriter(target, "xlsxwriter", engine_kwargs={"options": {"strings_to_formulas": False}}) as book:
        frame.to_excel(book, index=False)
    return target.getvalue()


def _ods(frame: pd.DataFrame) -> bytes:
    def cell(value: object) -> str:
        if isinstance(value, str):
            words = value.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "</text:p><text:p>")
            return f'<table:table-cell office:value-type="string"><text:p>{words}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'

    lines = [list(frame.columns), *frame.to_numpy().tolist()]
    return unfolding.open_document(
        "".join(f"<table:table-row>{''.join(map(cell, line))}</table:table-row>" for line in lines)
    )


def _xls(frame: pd.DataFrame) -> bytes:
    lines = [list(frame.columns), *frame.to_numpy().tolist()]
    cells = [(row, place, cell) for row, line in enumerate(lines) for place, cell in enumerate(line)]
    data: bytes = unfolding.old_workbook([each for each in cells if each[2] != ""])
    return data


def _arff(frame: pd.DataFrame, draw: random.Random) -> bytes:
    def quoted(cell: object) -> str:
        words = str(cell).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
        return f"'{words}'"

    kinds = {"x": "numeric" if all(isinstance(cell, int | float) for cell in frame["x"]) else "string"}
    for name in frame.columns[1:]:
        words = dict.fromkeys(map(str, frame[name]))
        kinds[name] = "string" if draw.random() < 0.3 else "{" + ",".join(map(quoted, words)) + "}"
    lines = ["@relation r", *(f"@attribute {name} {kind}" for name, kind in kinds.items()), "@data"]
    for row in frame.itertuples(index=False):
        lines.append(",".join(str(c) if not isinstance(c, str) and kinds["x"] == "numeric" else quoted(c) for c in row))
    return "\n".join([*lines, ""]).encode()


def _arrow(frame: pd.DataFrame, ending: str, draw: random.Random) -> bytes:
    table = pa.Table.from_pandas(typed(frame), preserve_index=False)
    target = io.BytesIO()
    if ending == "feather":
        feather.write_feather(table, target, compression=draw.choice(["uncompressed", "lz4", "zstd"]))
    else:
        with draw.choice([ipc.new_file, ipc.new_stream])(target, table.schema) as sink:
            sink.write_table(table, max_chunksize=draw.choice([5, 100]))
    return target.getvalue()


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table as a format with types can hold it: a column of numbers, or of words."""
    numbers = all(isinstance(cell, int | float) for cell in frame["x"])
    return frame.assign(x=frame["x"].astype(float) if numbers else frame["x"].map(str))


def _matrix(n: int, ending: str, draw: random.Random) -> bytes:
    if ending != "npz":
        labels = draw.choice([["0", "1"], ["-1", "+1"], ["no", "yes"]])
        return "".join(f"{labels[k % 2]} 1:{k}.5 3:{k * k}\n" for k in range(n)).encode()
    target = io.BytesIO()
    X = np.arange(2.0 * n).reshape(-1, 2)
    if draw.random() < 0.3:
        scipy.sparse.save_npz(target, scipy.sparse.csr_matrix(X))
    else:
        labels = np.arange(n) % 2
        y = draw.choice([labels, labels.astype(str), labels == 1])
        draw.choice([np.savez, np.savez_compressed])(target, X=X, y=y)
    return target.getvalue()


def written(frame: pd.DataFrame, draw: random.Random) -> tuple[str, bytes]:
    """Return the ending and the bytes of a table in some format."""
    ending = draw.choice(TABLES * 2 + MATRICES)
    match ending:
        case "csv" | "tsv" | "tab" | "txt" | "dat" | "data":
            data = _delimited(frame, ending, draw)
        case "jsonl" | "ndjson" | "json":
            data = _json(frame, ending, draw)
        case "xlsx" | "xls" | "ods":
            data = {"xlsx": _xlsx, "xls": _xls, "ods": _ods}[ending](frame.map(_printable))
        case "parquet":
            data = typed(frame).to_parquet(compression=draw.choice(["snappy", "zstd", None]))
        case "feather" | "arrow":
            data = _arrow(frame, ending, draw)
        case "arff":
            data = _arff(frame, draw)
        case "ris" | "nbib":
            data = _references(frame, ending, draw)
        case "npy":
            data = _npy(frame.map(_printable))
        case _:
            data = _matrix(len(frame), ending, draw)
    return ending, data


def _one_line(cell: object) -> str:
    return " ".join(str(cell).replace("\0", "").split())


def _references(frame: pd.DataFrame, ending: str, draw: random.Random) -> bytes:
    """Return records of literature: a tag a column; of what a line cannot hold, nothing."""
    tags = {"ris": ["M1", "C1", "C2", "TI", "C3"], "nbib": ["VI", "PL", "EDAT", "TI", "OWN"]}[ending]
    first = "TY  - JOUR" if ending == "ris" else "PMID- 1"
    end = draw.choice(["\n", "\r\n"])
    lines = []
    for row in frame.itertuples(index=False):
        lines.append(first)
        for tag, cell in zip(tags, row, strict=True):
            lines.append(f"{tag:<4}- {_one_line(cell)}")
        lines += ["ER  - ", ""] if ending == "ris" else [""]
    return end.join(lines).encode(draw.choice(["utf-8", "utf-8-sig"]))


def _npy(frame: pd.DataFrame) -> bytes:
    target = io.BytesIO()
    columns = typed(frame)
    words = {name: "U60" for name in columns if columns[name].dtype != float}
    np.save(target, columns.to_records(index=False, column_dtypes=words))
    return target.getvalue()


def packed(name: str, data: bytes, packing: str) -> bytes:
    """Return a file of this name, packed."""
    target = io.BytesIO()
    match packing:
        case "gz":
            return gzip.compress(data)
        case "bz2":
            return bz2.compress(data)
        case "xz":
            return lzma.compress(data)
        case "zst":
            return bytes(pa.Codec("zstd").compress(data, asbytes=True))
        case _:
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(name, data)
    return target.getvalue()


def damaged(data: bytes, draw: random.Random) -> bytes:
    """Return bytes after an accident or two: cut, flipped, doubled, something put in between."""
    for _ in range(draw.choice([1, 1, 2, 5])):
        place = draw.randrange(len(data) + 1)
        other = draw.randrange(len(data) + 1)
        match draw.randrange(6):
            case 0:
                data = data[:place]
            case 1:
                data = data[:place] + draw.choice(BYTES) + data[place:]
            case 2:
                data = data[:place] + bytes([draw.randrange(256)]) + data[place + 1 :]
            case 3:
                data = data[: min(place, other)] + data[max(place, other) :]
            case 4:
                data = data[:place] + data[min(place, other) : max(place, other)] + data[place:]
            case _:
                data = data.replace(
                    draw.choice([b",", b'"', b"\n", b"e", b"0"]), draw.choice(BYTES), draw.randint(1, 3)
                )
    return data


def one(draw: random.Random, folder: Path) -> tuple[Path, pd.DataFrame | None]:
    """Write a file, damaged in three of four cases; also return its table, if it is whole and holds columns."""
    frame = frame_of(draw)
    ending, data = written(frame, draw)
    how = draw.random()
    is_whole = how < 0.25
    held = None if not is_whole or ending in MATRICES else frame.map(_printable) if ending in WITHOUT_NUL else frame
    if held is not None and ending in ("ris", "nbib"):
        held = held.map(_one_line)
        held.insert(0, "first", "JOUR" if ending == "ris" else "1")
    if 0.25 <= how < 0.95:
        data = damaged(data, draw)
    packing = draw.choice(PACKINGS) if draw.random() < 0.15 else ""
    if packing:
        data = packed(f"t.{ending}", data, packing)
    if how >= 0.95:
        data = damaged(data, draw)
    path = folder / f"t.{ending}{'.' * bool(packing)}{packing}"
    path.write_bytes(data)
    return path, held
