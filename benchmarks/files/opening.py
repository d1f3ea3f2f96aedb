"""What looking through a project costs at its opening, beside the replay: ``python benchmarks/files/opening.py``.

100,000 rows and 200,000 events in a file; processor time, best of three.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from querist.labelling.log import classes as class_lists
from querist.labelling.log.board import Board
from querist.labelling.log.deeds import Answered, Changed
from querist.labelling.log.events import ClassesChanged, RowsAdded, event
from querist.store import schema
from querist.store.contents import check_pages, check_values
from querist.store.engine import sqlite_reader
from querist.store.rows import ItemRow, ProjectInfo
from querist.store.store import Store

N = 100_000
RUNS = 3


def make(path: Path) -> None:
    """Make a project in which each row was answered and corrected."""
    info = ProjectInfo("opening", "opening", "text", 0.0, 0, {})
    with Store.create(path, info) as store, store.writing() as tx:
        text = "A short review of a film that somebody liked, or did not. " * 5
        tx.add_items(0, (ItemRow(row, str(row), {"text": text}, text, row / N, 0) for row in range(N)))
        tx.append([event(RowsAdded(n_rows=N), at=0.0)])
        classes = class_lists.added(["good", "bad"])
        tx.append([event(ClassesChanged(version=1, classes=classes), at=0.0)])
        told = {"how": "strategy", "strategy": "margin", "ranking": 3, "seconds": 1.5, "guess": 1, "confidence": 0.9}
        for kind in (Answered, Changed):
            tx.append([event(kind(class_id=row % 2, **told), at=1.0, row=row) for row in range(N)])


def best(work: Callable[[], object]) -> float:
    """Return the processor time of the fastest run, in seconds."""
    took = []
    for _ in range(RUNS):
        begun = time.process_time()
        work()
        took.append(time.process_time() - begun)
    return min(took)


def main() -> None:
    """Print a table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "opening.querist"
        make(path)
        with sqlite_reader(path).connect() as connection:
            print("| what | seconds |\n|---|---|")
            print(f"| all pages | {best(lambda: check_pages(connection, 'it')):.2f} |")
            print(f"| all values | {best(lambda: check_values(connection, 'it', schema.VERSION)):.2f} |")
        with Store.open(path, read_only=True) as store:
            print(f"| the replay of {2 * N:,} answers | {best(lambda: Board.of(store.events())):.2f} |")
            print(f"| size of the file: {path.stat().st_size / 2**20:.0f} MiB | |")


if __name__ == "__main__":
    main()
