"""What it costs to look at the log of a session that is long: ``python benchmarks/speed/long_logs.py``.

Prints milliseconds of a call after one new event (the best of five), by the length of the log, and seconds of a loop
that looks in every round. On 2 shared cores, with other programs beside it (2026-11), at 100,000 events: before the
tables were kept, history took 1,789 ms, reasons 1,917 and reasons of five rows 698; since then 24, 26 and 1.3, and in a
quiet moment 5, 4 and 0.6. A loop of 2,000 rounds that looks at everything in each took 246 s before, and since then 9
to 16 (1 to 2 without looking); one of 4,000 rounds 24. Undo took 1,600 ms at 100,000 answers while it replayed the log.

Saved and loaded at 100,000 events, before and after the file became one of lines, run in turn beside other programs:
the first save took 3.1 to 3.4 s and takes 2.2 to 4.4; a save after one event more 3.7 to 7.0 s, and now 1 ms; load 4.3
to 5.3 s, and now 2.0 to 2.2 (0.37 and 0.5 of it; in a quieter moment 2.3 to 3.1 s, and 1.2 to 1.9; of processor time
1.28, and 1.13 since what was read counts as old for the collector at once).
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import querist
from querist.session.events import Answered, Asked


def session_of(n_rounds: int) -> querist.Session:
    """Return a session of so many rounds of one row, without the time that asking takes."""
    labels = np.array(["ham", "spam"])[np.arange(n_rounds) % 2]
    session = querist.Session(np.zeros((n_rounds + 10, 2)), strategy="random", random_state=0)
    journal = session._journal
    for round_, row in enumerate(np.random.default_rng(0).permutation(n_rounds)):
        rows, said = (
            np.array([row]),
            {"strategy": "RandomSampling()", "n_labelled": round_, "utilities": np.array([0.5])},
        )
        journal.record(Asked(journal.next_number, rows, round=round_, **said))
        journal.record(Answered(journal.next_number, rows, labels[rows]))
    return session


def milliseconds(session: querist.Session, look: Callable[[], object]) -> float:
    """Return the best of five calls, each after one new event."""
    found = []
    for _ in range(5):
        session.flag(session.unanswered[:1], "again")
        start = time.perf_counter()
        look()
        found.append(time.perf_counter() - start)
    return min(found) * 1e3


def best(call: Callable[[], object]) -> float:
    """Return seconds of the best of five calls."""
    found = []
    for _ in range(5):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return min(found)


def of_its_file(session: querist.Session) -> tuple[float, float, float]:
    """Return seconds of the first save and of loading, and milliseconds of a save after one event more."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "session.json"
        saved = best(lambda: session.save(path.with_name(f"{time.perf_counter_ns()}.json")))
        session.save(path)
        loaded = best(lambda: querist.Session.load(path, np.zeros((session.n_rows, 2))))
        return saved, loaded, milliseconds(session, lambda: session.save(path))


def seconds_of_loop(n_rounds: int, *, looks: bool) -> float:
    """Return what a loop of rounds takes, with or without a look at everything in each."""
    session = querist.Session(np.zeros((n_rounds, 2)), strategy="random", random_state=0)
    start = time.perf_counter()
    for number in range(n_rounds):
        session.tell(session.ask(1), ["ham" if number % 2 else "spam"])
        if looks:
            _ = session.history(), session.reasons(), session.events, session.labels
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    columns = ("events", "history", "reasons", "reasons of 5 rows", "events", "labels", "undo", "change")
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for n_rounds in (500, 5_000, 50_000):
        session = session_of(n_rounds)
        looks: list[Callable[[], object]] = [
            session.history, session.reasons, lambda s=session: s.reasons(range(5)), lambda s=session: s.events,
            lambda s=session: s.labels, lambda s=session: s.undo(), lambda s=session: s.change(s.labelled[5], "ham"),
        ]  # fmt: skip
        session.history(), session.reasons()
        cells = [f"{milliseconds(session, look):.3g} ms" for look in looks]
        print(f"| {2 * n_rounds:,} | {' | '.join(cells)} |")
        saved, loaded, again = of_its_file(session)
        told = f"saved in {saved:.3g} s, loaded in {loaded:.3g} s, saved again after an event in {again:.3g} ms"
        print(f"| {2 * n_rounds:,} | {told} |")
    print(
        f"\n2,000 rounds: {seconds_of_loop(2000, looks=False):.1f} s; "
        f"looking in each {seconds_of_loop(2000, looks=True):.1f} s."
    )


if __name__ == "__main__":
    main()
