"""Where classifiers waited for more answers in the runs: a table, and that in words."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from querist.simulation.run import Run

if TYPE_CHECKING:
    import pandas as pd

TYPES = {
    "dataset": "str", "estimator": "str", "strategy": "str", "repeat": "int64", "rounds": "int64", "first": "int64",
    "last": "int64", "why": "str",
}  # fmt: skip


def waiting_table(runs: Iterable[Run], name: str) -> "pd.DataFrame | None":
    """Return one line per run in which the classifier waited; None if none did.

    Returns
    -------
    DataFrame
        dataset, estimator, strategy, repeat; in how many rounds it waited; the labels at the first and at the last
        of them; and what was said at the first.
    """
    import pandas as pd

    lines: list[tuple[Any, ...]] = [
        (name, *run.key, len(run.waited), run.waited[0].n_labels, run.waited[-1].n_labels, run.waited[0].why)
        for run in runs
        if run.waited
    ]
    return pd.DataFrame(lines, columns=list(TYPES)).astype(TYPES) if lines else None


def waiting_notes(table: "pd.DataFrame | None") -> list[str]:
    """Return one sentence for each estimator that waited."""
    if table is None:
        return []
    notes = []
    for estimator, lines in table.groupby("estimator", sort=False):
        rounds = int(lines["rounds"].sum())
        first = lines.iloc[0]
        notes.append(
            f"{estimator} waited for more answers in {rounds} round{'s' * (rounds != 1)} of {len(lines)} "
            f"run{'s' * (len(lines) != 1)}, the last at {lines['last'].max()} labels. There a model of the classes "
            f"with enough answers was measured, or none. At {first['first']} labels: {first['why']}"
        )
    return notes
