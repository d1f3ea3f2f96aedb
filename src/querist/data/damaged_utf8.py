"""UTF-8 with a few bytes that are none: the rest of the file is read as it was written."""

import re

from querist._words import listed

# A letter outside ASCII as UTF-8 writes it.
_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_SIGNS = "\u20ac\u2013\u2014\u2018\u2019\u201c\u201d\u201e\u2026\u00ab\u00bb\u00b0\u00a3\u00a7"
# So few lines are damaged; more were written by another program.
_FEW_LINES = 2


def mended_utf8(data: bytes, *, announced: bool = False) -> tuple[str, str] | None:
    r"""Return a text that is UTF-8 but for some bytes, and what became of them; None if it is none, or has no fault.

    It is UTF-8 if at least as many letters outside ASCII are valid as bytes are not: hardly any other encoding gives
    valid letters by chance. Where many lines are wrong and their bytes are letters in cp1252, they were written so, as
    when files are joined; else each wrong byte becomes U+FFFD.

    Parameters
    ----------
    data : bytes
    announced : bool, default=False
        Whether the file says that it is UTF-8.

    Examples
    --------
    >>> text, told = mended_utf8("x,sí\n".encode() + b"y,a\xff\n")
    >>> text == "x,sí\ny,a\ufffd\n", told
    (True, 'line 2 holds bytes that are not UTF-8; read as U+FFFD')
    """
    lines = data.split(b"\n")
    wrong = []
    for place, line in enumerate(lines):
        if not line.isascii():
            try:
                line.decode()
            except UnicodeDecodeError:
                wrong.append(place)
    if not wrong:
        return None
    n_letters = len(_LETTER.findall(data))
    n_wrong = sum(len(_LETTER.sub(b"", lines[place]).translate(None, bytes(range(128)))) for place in wrong)
    if not announced and n_letters < max(n_wrong, 1):
        return None
    as_cp1252 = None if len(wrong) <= _FEW_LINES else _as_cp1252([lines[place] for place in wrong])
    for number, place in enumerate(wrong):
        lines[place] = (lines[place].decode(errors="replace") if as_cp1252 is None else as_cp1252[number]).encode()
    if as_cp1252 is None and wrong == [len(lines) - 1]:
        return b"\n".join(lines).decode(), "the file ends in the middle of a character; read as U+FFFD (was it cut?)"
    shown = listed([place + 1 for place in wrong], 5)
    which = f"line{'s' * (len(wrong) > 1)} {shown} hold{'s' * (len(wrong) == 1)}"
    how = "U+FFFD" if as_cp1252 is None else "cp1252 (guessed; save the file as UTF-8 if letters look wrong)"
    return b"\n".join(lines).decode(), f"{which} bytes that are not UTF-8; read as {how}"


def _as_cp1252(lines: list[bytes]) -> list[str] | None:
    """Return lines as cp1252, if all that is not ASCII are letters and signs of Western Europe there."""
    try:
        texts = [line.decode("cp1252") for line in lines]
    except UnicodeDecodeError:
        return None
    foreign = [letter for text in texts for letter in text if not letter.isascii()]
    return texts if all(letter.isalpha() or letter in _SIGNS for letter in foreign) else None
