"""What a session costs on a pool on disk: ``python benchmarks/speed/out_of_core.py 4 5 6 7``.

Each number is the power of ten of the rows, of 50 columns of uint8 unless ``--columns`` and ``--dtype`` say otherwise.
Prints, for every operation, CPU seconds and wall seconds of one call in one thread, and bytes a row of anonymous
memory (what the process must have; mapped pages of the file can be dropped at any time): at the peak, and what stays.
Beside it one plain read of the file. Each size runs in a process of its own; the file is made in ``--folder`` (5 GB at
10^8 x 50 uint8) and removed. ``--audit 0`` leaves the audit out, ``--only ask,fit`` prints only some operations, and
``--skip auto_label`` leaves that out, which lets a forest look at every row.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402

N_LABELLED = 500
_BLOCK = 1 << 16
_WATCHER = """
import select, sys, time
most = 0
while not select.select([sys.stdin], [], [], 0.002)[0]:
    for line in open(f"/proc/{sys.argv[1]}/status"):
        if line.startswith("RssAnon"):
            most = max(most, int(line.split()[1]))
print(most)
"""


def anonymous() -> int:
    """Return bytes of memory of this process that no file stands behind."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("RssAnon")) * 1024


@contextmanager
def watched() -> Iterator[list[int]]:
    """Yield a list that then holds the peak of `anonymous`, as another process has seen it."""
    command = [sys.executable, "-c", _WATCHER, str(os.getpid())]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as watcher:
        time.sleep(0.2)
        found: list[int] = []
        yield found
        told, _ = watcher.communicate("\n")
        found.append(int(told) * 1024)


def write_pool(path: Path, n_rows: int, n_columns: int, dtype: str) -> None:
    """Write a pool of random numbers, block by block."""
    rng = np.random.default_rng(0)
    pool = np.lib.format.open_memmap(path, "w+", np.dtype(dtype), (n_rows, n_columns))
    for start in range(0, n_rows, _BLOCK):
        block = pool[start : start + _BLOCK]
        block[:] = rng.integers(0, 100, block.shape) if pool.dtype.kind in "iu" else rng.normal(size=block.shape)
    pool.flush()


def truth(X: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return labels that a linear model learns nearly."""
    found = np.asarray(X[rows], np.float64)
    score = (found - found.mean(axis=1, keepdims=True)) @ np.linspace(1, -1, X.shape[1])
    return (score + np.sin(found[:, 0]) > 0).astype(int)


def operations(path: Path, audit: float, skip: set[str]) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield operations by name, in an order in which they can be carried out."""
    import querist

    told: dict[str, object] = {}
    # What is imported and set up once is no cost of a pool.
    warm = querist.Session(np.arange(200.0).reshape(100, 2) / 200, audit=0.2, random_state=0)
    for _ in range(2):
        rows = warm.ask(20)
        warm.tell(rows, rows % 2)
    warm.fit(), warm.accuracy(), warm.advice(), warm.predict()
    querist.open_pool(path)

    def plain_read() -> None:
        X = querist.open_pool(path)
        sum(int(X[start : start + _BLOCK].view(np.uint8).max()) for start in range(0, X.shape[0], _BLOCK))

    yield "plain read of the file", plain_read
    X = querist.open_pool(path)
    yield "Session(X)", lambda: told.update(session=querist.Session(X, audit=audit, random_state=0))
    session = told["session"]
    assert isinstance(session, querist.Session)

    def answer(rows: np.ndarray) -> None:
        session.tell(rows, truth(X, rows))

    yield "ask(10), first", lambda: told.update(rows=session.ask(10))
    answer(np.asarray(told["rows"]))
    yield f"ask({N_LABELLED}, at_random=True)", lambda: told.update(rows=session.ask(N_LABELLED, at_random=True))
    yield f"tell({N_LABELLED})", lambda: answer(np.asarray(told["rows"]))
    yield "fit", session.fit
    yield "ask(10), first with a model", lambda: told.update(rows=session.ask(10))
    yield "tell(10)", lambda: answer(np.asarray(told["rows"]))
    yield "fit again", session.fit
    yield "ask(10)", lambda: told.update(rows=session.ask(10))
    answer(np.asarray(told["rows"]))
    if audit:
        yield "accuracy()", session.accuracy
        yield "advice()", session.advice
    yield "predict()", session.predict
    yield "certify(0.7)", lambda: told.update(certificate=session.certify(0.7))
    session.release()
    if "auto_label" not in skip:
        yield "auto_label(0.9)", lambda: told.update(plan=session.auto_label(0.9))
    told.clear()
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "session.json"
        yield "save, first", lambda: session.save(saved)
        yield "save again", lambda: session.save(saved)
        yield "load", lambda: querist.Session.load(saved, X)


def measure(path: Path, audit: float, only: set[str], skip: set[str]) -> None:
    """Print a line of the table for each operation."""
    n_rows = np.load(path, mmap_mode="r").shape[0]
    for name, carry_out in operations(path, audit, skip):
        before = anonymous()
        with watched() as peak:
            wall, cpu = time.perf_counter(), time.process_time()
            try:
                carry_out()
                failed = ""
            except Exception as error:  # a promise may be out of reach
                failed = f" ({type(error).__name__})"
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        if only and not any(name.startswith(each) for each in only):
            continue
        most, stays = ((found - before) / n_rows for found in (max(peak[0], anonymous()), anonymous()))
        ns = f"{cpu / n_rows * 1e9:,.1f}"
        print(f"| {name}{failed} | {cpu:.3f} | {wall:.3f} | {ns} | {most:.1f} | {stays:.1f} |", flush=True)


def main() -> None:
    """Make the pools, and measure each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("powers", nargs="*", type=float)
    parser.add_argument("--columns", type=int, default=50)
    parser.add_argument("--dtype", default="u1")
    parser.add_argument("--audit", type=float, default=0.2)
    parser.add_argument("--only", default="")
    parser.add_argument("--skip", default="")
    parser.add_argument("--folder", default=None)
    parser.add_argument("--pool", type=Path, help="measure this file, in this process")
    told = parser.parse_args()
    if told.pool is not None:
        named = [{each for each in words.split(",") if each} for words in (told.only, told.skip)]
        measure(told.pool, told.audit, *named)
        return
    for power in told.powers:
        n_rows = round(10**power)
        with tempfile.TemporaryDirectory(dir=told.folder) as folder:
            path = Path(folder) / "pool.npy"
            write_pool(path, n_rows, told.columns, told.dtype)
            os.utime(path, ns=(1, 1))
            print(f"\n{n_rows:,} x {told.columns} {np.dtype(told.dtype)}, {path.stat().st_size / 1e6:,.0f} MB\n")
            print("| operation | CPU s | wall s | CPU ns a row | peak B a row | stays B a row |")
            print("|---|---|---|---|---|---|")
            sys.stdout.flush()
            options = ["--pool", str(path), "--audit", str(told.audit), "--only", told.only, "--skip", told.skip]
            subprocess.run([sys.executable, __file__, *options], check=True)


if __name__ == "__main__":
    main()
