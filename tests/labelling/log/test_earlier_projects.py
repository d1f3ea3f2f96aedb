"""Projects that an earlier version made open, and mean the same. projects/make.py.txt tells how they were made."""

import gzip
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from board_state import state

from querist.labelling.export.log import read_log
from querist.labelling.log.board import Board
from querist.labelling.log.events import KINDS, event, payload_of
from querist.labelling.log.settings import AUTO, Settings
from querist.labelling.reading.exports import export
from querist.labelling.reading.project_view import ProjectView
from querist.store import Store

MADE = Path(__file__).parent / "projects"
# Kinds that came after it was made.
SINCE = {
    "grouped",
    "reserved",
    "adjudicated",
    *("invited", "invitation_revoked", "signed_in", "signed_out", "role_changed", "person_removed", "person_restored"),
    *("taken_back", "restored"),
    "commented",
}


@pytest.fixture
def earlier(tmp_path):
    """A project file with every kind of event."""
    path = tmp_path / "everything.querist"
    path.write_bytes(gzip.decompress((MADE / "everything.querist.gz").read_bytes()))
    return path


@pytest.fixture(scope="module")
def told():
    """What the version that made it read from it: the board, the accuracy statement, the records of an export."""
    return json.loads(gzip.decompress((MADE / "everything.replays_to.json.gz").read_bytes()))


@pytest.fixture
def expected(told):
    return told["board"]


def as_json(board):
    return json.loads(json.dumps(state(board)))


def different(found, expected):
    return {name: (found[name], expected[name]) for name in expected if found[name] != expected[name]}


def logged():
    with gzip.open(MADE / "everything.log.jsonl.gz") as file:
        return list(read_log(file))


def test_it_opens_and_replays_to_the_same_state(earlier, expected):
    with ProjectView.read(earlier) as project:
        assert different(as_json(project.board), expected) == {}


def test_it_is_exported_as_before(earlier, told):
    records = io.BytesIO()
    with ProjectView.read(earlier) as project:
        export(project, "jsonl", records, predictions=True)
    found = [json.loads(line) for line in records.getvalue().splitlines()]
    # These came later, and nobody had decided anything then.
    assert {
        each["querist"].pop(name) for each in found for name in ("adjudicated_by", "adjudicated_at", "copy_of")
    } == {None}
    # A note is the first comment.
    for each in found:
        comments = each["querist"].pop("comments")
        assert [comment["text"] for comment in comments[-1:]] == [note for note in [each["querist"]["note"]] if note]
    assert found == told["records"]


def test_its_log_alone_replays_to_the_same_state(expected):
    events = logged()
    assert {each.kind for each in events} == set(KINDS) - SINCE
    assert different(as_json(Board.of(events)), expected) == {}


def test_in_any_database(earlier, expected, store_location):
    with Store.open(earlier, read_only=True) as old, Store.create(store_location(), old.info) as store:
        with store.writing() as tx:
            for each in old.annotators():
                tx.add_annotator(each.name, each.role)
            tx.add_items(0, old.all_items())
            tx.append([replace(each, seq=None) for each in old.events()])
        board = Board.of(store.events())
        assert different(as_json(board), expected) == {}


def test_written_again_it_is_the_same_project(expected):
    """Also what this version writes, where defaults are left out, means the same."""
    again = []
    for number, old in enumerate(logged(), 1):
        row = event(payload_of(old), at=old.at, annotator=old.annotator, row=old.row, uuid=old.uuid)
        again.append(replace(row, seq=number))
    assert different(as_json(Board.of(again)), expected) == {}


@pytest.mark.parametrize(
    ("kind", "auto", "estimator", "then"),
    [
        ("table", 1, "auto", "auto:kernels=False,sparse=logistic_regression"),
        ("table", 1, "auto:C=2", "auto:C=2,kernels=False,sparse=logistic_regression"),
        ("table", 2, "auto", "auto:sparse=logistic_regression"),
        ("text", 2, "auto", "auto:C=5,class_weight=None,sparse=logistic_regression"),
        ("text", 1, "svc", "svc:plain=True"),
        ("text", 3, "auto", "auto"),
        ("table", 3, "logistic_regression:C=2", "logistic_regression:C=2,plain=True"),
        ("table", 4, "svc", "svc"),
    ],
)
def test_a_project_of_an_earlier_version_keeps_its_model(kind, auto, estimator, then):
    written = Settings(kind, estimator=estimator, auto=AUTO, words_only=False).to_dict()
    assert Settings.from_dict(written).estimator_in_use == estimator
    del written["auto"], written["words_only"]
    earlier = Settings.from_dict(written | ({"auto": auto} if auto > 1 else {}))
    assert earlier.estimator_in_use == then
    assert earlier.words_only
    # Also after it was saved again.
    assert Settings.from_dict(earlier.to_dict()) == earlier
    named = "auto:kernels=True,sparse=kernel_machine"
    assert Settings.from_dict(written | {"estimator": named}).estimator_in_use == named
