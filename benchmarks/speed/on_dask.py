"""What a session costs on a pool of Dask: ``python benchmarks/speed/on_dask.py 6 7``.

Each number is the power of ten of the rows, of 50 columns of uint8 unless ``--columns`` says otherwise, in the memory
of ``--workers`` processes of one thread on this machine, ``--chunk`` rows to a partition. Prints, for every operation,
CPU seconds of this process (scheduler included) and of the workers, wall seconds, and bytes: of all messages that
scheduler and client sent and received meanwhile, and of what the query hands over (function, which rows are open,
answers), pickled. ``--beside`` also runs a session on the same rows in the memory of this process, and prints its CPU
seconds; that both ask the same rows is checked.
"""

import argparse
import os
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import cloudpickle  # noqa: E402
import dask.array as da  # noqa: E402
import numpy as np  # noqa: E402
from distributed import Client, LocalCluster  # noqa: E402
from distributed.comm import tcp  # noqa: E402

import querist  # noqa: E402
from querist import _partitioned  # noqa: E402

N_LABELLED = 500


class Counter:
    """Bytes of messages: in frames of TCP, and pickled by queries."""

    def __init__(self) -> None:
        self.frames = self.handed = 0
        self._to, self._from, self._computed = tcp.to_frames, tcp.from_frames, _partitioned._computed
        tcp.to_frames, tcp.from_frames, _partitioned._computed = self._write, self._read, self._compute

    async def _write(self, *told: Any, **more: Any) -> Any:
        frames = await self._to(*told, **more)
        self.frames += sum(memoryview(frame).nbytes for frame in frames)
        return frames

    async def _read(self, frames: Any, *told: Any, **more: Any) -> Any:
        self.frames += sum(memoryview(frame).nbytes for frame in frames)
        return await self._from(frames, *told, **more)

    def _compute(self, function: Callable[..., Any], told: Sequence[tuple[Any, ...]]) -> list[Any]:
        found = self._computed(function, told)
        sent = [tuple(each for each in arguments if not hasattr(each, "dask")) for arguments in told]
        self.handed += sum(len(cloudpickle.dumps(some)) for some in (function, sent, found))
        return found


def truth(rows: np.ndarray) -> np.ndarray:
    """Return labels that a linear model learns nearly."""
    found = np.asarray(rows, np.float64)
    score = (found - found.mean(axis=1, keepdims=True)) @ np.linspace(1, -1, found.shape[1])
    return (score + np.sin(found[:, 0]) > 0).astype(int)


def operations(X: Any, rows_of: Callable[[np.ndarray], np.ndarray]) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield operations by name, in an order in which they can be carried out."""
    session = querist.Session(X, audit=0.2, random_state=0)
    told: dict[str, Any] = {}

    def ask(size: int, **how: bool) -> np.ndarray:
        told["rows"] = session.ask(size, **how)
        return np.asarray(told["rows"])

    def answer() -> None:
        session.tell(told["rows"], truth(rows_of(told["rows"])))

    yield "ask(10), first", lambda: ask(10)
    answer()
    yield f"ask({N_LABELLED}, at_random=True)", lambda: ask(N_LABELLED, at_random=True)
    answer()
    yield "fit", lambda: session.fit() and None
    yield "ask(10), first with a model", lambda: ask(10)
    answer()
    yield "ask(10)", lambda: ask(10)
    answer()
    yield "accuracy()", lambda: session.accuracy().value
    yield "predict()", lambda: session.predict().sum()
    yield "certify(0.7)", lambda: session.certify(0.7).rows
    session.release()
    yield "save, first", lambda: session._journal.fingerprint and None


def cpu_of(client: Client) -> float:
    """Return CPU seconds of the workers so far."""
    return float(sum(client.run(time.process_time).values()))


def measure(client: Client, counter: Counter, n_rows: int, n_columns: int, chunk: int, *, beside: bool) -> None:
    """Print a line of the table for each operation."""
    X = da.random.default_rng(0).integers(0, 100, (n_rows, n_columns), np.uint8, chunks=(chunk, n_columns)).persist()
    lines: list[tuple[str, float, float, float, int, int, Any]] = []
    pool = _partitioned.partitioned(X)
    for name, carry_out in operations(pool, pool.__getitem__):
        theirs, frames, handed = cpu_of(client), counter.frames, counter.handed
        wall, cpu = time.perf_counter(), time.process_time()
        found = carry_out()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        moved = counter.frames - frames
        lines.append((name, cpu, cpu_of(client) - theirs, wall, moved, counter.handed - handed, found))
    here: list[tuple[float, Any]] = []
    if beside:
        whole = X.compute()
        for _, carry_out in operations(whole, whole.__getitem__):
            cpu = time.process_time()
            found = carry_out()
            here.append((time.process_time() - cpu, found))
    print(f"\n{n_rows:,} x {n_columns} uint8 in {X.numblocks[0]} partitions\n")
    print("| operation | CPU s here | CPU s workers | wall s | bytes in frames | bytes handed over | CPU s in memory |")
    print("|---|---|---|---|---|---|---|")
    for place, (name, cpu, theirs, wall, moved, handed, found) in enumerate(lines):
        alone = ""
        if here:
            assert np.array_equal(found, here[place][1]) or found is None, name
            alone = f"{here[place][0]:.3f}"
        print(f"| {name} | {cpu:.3f} | {theirs:.3f} | {wall:.3f} | {moved:,} | {handed:,} | {alone} |", flush=True)


def main() -> None:
    """Start a cluster on this machine, and measure each size on it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("powers", nargs="*", type=float)
    parser.add_argument("--columns", type=int, default=50)
    parser.add_argument("--chunk", type=int, default=500_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--beside", action="store_true")
    told = parser.parse_args()
    warnings.simplefilter("ignore")
    counter = Counter()
    with (
        LocalCluster(told.workers, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        # What is imported once is no cost of a pool.
        measure(client, counter, 5000, told.columns, 1000, beside=told.beside)
        for power in told.powers:
            measure(client, counter, round(10**power), told.columns, told.chunk, beside=told.beside)


if __name__ == "__main__":
    main()
