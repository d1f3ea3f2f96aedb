"""Draw the gallery of strategies: ``python docs/make_gallery.py`` draws what is missing, with names only those, anew.

One picture for each registered strategy of classification: what it asks on two features after each of a few batches,
and learning curves on three sets that scikit-learn carries, beside random rows. What was measured on the way is kept in
images/gallery/measured.json; docs/gallery.md is written from that and from the docstrings, and a test keeps it true.
"""

import argparse
import inspect
import io
import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import querist
from querist import registry
from querist._threads import single_thread
from querist.simulation.curves import learning_curves
from querist.simulation.figure import COLOURS, INK, MUTED, SETTINGS
from querist.simulation.protocol import RANDOM
from querist.simulation.statistics import mean_interval

HERE = Path(__file__).parent
PAGE, PICTURES = HERE / "gallery.md", HERE / "images" / "gallery"
MEASURED = PICTURES / "measured.json"
ESTIMATOR = "logistic_regression"
# Of each set the rows, the labels at first and at last, the size of a batch, and what of the accuracy is drawn.
SETS: dict[str, tuple[int, int, int, int, tuple[float, float]]] = {
    "wine": (178, 6, 36, 3, (0.55, 1.0)),
    "breast_cancer": (569, 6, 56, 5, (0.75, 1.0)),
    "digits": (900, 10, 110, 10, (0.2, 1.0)),
}
LEAST_INKED = 0.02
REPEATS = 5
N_BATCHES, BATCH = 4, 5
# Rows and features of the pool on which a query is timed, labels, classes, and rows asked.
TIMED = (2000, 20, 60, 3, 10)
# What is too slow on whole pools looks at some rows of them, here and nowhere else.
NARROWED = {"expected_error_reduction": {"candidates": "subsample", "candidates__size": 50}}
_TINTS = ("#9ecae9", "#f5b98f", "#93d3bd")
_BATCHES = ("#a78bd0", "#8259b8", "#5b2d91", "#33065f")
_COLOURS_KEPT = 96
GROUPS = (
    "What the model says of a row",
    "Unsure, and apart from each other",
    "What an answer would tell or change",
    "Where rows lie, whatever a model says",
)


def names() -> list[str]:
    """Return the registered strategies that there is a picture of: Querist's own, for classes."""
    return [
        name
        for name in registry.strategy_names()
        if registry.package_of("strategies", name) is None
        and "classification" in getattr(_strategy(name, [0, 1]), "tasks", ("classification",))
    ]


def _strategy(name: str, classes: Any) -> Any:
    """Build a strategy; one that looks for a class is given the last."""
    return querist.make_strategy(name, **_target(name, classes), **NARROWED.get(name, {}))


def _target(name: str, classes: Any) -> dict[str, Any]:
    takes = "target" in inspect.signature(registry.load("strategies", name)).parameters
    return {"target": classes[-1]} if takes else {}


def toy() -> tuple[Any, Any, Any]:
    """Return the rows on two features, their classes, and the rows that are labelled at first: two of each class."""
    rng = np.random.default_rng(4)
    middles, spreads = [(-2.1, 0.5), (0.9, 1.3), (0.5, -1.4)], [(0.6, 0.7), (0.9, 0.7), (1.1, 0.5)]
    parts = [rng.normal(m, s, (n, 2)) for m, s, n in zip(middles, spreads, (100, 75, 60), strict=True)]
    far = rng.uniform((-3.9, -2.9), (3.9, 3.4), (15, 2))
    nearest = ((far[:, None] - np.array(middles)) ** 2).sum(axis=2).argmin(axis=1)
    X = np.clip(np.vstack([*parts, far]), (-3.9, -2.9), (3.9, 3.4))
    y = np.concatenate([np.repeat([0, 1, 2], [100, 75, 60]), nearest])
    return X, y, np.array([3, 17, 104, 121, 180, 201])


def play(name: str) -> tuple[list[Any], Any]:
    """Return the rows of each batch on the toy, and the session at the end."""
    X, y, first = toy()
    session = querist.Session(X, estimator=ESTIMATOR, strategy=_strategy(name, [0, 1, 2]), random_state=0)
    session.tell(first, y[first])
    batches = []
    for _ in range(N_BATCHES):
        batches.append(session.ask(BATCH))
        session.tell(batches[-1], y[batches[-1]])
    return batches, session


def curves(name: str) -> dict[str, Any]:
    """Return the learning curves on each set: the strategy and random rows."""
    from sklearn import datasets

    found = {}
    for data, (n_rows, first, last, batch, _) in SETS.items():
        X, y = getattr(datasets, f"load_{data}")(return_X_y=True)
        # Pixels that are hardly ever inked only take time.
        X = X[:, (X > 0).mean(axis=0) > LEAST_INKED]
        rows = np.random.default_rng(0).permutation(len(y))[:n_rows]
        strategies = {name: _strategy(name, np.unique(y))}
        done = querist.simulate(
            X[rows], y[rows], strategies=strategies, estimators=ESTIMATOR, repeats=REPEATS, initial=first, budget=last,
            batch_size=batch, n_jobs=1, name=data,
            # Who looks for a class has to have met it.
            initial_set="stratified" if _target(name, [0]) else "random",
        )  # fmt: skip
        found[data] = learning_curves(done.table, ESTIMATOR, "accuracy")
    return found


