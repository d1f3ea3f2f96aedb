"""What the audit said beside what was true, by labels, as a picture."""

from typing import TYPE_CHECKING

from querist.simulation.figure import COLOURS, INK, MUTED, SETTINGS, furnish, label_ends
from querist.simulation.metrics import METRICS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

CAPTION = (
    "Means over the repeats, at label counts where each has a figure. Band: from the mean lower to the mean upper end "
    "of the 95 % intervals: what a single run is told is about so wide. Dotted: always answering the largest "
    "class, where accuracy is measured."
)


def audit_means(part: "pd.DataFrame") -> "pd.DataFrame":
    """Return the means by label count of one estimator and strategy; figures are missing where a run has none."""
    figures = ["test_accuracy", "model_accuracy", "model_low", "model_high"]
    by_labels = part.groupby("n_labels")[figures]
    return by_labels.mean().where(by_labels.count() == part["repeat"].nunique())


def draw_audit(means: "pd.DataFrame", title: str, *, largest: float | None = None) -> "Figure":
    """Return the picture, without touching matplotlib's global state.

    Parameters
    ----------
    means : DataFrame
        From `audit_means`.
    title : str
    largest : float, default=None
        The accuracy of always answering the largest class, where that is known.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    audited = means.dropna()
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(7.4, 3.6), layout="constrained", facecolor="none")
        axes = figure.subplots()
        furnish(axes, title, "accuracy")
        axes.plot(means.index, means["test_accuracy"], color=INK, linewidth=2, marker="o", markersize=3, zorder=4)
        ends = [(float(means["test_accuracy"].iloc[-1]), "test accuracy", INK)]
        if len(audited):
            colour = COLOURS[0]
            axes.fill_between(
                audited.index, audited["model_low"], audited["model_high"], color=colour, alpha=0.15, linewidth=0
            )
            axes.plot(
                audited.index, audited["model_accuracy"], color=colour, linewidth=2, linestyle=(0, (5, 1)), marker="o",
                markersize=3, zorder=3,
            )  # fmt: skip
            ends.append((float(audited["model_accuracy"].iloc[-1]), "model accuracy, audited", colour))
        else:
            axes.text(0.5, 0.1, "too few audited answers", ha="center", transform=axes.transAxes, color=MUTED)
        if largest is not None:
            axes.axhline(largest, color=MUTED, linestyle=":", linewidth=1.4, zorder=2)
            ends.append((largest, f"{METRICS['accuracy'].constant}: {largest:.3f}", MUTED))
        label_ends(axes, ends)
    return figure
