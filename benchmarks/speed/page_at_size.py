"""How the labelling page bears many rows: a real server on a generated CSV of short texts, asked as the page asks it.

    python benchmarks/speed/page_at_size.py 1000 100000 [--parts import model answers explore export restart]

Prints a table, a column for each number of rows: wall seconds, processor seconds of server and trainer, and the most
memory that each of them has held. Parts build on those before them: `import` is always measured, and without `model`
answers come before there is one. Figures of decision 52 were made with it.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
import urllib.request
import uuid
from pathlib import Path
from urllib.parse import quote

import psutil

ROOT = Path(__file__).parents[2]
for folder in ("tests/e2e", "benchmarks/page", "benchmarks/labelling"):
    sys.path.insert(0, str(ROOT / folder))

from figures import percentile  # noqa: E402
from page_client import PageClient  # noqa: E402
from pool import write_pool  # noqa: E402
from served import Served  # noqa: E402

PARTS = ("import", "model", "answers", "explore", "export", "restart")
FIRST_LABELS = 30
_PATIENCE = 1800.0
# What is asked of Explore, and how it is called in the table.
_QUERIES = {
    "first page": "",
    "a word": "search=WORD",
    "prefix of two letters": "search=da*",
    "prefix of three letters": "search=dal*",
    "Chinese substring": f"search={quote('中')}",
    "unlabelled by confidence": "status=unlabelled&sort=confidence",
    "predicted class": "prediction=1",
}


def peak(process):
    """Return the most memory that a process has held, in MB; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM")), 0.0)


def cpu(process):
    """Return the processor seconds of a process."""
    times = process.cpu_times()
    return times.user + times.system


