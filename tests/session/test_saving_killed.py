"""A process that is killed while it saves a session leaves what it had saved, and at most one round more."""

import random
import signal
import subprocess
import sys
import time

import pytest
from sklearn.datasets import make_classification

from querist import Session

SCRIPT = """
import sys
from pathlib import Path
from sklearn.datasets import make_classification
from querist import Session
path = Path(sys.argv[1])
X, y = make_classification(n_samples=2000, n_features=5, random_state=0)
session = Session.load(path, X) if path.exists() else Session(X, classes=[0, 1], random_state=0)
print("ready", flush=True)
while True:
    rows = session.ask(2)
    session.tell(rows, y[rows])
    session.save(path)
    print(len(session.labelled), flush=True)
"""


@pytest.mark.filterwarnings("ignore::querist.exceptions.TornFileWarning")
@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 on Windows")
@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=pytest.mark.proof)])
def test_a_session_that_is_killed_as_it_saves(tmp_path, kills):
    X, y = make_classification(n_samples=2000, n_features=5, random_state=0)
    path, draw, n_before = tmp_path / "s.querist-session", random.Random(kills), 0
    for _ in range(kills):
        process = subprocess.Popen([sys.executable, "-c", SCRIPT, path], stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        said = [int(process.stdout.readline()) for _ in range(draw.randint(1, 3))]
        time.sleep(draw.uniform(0, 0.01))
        process.send_signal(signal.SIGKILL)
        said += [int(line) for line in process.stdout if line.endswith("\n")]
        process.wait()
        process.stdout.close()
        session = Session.load(path, X)
        # What was said to be saved is there, at most one round more, and it goes on.
        n_labelled = len(session.labelled)
        assert n_labelled in (said[-1], said[-1] + 2)
        assert n_labelled > n_before
        assert all(label == y[row] for row, label in zip(session.labelled, session.labels, strict=True))
        assert len(session.ask(2)) == 2
        n_before = n_labelled