def cost(name: str) -> float:
    """Return the CPU seconds of a query, trainings of its own included; of whole pools, narrowed or not."""
    from sklearn.datasets import make_classification

    n_rows, n_features, n_labelled, n_classes, batch = TIMED
    X, y = make_classification(n_rows, n_features, n_informative=8, n_classes=n_classes, random_state=0)
    rows = np.arange(n_labelled)
    model = querist.make_estimator(ESTIMATOR).fit(X[rows], y[rows])
    strategy = querist.make_strategy(name, **_target(name, range(n_classes)))
    seconds: list[float] = []
    while len(seconds) < 4 and sum(seconds) < 2:
        start = time.process_time()
        strategy.query(X, rows, y[rows], model=model, batch_size=batch, random_state=len(seconds))
        seconds.append(time.process_time() - start)
    # The first also loads and compiles.
    return float(np.median(seconds[1:] or seconds))


def _draw_toy(axes: Any, batches: list[Any], session: Any) -> None:
    from matplotlib.colors import ListedColormap

    X, y, first = toy()
    low, high = np.array([-4.1, -3.1]), np.array([4.1, 3.6])
    across, up = np.meshgrid(np.linspace(low[0], high[0], 300), np.linspace(low[1], high[1], 260))
    regions = session.predict(np.column_stack([across.ravel(), up.ravel()])).reshape(across.shape)
    axes.contourf(across, up, regions, levels=[-0.5, 0.5, 1.5, 2.5], cmap=ListedColormap(list(_TINTS)), alpha=0.28)
    axes.contour(across, up, regions, levels=[0.5, 1.5], colors="white", linewidths=1.5)
    for each, (colour, mark) in enumerate(zip(COLOURS, "o^s", strict=False)):
        axes.scatter(*X[y == each].T, s=9, c=colour, marker=mark, alpha=0.5, linewidths=0)
    axes.scatter(*X[first].T, s=34, c=INK, marker="X", edgecolors="white", linewidths=0.7, zorder=3)
    for number, (rows, colour) in enumerate(zip(batches, _BATCHES, strict=True), start=1):
        for row in rows:
            axes.scatter(*X[row], s=70, c=colour, edgecolors="white", linewidths=0.7, zorder=3 + number)
            axes.text(
                *X[row], str(number), ha="center", va="center_baseline", color="white", fontsize=6.5, weight="bold",
                zorder=3 + number,
            )  # fmt: skip
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xticks=[], yticks=[])
    axes.set_title(f"asked in batches 1 to {N_BATCHES}", loc="left", color=INK, fontsize=9)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _draw_curves(axes: Any, name: str, data: str, found: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    for strategy, values in found.values.items():
        is_random = strategy == RANDOM and name != RANDOM
        colour = MUTED if is_random else COLOURS[0]
        mean = values.mean(axis=0)
        low, high = mean_interval(values, low=0.0, high=1.0)
        axes.fill_between(found.n_labels, low, high, color=colour, alpha=0.16, linewidth=0)
        style = (0, (4, 2)) if is_random else "-"
        axes.plot(found.n_labels, mean, color=colour, linestyle=style, linewidth=1.3 if is_random else 2)
    axes.axhline(found.full.mean(), color=INK, linestyle=":", linewidth=1.1)
    axes.set_ylim(*SETS[data][4])
    axes.set_xlim(found.n_labels[0], found.n_labels[-1])
    axes.set_title(data.replace("_", " "), loc="left", color=INK, fontsize=9)
    axes.set_xlabel("labels", color=INK, fontsize=8)
    axes.xaxis.set_major_locator(MaxNLocator(3, integer=True, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.tick_params(colors=MUTED, length=0, labelsize=8)
    axes.grid(axis="y", color=MUTED, alpha=0.25, linewidth=0.7)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(MUTED)


def picture(name: str, found: dict[str, Any]) -> bytes:
    """Return the picture of a strategy as PNG."""
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from PIL import Image

    buffer, written = io.BytesIO(), io.BytesIO()
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(8, 3), layout="constrained", facecolor="white")
        axes = figure.subplots(1, 1 + len(SETS), width_ratios=[1.9, *([1] * len(SETS))])
        _draw_toy(axes[0], *play(name))
        for place, (data, of_set) in zip(axes[1:], found.items(), strict=True):
            _draw_curves(place, name, data, of_set)
        axes[1].set_ylabel("accuracy", color=INK, fontsize=8)
        legend = {"random rows": MUTED} if name != RANDOM else {}
        for line, (told, colour) in enumerate((legend | {name: COLOURS[0]}).items()):
            axes[1].text(
                0.97, 0.03 + 0.075 * line, told.replace("_", " "), color=colour, fontsize=7.5, ha="right",
                transform=axes[1].transAxes,
            )  # fmt: skip
        figure.savefig(buffer, format="png", dpi=160, facecolor="white")
    # Few colours, a third of the bytes.
    Image.open(buffer).convert("RGB").quantize(_COLOURS_KEPT, dither=Image.Dither.NONE).save(
        written, "png", optimize=True
    )
    return written.getvalue()


def measured() -> dict[str, dict[str, Any]]:
    """Return what was measured, by strategy."""
    return json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}


def draw(name: str, margin_seconds: float) -> None:
    """Draw the picture of a strategy, and keep what was measured."""
    with warnings.catch_warnings(), single_thread():
        warnings.simplefilter("ignore")
        found = curves(name)
        (PICTURES / f"{name}.png").write_bytes(picture(name, found))
        ratio = 1.0 if name == "margin" else cost(name) / margin_seconds
    heights = {data: of_set.heights() for data, of_set in found.items()}
    points = {data: round(100 * float((by[name] - by[RANDOM]).mean()), 1) for data, by in heights.items()}
    kept = measured() | {name: {"points": points, "cost": float(f"{ratio:.2g}")}}
    MEASURED.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n", encoding="utf-8")


def group_of(name: str) -> str:
    """Return the heading below which a strategy stands; it follows from what the strategy says of itself."""
    strategy = registry.load("strategies", name)()
    if not strategy.needs_model:
        return GROUPS[3]
    if strategy.refits_model:
        return GROUPS[2]
    return GROUPS[1] if strategy.measures_distances else GROUPS[0]


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"


def _points(points: float) -> str:
    return f"{points:+.1f}" if points >= 0 else f"**{points:+.1f}**"


def gallery_page(kept: dict[str, dict[str, Any]]) -> str:
    """Return the page."""
    n_rows, n_features, n_labelled, n_classes, batch = TIMED
    lines = [
        "# Gallery of strategies",
        "",
        "Where each strategy asks, how fast the model learns from that, and what a query costs. Written by",
        "`python docs/make_gallery.py`; a test keeps it up to date. What each does and takes stands on the page about",
        "[strategies](strategies.md); which to take, and measurements that can tell, on",
        "[which strategy?](which_strategy.md)",
        "",
        f"- **Left**: {len(toy()[0])} rows of three classes on two features. Crosses were labelled at first, two of",
        f"  each class; numbers are what was asked in batches 1 to {N_BATCHES} of {BATCH}, with `{ESTIMATOR}`,",
        "  whose regions at the end are tinted.",
        f"- **Right**: accuracy with `{ESTIMATOR}` on three sets that scikit-learn carries (of digits",
        f"  {SETS['digits'][0]} rows, and the pixels inked in over {LEAST_INKED:.0%} of them), mean of {REPEATS}",
        "  repeats with its 95 % band. Dashed grey: random rows in the same repeats; dotted: all labels. Batches of",
        f"  {', '.join(str(each[3]) for each in SETS.values())}.",
        f"- **Cost**: CPU time of a query for {batch} of {n_rows:,} rows ({n_features} features, {n_classes} classes,",
        f"  {n_labelled} labels), trainings of its own included, margin = 1.",
        f"- Three easy sets and {REPEATS} repeats show how a strategy behaves, not which is best.",
        "",
        "| strategy | " + " | ".join(data.replace("_", " ") for data in SETS) + " | cost |",
        f"|---|{'---|' * len(SETS)}---|",
    ]
    for name in names():
        points = [_points(kept[name]["points"][data]) for data in SETS]
        lines.append(f"| [`{name}`](#{name}) | {' | '.join(points)} | {_times(kept[name]['cost'])} |")
    lines += ["", "Points of mean accuracy over the curve against random rows; losses in bold."]
    for group in GROUPS:
        lines += ["", f"## {group}"]
        for name in (each for each in names() if group_of(each) == group):
            lines += ["", f"### {name}", "", _told(name), "", f"![{name}](images/gallery/{name}.png)"]
    return "\n".join(lines) + "\n"


def _told(name: str) -> str:
    told = (inspect.getdoc(registry.load("strategies", name)) or "").partition("\n")[0]
    if _target(name, [0]):
        told += " Here the last class is looked for, and each class has rows among the first."
    if name in NARROWED:
        spelled = ",".join(f"{key}={value}" for key, value in NARROWED[name].items())
        told += f" In the picture with `{spelled}`, to save time; the cost is that of the whole pool."
    return told


def main() -> None:
    """Draw what is missing or named, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="strategies to draw anew; none: those that have no picture")
    parser.add_argument("--page", action="store_true", help="write the page only")
    given = parser.parse_args()
    PICTURES.mkdir(exist_ok=True)
    known = measured()
    missing = [name for name in names() if name not in known or not (PICTURES / f"{name}.png").exists()]
    wanted = [] if given.page else given.names or missing
    if wanted:
        with single_thread():
            margin_seconds = cost("margin")
    for name in wanted:
        start = time.process_time()
        draw(name, margin_seconds)
        print(f"{name}: {time.process_time() - start:.0f} s", file=sys.stderr, flush=True)
    PAGE.write_text(gallery_page(measured()), encoding="utf-8")


if __name__ == "__main__":
    main()
