"""The trainer is kept running, whatever happens to it."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from querist.labelling.trainer.supervisor import Supervisor

PATIENCE = 20.0


def until(condition, patience=PATIENCE):
    deadline = time.monotonic() + patience
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
    return found


class Heard:
    """Messages, in order."""

    def __init__(self):
        self.messages = []

    def __call__(self, header, blob):
        self.messages.append((header, blob))

    def of(self, kind):
        return [header for header, _ in list(self.messages) if header["type"] == kind]


# Behaves like the trainer where the supervisor looks: opens, gets ready, answers wishes.
CHILD = """
import json, os, sys, time
from querist.labelling.trainer.frames import write_frame
out = os.fdopen(os.dup(1), "wb")
def tell(kind, blob=b"", **more):
    write_frame(out, {"type": kind, **more}, blob)
opened = json.loads(sys.stdin.readline())
tell("ready", notes=["opened " + opened["location"]])
for line in sys.stdin:
    seq = json.loads(line)["seq"]
"""
ANSWERS = '    tell("ranking", bytes(3), seq=seq, pid=os.getpid(), threads=os.environ["OMP_NUM_THREADS"])\n'


@pytest.fixture
def supervise():
    supervisors = []

    def start(body, heard, **options):
        command = [sys.executable, "-c", CHILD + body]
        supervisors.append(Supervisor("here", on_message=heard, command=command, **options))
        return supervisors[-1]

    yield start
    for supervisor in supervisors:
        supervisor.close()


def test_wishes_are_answered(supervise):
    heard = Heard()
    supervisor = supervise(ANSWERS, heard)
    assert supervisor.status.state == "starting"
    supervisor.train(7)
    until(lambda: heard.of("ranking"))
    assert heard.of("ready")[0]["notes"] == ["opened here"]
    assert heard.of("ranking")[0]["seq"] == 7
    assert heard.of("ranking")[0]["threads"] == "1"
    assert heard.messages[-1][1] == bytes(3)
    assert supervisor.status.state == "ready"


def test_every_question_is_put_in_its_order(supervise):
    heard = Heard()
    supervisor = supervise(ANSWERS, heard)
    for number in range(30):
        supervisor.ask({"cmd": "similar", "seq": number})
    until(lambda: len(heard.of("ranking")) == 30)
    assert [each["seq"] for each in heard.of("ranking")] == list(range(30))


def test_only_the_newest_wish_counts_while_the_trainer_is_busy(supervise):
    heard = Heard()
    supervisor = supervise("    time.sleep(0.3)\n" + ANSWERS, heard)
    supervisor.train(1)
    until(lambda: heard.of("ready"))
    for seq in range(2, 20_000):
        supervisor.train(seq)
    until(lambda: heard.of("ranking"))
    assert supervisor.status.state in ("ready", "training", "waiting")


def test_a_killed_trainer_is_seen_and_asked_again(supervise):
    heard = Heard()
    supervisor = supervise(ANSWERS, heard)
    supervisor.train(3)
    until(lambda: heard.of("ranking"))
    first = supervisor.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: heard.of("crashed"))
    assert heard.of("crashed")[0]["code"] == -signal.SIGKILL
    until(lambda: len(heard.of("ranking")) == 2)
    assert heard.of("ranking")[1]["seq"] == 3
    assert supervisor.pid != first
    assert supervisor.status.state == "ready"


def test_a_crash_tells_what_was_printed_last(supervise):
    heard = Heard()
    supervisor = supervise('    sys.exit("the sky fell")\n', heard)
    supervisor.train(1)
    until(lambda: len(heard.of("crashed")) >= 2)
    assert "the sky fell" in heard.of("crashed")[0]["tail"]
    assert "the sky fell" in heard.of("crashed")[0]["error"]
    assert supervisor.status.state in ("failed", "waiting")
    # A trainer that never gets anywhere is started less and less often.
    assert pauses(heard, 2) == ["0.5", "1"]


def test_a_trainer_that_talks_nonsense_is_replaced(supervise):
    heard = Heard()
    supervise('    os.write(out.fileno(), b"what was that, please?"); time.sleep(60)\n', heard).train(1)
    until(lambda: heard.of("crashed"))
    until(lambda: len(heard.of("ready")) == 2)


def pauses(heard, n):
    until(lambda: len(heard.of("crashed")) >= n)
    return [message["error"].partition("again in ")[2].partition(" s")[0] for message in heard.of("crashed")[:n]]


def test_a_trainer_that_crashes_after_each_ranking_is_started_less_and_less_often(supervise):
    heard = Heard()
    supervise(ANSWERS + "    sys.exit(3)\n", heard).train(1)
    assert pauses(heard, 3) == ["0.5", "1", "2"]
    assert len(heard.of("ranking")) >= 3


def test_a_trainer_that_crashes_as_it_starts_is_started_less_and_less_often():
    heard = Heard()
    supervisor = Supervisor("here", on_message=heard, command=[sys.executable, "-c", "raise SystemExit('no start')"])
    supervisor.train(1)
    assert pauses(heard, 3) == ["0.5", "1", "2"]
    assert "no start" in supervisor.status.message
    assert "Labelling goes on" in supervisor.status.message
    supervisor.close()


def test_a_trainer_that_hangs_is_told_and_replaced(supervise):
    heard = Heard()
    body = '    if seq == 1: tell("training", seq=seq); time.sleep(600)\n' + ANSWERS
    supervisor = supervise(body, heard, silence=1.0)
    supervisor.train(1)
    until(lambda: heard.of("crashed"))
    assert "it had said nothing for 1 s" in heard.of("crashed")[0]["error"]
    supervisor.train(2)  # what it hung on is not wanted any more
    until(lambda: heard.of("ranking"))
    assert heard.of("ranking")[0]["seq"] == 2


def test_a_stopped_trainer_is_replaced(supervise):
    heard = Heard()
    supervisor = supervise(ANSWERS, heard, silence=2.0)
    supervisor.train(1)
    until(lambda: heard.of("ranking"))
    os.kill(supervisor.pid, signal.SIGSTOP)
    supervisor.train(2)
    until(lambda: any(each["seq"] == 2 for each in heard.of("ranking")))
    assert "it had said nothing for 2 s" in heard.of("crashed")[0]["error"]


def test_a_trainer_without_memory_is_told(supervise):
    pytest.importorskip("resource", reason="Windows cannot limit the memory of a process")
    heard = Heard()
    limited = "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29)); bytearray(2**30)"
    supervisor = supervise(f"    {limited}\n", heard)
    supervisor.train(1)
    until(lambda: heard.of("crashed"))
    assert "MemoryError" in heard.of("crashed")[0]["error"]
    assert "Labelling goes on" in supervisor.status.message


def test_a_trainer_that_does_not_read_holds_up_nobody(supervise):
    heard = Heard()
    supervisor = supervise("    time.sleep(60)\n", heard)
    started = time.monotonic()
    for seq in range(20_000):
        supervisor.train(seq)
    assert time.monotonic() - started < 5


def test_an_error_of_the_listener_ends_nothing(supervise):
    heard = Heard()

    def listener(header, blob):
        heard(header, blob)
        if header["type"] == "ranking" and header["seq"] == 1:
            raise RuntimeError("cannot use it")

    supervisor = supervise(ANSWERS, listener)
    supervisor.train(1)
    until(lambda: supervisor.status.state == "failed")
    assert "cannot use it" in supervisor.status.message
    supervisor.train(2)
    until(lambda: supervisor.status.state == "ready")


def test_close_ends_the_trainer_and_the_threads(supervise):
    heard = Heard()
    before = threading.active_count()
    supervisor = supervise("    time.sleep(60)\n", heard)
    supervisor.train(1)
    until(lambda: heard.of("ready"))
    pid = supervisor.pid
    started = time.monotonic()
    supervisor.close()
    assert time.monotonic() - started < 2
    assert not alive(pid)
    assert threading.active_count() <= before
    assert not heard.of("crashed")


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that has ended and was not waited for is not alive.
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return state[:1] not in ("", "Z")


@pytest.mark.parametrize("moment", ["started", "training"])
def test_no_trainer_outlives_a_killed_server(tmp_path, moment):
    from example_project import make_project

    location = str(tmp_path / "p.querist")
    make_project(location, n_rows=2000)
    server = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(
                f"""
                import sys, time
                from querist.labelling.trainer.supervisor import Supervisor
                def told(header, blob):
                    print(header["type"], supervisor.pid, flush=True)
                supervisor = Supervisor({location!r}, on_message=told)
                while supervisor.pid is None:
                    time.sleep(0.001)
                print("started", supervisor.pid, flush=True)
                supervisor.train(10 ** 6)
                time.sleep(600)
                """
            ),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    with server:
        for line in server.stdout:
            kind, pid = line.split()
            if kind == moment:
                break
        assert alive(int(pid))
        server.kill()
        until(lambda: not alive(int(pid)), 2.0)


def test_the_server_pays_nothing_for_heavy_libraries():
    code = (
        "import sys; import querist.labelling.trainer.supervisor, querist.labelling.log.ranking; "
        "print([name for name in ('sklearn', 'scipy', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
