"""Laws of the messages of errors, read off every ``raise`` of the library, the command line and the server."""

import ast
import inspect
import re
from pathlib import Path

import pytest

import querist
from querist import exceptions

SOURCES = Path(querist.__file__).parent
ERRORS = {name for name, cls in vars(exceptions).items() if inspect.isclass(cls) and issubclass(cls, Exception)}
# What is filled in where a message is put together.
FILLED = "\x00"


def text_of(node):
    """The words of a message, what is filled in as one mark; None where it is made elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else FILLED for part in node.values)
    return None


def messages():
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call) or not node.exc.args:
                continue
            called = node.exc.func
            text = text_of(node.exc.args[0])
            if isinstance(called, ast.Name) and called.id in ERRORS and text is not None:
                yield f"{path.relative_to(SOURCES)}:{node.lineno}", text


MESSAGES = list(messages())


def test_there_are_many():
    assert len(MESSAGES) > 200


@pytest.mark.parametrize(
    ("law", "wrong"),
    [
        (
            "ends with a full stop, with what was filled in, or with a command to copy",
            r"^(?!it ).*[^.?!)\x00]$(?<!ADDRESS)(?<!NEW\.querist)",
        ),
        ("has no two full stops", r"(?<!\.)\.\.(?!\.)"),
        ("has no blank before a comma or a full stop", r"\s[,.](?!\.\.|\w)"),
        ("has no two blanks", r"\S  \S"),
        ("has no em dash", "\u2014"),
    ],
)
def test_every_message(law, wrong):
    found = {place: text for place, text in MESSAGES if re.search(wrong, text)}
    assert not found, law
