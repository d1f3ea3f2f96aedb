"""In what two descriptions of parts or experiments differ, in words."""

import json
from typing import Any, NamedTuple

_NAMES = ("function", "type", "class")
_MISSING = "missing"


class Difference(NamedTuple):
    """One place where a description that was written differs from the one of today."""

    name: str
    old: str
    new: str
    # A sentence of its own, where "old there and new here" would tell people nothing.
    words: str = ""

    def told(self, there: str, here: str) -> str:
        """Return what differs: ``C is 1.0 there and 2.0 here``."""
        return self.words or f"{self.name} is {self.old} {there} and {self.new} {here}"


def differences(old: Any, new: Any, name: str = "") -> list[Difference]:
    """Return all places where two descriptions differ, as far as what they tell is the same.

    Code is compared, and not what it is called; classes of packages by package and name, not by the module within;
    what is unknown differs from everything.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        return _of_dicts(old, new, name)
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [found for place, pair in enumerate(zip(old, new, strict=True)) for found in _inner(*pair, name, place)]
    # As files tell them apart: 1 and 1.0 are different.
    same = _spelled(old) == _spelled(new)
    return [] if same else [Difference(name, _short(old), _short(new))]


def _of_dicts(old: dict[str, Any], new: dict[str, Any], name: str) -> list[Difference]:
    if "unknown" in old or "unknown" in new:
        what = new.get("unknown", old.get("unknown"))
        return [Difference(name, "", "", f"whether {name or 'it'} is the same cannot be told: {what} shows nothing")]
    passed: set[str] = set()
    found = []
    if "code" in old and "code" in new:
        passed = {*_NAMES, "code", "uses"}
        found += _of_code(old, new, name)
    if "class" in old and "class" in new and _home(old["class"]) == _home(new["class"]):
        passed |= {"class"}
    for key in [*new, *(key for key in old if key not in new)]:
        if key not in passed:
            inner = f"{name}.{key}" if name else key
            found += differences(old.get(key, _MISSING), new.get(key, _MISSING), inner)
    return found


def _inner(old: Any, new: Any, name: str, place: int) -> list[Difference]:
    return differences(old, new, f"{name}[{place}]")


def _of_code(old: dict[str, Any], new: dict[str, Any], name: str) -> list[Difference]:
    if old["code"] == new["code"]:
        return []
    called = str(next((new[key] for key in _NAMES if key in new), name)).rpartition(":")[2]
    where = f" ({name})" if name else ""
    before, now = (str(code["code"]).partition(":")[0] for code in (old, new))
    if before != now:
        told = (
            f"whether the code of {called}{where} is the same cannot be told: it was noted by {before}, this is {now}"
        )
    else:
        told = f"the code of {called}{where}, or of what it refers to, has changed"
    return [Difference(name, "", "", told)]


def _home(path: Any) -> tuple[str, str]:
    """Return the package and the class of ``module:Class``: between versions classes move within their package."""
    module, _, name = str(path).partition(":")
    return module.partition(".")[0], name


def _spelled(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."
