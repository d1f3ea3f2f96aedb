"""What taking back costs at 100,000 answers: ``python benchmarks/taking_back/replay.py``.

Processor time, best of five. ``--only-replay`` measures a version that knows no taking back.
"""

import random
import sys
import time
from collections.abc import Callable
from typing import Any

from querist.labelling.log import classes as class_lists
from querist.labelling.log.board import Board
from querist.store.rows import EventRow

N = 100_000
RUNS = 5
# What an answer of the strategy carries.
_ANSWER = {
    "how": "strategy", "strategy": "margin", "ranking": 3, "rank": 1, "utility": 0.2, "share": 0.2, "class_version": 1,
    "asked_at": 1.0, "shown_at": 2.0, "answered_at": 3.0, "seconds": 1.2, "guess": 1, "confidence": 0.8,
    "guess_labels": 9,
}  # fmt: skip


def answers(n_people: int) -> list[EventRow]:
    """Return the log of a project of five classes in which each row has one answer."""
    rng = random.Random(0)
    classes = [each.to_dict() for each in class_lists.added(list("abcde"))]
    log = [
        EventRow(1, "rows", "rows_added", 0.0, None, None, {"n_rows": N}),
        EventRow(2, "classes", "classes", 0.0, None, None, {"version": 1, "classes": classes}),
    ]
    return log + [
        EventRow(
            row + 3, f"a{row}", "answered", float(row), row % n_people, row, {"class_id": rng.randrange(5)} | _ANSWER
        )
        for row in range(N)
    ]


def taken_back(n: int) -> list[EventRow]:
    """Return as many takings back of all that person 0 did, each lifted."""
    told = [("taken_back", {"person": 0}), ("restored", {})]
    return [
        EventRow(
            N + 3 + 2 * each + place, f"{kind}{each}", kind, float(N), 1, None, data or {"target": f"taken_back{each}"}
        )
        for each in range(n)
        for place, (kind, data) in enumerate(told)
    ]


def best(work: Callable[[Any], object], fresh: Callable[[], Any] = lambda: None) -> float:
    """Return the processor time of the fastest run, in milliseconds."""
    took = []
    for _ in range(RUNS):
        given = fresh()
        begun = time.process_time()
        work(given)
        took.append(time.process_time() - begun)
    return 1000 * min(took)


def main() -> None:
    """Print a table."""
    one, five = answers(1), answers(5)
    print("| what | ms |\n|---|---|")
    print(f"| replay of {N:,} answers | {best(lambda _: Board.of(five)):.0f} |")
    if "--only-replay" in sys.argv:
        return
    from querist.labelling.log.effects import effect_of_acts, effect_of_classes
    from querist.labelling.log.events import TakenBack

    for log, share in ((five, N // 5), (one, N)):
        board = Board.of(log)
        told = TakenBack(person=0)
        back, again = taken_back(1)
        looked = best(lambda _, b=board, t=told: effect_of_acts(b, b.ledger.flips(t)))
        print(f"| effect of taking back {share:,} | {looked:.0f} |")
        took, brought = [], []
        for _ in range(RUNS):
            begun = time.process_time()
            board.apply(back)
            between = time.process_time()
            board.apply(again)
            took.append(between - begun)
            brought.append(time.process_time() - between)
        print(f"| taking back {share:,} | {1000 * min(took):.0f} |")
        print(f"| bringing back {share:,} | {1000 * min(brought):.0f} |")
    board = Board.of(five)
    merged = class_lists.merge(board.classes, 1, 0)
    print(f"| effect of a merge of two of five classes | {best(lambda _: effect_of_classes(board, merged)):.0f} |")
    log = [*one, *taken_back(20)]
    print(
        f"| replay of {N:,} answers, all taken back and brought back 20 times | {best(lambda _: Board.of(log)):.0f} |"
    )


if __name__ == "__main__":
    main()
