"""The folder of an experiment: whole or not at all, and never another's."""

import json
import os

import pytest

from querist.exceptions import ResultsError
from querist.simulation.record import Record, write_result
from querist.simulation.run import Round, Run, RunKey
from querist.simulation.watch import Audited, Stopped

EXPERIMENT = {"protocol": {"budget": 10, "metrics": ["accuracy"]}, "data": {"hash": "abc"}, "versions": {"numpy": "2"}}
KEY = RunKey("lr", "margin", 0)
RUN = Run(KEY, [Round(2, [1, 5], [0.1 + 0.2, float("nan")])])
SEEN = Run(
    KEY,
    RUN.rounds,
    audited=[Audited(2, 0.1 + 0.2, 40, None, None, None, 3, "plain", 1 / 3, 0.1, 0.9, 1)],
    stopped=[Stopped("a rule", 2, "Settled: 99.2 %."), Stopped("another", None, "")],
)


@pytest.fixture
def record(tmp_path):
    record = Record(tmp_path / "out", EXPERIMENT)
    record.start()
    return record


def test_a_run_comes_back_as_it_was_written(record):
    record.write_run(RUN)
    found = record.finished([KEY, RunKey("lr", "margin", 1)])
    assert list(found) == [KEY]
    assert found[KEY].rounds[0].values[0] == 0.1 + 0.2
    assert found[KEY].rounds[0].values[1] != found[KEY].rounds[0].values[1]


def test_what_audit_and_rules_said_comes_back_too(record):
    record.write_run(SEEN)
    (found,) = record.finished([KEY]).values()
    assert found.audited == SEEN.audited
    assert found.stopped == SEEN.stopped


def test_runs_that_were_written_before_there_were_audits_are_read(record):
    record.write_run(RUN)
    (path,) = (record.folder / "runs").iterdir()
    assert not {"audited", "stopped"} & set(json.loads(path.read_bytes())["run"])
    (found,) = record.finished([KEY]).values()
    assert (found.audited, found.stopped) == ([], [])


def test_a_file_damaged_anywhere_counts_as_no_run(record):
    record.write_run(RUN)
    (path,) = (record.folder / "runs").iterdir()
    whole = path.read_bytes()
    damaged = [whole[:cut] for cut in range(0, len(whole), 7)]
    damaged += [whole[:place] + b"9" + whole[place + 1 :] for place in range(0, len(whole), 5)]
    damaged += [b"[]", b"null", b"{}", b"\xff\xfe"]
    for data in damaged:
        path.write_bytes(data)
        assert data == whole or not record.finished([KEY])


def test_a_run_of_another_experiment_counts_as_none(record, tmp_path):
    record.write_run(RUN)
    other = Record(tmp_path / "other", EXPERIMENT | {"data": {"hash": "xyz"}})
    other.start()
    (path,) = (record.folder / "runs").iterdir()
    (other.folder / "runs" / path.name).write_bytes(path.read_bytes())
    assert not other.finished([KEY])


@pytest.mark.parametrize(
    ("part", "change", "words"),
    [
        ("protocol", {"budget": 20, "metrics": ["accuracy"]}, "budget is 10 there and 20 here"),
        ("data", {"hash": "xyz"}, r"data\.hash is \"abc\" there"),
        ("versions", {"numpy": "3"}, r"versions\.numpy"),
        ("protocol", {"metrics": ["accuracy"]}, 'budget is 10 there and "missing" here'),
    ],
)
def test_another_experiment_is_refused_by_what_differs(record, part, change, words):
    with pytest.raises(ResultsError, match=words) as caught:
        Record(record.folder, EXPERIMENT | {part: change}).start()
    assert "Use another folder" in str(caught.value)


def test_of_what_differs_the_format_is_told_last(tmp_path):
    Record(tmp_path, {"format": 1, "protocol": {"budget": 10}}).start()
    with pytest.raises(ResultsError, match=r'audit is "missing" there and 0\.2 here\. \(1 more differ'):
        Record(tmp_path, {"format": 2, "protocol": {"budget": 10, "audit": 0.2}}).start()
    with pytest.raises(ResultsError, match="format is 1 there and 2 here"):
        Record(tmp_path, {"format": 2, "protocol": {"budget": 10}}).start()


def test_what_is_spelled_differently_is_another_experiment(tmp_path):
    # Otherwise its manifest would not fit the description that is there.
    Record(tmp_path, {"strategies": {"beta": 1}}).start()
    with pytest.raises(ResultsError, match=r"beta is 1 there and 1\.0 here"):
        Record(tmp_path, {"strategies": {"beta": 1.0}}).start()


def test_the_same_experiment_may_start_again(record):
    record.write_run(RUN)
    again = Record(record.folder, json.loads(json.dumps(EXPERIMENT)))
    again.start()
    assert KEY in again.finished([KEY])


def test_the_same_experiment_may_start_again_where_its_notes_are_worded_anew(tmp_path):
    told = [["encoding utf-8", "one text a line"], ["encoding utf-8", "one text per line"], ["utf-8", "lines", "more"]]
    first, *later = (Record(tmp_path / "out", EXPERIMENT | {"notes": notes}) for notes in told)
    first.start()
    first.write_run(RUN)
    for each in later:
        each.start()
        assert list(each.finished([KEY])) == [KEY]


def test_a_folder_with_other_things_is_refused(tmp_path):
    (tmp_path / "holiday.jpg").write_text("")
    with pytest.raises(ResultsError, match=r"holiday\.jpg"):
        Record(tmp_path, EXPERIMENT).start()


def test_a_damaged_description_is_told(record):
    (record.folder / "experiment.json").write_text("{")
    with pytest.raises(ResultsError, match="is damaged"):
        Record(record.folder, EXPERIMENT).start()


def test_unfinished_files_are_swept_away(record):
    for folder in (record.folder, record.folder / "runs"):
        (folder / "x.json.123.unfinished").write_text("half")  # of earlier versions
        (folder / ".x.json.tmp-123-0").write_text("half")
    Record(record.folder, EXPERIMENT).start()
    assert sorted(item.name for item in record.folder.rglob("*")) == ["experiment.json", "runs"]


def test_labels_that_look_alike_have_files_of_their_own(record):
    labels = ["margin", "Margin", "margin ", "margin:x=1", "margin:x=2", "../margin", "m" * 300, "m" * 301, "é", "è"]
    for label in labels:
        record.write_run(Run(RunKey("lr", label, 0), RUN.rounds))
    names = [path.name.lower() for path in (record.folder / "runs").iterdir()]
    assert len(set(names)) == len(labels)
    assert max(map(len, names)) < 200
    keys = [RunKey("lr", label, 0) for label in labels]
    assert list(record.finished(keys)) == keys


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match=r"Cannot write .*file.*Not a directory"):
        Record(tmp_path / "file" / "out", EXPERIMENT).start()


def test_a_failing_write_leaves_the_old_file_and_nothing_half_written(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    os.mkdir(tmp_path / "folder")
    with pytest.raises(ResultsError, match=r"Is a directory|Permission"):
        write_result(tmp_path / "folder", b"new")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["file", "folder"]
    assert path.read_bytes() == b"old"


def test_a_full_disk_is_told_with_what_to_do(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ResultsError, match=r"Cannot write .*file: No space.*free space"):
        write_result(tmp_path / "file", b"new")
    assert not list(tmp_path.iterdir())
