"""Ctrl+C ends work that is done run by run, also where the first exception was lost."""

import contextlib
import os
import signal
import sys
import time

import pytest
import typer

from querist.cli.friendly import INTERRUPTED, resumable
from querist.cli.progress import progress_bar

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to a single process")


@pytest.fixture(autouse=True)
def _as_python_starts():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(1)


def two_runs(folder, during):
    with resumable(folder), progress_bar("runs") as progress:
        progress(1, 3, "first")
        during()
        progress(2, 3, "second")


def test_an_interrupt_that_is_lost_is_heard_after_the_run(tmp_path, capsys):
    def lost():
        with contextlib.suppress(KeyboardInterrupt):  # as in a callback from C
            press()

    with pytest.raises(typer.Exit) as stopped:
        two_runs(tmp_path, lost)
    assert stopped.value.exit_code == INTERRUPTED
    assert "run the same command again" in capsys.readouterr().err


class Unraisable:
    """Where an exception is told and forgotten."""

    def __del__(self):
        press()


def test_python_does_not_tell_of_the_one_that_it_lost(tmp_path, capsys):
    def lost():
        _ = Unraisable()

    with pytest.raises(typer.Exit) as stopped:
        two_runs(tmp_path, lost)
    assert stopped.value.exit_code == INTERRUPTED
    assert "Traceback" not in capsys.readouterr().err


def test_any_other_is_heard_at_once(tmp_path):
    went_on = []

    def pressed():
        press()
        went_on.append(True)

    with pytest.raises(typer.Exit):
        two_runs(tmp_path, pressed)
    assert not went_on


def test_it_is_as_before_afterwards(tmp_path):
    with resumable(tmp_path), progress_bar("runs") as progress:
        progress(1, 1, "")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(KeyboardInterrupt):
        press()


def test_a_handler_of_somebody_else_stays(tmp_path):
    heard = []
    signal.signal(signal.SIGINT, lambda *_: heard.append(True))
    with resumable(tmp_path):
        press()
    assert heard == [True]
