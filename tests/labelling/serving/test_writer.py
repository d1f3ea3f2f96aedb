"""The one thread that writes: it outlives every failure, and one job's failure is not another's."""

from concurrent.futures import Future
from contextlib import contextmanager

import pytest

from querist.exceptions import InvalidParameterError, StoreError, StoreWriteError
from querist.labelling.serving.writer import Writer
from querist.store.rows import EventRow


def event(name):
    return EventRow(None, name, "noted", 0.0, 1, 0, {})


class Disk:
    """A store that keeps uuids, and can be told to fail; also what was told of events that it does not keep."""

    def __init__(self):
        self.kept = []
        self.told = []
        self.can_write = self.can_read = True

    @contextmanager
    def writing(self):
        if not self.can_write:
            raise StoreWriteError("no space")
        yield self

    def keep_tabs(self, tabs):
        pass

    def append(self, events):
        self.kept += [each.uuid for each in events]
        return list(range(len(self.kept) - len(events), len(self.kept)))

    def on_event(self, one):
        self.told.append(one.uuid)

    def fall_back(self):
        if not self.can_read:
            raise StoreError("cannot be read")
        self.told = list(self.kept)


@pytest.fixture
def disk():
    return Disk()


@pytest.fixture
def writer(disk):
    made = Writer(disk, on_event=disk.on_event, on_commit=lambda events, numbers: None, on_failure=disk.fall_back)
    yield made
    made.close()


def together(writer, *works):
    """Submit jobs that share a commit, because an earlier one holds up the writer; return their futures."""
    begun, go_on = Future(), Future()

    def hold_up(batch):
        begun.set_result(None)
        go_on.result(10)

    held = writer.submit(hold_up)
    begun.result(10)
    futures = [writer.submit(work) for work in works]
    go_on.set_result(None)
    held.result(10)
    return futures


def test_a_refusal_is_nobody_elses(writer, disk):
    def refuse(batch):
        raise InvalidParameterError("no such class")

    first, refused, last = together(
        writer, lambda batch: batch.record(event("a")), refuse, lambda batch: batch.record(event("b"))
    )
    assert (first.result(10), last.result(10)) == (None, None)
    with pytest.raises(InvalidParameterError):
        refused.result(10)
    assert disk.kept == disk.told == ["a", "b"]


def test_what_may_have_spoilt_the_transaction_is_not_committed(writer, disk):
    def lose_the_connection(batch):
        raise OSError("the database hung up")

    futures = together(writer, lambda batch: batch.record(event("a")), lose_the_connection)
    for future in futures:
        with pytest.raises(OSError, match="hung up"):
            future.result(10)
    assert disk.kept == disk.told == []
    assert writer.submit(lambda batch: batch.record(event("b"))).result(10) is None
    assert disk.kept == ["b"]


def test_it_goes_on_when_what_could_neither_write_nor_read_comes_back(writer, disk):
    writer.submit(lambda batch: batch.record(event("a"))).result(10)
    disk.append = lambda events: (_ for _ in ()).throw(StoreWriteError("no space"))
    disk.can_read = False
    with pytest.raises(StoreWriteError):
        writer.submit(lambda batch: batch.record(event("lost"))).result(10)
    assert disk.told == ["a", "lost"]
    with pytest.raises(StoreError, match="cannot be read"):
        writer.submit(lambda batch: batch.record(event("lost too"))).result(10)
    del disk.append
    disk.can_read = True
    writer.submit(lambda batch: batch.record(event("b"))).result(10)
    assert disk.kept == disk.told == ["a", "b"]
