"""Small files that unfold: each as its name and bytes, kilobytes that would take gigabytes."""

import bz2
import gzip
import io
import json
import lzma
import struct
import zipfile

import numpy as np
import openpyxl
import pyarrow as pa
from pyarrow import ipc, parquet

_ROWS = 20_000_000


def sparse_workbook(cell="ALL100000"):
    """A workbook with a cell in its first place and one far off."""
    book = openpyxl.Workbook()
    book.active["A1"] = "label"
    book.active[cell] = "x"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def workbook_of(sheet, *, more=()):
    """A workbook of one sheet, as its XML says; nothing else in it than what readers ask for."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sparse_workbook("A2"))) as old, zipfile.ZipFile(target, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, sheet if name.endswith("sheet1.xml") else old.read(name))
        for name, content in more:
            new.writestr(name, content)
    return target.getvalue()


def sheet_of(rows):
    """The XML of a sheet, around its rows."""
    names = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return f"<worksheet {names}><sheetData>{rows}</sheetData></worksheet>"


def without_places():
    """Rows and cells that do not say where they stand: a row of many cells, and many rows of one."""
    cell = '<c t="str"><v>x</v></c>'
    return workbook_of(sheet_of(f"<row>{cell * 15_000}</row>" + f"<row>{cell}</row>" * 15_000))


def places_in_disguise():
    """Cells whose places are no first attributes."""
    return workbook_of(
        sheet_of('<row><c t="str" r = \'A1\'><v>label</v></c></row><row><c s="0" r="ALL100000"><v>1</v></c></row>')
    )


def lying_workbook():
    """Its largest part says that it has ten bytes."""
    data = workbook_of(sheet_of(" " * 280_000_000))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = struct.pack("<I", archive.getinfo("xl/worksheets/sheet1.xml").file_size)
    assert data.count(size) >= 1
    return data.replace(size, struct.pack("<I", 10))


def open_document(rows):
    """An .ods of one table, as its rows say."""
    names = ["office:1.0", "table:1.0", "text:1.0"]
    spaces = " ".join(
        f'xmlns:{each.partition(":")[0]}="urn:oasis:names:tc:opendocument:xmlns:{each}"' for each in names
    )
    content = (
        f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="s">{rows}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", 8) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    return target.getvalue()


def repeated_cells():
    """A row of a repeated cell, itself repeated."""
    cell = '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="10000"/>'
    return open_document(f'<table:table-row table:number-rows-repeated="100000">{cell}</table:table-row>')


def far_cell():
    """Two cells with a million empty rows and ten thousand columns between them."""
    cell = '<table:table-cell office:value-type="float" office:value="1"/>'
    empty = '<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row>'
    gap = '<table:table-cell table:number-columns-repeated="10000"/>'
    return open_document(
        f"<table:table-row>{cell}</table:table-row>{empty}<table:table-row>{gap}{cell}</table:table-row>"
    )


def repeated_blanks():
    """A cell with four billion blanks."""
    words = '<text:p>a<text:s text:c="4000000000"/></text:p>'
    cell = f'<table:table-cell office:value-type="string">{words}</table:table-cell>'
    return open_document(f"<table:table-row>{cell}</table:table-row>")


def old_workbook(cells=((0, 0, 1.0), (65535, 255, 1.0))):
    """An .xls of one sheet with these cells: row, column, number or words; by default far apart."""

    def record(kind, body=b""):
        return struct.pack("<HH", kind, len(body)) + body

    def cell(row, column, value):
        if isinstance(value, str):
            words = value.encode("utf-16-le")
            return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(words) // 2, 1) + words)
        return record(0x0203, struct.pack("<HHHd", row, column, 0, value))

    head = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    sheet += b"".join(cell(*each) for each in cells) + record(0x000A)
    name = struct.pack("<IHBB", len(record(0x0809, head)) + 4 + 9 + 4, 0, 1, 0) + b"s"
    stream = record(0x0809, head) + record(0x0085, name) + record(0x000A) + sheet
    n_sectors = max(8, -(-len(stream) // 512))  # one sector lists up to 126
    stream = stream.ljust(512 * n_sectors, b"\0")
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *(each + 3 for each in range(n_sectors - 1)), 0xFFFFFFFE]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)

    def entry(name, kind, start, size, child=0xFFFFFFFF):
        letters = (name + "\0").encode("utf-16-le")
        links = struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child)
        return (
            letters.ljust(64, b"\0")
            + struct.pack("<HBB", len(letters), kind, 1)
            + links
            + bytes(36)
            + struct.pack("<IQ", start, size)
        )

    folder = entry("Root Entry", 5, 0xFFFFFFFE, 0, 1) + entry("Workbook", 2, 2, len(stream))
    sectors = struct.pack("<128I", *fat, *[0xFFFFFFFF] * (128 - len(fat))) + folder.ljust(512, b"\0") + stream
    return header + sectors


def _parquet(table, **options):
    target = io.BytesIO()
    parquet.write_table(table, target, **({"compression": "zstd"} | options))
    return target.getvalue()


def repetitive_parquet():
    """Twenty million rows that say the same."""
    words = pa.DictionaryArray.from_arrays(pa.array(np.zeros(_ROWS, np.int8)), ["a"])
    return _parquet(pa.table({"text": words, "label": words}))


def long_words_of_a_dictionary(n_rows=100_000):
    """A word of a megabyte that stands in a hundred thousand rows."""
    words = pa.DictionaryArray.from_arrays(pa.array(np.zeros(n_rows, np.int32)), ["a" * 1_000_000])
    return _parquet(pa.table({"text": words, "label": words}))


def shared_beginnings(n_rows=2000):
    """Long words of which each says that it is the one before."""
    words = pa.array(["a" * 200_000]).take(pa.array(np.zeros(n_rows, np.int8)))
    return _parquet(
        pa.table({"text": words, "label": ["b"] * n_rows}),
        use_dictionary=False,
        column_encoding={"text": "DELTA_BYTE_ARRAY", "label": "PLAIN"},
    )


def long_lists(n=_ROWS):
    """One row with a list of twenty million numbers."""
    numbers = pa.ListArray.from_arrays([0, n], pa.array(np.zeros(n, np.int8)))
    return _parquet(pa.table({"text": ["a"], "label": ["b"], "numbers": numbers}))


def lists_of_long_words():
    """One row with a list of long words."""
    words = pa.DictionaryArray.from_arrays(pa.array(np.zeros(50_000, np.int32)), ["a" * 1_000_000])
    lists = pa.ListArray.from_arrays([0, 50_000], words)
    return _parquet(pa.table({"text": ["a"], "label": ["b"], "words": lists}))


def packed(text, n):
    """A text, so often, packed by gzip."""
    target = io.BytesIO()
    with gzip.GzipFile(fileobj=target, mode="wb", compresslevel=5, mtime=0) as file:
        for _ in range(n):
            file.write(text)
    return target.getvalue()


def zipped(text, n):
    """A text, so often, as the one file of an archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("t.csv", text * n)
    return target.getvalue()


