"""Laws of the messages of errors and warnings, read off the sources of the library, the command line and the server."""

import ast
import inspect
import re
from pathlib import Path
from typing import NamedTuple

import pytest

import querist
from querist import exceptions

SOURCES = Path(querist.__file__).parent
KINDS = {name for name, cls in vars(exceptions).items() if inspect.isclass(cls) and issubclass(cls, Exception)}
# What the server says to the page (message and hint), and to programs.
REFUSALS = {"ApiError": 2, "HTTPException": 1}
# What is filled in where a message is put together.
FILLED = "\x00"

# A reader can act on a rule, on a list of what there is, or on an order that begins a sentence or a clause.
RULE = re.compile(
    r"\b(must|needs?|are needed|takes?|[Ee]xpected|are wanted|wanted:|at most|at least|lies? between|lies above|one of|"
    r"has 1 to|go together|looks like)\b"
)
LIST = re.compile(r"\b(Known|It has|There is|There are|rows have): ")
ORDERS = (
    r"add|aim|answer|ask|audit|begin|bring|build|call|change|check|choose|close|compare|confirm|continue|correct|cut|"
    r"declare|decode|delete|do|draw|export|fill|finish|fit|free|give|go|install|label|leave|let|load|look|make|"
    r"merge|name|open|pack|pass|put|raise|read|release|remove|rename|repeat|replace|report|reshape|run|save|say|scale|"
    r"see|send|serve|skip|start|stop|take|tell|train|try|turn|undo|unpack|update|upgrade|use|wait|wrap|write"
)
ORDER = re.compile(rf"(^|[.?:;,)] |\x00 ?|\bor |\band )((?i:{ORDERS})|pip install|querist \w+)\b")


class Message(NamedTuple):
    place: str
    text: str
    # Whether all of it stands there: what is filled in at the end may be the remedy.
    whole: bool


def text_of(node, named):
    """The words of a message, what is filled in as one mark; None where it is made elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        return named.get(node.id)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [text_of(side, named) for side in (node.left, node.right)]
        return None if parts == [None, None] else "".join(FILLED if part is None else part for part in parts)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            part.value
            if isinstance(part, ast.Constant)
            else (text_of(part.value, named) or FILLED)
            if isinstance(part.value, ast.Name)
            else FILLED
            for part in node.values
        )
    return None


def constants(tree):
    """What the module's own names for texts stand for."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = text_of(node.value, found)
            if text is not None:
                found[node.targets[0].id] = text
    return found


def messages():
    for path in sorted(SOURCES.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = constants(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if called in KINDS or called == "warn":
                texts = [text_of(node.args[0], named)]
            elif called in REFUSALS:
                hints = [keyword.value for keyword in node.keywords if keyword.arg == "hint"]
                texts = [text_of(part, named) for part in (*node.args[-1:], *hints)]
                texts = [text if text is not None else FILLED for text in texts] if texts[0] is not None else [None]
            else:
                continue
            if texts[0] is not None:
                text = " ".join(texts)
                yield Message(f"{path.relative_to(SOURCES)}:{node.lineno}", text, not text.endswith(FILLED))


MESSAGES = list(messages())


def test_there_are_many():
    assert len(MESSAGES) > 400


@pytest.mark.parametrize(
    ("law", "wrong"),
    [
        (
            "ends with a full stop, with what was filled in, or with a command to copy",
            r"^(?!it ).*[^.?!)\x00]$(?<!ADDRESS)(?<!NEW\.querist)(?<!NAME\.querist)",
        ),
        ("has no two full stops", r"(?<!\.)\.\.(?!\.)"),
        ("has no blank before a comma or a full stop", r"\s[,.](?!\.\.|\w)"),
        ("has no two blanks", r"\S  \S"),
        ("has no em dash", "\u2014"),
        ("begins with a capital, with what was filled in, or with the name of a parameter", r"^(?!it )[^A-Z\x00a-z-]"),
        ("does not apologise or shout", r"(?i)\b(sorry|please|oops)\b|!"),
    ],
)
def test_every_message(law, wrong):
    found = {place: text for place, text, _ in MESSAGES if re.search(wrong, text)}
    assert not found, law


def helps(text):
    return bool(RULE.search(text) or LIST.search(text) or ORDER.search(text))


def test_every_message_says_what_is_wanted_or_what_there_is_or_what_to_do():
    found = {place: text for place, text, whole in MESSAGES if whole and not helps(text)}
    assert not found, "\n".join(f"{place} {text!r}" for place, text in found.items())


@pytest.mark.parametrize(
    "text", ["There is no person 7.", "X is empty.", "a.csv is nested too deeply.", "Y holds dates."]
)
def test_the_check_sees_a_message_that_leaves_the_reader_alone(text):
    assert not helps(text)
