"""Tables over several data sets, from the mean heights of the learning curves on each."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from querist._typing import AnyArray, FloatArray
from querist.simulation.curves import learning_curves, records
from querist.simulation.findings import ALPHA, verdict_of
from querist.simulation.metrics import METRICS
from querist.simulation.protocol import RANDOM
from querist.simulation.ranks import average_ranks, friedman
from querist.simulation.results import Simulation
from querist.simulation.statistics import difference_interval, holm, signed_rank_p
from querist.simulation.variance import variance_shares

if TYPE_CHECKING:
    import pandas as pd

# Below this the Friedman test's approximation, and any talk of "in general", has too little to stand on.
FEWEST_SETS = 5
_HEIGHTS = ["dataset", "estimator", "strategy", "repeats", "aulc", "final", "difference", "difference_low"]
_HEIGHTS += ["difference_high", "p_holm"]
_TALLIED = {"better": "wins", "unclear": "ties", "worse": "losses"}


def heights_table(simulations: Sequence[Simulation], names: Sequence[str], metric: str) -> "pd.DataFrame":
    """Return one line per data set, estimator and strategy, as `Simulation.summary` has them in one metric."""
    import pandas as pd

    parts = []
    for name, simulation in zip(names, simulations, strict=True):
        summary = simulation.summary()
        parts.append(summary[summary["metric"] == metric].assign(dataset=name))
    return pd.concat(parts, ignore_index=True)[_HEIGHTS]


def ranks_table(heights: "pd.DataFrame", metric: str) -> "pd.DataFrame":
    """Return the average rank of each strategy, per estimator; see `Comparison.ranks`."""
    import pandas as pd

    lines = []
    for estimator, strategies, scores in _scores(heights, metric):
        ranks = average_ranks(scores) if len(scores) else np.full(len(strategies), np.nan)
        enough = len(scores) >= FEWEST_SETS and len(strategies) >= 3
        p, critical = friedman(scores) if enough else (float("nan"), float("nan"))
        for strategy, rank in zip(strategies, ranks.tolist(), strict=True):
            lines.append((estimator, strategy, rank, len(scores), p, critical))
    columns = ["estimator", "strategy", "average_rank", "n_data_sets", "friedman_p", "critical_difference"]
    return pd.DataFrame(lines, columns=columns)


def pairs_table(heights: "pd.DataFrame", metric: str) -> "pd.DataFrame":
    """Return one line per pair of strategies, per estimator; see `Comparison.pairs`."""
    import pandas as pd

    lines: list[tuple[Any, ...]] = []
    for estimator, strategies, scores in _scores(heights, metric):
        pairs = list(combinations(range(len(strategies)), 2))
        differences = [scores[:, one] - scores[:, other] for one, other in pairs]
        p_values = [signed_rank_p(each) for each in differences]
        for (one, other), each, p, adjusted in zip(pairs, differences, p_values, holm(p_values), strict=True):
            ahead, behind = _counts(each)
            lines.append((estimator, strategies[one], strategies[other], len(scores), ahead, behind, p, adjusted))
    columns = ["estimator", "strategy", "other", "n_data_sets", "ahead", "behind", "p", "p_holm"]
    return pd.DataFrame(lines, columns=columns)


def not_told_apart(pairs: "pd.DataFrame", strategies: Sequence[str]) -> AnyArray:
    """Return which strategies of one estimator cannot be told apart at 5 %, as a symmetric matrix of bool."""
    alike = np.ones((len(strategies), len(strategies)), bool)
    places = {strategy: place for place, strategy in enumerate(strategies)}
    for line in records(pairs):
        if line["p_holm"] < ALPHA:
            one, other = places[line["strategy"]], places[line["other"]]
            alike[one, other] = alike[other, one] = False
    return alike


def against_random_table(heights: "pd.DataFrame", metric: str) -> "pd.DataFrame":
    """Return one line per estimator and strategy, random excepted; see `Comparison.against_random`."""
    import pandas as pd

    sign, most = _sign(metric), METRICS[metric].high - METRICS[metric].low
    lines: list[dict[str, Any]] = []
    for (estimator, strategy), part in heights.groupby(["estimator", "strategy"], sort=False):
        if strategy == RANDOM:
            continue
        known = part.dropna(subset=["difference"])
        differences = known["difference"].to_numpy(np.float64)
        tally = dict.fromkeys(_TALLIED.values(), 0)
        for line in records(known):
            tally[_TALLIED[verdict_of(line, metric)]] += 1
        low, high = difference_interval(differences, most)
        ahead, behind = _counts(sign * differences)
        mean = float(differences.mean()) if differences.size else float("nan")
        line = {"estimator": estimator, "strategy": strategy, "n_data_sets": differences.size, **tally}
        line |= {"ahead": ahead, "behind": behind}
        line |= {"difference": mean, "difference_low": low, "difference_high": high, "p": signed_rank_p(differences)}
        lines.append(line)
    columns = ["estimator", "strategy", "n_data_sets", *_TALLIED.values(), "ahead", "behind", "difference"]
    columns += ["difference_low", "difference_high", "p"]
    table = pd.DataFrame(lines, columns=columns)
    return table.assign(p_holm=holm(table["p"].tolist()))


def variance_table(simulations: Sequence[Simulation], metric: str) -> "pd.DataFrame":
    """Return where the differences in height come from; see `Comparison.variance`."""
    import pandas as pd

    whole = [cells for cells in (_heights_of_runs(each, metric) for each in simulations) if cells is not None]
    columns = ["source", "df", "sum_of_squares", "share", "epsilon_squared", "share_within"]
    if not whole:
        return pd.DataFrame(columns=columns).assign(n_data_sets=0, n_repeats=0)
    n_repeats = min(cells.shape[2] for cells in whole)
    shares = variance_shares(np.stack([cells[:, :, :n_repeats] for cells in whole]))
    return pd.DataFrame(shares, columns=columns).assign(n_data_sets=len(whole), n_repeats=n_repeats)


def _heights_of_runs(simulation: Simulation, metric: str) -> FloatArray | None:
    """Return the heights by estimator, strategy and repeat; None where not every run of a repeat has one."""
    found = [learning_curves(simulation.table, estimator, metric) for estimator in simulation.experiment["estimators"]]
    heights = [curves.heights() for curves in found]
    common = set(found[0].repeats).intersection(*(curves.repeats for curves in found))
    if not all(heights) or not common:
        return None
    kept = [[place for place, repeat in enumerate(curves.repeats) if repeat in common] for curves in found]
    # In the order of names: that of the call may differ from folder to folder.
    by_name = sorted(zip(simulation.experiment["estimators"], heights, kept, strict=True), key=lambda each: each[0])
    return np.array([[by[strategy][places] for strategy in sorted(by)] for _, by, places in by_name])


def _scores(heights: "pd.DataFrame", metric: str) -> Iterator[tuple[str, list[str], FloatArray]]:
    """Yield each estimator, its strategies, and their heights by data set (larger is better) where all have one."""
    for estimator, part in heights.groupby("estimator", sort=False):
        strategies = list(dict.fromkeys(part["strategy"].tolist()))
        wide = part.pivot(index="dataset", columns="strategy", values="aulc").dropna()[strategies]
        yield str(estimator), strategies, _sign(metric) * wide.to_numpy(np.float64)


def _sign(metric: str) -> int:
    return 1 if METRICS[metric].higher_is_better else -1


def _counts(differences: FloatArray) -> tuple[int, int]:
    # As the signed ranks see them.
    rounded = np.round(differences, 12)
    return int(np.count_nonzero(rounded > 0)), int(np.count_nonzero(rounded < 0))