class Run:
    """A server on a pool, and what was found of it."""

    def __init__(self, folder, n_rows):
        self.found = {}
        self._data = write_pool(folder / f"{n_rows}.csv", n_rows)
        self._folder = folder
        self._project = folder / f"{n_rows}.querist"
        self._served = self._client = None

    def note(self, what, value):
        """Keep a figure, and print it at once."""
        self.found[what] = value
        print(f"  {what}: {value}", flush=True)

    @property
    def server(self):
        """The process that serves."""
        return psutil.Process(self._served.pid)

    @property
    def trainer(self):
        """The process that trains; None while there is none."""
        for child in self.server.children():
            if any("querist.labelling.trainer" in word for word in child.cmdline()):
                return child
        return None

    def start(self):
        """Run the command until it has printed its link; return the seconds."""
        command = ("label", self._data, "--text", "text", "--labels", "a,b")
        self._served = Served(self._project, self._folder, *command)
        seconds = self._served.start(_PATIENCE)
        self._client = PageClient(self._served.link)
        return seconds

    def stop(self):
        """Stop the server."""
        self._served.stop()

    def model(self):
        """Return what the page is told of the model."""
        return self._client.ask("GET", "/project")["progress"]["model"]

    def answer(self, held):
        """Give an answer as the page does; return the rows in hand then, and the seconds that it took."""
        row = held.pop(0)
        action = {"uuid": str(uuid.uuid4()), "kind": "answer", "row": row, "class_id": int(row % 5 == 0)}
        body = {"actions": [action], "holding": held, "want": 10 - len(held)}
        begun = time.perf_counter()
        reply = self._client.ask("POST", "/answers", body)
        seconds = time.perf_counter() - begun
        assert reply["results"][0]["status"] == "saved", reply["results"]
        return held + [item["row"] for item in reply["items"]], seconds

    def queue(self):
        """Return ten rows to answer."""
        reply = self._client.ask("POST", "/queue", {"holding": [], "want": 10})
        return [item["row"] for item in reply["items"]]

    # ------------------------------------------------------------------ the parts

    def measure_import(self):
        """From the command to the link."""
        self.note("data, MB", round(self._data.stat().st_size / 1e6, 1))
        self.note("import: command to link, s", round(self.start(), 2))
        self.note("import: processor, s", round(cpu(self.server), 2))
        self.note("import: peak memory of the server, MB", round(peak(self.server)))
        self.note("project, MB", round(self._project.stat().st_size / 1e6, 1))

    def measure_model(self):
        """From the link, and thirty answers, to the first ranking of a model."""
        self._wait_for_model(FIRST_LABELS, "first model")

    def _wait_for_model(self, n_labels, called):
        begun = time.perf_counter()
        held, before = self.queue(), self.model()["version"]
        self.note(f"{called}: first item after the link, s", round(time.perf_counter() - begun, 3))
        for _ in range(n_labels):
            held, _ = self.answer(held)
        # The audit alone has a share of the answers.
        while (model := self.model())["version"] == before or model["n_labels"] < n_labels / 2:
            assert model["state"] != "failed", model
            assert time.perf_counter() - begun < _PATIENCE, model
            time.sleep(0.05)
        self.note(f"{called}: after the link, s", round(time.perf_counter() - begun, 1))
        self.note(f"{called}: processor of the trainer, s", round(cpu(self.trainer), 1))
        self.note(f"{called}: peak memory of the trainer, MB", round(peak(self.trainer)))

    def measure_answers(self, n_answers=150):
        """Answers at a quick person's pace, the model retraining."""
        held, waits = self.queue(), []
        version = self.model()["version"]
        for _ in range(n_answers):
            held, seconds = self.answer(held)
            waits.append(1000 * seconds)
            time.sleep(0.15)
        found = [round(percentile(waits, share), 1) for share in (0.5, 0.95, 1.0)]
        self.note("answers: median / p95 / longest, ms", " / ".join(map(str, found)))
        self.note("answers: rankings meanwhile", self.model()["version"] - version)

    def measure_explore(self):
        """The best of three for each query."""
        word = self._data.read_text(encoding="utf-8").split(maxsplit=2)[1]
        for name, query in _QUERIES.items():
            times = []
            for _ in range(3):
                begun = time.perf_counter()
                found = self._client.ask("GET", f"/items?limit=50&{query.replace('WORD', word)}")
                times.append(1000 * (time.perf_counter() - begun))
            self.note(f"explore: {name}, ms ({found['total']:,} rows)", round(min(times), 1))

    def measure_export(self):
        """CSV by the server, and answers meanwhile."""
        told = {}

        def fetch():
            begun = time.perf_counter()
            asked = urllib.request.Request(
                f"{self._served.url}/api/v1/export?format=csv", headers={"cookie": self._client.cookie}
            )
            with urllib.request.urlopen(asked) as reply:
                told["size"] = sum(map(len, iter(lambda: reply.read(1 << 20), b"")))
            told["seconds"] = time.perf_counter() - begun

        thread = threading.Thread(target=fetch)
        thread.start()
        held, waits = self.queue(), []
        while thread.is_alive():
            held, seconds = self.answer(held)
            waits.append(1000 * seconds)
            time.sleep(0.1)
        thread.join()
        self.note("export of CSV, s", round(told["seconds"], 2))
        self.note("export of CSV, MB", round(told["size"] / 1e6, 1))
        found = [round(percentile(waits, share), 1) for share in (0.5, 0.95, 1.0)]
        self.note("answers during an export: median / p95 / longest, ms", " / ".join(map(str, found)))

    def measure_restart(self):
        """The same command again, on the project that is there."""
        self.note("memory of the server at the end, MB", round(peak(self.server)))
        self.note("memory of the trainer at the end, MB", round(peak(self.trainer)))
        self.stop()
        self.note("restart: command to link, s", round(self.start(), 2))
        self._wait_for_model(10, "restart: model")
        self.note("restart: peak memory of the server, MB", round(peak(self.server)))


def main():
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("rows", type=int, nargs="*", default=[1000])
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    columns = {}
    for n_rows in options.rows:
        print(f"{n_rows:,} rows", flush=True)
        with tempfile.TemporaryDirectory() as name:
            run = Run(Path(name), n_rows)
            try:
                run.measure_import()
                for part in PARTS[1:]:
                    if part in options.parts:
                        getattr(run, f"measure_{part}")()
            finally:
                run.stop()
        columns[n_rows] = run.found
    lines = dict.fromkeys(what for found in columns.values() for what in found)
    print(f"\n| {os.cpu_count()} cores | {' | '.join(f'{n:,}' for n in columns)} |\n|{'---|' * (len(columns) + 1)}")
    for what in lines:
        print(f"| {what} | {' | '.join(str(found.get(what, '')) for found in columns.values())} |")


if __name__ == "__main__":
    main()
