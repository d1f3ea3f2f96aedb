"""Sessions that Querist 0.1.0 saved before a draw's purpose was a field (format version 1), and what they give.

`files/` was written by ``python tests/session/session_files.py`` at commit 40ecff0. Do not write it anew with another
version: that people's own files of that time still open is what it is there for. `SESSIONS` shows how each came about;
the pool is arithmetic, so it is the same everywhere.
"""

import contextlib
import json
from pathlib import Path

import numpy as np

import querist
from querist.strategies import RandomSampling

FILES = Path(__file__).parent / "files"
_PLACES = np.arange(300)
X = np.stack([(_PLACES * 37 + 11 * _PLACES**2) % 997, (_PLACES * 101 + 3 * _PLACES**2) % 991], axis=1) / 997
TRUTH = np.where(X[:, 0] + X[:, 1] + 0.4 * ((_PLACES * 13) % 7 == 0) > 1, "high", "low")


class Curriculum(RandomSampling):
    """A strategy whose parameters read like the words that a promise was once known by."""

    def __init__(self, *, beta=0, stage=0):
        super().__init__()
        self.beta = beta
        self.stage = stage


def tell(session, rows):
    session.tell(rows, TRUTH[rows])


def started(rounds=6, **options):
    # What the name stood for when the files were written.
    session = querist.Session(X, estimator="naive_bayes:plain=True", random_state=4, **options)
    for _ in range(rounds):
        tell(session, session.ask(5))
    return session


def plain():
    """Every kind of event, some of it undone."""
    session = started(strategy="margin", classes=["low", "high"])
    rows = session.ask(6)
    tell(session, rows[:2])
    session.skip(rows[2])
    session.release(rows[3])
    session.flag(rows[4], "blurred")
    session.change(rows[0], "low")
    session.undo(2)
    session.skip(rows[4])
    session.flag(rows[5], "odd")
    session.add_classes(["medium"])
    return session


def audited():
    session = started(rounds=12, strategy="margin", audit="measure:share=0.4")
    rows = session.ask(5)
    session.skip(rows[-1:])
    session.release(rows[-2:-1])
    tell(session, rows[:2])
    return session


def certified():
    """Two attempts: the first in audit order and answered, the second by numbers of its own and half open."""
    session = started(rounds=10, strategy="margin", audit="measure:share=0.4")
    first = session.certify(0.6, guess=0.85, power=0.8)
    tell(session, first.rows)
    session.skip(session.ask(5))
    second = session.certify(0.6, guess=0.85, power=0.8)
    tell(session, second.rows[::2])
    return session


def labelled_by_the_model():
    """All stages of an automatic labelling; a certificate between them is an attempt of its own."""
    session = started(rounds=12, strategy="margin", audit="measure:share=0.4")
    task = session.auto_label(0.7, most_labels=60)
    tell(session, task.ask(60))
    tell(session, session.certify(0.6, guess=0.85, power=0.8).rows)
    while (rows := task.ask(60)).size:
        tell(session, rows)
    return session


def with_parameters():
    """Every question of this strategy was taken for an attempt at a promise."""
    return started(rounds=10, strategy=Curriculum(beta=3, stage=1))


def with_parameters_and_a_promise():
    session = with_parameters()
    tell(session, session.certify(0.5, guess=0.8, power=0.8).rows)
    return session


SESSIONS = {
    make.__name__: make
    for make in (plain, audited, certified, labelled_by_the_model, with_parameters, with_parameters_and_a_promise)
}


def given(name):
    """Return the parts that have to be passed when a file is opened."""
    return {"strategy": Curriculum(beta=3, stage=1)} if name.startswith("with_parameters") else {}


def what_it_gives(session):
    """Return what is to be the same with every later version, as JSON takes it."""
    told = {name: getattr(session, name).tolist() for name in ("labelled", "labels", "outstanding", "skipped")}
    told |= {"classes": session.classes, "flagged": [[row, note] for row, note in session.flagged.items()]}
    told["kinds"] = [event.kind for event in session.events]
    with contextlib.suppress(querist.exceptions.InvalidParameterError):  # without an audit there are no figures
        running, accuracy = session.running_accuracy(), session.accuracy()
        told["running"] = [running.value, running.low, running.high, running.n]
        told["accuracy"] = [accuracy.value, accuracy.low, accuracy.high, accuracy.n]
    session.release()
    told["asked"] = []
    for size in (7, 5, 3):
        rows = np.sort(session.ask(size))
        told["asked"].append(rows.tolist())
        tell(session, rows)
    certificate = session.certify(0.5, guess=0.8, power=0.8)
    told["promised"] = certificate.rows.tolist()
    told["attempt"] = certificate.attempt
    return told


def make():
    FILES.mkdir(exist_ok=True)
    for name, started_session in SESSIONS.items():
        started_session().save(FILES / f"{name}.json")
        session = querist.Session.load(FILES / f"{name}.json", X, **given(name))
        (FILES / f"{name}.gives.json").write_text(json.dumps(what_it_gives(session)), encoding="utf-8")


if __name__ == "__main__":
    import session_files  # so that the strategy is known by the name that the tests have for it

    session_files.make()
