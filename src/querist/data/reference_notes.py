"""Decisions that programs for screening keep in the notes of a record: ASReview, Rayyan, Querist."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from querist.data.bounds import Bounds
from querist.data.json_bounds import check_json
from querist.data.reference_tags import OWN_NOTE
from querist.exceptions import FileFormatError

# As ASReview writes and reads them; it looks for them anywhere in a note.
ASREVIEW = {"ASReview_relevant": "relevant", "ASReview_irrelevant": "irrelevant", "ASReview_not_seen": None}
_PARAGRAPH = re.compile("^<p>|</p>$")
_RAYYAN = re.compile(r"RAYYAN-INCLUSION:\s*\{([^}]*)\}")
_RAYYAN_ANSWER = re.compile(r"=>\s*\"(\w+)\"")
_RAYYAN_CLASSES = {"Included": "included", "Excluded": "excluded"}


@dataclass(frozen=True)
class Decision:
    """What the notes of a record say.

    Attributes
    ----------
    label : str or None
    program : str
        Whose notes they are; empty of none.
    problem : str
        Why there is no label although somebody has decided.
    own : str or None
        What Querist has written, in JSON.
    others : str
        The notes that are left.
    """

    label: str | None = None
    program: str = ""
    problem: str = ""
    own: str | None = None
    others: str = ""


def decision_of(notes: str | None) -> Decision:
    r"""Return what the notes of a record say, a note a line.

    Examples
    --------
    >>> decision_of("ASReview_relevant\nread twice")
    Decision(label='relevant', program='ASReview', problem='', own=None, others='read twice')
    >>> decision_of('RAYYAN-INCLUSION: {"Ada"=>"Excluded"}').label
    'excluded'
    """
    written = (notes or "").split("\n")
    lines = [_PARAGRAPH.sub("", line) for line in written]
    own = next((line.removeprefix(OWN_NOTE) for line in lines if line.startswith(OWN_NOTE)), None)
    others = "\n".join(
        given
        for given, line in zip(written, lines, strict=True)
        if line not in ASREVIEW and not line.startswith(OWN_NOTE)
    )
    seen = [label for line in lines for mark, label in ASREVIEW.items() if mark in line]
    if seen:
        problem = "notes contradict each other" if len({*seen}) > 1 else ""
        return Decision(None if problem else seen[0], "ASReview", problem, own, others)
    found = _RAYYAN.search(notes or "")
    if found is None:
        return Decision(own=own, others=others)
    answers = {*_RAYYAN_ANSWER.findall(found[1])}
    label = _RAYYAN_CLASSES.get(*answers) if len(answers) == 1 else None
    problem = "" if label or not answers else "people answered Maybe, or differ"
    return Decision(label, "Rayyan", problem, own, others)


def own_note(path: Path, written: str | None, bounds: Bounds) -> dict[str, Any]:
    """Return what Querist has written into a record.

    Raises
    ------
    FileFormatError
        If somebody has changed it so that it is no object in JSON.
    DataError
        If it unfolds to more than the bounds.
    """
    if written is None:
        return {}
    check_json(path, written.encode(), bounds)
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("cells", {}), dict):
        raise FileFormatError(f"{path}: the note {OWN_NOTE + written[:40]!r} was changed. Remove it, or export anew.")
    return found
