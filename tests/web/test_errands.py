"""Exports, models and files of labels are the work of other processes: shared, few at a time, ended with who asked."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from example_project import make_project, teach
from filelock import FileLock

import unfolding
from frames_io import framed
from querist.exceptions import DataError, StoreError
from querist.labelling.errands.work import Model, Rows, header_of
from querist.labelling.serving.project import Project
from querist.web import errands as module
from querist.web.errands import Errands
from querist.web.errors import ApiError

pytestmark = pytest.mark.anyio

# An errand that says when it begins, waits until it may end, and then says so.
SLOW = """
import os, sys, time, pathlib
from querist.labelling.trainer.frames import read_frame, write_frame
header, _ = read_frame(sys.stdin.buffer)
here = pathlib.Path({here!r})
def note(what):
    with open(here / "notes", "a") as notes:
        notes.write(f"{{what}} {{os.getpid()}}\\n")
if header["folder"]:
    pathlib.Path(header["folder"], "out").write_bytes(b"x" * 300_000)
note("begun")
deadline = time.monotonic() + 60
while not (here / "go").exists() and time.monotonic() < deadline:
    time.sleep(0.005)
note("ended")
write_frame(sys.stdout.buffer, {{}})
"""


class Asking:
    """A request whose client goes when told to."""

    def __init__(self):
        self._gone = asyncio.Event()

    async def receive(self):
        await self._gone.wait()
        return {"type": "http.disconnect"}

    def leave(self):
        self._gone.set()


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """An empty folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def slow(project, tmp_path, temporary):
    errands = Errands(project, command=[sys.executable, "-c", SLOW.format(here=str(tmp_path))])
    yield errands
    errands.close()


def notes(tmp_path):
    path = tmp_path / "notes"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


async def until(condition):
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.005)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_the_same_state_of_a_project_is_written_once(slow, project, tmp_path, temporary):
    asked = [asyncio.create_task(slow.written(Asking(), Rows("csv"))) for _ in range(5)]
    await until(lambda: notes(tmp_path))
    (tmp_path / "go").touch()
    first, *others = await asyncio.gather(*asked)
    assert all(other is first for other in others)
    assert first.size == 300_000
    assert first.read(299_990, 100) == b"x" * 10
    assert await slow.written(Asking(), Rows("csv")) is first
    assert len(notes(tmp_path)) == 2
    assert list(temporary.iterdir()) == []
    teach(project, 1)
    assert await slow.written(Asking(), Rows("csv")) is not first
    assert await slow.written(Asking(), Rows("csv", predictions=True)) is not first
    assert len(notes(tmp_path)) == 6


async def test_it_ends_with_the_last_who_asked(slow, tmp_path, temporary):
    one, two = Asking(), Asking()
    tasks = [asyncio.create_task(slow.written(each, Model())) for each in (one, two)]
    await until(lambda: notes(tmp_path))
    pid = int(notes(tmp_path)[0][1])
    one.leave()
    with pytest.raises(ApiError) as gone:
        await tasks[0]
    assert gone.value.status == 499
    assert alive(pid)
    two.leave()
    with pytest.raises(ApiError):
        await tasks[1]
    await until(lambda: not alive(pid) and not any(temporary.iterdir()))
    assert [what for what, _ in notes(tmp_path)] == ["begun"]


async def test_reading_a_file_ends_when_who_sent_it_has_gone(slow, tmp_path):
    asking = Asking()
    task = asyncio.create_task(slow.labels(asking, b"text,label", "l.csv"))
    await until(lambda: notes(tmp_path))
    asking.leave()
    with pytest.raises(ApiError):
        await task
    assert not alive(int(notes(tmp_path)[0][1]))


async def test_one_model_is_trained_at_a_time_and_few_exports_are_written(slow, tmp_path):
    many = [Rows(name) for name in ("csv", "jsonl", "parquet", "xlsx", "log")]
    tasks = [asyncio.create_task(slow.written(Asking(), each)) for each in (*many, Model())]
    await until(lambda: len(notes(tmp_path)) == 3)
    (tmp_path / "go").touch()
    await asyncio.gather(*tasks)
    running = most = 0
    for what, _ in notes(tmp_path):
        running += 1 if what == "begun" else -1
        most = max(most, running)
    assert most == 3
    assert len(notes(tmp_path)) == 12


async def test_it_has_a_limit_of_time(slow, tmp_path, temporary, monkeypatch):
    monkeypatch.setitem(module._PATIENCE, Rows, 2.0)
    with pytest.raises(ApiError) as late:
        await slow.written(Asking(), Rows("csv"))
    assert late.value.status == 503
    assert list(temporary.iterdir()) == []
    assert not any(alive(int(pid)) for _, pid in notes(tmp_path))


async def test_a_process_that_dies_is_told(project, temporary):
    errands = Errands(project, command=[sys.executable, "-c", "import os; os.abort()"])
    with pytest.raises(DataError, match="more memory than it may"):
        await errands.written(Asking(), Rows("csv"))
    assert list(temporary.iterdir()) == []


async def test_what_an_errand_raises_is_raised_here(project, temporary, monkeypatch):
    monkeypatch.setattr(project.store, "location", str(temporary / "none.querist"))
    with pytest.raises(StoreError):
        await Errands(project).written(Asking(), Rows("csv"))


def test_what_a_server_left_is_swept_but_not_what_another_one_uses(project, temporary):
    for name in ("left", "used", "young"):
        folder = temporary / f"querist-errand-{name}"
        folder.mkdir()
        (folder / "out").touch()
        if name != "young":
            os.utime(folder, (0, 0))
    with FileLock(temporary / "querist-errand-used" / "lock"):
        os.utime(temporary / "querist-errand-used", (0, 0))
        Errands(project)
        assert {each.name for each in temporary.iterdir()} == {"querist-errand-used", "querist-errand-young"}


def test_an_errand_ends_and_clears_up_when_its_server_is_killed(tmp_path):
    with Project.open(make_project(tmp_path / "p.querist"), train=False) as project:
        teach(project, 10)
        location = project.store.location
    folder = tmp_path / "folder"
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "querist.labelling.errands"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    process.stdin.write(framed(header_of(Model(), location, folder=str(folder))))
    process.stdin.flush()
    deadline = time.monotonic() + 60
    while not (folder / "out").exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    process.stdin.close()  # as the system does for a server that is killed
    assert process.wait(60) == 1
    assert not folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows bounds no memory of a process that way")
def test_memory_is_bounded():
    code = "from querist.labelling.errands.memory import limit_memory; limit_memory({}); print(len(bytearray(10**9)))"
    for most, told in ((500 << 20, "MemoryError"), (None, "1000000000")):
        done = subprocess.run([sys.executable, "-c", code.format(most)], capture_output=True, text=True, check=False)
        assert told in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["two cells.xlsx", "repetitive.parquet", "deep.jsonl.gz"])
async def test_an_upload_that_unfolds_is_refused(connect, name):
    content = unfolding.TABLES[name]()
    reply = await connect("ada").post("/api/v1/labels", files={"file": (name, content)})
    assert reply.status_code == 422, reply.text
    assert "at most" in reply.json()["error"]["message"]


async def test_paths_are_not_told(connect, project, tmp_path):
    missing = Path(project.store.location)
    missing.rename(tmp_path / "elsewhere.querist")
    reply = await connect("ada").get("/api/v1/export")
    assert reply.status_code == 503, reply.text
    assert str(tmp_path) not in reply.text
    assert project.view.info.name in reply.json()["error"]["message"]
