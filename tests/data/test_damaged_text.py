# ruff: noqa: RUF001 - the texts in other alphabets are the point
"""Bytes that are no letters: the rest of the file is read as it was written, and the place is told."""

import pytest

from querist.data import read_table
from querist.data.damaged_utf8 import mended_utf8
from querist.data.decoding import decode
from querist.exceptions import FileFormatError

TEXT = "x,label\n" + "".join(f"{number},{'sí' if number % 2 else 'no'}\n" for number in range(60))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize(("line", "n"), [(b"0,a\xff\n", 1), (b"0,a\xff\n", 2), (b"0,\xc3\xc3\xadb\n", 1)])
def test_a_bad_byte_is_replaced_at_its_place_alone(tmp_path, mark, line, n):
    text, told = decode(tmp_path / "t.csv", mark + TEXT.encode() + line * n)
    assert text == TEXT + line.decode(errors="replace") * n
    assert f"line{'s' * (n > 1)} 62" in told
    assert "U+FFFD" in told


def test_lines_of_another_encoding_in_between_are_read_in_it(tmp_path):
    text, told = decode(tmp_path / "t.csv", TEXT.encode() + "0,sí\n".encode("cp1252") * 20)
    assert text == TEXT + "0,sí\n" * 20
    assert "lines 62, 63, 64, 65, 66 and 15 more" in told
    assert "cp1252 (guessed" in told


def test_a_file_cut_within_a_letter(tmp_path):
    text, told = decode(tmp_path / "t.csv", (TEXT + "0,sí").encode()[:-1])
    assert text == TEXT + "0,s\ufffd"
    assert "ends in the middle of a character" in told


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "nom;texte\nJosé;déjà vu à l'été, ça marche\n"),
        ("gbk", "名字;文本\n张三;今天天气很好我们一起去公园散步吧\n" * 8),
        ("shift_jis", "名前;本文\n田中;今日は天気がとても良いですね。散歩に行きましょう\n"),
        ("euc_kr", "이름;본문\n김;오늘은 날씨가 매우 좋습니다 함께 산책하러 갑시다\n" * 8),
        ("koi8_r", "имя;текст\nИван;Привет как дела сегодня хорошая погода\n"),
    ],
)
def test_truly_other_encodings_are_no_damaged_utf8(encoding, text):
    assert mended_utf8(text.encode(encoding)) is None
    assert mended_utf8(text.encode()) is None


@pytest.mark.parametrize(
    ("end", "told"), [(b"\x1a", "Ctrl-Z"), (b"\0\0\0", "zero bytes"), (b"\n\x1a\0", "zero bytes and the mark")]
)
def test_marks_at_the_end_of_a_file_are_left_out_and_told(tmp_path, end, told):
    text, notes = decode(tmp_path / "t.csv", TEXT.encode() + end)
    assert text.rstrip("\n") == TEXT.rstrip("\n")
    assert told in notes


def test_a_zero_byte_within_is_named_by_its_line(tmp_path):
    with pytest.raises(FileFormatError, match=r"line 3, holds a zero byte, .* if it is text, download it again"):
        decode(tmp_path / "t.csv", b"a,b\n1,2\n3,\x004\n5,6\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16-le", "utf-16-be"])
def test_a_zero_byte_within_a_quoted_text_is_a_letter(tmp_path, encoding):
    text = 'a,b\n1,"x\0y, é"\n' + "2,z\n" * 60
    (tmp_path / "t.csv").write_bytes(text.encode(encoding))
    table = read_table(tmp_path / "t.csv")
    assert table.frame.to_dict("list") == {"a": [1] + [2] * 60, "b": ["x\0y, é"] + ["z"] * 60}
    assert "1 zero bytes within texts kept, the first in line 2" in table.notes[0]
    assert encoding.removesuffix("-sig") in table.notes[0]


def test_a_file_of_zeros_is_no_text(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"a,b\n" + bytes(range(256)) * 4)
    with pytest.raises(FileFormatError, match="holds a zero byte"):
        read_table(tmp_path / "t.csv")
