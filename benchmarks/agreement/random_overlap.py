"""The agreement on the random overlap is that of the pool, while a strategy chooses and people differ in speed.

    python benchmarks/agreement/random_overlap.py [WORLDS]

Each world is a pool of rows on a line, easy at the ends and hard in the middle. What every person would say to every
row is drawn beforehand, so the agreement over the whole pool is a number; hard rows are differed about, sometimes
skipped, and take longer. Two people answer through the page's own queue, one three times as fast as the other, and
margin sampling with a model of the labels so far asks for hard rows. Writes the table of random_overlap.md.
"""

import sys
from dataclasses import dataclass, field

import numpy as np

from querist.agreement import agreement
from querist.labelling.log.board import Board
from querist.labelling.log.classes import added
from querist.labelling.log.overlap_answers import Compared, overlap_answers
from querist.labelling.log.ranking import CurrentRanking, Ranking
from querist.labelling.serving.queue import Queue
from querist.store.rows import EventRow

N_ROWS = 1500
WORLDS = 400
SPEEDS = (1.0, 3.0)
RETRAINED = 20
# Name, what the project wants, answers in all.
PLANS = [
    ("a tenth of the rows by two people", {"opinions": 2, "overlap": 0.1}, 500),
    ("a third of the rows by two people", {"opinions": 2, "overlap": 0.33}, 500),
    ("every row by two people", {"opinions": 2, "overlap": 1.0}, 500),
]


@dataclass
class World:
    """What everybody would say to every row: 0 or 1, or -1: cannot tell."""

    seed: int
    x: np.ndarray = field(init=False)
    says: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        self.x = rng.normal(size=N_ROWS)
        sure = 1 / (1 + np.exp(-3 * self.x))
        self.says = (rng.random((len(SPEEDS), N_ROWS)) < sure).astype(int)
        self.says[rng.random((len(SPEEDS), N_ROWS)) < 0.1 * np.exp(-2 * np.abs(self.x))] = -1

    @property
    def agreement(self) -> float:
        """Over all rows that both can answer."""
        both = (self.says >= 0).all(axis=0)
        return float((self.says[0] == self.says[1])[both].mean())

    def seconds(self, who: int, row: int) -> float:
        """How long a person takes."""
        return SPEEDS[who] * (1 + 3 * float(np.exp(-2 * abs(self.x[row]))))


class Team:
    """People who answer through a queue, and a model that learns from them."""

    def __init__(self, world: World, **wanted: float) -> None:
        self.world = world
        self.board = Board()
        self.log("rows_added", data={"n_rows": N_ROWS})
        self.log("classes", data={"version": 1, "classes": [each.to_dict() for each in added(["a", "b"])]})
        self.order = np.random.default_rng([world.seed, 1]).permutation(N_ROWS)
        self.queue = Queue(self.board, self.order, seed=world.seed, **wanted)

    def log(self, kind: str, row: int | None = None, who: int | None = None, data: dict | None = None) -> None:
        """Log an event."""
        number = self.board.n_events + 1
        self.board.apply(EventRow(number, f"e{number}", kind, 0.0, who, row, data or {}))

    def train(self) -> None:
        """Margin sampling with the nearest mean of a class."""
        means = [
            self.world.x[self.board.labels == label].mean() for label in (0, 1) if (self.board.labels == label).any()
        ]
        if len(means) < 2:
            return
        order = np.argsort(np.abs(self.world.x - np.mean(means))).astype(np.int32)
        nothing = np.full(N_ROWS, np.nan, np.float32)
        ranking = Ranking(order, np.full(N_ROWS, -1, np.int16), nothing, nothing)
        self.queue.use(CurrentRanking(1, "margin", ranking, self.board.n_labelled))

    def work(self, n_answers: int) -> None:
        """Everybody answers at his own pace, until there are so many answers."""
        ready = dict.fromkeys(range(len(SPEEDS)), 0.0)
        held: dict[int, tuple[int, str]] = {}
        for number in range(n_answers):
            for who in ready:
                if who not in held and (found := self.queue.take(who, "t", 1, 0.0)):
                    held[who] = found[0].row, found[0].how
                    ready[who] += self.world.seconds(who, found[0].row)
            if not held:
                return
            who = min(held, key=ready.__getitem__)
            row, how = held.pop(who)
            self.queue.close(row, who)
            said = int(self.world.says[who, row])
            self.log(
                "skipped" if said < 0 else "answered",
                row,
                who,
                {"how": how} | ({"class_id": said} if said >= 0 else {}),
            )
            if number % RETRAINED == RETRAINED - 1:
                self.train()


def agreeing(compared: Compared) -> float | None:
    """Return the share of rows on which two people agree."""
    if not compared.rows.size or compared.ratings.shape[1] < 2:
        return None
    return float((compared.ratings[:, 0] == compared.ratings[:, 1]).mean())


def run(seed: int, wanted: dict, n_answers: int) -> dict[str, float | None]:
    """Return what one world gives, each figure less the agreement over the pool."""
    world = World(seed)
    team = Team(world, **wanted)
    team.work(n_answers)
    found = overlap_answers(team.board, team.order, opinions=2)
    told = agreement(found.random.ratings, n_classes=2).observed
    covered = None if told.low is None else float(told.low <= world.agreement <= told.high)
    random, chosen = agreeing(found.random), agreeing(found.chosen)
    n, m = found.random.rows.size, found.chosen.rows.size
    twice = (n * (random or 0.0) + m * (chosen or 0.0)) / (n + m) if n + m else None
    return {
        "pool": world.agreement,
        "n_random": float(n),
        "n_chosen": float(m),
        "random": None if random is None else random - world.agreement,
        "chosen": None if chosen is None else chosen - world.agreement,
        "twice": None if twice is None else twice - world.agreement,
        "covered": covered,
    }


def mean(values: list[float | None]) -> tuple[float, float]:
    """Return a mean and its standard error, of those that there are."""
    known = np.array([each for each in values if each is not None])
    return (float(known.mean()), float(known.std(ddof=1) / np.sqrt(known.size))) if known.size > 1 else (np.nan, np.nan)


def lines(worlds: int) -> list[str]:
    """Return the table."""
    told = [
        "| asked | rows of the random overlap | bias there | 95 % interval holds | other rows with two answers "
        "| bias there | bias over all rows with two answers |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, wanted, n_answers in PLANS:
        runs = [run(seed, wanted, n_answers) for seed in range(worlds)]
        value = {key: mean([each[key] for each in runs]) for key in runs[0]}

        def points(key: str, value: dict[str, tuple[float, float]] = value) -> str:
            if key == "chosen" and value["n_chosen"][0] < 1:
                return "-"
            return "-" if np.isnan(value[key][0]) else f"{100 * value[key][0]:+.1f} ± {100 * value[key][1]:.1f}"

        told.append(
            f"| {name} | {value['n_random'][0]:.0f} | {points('random')} | {100 * value['covered'][0]:.1f} % | "
            f"{value['n_chosen'][0]:.0f} | {points('chosen')} | {points('twice')} |"
        )
    return told


if __name__ == "__main__":
    print("\n".join(lines(int(sys.argv[1]) if len(sys.argv) > 1 else WORLDS)))
