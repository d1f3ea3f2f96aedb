"""Parts as files of earlier versions describe them: functions by name, other objects by their repr.

Such a file cannot tell whether a function of that name does what it did; it still opens.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from querist._typing import AnyArray
from querist.session.content import class_name, has_params, is_default, params_of


def describe_as_before(part: Any) -> Any:  # noqa: PLR0911  # one line for each kind, as it was
    """Return a part as earlier versions described it: all parameters, functions by name, addresses left out."""
    if isinstance(part, np.generic):
        part = part.item()
    if part is None or isinstance(part, bool | int | str):
        return part
    if isinstance(part, float):
        return part if math.isfinite(part) else str(part)
    if has_params(part):
        params = {name: describe_as_before(value) for name, value in sorted(params_of(part).items())}
        return {"class": class_name(part), "params": params}
    if isinstance(part, Mapping):
        return {str(key): describe_as_before(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [describe_as_before(item) for item in part]
    if isinstance(part, np.ndarray):
        return {"array": hashlib.sha256(_bytes(part)).hexdigest()[:16], "shape": list(part.shape)}
    named = callable(part) and hasattr(part, "__qualname__")
    return f"{part.__module__}:{part.__qualname__}" if named else without_addresses(repr(part))


def fits_as_before(saved: Any, given: Any) -> bool:
    """Return whether a part or a parameter is the one that a file of an earlier version holds, as far as that tells.

    Parameters that the class has got since must be at their defaults; those that it has lost are not looked at.
    """
    if isinstance(saved, dict) and saved.keys() == {"repr"}:
        return without_addresses(repr(given)) == without_addresses(saved["repr"])
    if isinstance(saved, dict) and saved.keys() == {"described"}:
        return _alike(saved["described"], given)
    if isinstance(saved, dict) and "class" in saved:
        return _alike(saved, given, fits_as_before)
    try:
        return bool(json.loads(json.dumps(given, allow_nan=False)) == saved)
    except (TypeError, ValueError):
        return False


def without_addresses(text: str) -> str:
    """Return a repr without addresses in memory."""
    return re.sub(r" at 0x[0-9A-Fa-f]+", "", text)


def _alike(saved: Any, given: Any, within: Any = None) -> bool:
    if isinstance(saved, dict) and {"class", "params"} <= saved.keys() and has_params(given):
        params, told = params_of(given), saved["params"]
        return (
            saved["class"] == class_name(given)
            and all((within or _alike)(told[name], value) for name, value in params.items() if name in told)
            and all(is_default(given, name) for name in params.keys() - told.keys())
        )
    if isinstance(saved, list) and isinstance(given, list | tuple) and len(saved) == len(given):
        return all(_alike(*pair) for pair in zip(saved, given, strict=True))
    return bool(saved == describe_as_before(given))


def _bytes(array: AnyArray) -> bytes:
    if array.dtype.hasobject:
        return repr(array.tolist()).encode()
    return f"{array.dtype.str}:".encode() + np.ascontiguousarray(array).tobytes()
