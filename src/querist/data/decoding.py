"""Bytes to text: which encoding a file is written in."""

import codecs
import re
from pathlib import Path

from querist.data.damaged_utf8 import mended_utf8
from querist.exceptions import FileFormatError

# The mark of UTF-32 begins with that of UTF-16, so it is looked for first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# How other kinds of files begin.
_SIGNATURES = (
    (b"PK\x03\x04", "a zip archive or a spreadsheet (.xlsx, .ods)"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet (.xls)"),
    (b"PAR1", "a Parquet file (.parquet)"),
    (b"\x1f\x8b", "compressed with gzip (.gz)"),
    (b"%PDF", "a PDF file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_SAMPLE = 1 << 16
_QUOTED = re.compile(r'"[^"]*"')
_GUESSED = "guessed; save the file as UTF-8 if letters look wrong"
# Alphabets that an encoding table for Western European text would show as garbage.
_OTHER_SCRIPTS = re.compile(r"[\u0370-\u05FF\u0600-\u06FF\u0E00-\u0E7F\u3040-\u30FF\u4E00-\u9FFF\uAC00-\uD7AF]")
# In cp1252 these bytes are signs, in cp1250 letters of Polish, Czech, Slovak, Hungarian, Slovene and Croatian.
_SIGN_WITHIN_WORD = re.compile("[^\\W\\d_][\u00b3\u00b9\u00bf\u00be\u00bc\u00a3\u00a5\u00af\u00a1][^\\W\\d_]")


def decode(path: Path, data: bytes) -> tuple[str, str]:
    """Return the text of a file, and in words which encoding it has.

    A byte-order mark decides; then UTF-8, if the bytes are valid or nearly all; then a guess. Text in the
    Latin alphabet is read as cp1252 (Western Europe) or cp1250 (Central Europe), other
    alphabets as charset-normalizer finds them. Zero bytes within quoted texts are letters.

    Raises
    ------
    FileFormatError
        If the file is binary, or no encoding fits.
    """
    for signature, kind in _SIGNATURES:
        # A table may well begin with the word PAR1 or %PDF; a binary file is known by its bytes too.
        if data.startswith(signature) and not data[: 1 << 12].isascii():
            raise FileFormatError(f"{path} is not text but {kind}. Give it the extension of its kind.")
    whole = data.rstrip(b"\0\x1a")
    # In UTF-16 every other byte of plain text is zero.
    ended = whole != data and b"\0" not in whole and data[:2] not in (b"\xff\xfe", b"\xfe\xff")
    text, told = _decoded(path, whole if ended else data)
    if ended:
        marks = {b"\0": "zero bytes", b"\x1a": "the mark of the end of a file (Ctrl-Z)"}
        ends = " and ".join(words for mark, words in marks.items() if mark in data[len(whole) :])
        told = f"{told}; {ends} at the end left out"
    if "\0" in text:
        place = _stray_zero(text, announced=data.startswith(codecs.BOM_UTF8)) if told else text.index("\0")
        if place is None:
            line = text.count("\n", 0, text.index("\0")) + 1
            return text, f"{told}; {text.count(chr(0))} zero bytes within texts kept, the first in line {line}"
        raise FileFormatError(
            f"{path}, line {text.count(chr(10), 0, place) + 1}, holds a zero byte, which text never has: it is a "
            "binary file, or was damaged on the way. If it is a spreadsheet or Parquet, give it the extension of its "
            "kind; if it is text, download it again or remove the byte."
        )
    return text, told


def _stray_zero(text: str, *, announced: bool) -> int | None:
    """Return where a zero byte stands that is no letter of a text; None where all are.

    No other program's binary files announce that they are UTF-8, and are; and in none all zeros stand between double
    quotes.
    """
    if announced:
        return None
    outside = _QUOTED.sub(lambda found: "x" * len(found[0]), text)
    place = outside.find("\0")
    return None if place < 0 else place


def _decoded(path: Path, data: bytes) -> tuple[str, str]:
    for mark, name in _MARKS:
        if data.startswith(mark):
            told = f"encoding {name} (byte-order mark)"
            if name == "utf-8" and (mended := mended_utf8(data, announced=True)) is not None:
                return mended[0].removeprefix("\ufeff"), f"{told}; {mended[1]}"
            return _strict(path, data, name).removeprefix("\ufeff"), told
    return _without_mark(path, data)


def _strict(path: Path, data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileFormatError(
            f"{path}, line {line}: byte {error.start} cannot be decoded as {name}, "
            "although the file's first bytes announce it. Save the file as UTF-8."
        ) from None


def _without_mark(path: Path, data: bytes) -> tuple[str, str]:
    head = data[:_SAMPLE]
    if b"\0" in head:
        # Every other byte of plain text in UTF-16 is zero.
        for name, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
            others = head.count(0) - zeros.count(0)  # where the text itself holds a zero
            if zeros.count(0) * 2 > len(zeros) > 0 and others * 20 <= zeros.count(0):
                return _strict(path, data, name), f"encoding {name} (no byte-order mark; {_GUESSED})"
    try:
        return data.decode("utf-8"), "encoding utf-8"
    except UnicodeDecodeError as error:
        first = error.start
    mended = mended_utf8(data)
    if mended is not None:
        return mended[0], f"encoding utf-8; {mended[1]}"
    control = sum(byte < 9 or 13 < byte < 32 for byte in head)
    if control * 100 <= len(head):
        for name in _guesses(data):
            try:
                return data.decode(name), f"encoding {name} ({_GUESSED})"
            except UnicodeDecodeError:
                continue
    if b"\0" in head:
        return data.decode("latin-1"), ""  # the caller names the zero byte
    line = data.count(b"\n", 0, first) + 1
    raise FileFormatError(
        f"{path}, line {line}: byte {first} fits no encoding that can be recognised. Save the file as UTF-8."
    )


def _guesses(data: bytes) -> list[str]:
    """Encodings to try, the likeliest first."""
    from charset_normalizer import from_bytes

    # Only lines with letters outside ASCII tell encodings apart.
    lines = [line for line in data.splitlines() if not line.isascii()]
    sample = b"\n".join(lines)[:_SAMPLE]
    matches = from_bytes(sample)
    best = matches.best()
    # charset-normalizer confuses the tables of Latin letters with each other; an alphabet of
    # its own it recognises, unless the evidence is a sign or two among plain letters.
    if best is not None and _is_other_script(sample, str(best)):
        return [best.encoding]
    latin = ["cp1252", "cp1250"]
    if len(_SIGN_WITHIN_WORD.findall(sample.decode("cp1252", "ignore"))) * 20 > sum(byte > 127 for byte in sample):
        latin.reverse()
    return latin + [match.encoding for match in matches if not _is_other_script(sample, str(match))]


def _is_other_script(sample: bytes, text: str) -> bool:
    foreign = len(_OTHER_SCRIPTS.findall(text))
    letters = sum(letter.isalpha() for letter in text)
    return foreign >= 4 and foreign * 5 > letters and sum(byte > 127 for byte in sample) * 5 > len(sample)
