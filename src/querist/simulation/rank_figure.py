"""The critical-difference diagram: average ranks on a line, and bars over what cannot be told apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from querist.simulation.figure import INK, MUTED, SETTINGS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Inches: of a name below the axis, of a bar, and above the axis.
_LINE, _BAR, _HEAD = 0.24, 0.13, 0.75
# Inches: of the axis, and of a letter beside it.
_AXIS, _LETTER = 3.6, 0.082


@dataclass(frozen=True)
class RankPanel:
    """What one estimator's diagram shows.

    Attributes
    ----------
    title : str
    ranks : dict of str to float
        By strategy.
    groups : list of list of str
        Strategies among which no pair can be told apart.
    """

    title: str
    ranks: dict[str, float]
    groups: Sequence[Sequence[str]]


def draw_ranks(panels: Sequence[RankPanel]) -> "Figure":
    """Return a figure with one diagram below the other, without touching matplotlib's global state.

    References
    ----------
    .. [1] J. Demsar, "Statistical comparisons of classifiers over multiple data sets", JMLR 7, 2006,
       https://jmlr.org/papers/v7/demsar06a.html (the form of the diagram).
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    heights = [_HEAD + _BAR * len(panel.groups) + _LINE * ((len(panel.ranks) + 1) // 2) + 0.15 for panel in panels]
    margin = 0.7 + _LETTER * (4 + max(len(name) for panel in panels for name in panel.ranks))
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(_AXIS + 2 * margin, sum(heights)), facecolor="none")
        top = sum(heights)
        for panel, height in zip(panels, heights, strict=True):
            top -= height
            axes = figure.add_axes((0.0, top / sum(heights), 1.0, height / sum(heights)))
            _diagram(axes, panel, height, margin)
    return figure


def _diagram(axes: "Axes", panel: RankPanel, height: float, margin: float) -> None:
    axes.set_axis_off()
    # One unit is an inch.
    axes.set_xlim(0, _AXIS + 2 * margin)
    axes.set_ylim(0, height)
    left, right, axis = margin, margin + _AXIS, height - _HEAD + 0.1
    most = max(len(panel.ranks), 2)

    def place(rank: float) -> float:
        return left + (right - left) * (rank - 1) / (most - 1)

    axes.text(0.05, height - 0.1, panel.title, va="top", color=INK, fontsize=11)
    axes.plot([left, right], [axis, axis], color=MUTED, linewidth=1)
    for tick in range(1, most + 1):
        axes.plot([place(tick)] * 2, [axis, axis + 0.07], color=MUTED, linewidth=1)
        axes.text(place(tick), axis + 0.1, str(tick), ha="center", va="bottom", color=MUTED, fontsize=9)
    for number, group in enumerate(panel.groups):
        ends = [place(panel.ranks[name]) for name in group]
        depth = axis - _BAR * (number + 1)
        # Bars of one rank are seen too.
        axes.plot(
            [min(ends) - 0.04, max(ends) + 0.04], [depth] * 2, color=INK, linewidth=3.5, solid_capstyle="butt", zorder=3
        )
    order = sorted(panel.ranks, key=lambda name: panel.ranks[name])
    half = (len(order) + 1) // 2
    below = axis - _BAR * len(panel.groups) - 0.05
    # The best and the worst hang nearest to the axis, so that no line crosses another.
    for side, names in (("left", order[:half]), ("right", order[half:][::-1])):
        for number, name in enumerate(names):
            depth, rank = below - _LINE * (number + 0.6), panel.ranks[name]
            end = left - 0.1 if side == "left" else right + 0.1
            axes.plot([place(rank), place(rank), end], [axis, depth, depth], color=MUTED, linewidth=0.9, zorder=2)
            told = f"{name}  {rank:.2f}" if side == "left" else f"{rank:.2f}  {name}"
            outside = end - 0.05 if side == "left" else end + 0.05
            axes.text(
                outside, depth, told, ha="right" if side == "left" else "left", va="center", color=INK, fontsize=9.5
            )
