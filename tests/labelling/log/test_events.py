"""The kinds of event: round trips, what a newer version wrote, and the table that tells of them."""

import dataclasses
import re
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.exceptions import StoreError
from querist.labelling.log.board import Board
from querist.labelling.log.classes import ClassInfo
from querist.labelling.log.deeds import ACTS, RESPONSES, Answered, Deed, Replaces, Response
from querist.labelling.log.events import KINDS, event, payload_of
from querist.labelling.log.payload import Payload
from querist.store.rows import EventRow

ROOT = Path(__file__).parents[3]
ANYTHING = st.none() | st.booleans() | st.integers(0, 9) | st.floats(0, 1) | st.text(max_size=3)
# Their fields are more than JSON values; test_promises.py has those of a promise.
_CLASSES = st.lists(st.builds(ClassInfo, st.integers(0, 9), st.text(max_size=3), st.just("#000000"))).map(tuple)
_OWN: dict[str, Any] = {
    "rows": st.lists(st.integers(0, 9), max_size=3),
    "classes": _CLASSES,
    "replaces": st.sampled_from(get_args(Replaces)),
    "groups": st.lists(st.lists(st.integers(0, 9), max_size=3), max_size=2),
    "apart": st.lists(st.lists(st.integers(0, 9), max_size=3), max_size=2),
    "changes": st.dictionaries(st.text(max_size=3), ANYTHING),
}


_PLAIN = {
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    str: st.text(max_size=3),
    bool: st.booleans(),
    type(None): st.none(),
    dict[str, Any]: st.dictionaries(st.text(max_size=3), ANYTHING),
}


@st.composite
def payloads(draw):
    kind = draw(st.sampled_from([each for name, each in KINDS.items() if name != "promise"]))
    required = [each.name for each in dataclasses.fields(kind) if each.default is dataclasses.MISSING]
    names = required + draw(st.lists(st.sampled_from(kind.names()), max_size=5)) if kind.names() else []
    hints = get_type_hints(kind)
    return kind(**{name: draw(_OWN[name] if name in _OWN else _values(hints[name])) for name in names})


def _values(hint):
    return st.one_of(*(_PLAIN[each] for each in (get_args(hint) if hint not in _PLAIN else [hint])))


@given(payloads())
def test_what_is_logged_is_read(payload):
    row = event(payload, at=1.0, annotator=2, row=3, uuid="u")
    assert (row.seq, row.uuid, row.at, row.annotator, row.row) == (None, "u", 1.0, 2, 3)
    assert payload_of(row) == payload
    assert KINDS[row.kind] is type(payload)


def test_what_stands_at_its_default_is_left_out():
    assert event(Answered(class_id=3, how="audit"), at=0.0).data == {"class_id": 3, "how": "audit"}


def test_an_event_that_no_browser_named_gets_a_name_of_its_own():
    first, second = (event(Answered(class_id=0), at=0.0).uuid for _ in range(2))
    assert first != second


@pytest.mark.parametrize(
    ("kind", "data", "told"),
    [
        ("merged_rows", {}, "Event 7 of the log, 'merged_rows', is of a kind"),
        ("answered", {"class_id": 0, "weight": 2.0, "box": []}, "'answered', says 'box', 'weight', which this version"),
        ("promise", {"id": "x", "method": "bayes"}, "'promise', "),
    ],
)
def test_what_a_newer_version_wrote_is_refused_in_words(kind, data, told):
    board = Board()
    with pytest.raises(StoreError, match=re.escape(told)) as refused:
        board.replay([EventRow(7, "u", kind, 0.0, 1, 0, data)])
    assert kind == "promise" or "Update Querist (pip install --upgrade querist)" in str(refused.value)
    assert board.seq == 0


def test_what_is_missing_is_told():
    with pytest.raises(StoreError, match=r"Event 7 of the log, 'undone', lacks 'target': the log is damaged"):
        payload_of(EventRow(7, "u", "undone", 0.0, 1, 0, {}))


def test_what_people_do_has_names():
    assert [name for name, kind in KINDS.items() if issubclass(kind, Deed)] == list(ACTS)
    assert [name for name, kind in KINDS.items() if issubclass(kind, Response)] == list(RESPONSES)


def test_the_table_in_architecture_tells_of_every_kind_and_field():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = re.search(r"^## The log of a project\n.*?^(\| kind .*?)\n\n", text, re.MULTILINE | re.DOTALL)[1]
    told = {}
    for line in table.splitlines()[2:]:
        kinds, fields, _ = (cell.strip() for cell in line.strip("|").split("|"))
        for kind in re.findall(r"`(\w+)`", kinds):
            told[kind] = sorted(re.findall(r"`(\w+)`", fields))
    assert told == {name: sorted(kind.names()) for name, kind in KINDS.items()}


def test_every_payload_is_frozen_and_has_a_kind():
    def kinds_of(base):
        return {base, *(each for sub in base.__subclasses__() for each in kinds_of(sub))}

    states = {"Payload", "Deed", "Response", "MeasuredAt", "ProjectPromise"}
    assert {each.__name__ for each in kinds_of(Payload)} - states == {each.__name__ for each in KINDS.values()}
    assert all(kind.__dataclass_params__.frozen for kind in KINDS.values())
