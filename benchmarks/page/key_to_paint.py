"""From a key to the next item painted: few and many classes, long texts, wide tables, at a desk and on a phone.

    python benchmarks/page/key_to_paint.py [--labels 100]

One person in Chromium labels a pool of 2,000 rows at a quick pace (150 to 400 ms between presses) while the model
retrains in the background. With many classes a number key presses the button, as it does while the box is empty.
"""

import argparse
import csv
import random
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))

from chromium import MISSING, find  # noqa: E402
from clock import CLOCK  # noqa: E402
from figures import keep, percentile  # noqa: E402
from labelling_page import chromium, person  # noqa: E402
from pool import write_pool  # noqa: E402
from served import serving  # noqa: E402

N_ROWS = 2_000
DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
MEDIAN_MS, P95_MS = 20, 50


def texts(path, length):
    """Write texts, each as long as wanted (None: as long as messages)."""
    write_pool(path, N_ROWS)
    if length is None:
        return
    with path.open(newline="", encoding="utf-8") as file:
        short = [row["text"] for row in csv.DictReader(file)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text"])
        for row, text in enumerate(short):
            beside = " ".join(short[(row + step) % N_ROWS] for step in range(1, 1 + length // 50))
            writer.writerow([f"{text} {beside}"[:length]])


def columns(path, n_columns):
    """Write a table of measured values."""
    draw = random.Random(0)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([f"measurement {column}" for column in range(n_columns)])
        for row in range(N_ROWS):
            writer.writerow([round(draw.gauss(column if row % 5 == 0 else 0, 3), 2) for column in range(n_columns)])


CASES = [
    ("2 classes, messages", 2, lambda path: texts(path, None), DESK),
    ("2 classes, messages, phone", 2, lambda path: texts(path, None), PHONE),
    ("77 classes, messages", 77, lambda path: texts(path, None), DESK),
    ("300 classes, messages", 300, lambda path: texts(path, None), DESK),
    ("300 classes, messages, phone", 300, lambda path: texts(path, None), PHONE),
    ("2 classes, texts of 20,000 characters", 2, lambda path: texts(path, 20_000), DESK),
    ("2 classes, table of 40 columns", 2, lambda path: columns(path, 40), DESK),
    ("300 classes, table of 40 columns", 300, lambda path: columns(path, 40), DESK),
]


def measure(browser, folder, n_classes, write, device, n_labels):
    """Return the waits in ms, one for each label."""
    data = folder / "rows.csv"
    write(data)
    names = ",".join(
        ["no", "yes"] if n_classes == 2 else [f"class of kind {chr(97 + n % 26)}{n}" for n in range(n_classes)]
    )
    with data.open(encoding="utf-8") as file:
        text = file.readline().strip() == "text"
    words = ["--text", "text"] if text else []
    draw = random.Random(0)
    with serving(data, *words, "--labels", names) as served, person(browser, served, **device) as page:
        for _ in range(12):  # the model begins to learn, caches are warm
            page.give(key(page.row))
            page.tab.wait_for_timeout(150)
        page.tab.evaluate(CLOCK)
        for _ in range(n_labels):
            page.press(key(page.row))
            page.tab.wait_for_timeout(draw.uniform(150, 400))
        page.wait_until_saved()
        return page.tab.evaluate("waits")


def key(row):
    """Return the key of the answer: every fifth row is of the other kind."""
    return "2" if row % 5 == 0 else "1"


def main():
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--labels", type=int, default=100)
    options = parser.parse_args()
    path = find()
    if path is None:
        sys.exit(MISSING)
    rows = []
    with tempfile.TemporaryDirectory() as name, chromium(path) as browser:
        for number, (what, n_classes, write, device) in enumerate(CASES):
            folder = Path(name) / str(number)
            folder.mkdir()
            waits = measure(browser, folder, n_classes, write, device, options.labels)
            assert len(waits) == options.labels, f"{what}: {len(waits)} of {options.labels} were painted"
            middle, late = percentile(waits, 0.5), percentile(waits, 0.95)
            found = f"{middle:.1f}, {late:.1f} ms"
            target = f"{MEDIAN_MS}, {P95_MS} ms"
            rows.append((f"{what}: median, 95th percentile", found, target, middle <= MEDIAN_MS and late <= P95_MS))
            print(*rows[-1], sep="  ", flush=True)
    keep(
        "Key to paint",
        rows,
        f"A pool of {N_ROWS:,} rows; {options.labels} labels a case, the model learning meanwhile.",
    )


if __name__ == "__main__":
    main()
