"""How long a person waits: from the key to the next item on screen, in Chromium, while the model retrains.

    python benchmarks/page/latency.py [--rows 100000] [--labels 150]

A press counts from the event's own time stamp (when the browser took it in) to the frame after the next item stands in
the page: a frame callback, then the first task after the paint. Presses come 150 to 600 ms apart: a quick person.
New figures of the model count from the moment when the trainer has them (the log keeps it) to the same kind of frame.
"""

import argparse
import bisect
import random
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
for folder in ("tests/e2e", "benchmarks/page"):
    sys.path.insert(0, str(ROOT / folder))

from chromium import MISSING, find  # noqa: E402
from clock import CLOCK  # noqa: E402
from figures import keep, percentile  # noqa: E402
from labelling_page import chromium, person  # noqa: E402
from pool import write_pool  # noqa: E402
from served import serving  # noqa: E402


def until_usable(browser, folder, n_rows):
    """Return the seconds from the command to an item that is painted in a browser that runs already."""
    data = write_pool(folder / f"start-{n_rows}.csv", n_rows)
    begun = time.perf_counter()
    with serving(data, "--text", "text", "--labels", "a,b") as served:
        linked = time.perf_counter() - begun
        with person(browser, served):
            return linked, time.perf_counter() - begun


def model(page):
    """Return the state of the model, by the API."""
    return page.context.request.get(f"{page.origin}/api/v1/project").json()["progress"]["model"]


def label(page, n, draw):
    """Label n items at a quick person's pace; return the waits in ms, requests, and versions of the model."""
    page.tab.evaluate(CLOCK)
    first, asked = model(page)["version"], len(page.requests)
    for _ in range(n):
        page.press("2" if page.row % 5 == 0 else "1")
        page.tab.wait_for_timeout(draw.uniform(150, 600))
    waits = page.tab.evaluate("waits")
    return waits, page.requests[asked:], model(page)["version"] - first


def figures_waits(page, served, since):
    """Return the ms from each moment when the trainer had new figures to their paint.

    A figure is on screen with the first change of the header after it, and the next one later than that.
    """
    painted = page.tab.evaluate("figures")
    told = [event.at for event in served.events() if event.kind == "measured" and event.at > since]
    places = [(bisect.bisect_left(painted, begun), begun) for begun in told]
    return [1000 * (painted[place] - begun) for place, begun in places if place < len(painted)], len(told)


def busy(process):
    """Return the seconds of processor time that a process has used."""
    times = process.cpu_times()
    return times.user + times.system


def main():
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--labels", type=int, default=150)
    options = parser.parse_args()
    path = find()
    if path is None:
        sys.exit(MISSING)
    rows = []
    with tempfile.TemporaryDirectory() as name, chromium(path) as browser:
        folder = Path(name)
        starts = [
            until_usable(browser, folder, 1000) for _ in range(3) if not (folder / "start-1000.querist").unlink(True)
        ]
        linked, usable = sorted(starts, key=lambda pair: pair[1])[1]
        rows.append(("1,000 rows: command to the printed link, median of 3", f"{linked:.2f} s", "", None))
        rows.append(("1,000 rows: command to an item on screen, median of 3", f"{usable:.2f} s", "2 s", usable < 2))
        data = write_pool(folder / "pool.csv", options.rows)
        begun = time.perf_counter()
        with serving(data, "--text", "text", "--labels", "a,b") as served:
            taken = time.perf_counter() - begun
            imported = f"{options.rows:,} rows: command to the printed link, import included"
            rows.append((imported, f"{taken:.1f} s", "20 s", taken < 20))
            with person(browser, served) as page:
                draw = random.Random(0)
                for _ in range(20):  # until a model can be trained
                    page.give("2" if page.row % 5 == 0 else "1")
                waited = time.perf_counter()
                while model(page)["version"] == 0 and time.perf_counter() - waited < 300:
                    page.tab.wait_for_timeout(500)
                server = psutil.Process(served.pid)
                trainer = server.children(recursive=True)[-1]
                began, worked = time.time(), busy(trainer)
                waits, requests, versions = label(page, options.labels, draw)
                working = (busy(trainer) - worked) / (time.time() - began)
                page.wait_until_saved()
                page.tab.wait_for_timeout(3000)
                news, told = figures_waits(page, served, began)
                memory = [each.memory_info().rss / 2**20 for each in (server, trainer)]
    answers = sum(url.endswith("/api/v1/answers") for url in requests)
    p95 = percentile(waits, 0.95)
    rows += [
        ("labels given", f"{len(waits)} of {options.labels}", "all", len(waits) == options.labels),
        ("key to next item painted, median", f"{percentile(waits, 0.5):.1f} ms", "", None),
        ("key to next item painted, 95th percentile", f"{p95:.1f} ms", "50 ms", p95 <= 50),
        ("key to next item painted, worst", f"{max(waits):.1f} ms", "", None),
        ("requests that save, per label", f"{answers / len(waits):.2f}", "1", answers <= len(waits)),
        ("all requests, per label", f"{len(requests) / len(waits):.2f}", "", None),
        ("new rankings of the model meanwhile", versions, "at least 1", versions > 0),
        ("cores that the trainer kept busy meanwhile", f"{working:.2f}", "", None),
        ("new figures of the model that were shown", f"{len(news)} of {told}", "all", len(news) == told > 0),
        ("trainer has new figures to painted, median", f"{percentile(news, 0.5):.0f} ms", "", None),
        (
            "trainer has new figures to painted, 95th percentile",
            f"{percentile(news, 0.95):.0f} ms",
            "50 ms",
            percentile(news, 0.95) <= 50,
        ),
        ("memory of the server, of the trainer", ", ".join(f"{each:.0f} MB" for each in memory), "", None),
    ]
    for row in rows:
        print(*row, sep="  ")
    keep("Latency", rows, f"A pool of {options.rows:,} texts that retrains in the background; one person in Chromium.")


if __name__ == "__main__":
    main()
