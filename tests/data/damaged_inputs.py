"""Real small files, and what accidents make of them: a seeded fuzzer for every reader."""

import gzip
import io
import json
import random
from pathlib import Path

import numpy as np
import pandas as pd

WORDS = [
    "", "NA", "--", "<5", "12%", "3,50 €", "1 234", "2024-02-30", "9999-12-31", '"', '"x" y', "a\nb", "\ufeff", "é",
    "\u0000", "'", "0x1F",
]  # fmt: skip
BYTES = [
    b'"', b"\n", b"\r", b"\0", b"\xff", b"\xc3", b",", b";", b"\t", b"{", b"}", b"[", b"\\", b"\\ud83d", b"\x1a",
    b"1e999", b"NaN",
]  # fmt: skip
TEXTS = ["well", "yes", "no, never", "fine", "hm; so"]


def frame_of(draw: random.Random) -> pd.DataFrame:
    """Return a small table: numbers, words, dates, text, labels; with an odd cell now and then."""
    n = draw.randint(4, 30)
    columns = {
        "x": [draw.choice([draw.random() * 100, draw.randint(-5, 10**6)]) for _ in range(n)],
        "c": [draw.choice(["red", "blue", "green"]) for _ in range(n)],
        "d": [f"20{draw.randint(10, 30)}-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}" for _ in range(n)],
        "t": [" ".join(draw.choice(TEXTS) for _ in range(5)) for _ in range(n)],
        "label": [draw.choice(["a", "b"]) for _ in range(n)],
    }
    for _ in range(draw.choice([0, 0, 1, 3])):
        columns[draw.choice("xcdt")][draw.randrange(n)] = draw.choice(WORDS)
    return pd.DataFrame(columns, dtype=object)


def written(frame: pd.DataFrame, draw: random.Random) -> tuple[str, bytes]:
    """Return the ending and the bytes of a table in some format."""
    ending = draw.choice(["csv", "csv", "csv", "tsv", "jsonl", "json", "xlsx", "parquet", "svm", "npz"])
    file = io.BytesIO()
    if ending in ("csv", "tsv"):
        delimiter = "\t" if ending == "tsv" else draw.choice(",;|")
        text = frame.to_csv(index=False, sep=delimiter, quoting=draw.choice([0, 0, 1]))
        file.write(text.encode(draw.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16"])))
    elif ending == "jsonl":
        file.write("".join(json.dumps(row) + "\n" for row in frame.to_dict("records")).encode())
    elif ending == "json":
        file.write(json.dumps(frame.to_dict("records")).encode())
    elif ending == "xlsx":
        frame.map(lambda cell: cell.replace("\0", "") if isinstance(cell, str) else cell).to_excel(
            file, index=False, engine="xlsxwriter"
        )
    elif ending == "parquet":
        frame.astype(str).assign(x=np.arange(len(frame)) / 3).to_parquet(file)
    elif ending == "svm":
        file.write("".join(f"{n % 2} 1:{n}.5 3:{n * n}\n" for n in range(len(frame))).encode())
    else:
        np.savez(file, X=np.arange(2.0 * len(frame)).reshape(-1, 2), y=np.arange(len(frame)) % 2)
    data = file.getvalue()
    return (f"{ending}.gz", gzip.compress(data)) if draw.random() < 0.05 else (ending, data)


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
    """Write a file, damaged in three of four cases; also return its table, if it is whole."""
    frame = frame_of(draw)
    ending, data = written(frame, draw)
    whole = draw.random() < 0.25
    path = folder / f"t.{ending}"
    path.write_bytes(data if whole else damaged(data, draw))
    return path, frame if whole else None