def arrow(table):
    """A table as an Arrow stream."""
    target = io.BytesIO()
    with ipc.new_stream(target, table.schema, options=ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return target.getvalue()


def arrow_dictionary(n_rows=100_000):
    """A word of a megabyte that stands in a hundred thousand rows."""
    words = pa.DictionaryArray.from_arrays(pa.array(np.zeros(n_rows, np.int32)), ["a" * 1_000_000])
    return arrow(pa.table({"text": words, "label": words}))


def array_without_end():
    """An .npy that says that it is far larger than what stands there."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f8", "fortran_order": False, "shape": (10**9, 100)})
    return head.getvalue() + bytes(800)


def lying_gzip():
    """Three hundred megabytes, of which its end says that it is ten bytes."""
    return packed(b"x" * 2**20, 300)[:-4] + struct.pack("<I", 10)


def arrays_without_end(shape=(10**9, 100)):
    """An .npz whose array says that it is far larger than what stands there."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", 8) as archive:
        for name, form in (("X", shape), ("y", shape[:1])):
            head = io.BytesIO()
            np.lib.format.write_array_header_1_0(head, {"descr": "<f8", "fortran_order": False, "shape": form})
            archive.writestr(f"{name}.npy", head.getvalue() + bytes(800))
    return target.getvalue()


# What a file of labels may be, and what a table of one's own may be.
def tags_of_their_own():
    """Records of literature, each with one tag, of which there are hundreds."""
    letters = "ABCDFGHIJKLMNOPQRSUVWXYZ"
    tags = [one + other for one in letters for other in letters + "0123456789"]
    return packed("".join(f"TY  -\n{tags[n % len(tags)]}  - 1\n" for n in range(50_000)).encode(), 1)


TABLES = {
    "two cells.xlsx": sparse_workbook,
    "excel's own bounds.xlsx": lambda: sparse_workbook("XFD1048576"),
    "without places.xlsx": without_places,
    "in disguise.xlsx": places_in_disguise,
    "lies.xlsx": lying_workbook,
    "repeated.ods": repeated_cells,
    "far.ods": far_cell,
    "blanks.ods": repeated_blanks,
    "under another name.xlsx": repeated_cells,
    "two cells.xls": old_workbook,
    "repetitive.parquet": repetitive_parquet,
    "dictionary.parquet": long_words_of_a_dictionary,
    "beginnings.parquet": shared_beginnings,
    "lists.parquet": long_lists,
    "words in lists.parquet": lists_of_long_words,
    "nothing but x.csv.gz": lambda: packed(b"x" * 2**20, 300),
    "nothing but x.csv.bz2": lambda: bz2.compress(b"x" * 2**20) * 300,
    "nothing but x.csv.xz": lambda: lzma.compress(b"x" * 2**20) * 300,
    "nothing but x.csv.zst": lambda: pa.compress(b"x" * 2**20, "zstd", asbytes=True) * 300,
    "nothing but x.csv.zip": lambda: zipped(b"x" * 2**20, 300),
    "lies.csv.gz": lying_gzip,
    "commas.csv.gz": lambda: packed(b"," * 2**20, 4),
    "line ends.csv.gz": lambda: packed(b"label,text\n" + b",\n" * 2**19, 4),
    "lists.json.gz": lambda: packed(b"[" + b"[],[]," * 2**17, 8),
    "deep.jsonl.gz": lambda: packed(b'{"a":' * 2**17, 20),
    "wide.jsonl.gz": lambda: packed(b"{}\n" * 2**18, 10),
    "a tag each.ris.gz": tags_of_their_own,
    "a field each.jsonl": lambda: "\n".join(json.dumps({f"f{n}": 1}) for n in range(20_000)).encode(),
}
MATRICES = {
    "far.npz": arrays_without_end,
    "far.npy": array_without_end,
    "rows of nothing.arrow": lambda: arrow(pa.table({"a": pa.nulls(_ROWS)})),
    "zeros.feather": lambda: arrow(pa.table({"a": np.zeros(_ROWS * 2)})),
    "dictionary.arrow": arrow_dictionary,
    "further.npz": lambda: arrays_without_end((10**17, 10)),
}
