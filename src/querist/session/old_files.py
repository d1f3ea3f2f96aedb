"""Session files of format version 1, read once into the present form.

There the name of a draw told what it was for: a strategy's repr, ``audit``, ``certificate(target=0.9)`` or
``auto_label(target=0.9, stage=1)``; attempts at promises were counted by comparing such names.
"""

import re
from collections.abc import Iterable
from typing import Any

_MODEL_LABELS = re.compile(r"auto_label\(target=(?P<target>.*), stage=(?P<stage>\d+)\)")


def upgraded(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the events of a version 1 file with what each draw was for.

    A promise has the number with which it was made: its level and random numbers came of that, and no later promise may
    have them again. It also counted questions of strategies whose repr ends in ``, stage=1)``, which was wrong (labels
    were spent in vain); without a promise after them they count no more.
    """
    count, found = 0, []
    # The last stage of each automatic labelling that was begun, and its number, the latest last.
    begun: list[tuple[str, int, int]] = []
    for event in events:
        if event.get("kind") != "asked" or "how" in event:
            found.append(event)
            continue
        name = str(event.get("strategy", ""))
        told: dict[str, Any] = {"how": "strategy"}
        # Promises were asked outside of all rounds, whatever a strategy may be called.
        is_promise = event.get("round") == -1
        model_labels = _MODEL_LABELS.fullmatch(name) if is_promise else None
        if model_labels is not None:
            target, stage = model_labels["target"], int(model_labels["stage"])
            if stage == 1:
                count += 1
                number = count
            else:
                number = next((n for what, last, n in reversed(begun) if (what, last) == (target, stage - 1)), count)
            begun.append((target, stage, number))
            told = {"how": "auto_label", "promise": number, "strategy": ""}
        elif is_promise:
            count += 1
            told = {
                "how": "certificate",
                "promise": count,
                "strategy": "",
                "in_audit_order": "order='fresh'" not in name,
            }
        elif name == "audit":
            told = {"how": "audit", "strategy": "", "in_audit_order": True}
        elif name.endswith(", stage=1)"):
            count += 1
        found.append(event | told)
    return found
