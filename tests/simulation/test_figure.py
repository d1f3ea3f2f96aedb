"""The picture: the same bytes, labels that do not overlap, no global state."""

import io
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.simulation.curves import Curves
from querist.simulation.figure import draw, render, spread


def curves(n_repeats=5, strategies=("random", "margin", "entropy"), counts=(10, 20, 30)):
    rng = np.random.default_rng(0)
    values = {name: rng.uniform(0.5, 0.9, (n_repeats, len(counts))) for name in strategies}
    return Curves("lr", "accuracy", list(counts), values, rng.uniform(0.9, 1, n_repeats), 0)


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_same_curves_give_the_same_bytes_and_settings_stay(kind):
    before = dict(mpl.rcParams)
    one, other = (render(draw([curves()], name="iris"), kind) for _ in range(2))
    assert one == other
    assert one != render(draw([curves(n_repeats=6)], name="iris"), kind)
    assert dict(mpl.rcParams) == before


def test_a_picture_holds_no_date():
    svg = render(draw([curves()]), "svg").decode()
    assert "<dc:date>" not in svg


def test_every_panel_shows_every_strategy_and_the_full_data_value():
    figure = draw([curves(), curves(strategies=("random",)), curves()])
    texts = [{text.get_text() for text in axes.texts} for axes in figure.axes[:3]]
    full = f"all labels: {curves().full.mean():.3f}"
    assert texts[0] == {"random", "margin", "entropy", full}
    assert len(texts[1]) == 2
    lines = figure.axes[0].lines
    np.testing.assert_allclose(lines[0].get_ydata(), curves().values["random"].mean(axis=0))


def test_twenty_strategies_have_styles_of_their_own():
    names = ["random", *(f"s{number}" for number in range(20))]
    lines = draw([curves(strategies=names)]).axes[0].lines[:21]
    styles = {(line.get_color(), str(line._unscaled_dash_pattern)) for line in lines}
    assert len(styles) == 21


@pytest.mark.parametrize("case", [{"n_repeats": 1}, {"counts": (10,)}, {"counts": ()}])
def test_small_experiments_can_be_drawn(case):
    assert render(draw([curves(**case)]), "png").startswith(b"\x89PNG")


def test_labels_on_the_figure_do_not_overlap():
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    level = curves(strategies=("random", "margin", "entropy", "power", "k_center"))
    for array in level.values.values():
        array[:] = 0.9
    figure = draw([level])
    canvas = FigureCanvasAgg(figure)
    figure.savefig(io.BytesIO(), format="png")
    boxes = sorted((text.get_window_extent(canvas.get_renderer()) for text in figure.axes[0].texts), key=lambda b: b.y0)
    # The box of an annotation holds its leader line too, so heights are compared by centre.
    centres = sorted(text.get_position()[1] for text in figure.axes[0].texts)
    assert len(boxes) == 6
    assert min(np.diff(centres)) >= 0.05


@given(st.lists(st.floats(0, 1), max_size=12), st.floats(0.01, 0.2))
def test_spread_places_keep_their_order_and_a_gap(places, gap):
    places = sorted(places)
    moved = spread(places, gap)
    assert len(moved) == len(places)
    assert all(late - early >= gap - 1e-9 for early, late in pairwise(moved))
    if all(late - early >= gap for early, late in pairwise(places)):
        assert moved == pytest.approx(places)
