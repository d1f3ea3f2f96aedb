"""Packed files: unpacked and told, or refused before they take memory."""

import bz2
import gzip
import io
import lzma
import tracemalloc
import zipfile

import pyarrow as pa
import pytest

from querist.data import read_table
from querist.data.bounds import Bounds
from querist.data.packed import bare_name, unpacked
from querist.exceptions import DataError, FileFormatError

TABLE = b"a,b\n1,x\n2,y\n"


def zipped(content, name="t.csv", *more, method=zipfile.ZIP_DEFLATED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr(name, content)
        for each in more:
            archive.writestr(each, b"more")
    return target.getvalue()


def zstandard(content):
    return pa.compress(content, "zstd", asbytes=True)


PACKERS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstandard, ".zip": zipped}


@pytest.mark.parametrize("ending", PACKERS)
def test_a_table_comes_out(tmp_path, ending):
    path = tmp_path / f"T.CSV{ending.upper()}"
    path.write_bytes(PACKERS[ending](TABLE))
    table = read_table(path)
    assert table.frame.to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}
    assert table.notes[-1].startswith("unpacked ")
    assert bare_name(path.name) == "T.CSV"


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz", ".zst"])
def test_several_pieces_one_behind_the_other(tmp_path, ending):
    path = tmp_path / f"t.csv{ending}"
    path.write_bytes(PACKERS[ending](TABLE) + PACKERS[ending](b"3,z\n"))
    assert read_table(path).frame["a"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("ending", PACKERS)
@pytest.mark.parametrize("damage", [lambda data: data[:-9], lambda data: b"no such thing", lambda data: data[:7]])
def test_damage_is_told(tmp_path, ending, damage):
    path = tmp_path / f"t.csv{ending}"
    path.write_bytes(damage(PACKERS[ending](TABLE * 500)))
    with pytest.raises(FileFormatError, match=rf"t\.csv\{ending} cannot be unpacked: .*complete"):
        read_table(path)


@pytest.mark.parametrize("ending", PACKERS)
def test_what_unfolds_is_refused_before_it_takes_memory(tmp_path, ending):
    data = PACKERS[ending](b"x" * 40_000_000)
    bounds = Bounds(10**6, 10**6, 20_000_000)
    assert len(data) < 100_000
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="decompresses to more than 20,000,000 bytes"):
            unpacked(tmp_path / f"t.csv{ending}", data, [".csv"], bounds)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_dictionary_of_xz_that_wants_much_memory_is_refused(tmp_path):
    packer = lzma.LZMACompressor(lzma.FORMAT_XZ, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}])
    data = bytearray(packer.compress(TABLE) + packer.flush())
    place = data.index(b"\x21\x01") + 2  # the filter, the size of its properties, and what they say
    data[place] = 36
    # The head has a checksum of its own, behind it.
    import zlib

    head = 12 + (data[12] + 1) * 4 - 4
    data[head : head + 4] = zlib.crc32(bytes(data[12:head])).to_bytes(4, "little")
    (tmp_path / "t.csv.xz").write_bytes(bytes(data))
    with pytest.raises(FileFormatError, match=r"cannot be unpacked: .*emory"):
        read_table(tmp_path / "t.csv.xz")


def test_archives_of_several_files_name_them(tmp_path):
    path = tmp_path / "t.zip"
    path.write_bytes(zipped(TABLE, "t.csv", "t.json", "read me.md"))
    with pytest.raises(FileFormatError, match=r"3 files, of several kinds: t\.csv, t\.json, read me\.md\. Unpack it"):
        read_table(path)
    path.write_bytes(zipped(TABLE, "t.csv", "t.csv.gz"))
    with pytest.raises(FileFormatError, match=r"2 files, of several kinds: t\.csv, t\.csv\.gz"):
        read_table(path)
    path.write_bytes(zipped(TABLE, "a.docx", "b.docx"))
    with pytest.raises(FileFormatError, match="2 files, none of them a table"):
        read_table(path)
    path.write_bytes(zipped(TABLE, "t.csv", "README.txt", "read me.md"))
    assert read_table(path).notes[-1] == "unpacked zip; other files in it are left out: README.txt, read me.md"
    path.write_bytes(zipped(TABLE, "folder/t.csv", "__MACOSX/folder/._t.csv", ".DS_Store"))
    assert read_table(path).n_rows == 2
    path.write_bytes(zipped(TABLE, "t.docx"))
    with pytest.raises(FileFormatError, match=r"holds t\.docx, whose extension '\.docx' is not known"):
        read_table(path)
    path.write_bytes(zipped(TABLE, method=zipfile.ZIP_LZMA))
    with pytest.raises(FileFormatError, match="compressed in a way that cannot be read"):
        read_table(path)
    path.write_bytes(zipped(b"")[:0] + b"PK\x05\x06" + bytes(18))
    with pytest.raises(FileFormatError, match="holds no file"):
        read_table(path)
