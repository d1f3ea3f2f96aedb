"""How parts are written as text: ``NAME:key=value,key=value``."""

import ast
from typing import Any

from querist.exceptions import InvalidParameterError


def parse_spec(text: str) -> tuple[str, dict[str, Any]]:
    """Split ``NAME:key=value,key=value`` into a name and parameters.

    Values are read as Python writes them (numbers, True, None, quoted strings);
    anything else is a string.

    Raises
    ------
    InvalidParameterError
        If a part after the colon is not ``key=value``.

    Examples
    --------
    >>> parse_spec("margin:selection=power,selection__beta=0.5")
    ('margin', {'selection': 'power', 'selection__beta': 0.5})
    """
    name, _, rest = text.partition(":")
    params: dict[str, Any] = {}
    for item in filter(None, (piece.strip() for piece in rest.split(","))):
        key, equals, value = item.partition("=")
        if not equals or not key.strip():
            raise InvalidParameterError(f"{text!r}: expected NAME:key=value,key=value, got {item!r}.")
        try:
            params[key.strip()] = ast.literal_eval(value.strip())
        except (ValueError, SyntaxError):
            params[key.strip()] = value.strip()
    return name.strip(), params


def split_rules(text: str) -> list[str]:
    """Split ``RULE,RULE`` at the commas outside brackets; ``key=value`` stays with the rule before it.

    Examples
    --------
    >>> split_rules("budget:labels=300,all(settled_predictions, performance_slope:gain=0.005,ahead=50)")
    ['budget:labels=300', 'all(settled_predictions, performance_slope:gain=0.005,ahead=50)']
    """
    depth, pieces = 0, [""]
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += character
    rules: list[str] = []
    for piece in pieces:
        opening = piece.partition("=")[0]
        if rules and "=" in piece and ":" not in opening and "(" not in opening:
            rules[-1] += f",{piece.strip()}"
        else:
            rules.append(piece.strip())
    return rules
