"""Learning curves as a picture: the same bytes for the same curves."""

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from querist.simulation.curves import Curves
from querist.simulation.metrics import METRICS
from querist.simulation.protocol import RANDOM
from querist.simulation.statistics import mean_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# With fewer repeats than this, one that goes wrong in ten is more likely missed than met by far.
_FEW = 5
INK, MUTED = "#24292f", "#6e7781"
# Okabe and Ito's palette for colour-blind readers, less black and the yellow that vanishes on white.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
_DASHES: tuple[Any, ...] = ("-", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
SETTINGS: Any = {
    # Identifiers in the file are otherwise drawn at random.
    "svg.hashsalt": "querist",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "path.simplify": False,
}
_METADATA = {"png": {"Software": "Querist"}, "svg": {"Date": None, "Creator": "Querist"}}


def draw(panels: Sequence[Curves], *, name: str = "") -> "Figure":
    """Return a figure with one panel per estimator, without touching matplotlib's global state.

    Parameters
    ----------
    panels : sequence of Curves
    name : str
        What the data are called; stands in the title.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    columns = 1 if len(panels) == 1 else 2
    lines = math.ceil(len(panels) / columns)
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(7.4 * columns, 4.4 * lines), layout="constrained", facecolor="none")
        axes = figure.subplots(lines, columns, squeeze=False).ravel()
        for place, curves in zip(axes, panels, strict=False):
            _panel(place, curves, name)
        for place in axes[len(panels) :]:
            place.set_axis_off()
    return figure


def caption(repeats: int, constant: str = "largest class") -> str:
    """Return what lines, bands and dashes are; `constant` is the answer that needs no model.

    Examples
    --------
    >>> caption(1)
    'Lines: one repeat; without a second there are no bands. Dashed: random rows; dotted: all labels, and always ...'
    """
    lines = f"Lines: mean of {repeats} repeats. Bands: 95 % interval of the mean"
    if repeats == 1:
        lines = "Lines: one repeat; without a second there are no bands"
    elif repeats < _FEW:
        lines += "; what goes wrong only now and then is not in them with so few repeats"
    return f"{lines}. Dashed: random rows; dotted: all labels, and always answering the {constant}."


def render(figure: "Figure", kind: str) -> bytes:
    """Return a figure as PNG (on white) or SVG (on a transparent ground)."""
    import matplotlib as mpl

    buffer = io.BytesIO()
    ground = "white" if kind == "png" else "none"
    with mpl.rc_context(SETTINGS):
        figure.savefig(buffer, format=kind, dpi=160, metadata=_METADATA.get(kind), facecolor=ground)
    return buffer.getvalue()


def _panel(axes: "Axes", curves: Curves, name: str) -> None:
    metric = METRICS[curves.metric]
    furnish(axes, f"{curves.estimator}, {name}" if name else curves.estimator, metric.label)
    if not curves.n_labels or not curves.full.size:
        axes.text(0.5, 0.5, f"{metric.label} is undefined here", ha="center", transform=axes.transAxes, color=MUTED)
        return
    ends = []
    styles = _styles(list(curves.values))
    for strategy, values in curves.values.items():
        mean = values.mean(axis=0)
        colour, dash = styles[strategy]
        mark = "o" if len(curves.n_labels) == 1 else None
        axes.plot(curves.n_labels, mean, color=colour, linestyle=dash, linewidth=2, marker=mark, zorder=3)
        if values.shape[0] > 1:
            low, high = mean_interval(values, low=metric.low, high=metric.high, n_trials=curves.n_test)
            axes.fill_between(curves.n_labels, low, high, color=colour, alpha=0.13, linewidth=0)
        ends.append((float(mean[-1]), strategy, colour))
    full = float(curves.full.mean())
    axes.axhline(full, color=INK, linestyle=":", linewidth=1.4, zorder=2)
    ends.append((full, f"all labels: {full:.3f}", INK))
    if curves.largest is not None:
        axes.axhline(curves.largest, color=MUTED, linestyle=":", linewidth=1.4, zorder=2)
        ends.append((curves.largest, f"{metric.constant}: {curves.largest:.3f}", MUTED))
    label_ends(axes, ends)


def furnish(axes: "Axes", title: str, quality: str) -> None:
    """Give axes over label counts their title, names and looks."""
    from matplotlib.ticker import MaxNLocator

    axes.set_title(title, loc="left", color=INK, fontsize=11, pad=10)
    axes.set_xlabel("labels", color=INK)
    axes.set_ylabel(quality, color=INK)
    axes.set_facecolor("none")
    axes.margins(x=0.01)
    axes.tick_params(colors=MUTED, length=0)
    axes.grid(axis="y", color=MUTED, alpha=0.25, linewidth=0.7)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(MUTED)


def _styles(strategies: list[str]) -> dict[str, tuple[str, Any]]:
    styles: dict[str, tuple[str, Any]] = {RANDOM: (MUTED, (0, (4, 2)))}
    others = [strategy for strategy in strategies if strategy != RANDOM]
    for place, strategy in enumerate(others):
        styles[strategy] = (COLOURS[place % len(COLOURS)], _DASHES[place // len(COLOURS) % len(_DASHES)])
    return styles


def label_ends(axes: "Axes", ends: list[tuple[float, str, str]]) -> None:
    """Write each curve's name at its right end, moved apart where they would overlap."""
    low, high = axes.get_ylim()
    ends = sorted(ends)
    # A line of text takes about this share of the axis.
    places = spread([(value - low) / (high - low) for value, _, _ in ends], gap=0.055)
    for (value, text, colour), place in zip(ends, places, strict=True):
        axes.annotate(
            text,
            xy=(1.0, (value - low) / (high - low)),
            xytext=(1.035, place),
            xycoords="axes fraction",
            textcoords="axes fraction",
            va="center",
            color=colour,
            fontsize=9.5,
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "linewidth": 0.6,
                "shrinkA": 2,
                "shrinkB": 1,
                "relpos": (0, 0.5),
            },
            annotation_clip=False,
        )
    axes.set_ylim(low, high)


def spread(places: Sequence[float], gap: float) -> list[float]:
    """Return ascending places moved as little as a simple pass can, so that neighbours are a gap apart.

    Examples
    --------
    >>> [round(place, 2) for place in spread([0.5, 0.5, 0.9], gap=0.1)]
    [0.45, 0.55, 0.9]
    """
    # Neighbours that collide form a block, centred on the mean of the places they want.
    blocks: list[tuple[float, int]] = []
    for wanted in places:
        centre, size = float(wanted), 1
        while blocks and centre - gap * (size - 1) / 2 < blocks[-1][0] + gap * (blocks[-1][1] - 1) / 2 + gap:
            before, members = blocks.pop()
            centre = (before * members + centre * size) / (members + size)
            size += members
        blocks.append((centre, size))
    return [centre + gap * (member - (size - 1) / 2) for centre, size in blocks for member in range(size)]
