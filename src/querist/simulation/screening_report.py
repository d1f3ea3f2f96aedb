"""The report of a screening that was replayed: how soon the relevant records are found, beside random order."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from querist._typing import FloatArray
from querist.measures.screening import recall_curve
from querist.simulation.figure import COLOURS, INK, MUTED, SETTINGS, furnish, render
from querist.simulation.page import inline_svg, page

if TYPE_CHECKING:
    from querist.simulation.screening import Screening

FIGURES = {
    "atd": "average time to discovery (ATD)",
    "wss_95": "work saved over sampling (WSS@95)",
    "rrf_10": "relevant records found in the first 10 % (RRF@10)",
    "read_until_95": "records read until 95 % were found",
    "read_until_100": "records read until all were found",
}


def expected_at_random(n_records: int, n_relevant: int) -> dict[str, float]:
    """Return what each figure is on average if the records are read in random order.

    The k-th of R relevant records among N stands at place ``k (N + 1) / (R + 1)`` on average.

    Examples
    --------
    >>> expected_at_random(99, 9)["read_until_100"]
    90.0
    """
    step = (n_records + 1) / (n_relevant + 1)
    k = int(np.ceil(0.95 * n_relevant - 1e-9))
    return {
        "atd": (n_records + 1) / 2 / n_records,
        "wss_95": 0.95 - k * step / n_records,
        "rrf_10": int(0.1 * n_records + 1e-9) / n_records,
        "read_until_95": k * step,
        "read_until_100": n_relevant * step,
    }


def screening_report(runs: "Sequence[Screening]", name: str, told: str) -> str:
    """Return the report as one HTML page.

    Parameters
    ----------
    runs : sequence of Screening
        Of the same records.
    name : str
        What the data are called.
    told : str
        Which class is relevant, and how that is known.
    """
    n_records, n_relevant = runs[0].relevant.size, int(runs[0].relevant.sum())
    chance = expected_at_random(n_records, n_relevant)
    lines = []
    for figure, words in FIGURES.items():
        values = np.array([run.figures[figure] for run in runs])
        form = "{:,.0f}" if figure.startswith("read") else "{:.1%}"
        told_of = [form.format(each) for each in (values.mean(), values.min(), values.max(), chance[figure])]
        lines.append([words, *told_of])
    picture = inline_svg(_curves(runs), "screening", "Share of the relevant records found over records read.")
    return page(
        "screening.html", title=f"Screening of {name}", told=told, n_records=n_records, n_relevant=n_relevant,
        n_runs=len(runs), picture=picture, lines=lines,
    )  # fmt: skip


def _curves(runs: "Sequence[Screening]") -> bytes:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    curves: FloatArray = np.array([recall_curve(run.relevant) for run in runs])
    read = np.arange(1, curves.shape[1] + 1)
    # Some hundred places are enough for a line.
    places = np.unique(np.linspace(0, read.size - 1, 600).round().astype(int))
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(7.4, 4.4), layout="constrained", facecolor="none")
        axes = figure.subplots()
        furnish(axes, "", "share of the relevant records found")
        axes.fill_between(
            read[places], curves.min(axis=0)[places], curves.max(axis=0)[places], color=COLOURS[0], alpha=0.2
        )
        axes.plot(read[places], curves.mean(axis=0)[places], color=COLOURS[0], label="by relevance")
        axes.plot([0, read.size], [0, 1], color=MUTED, linestyle=":", label="at random, on average")
        axes.set(xlim=(0, read.size), ylim=(0, 1.02))
        axes.set_xlabel("records read", color=INK)
        axes.legend(frameon=False, loc="lower right", labelcolor=INK)
        return render(figure, "svg")
