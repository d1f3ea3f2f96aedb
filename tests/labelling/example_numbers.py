"""A small project that asks for a number, and a ranking as the trainer would give it."""

import numpy as np

from querist.labelling.intake.create import import_rows
from querist.labelling.intake.guess import guess_plan
from querist.labelling.log.numbers import NumberAsked
from querist.labelling.log.ranking import Ranking

N_ROWS = 60
ASKED = NumberAsked("weight", "kg", 0.0, 100.0)


def truth(row):
    """The number of a row."""
    return row + 0.5


def make_number_project(folder, *, n_given=0, **more):
    """Make a project whose number is the size of a row, and half."""
    data = folder / "apples.csv"
    lines = [f"a{row},{row},{truth(row) if row < n_given else ''}" for row in range(N_ROWS)]
    data.write_text("\n".join(["id,size,weight", *lines, ""]))
    location = folder / "apples.querist"
    import_rows(guess_plan(data, number=ASKED), location, seed=3, **more)
    return location


def teach_numbers(project, numbers):
    """Give the project a ranking, as the trainer would."""
    n_rows = project.board.n_rows
    ranking = Ranking(
        np.arange(n_rows, dtype=np.int32),
        np.full(n_rows, -1, np.int16),
        np.full(n_rows, np.nan, np.float32),
        np.linspace(1, 0, n_rows, dtype=np.float32),
        np.asarray(numbers, np.float64),
    )
    header = {"type": "ranking", "seq": project.board.seq, "n_labels": project.board.n_labelled, "strategy": "igs"}
    project.trainer.take(header, ranking.to_bytes())
