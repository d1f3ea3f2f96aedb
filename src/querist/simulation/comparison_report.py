"""The report of a comparison over data sets: findings, diagram, tables, how it was done."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from querist.simulation.baseline import baseline_value
from querist.simulation.curves import records
from querist.simulation.figure import render
from querist.simulation.findings import ALPHA, p_text, verdict_of
from querist.simulation.metrics import METRICS
from querist.simulation.over_data_sets import FEWEST_SETS, not_told_apart
from querist.simulation.page import inline_svg, page
from querist.simulation.protocol import RANDOM
from querist.simulation.rank_figure import RankPanel, draw_ranks
from querist.simulation.ranks import cliques, least_signed_rank_p
from querist.simulation.report import parts_facts
from querist.simulation.results import Simulation
from querist.simulation.variance import FACTORS, REST, SPLIT

if TYPE_CHECKING:
    import pandas as pd


class ComparisonTables(NamedTuple):
    """The tables of a comparison, as `Comparison` documents them."""

    heights: "pd.DataFrame"
    ranks: "pd.DataFrame"
    pairs: "pd.DataFrame"
    against_random: "pd.DataFrame"
    variance: "pd.DataFrame"


def comparison_html(
    simulations: Sequence[Simulation], names: Sequence[str], metric: str, tables: ComparisonTables
) -> str:
    """Return the report as one self-contained HTML page; a pure function of its arguments."""
    panels = rank_panels(tables.ranks, tables.pairs)
    label, better = METRICS[metric].label, "" if METRICS[metric].higher_is_better else "; lower is better"
    return page(
        "comparison.html",
        title="Query strategies compared",
        metric=label,
        better=better,
        names=list(names),
        picture=inline_svg(render(draw_ranks(panels), "svg"), "ranks", _described(panels)) if panels else None,
        findings=comparison_findings(tables),
        ranks=[
            [_both(line), _number(line["average_rank"], ".2f"), str(line["n_data_sets"])]
            for line in records(tables.ranks)
        ],
        against=[_against(line) for line in records(tables.against_random)],
        pairs=[_pair(line) for line in records(tables.pairs)],
        heights=_heights(simulations, names, metric, tables.heights),
        differences=_differences(names, metric, tables.heights),
        variance=[_source(line) for line in records(tables.variance)],
        balanced=_balanced(tables.variance, len(names)),
        data=[_data(name, simulation) for name, simulation in zip(names, simulations, strict=True)],
        done=_facts(simulations),
        notes=[f"{name}: {note}" for name, each in zip(names, simulations, strict=True) for note in each.notes],
        version=simulations[0].experiment["versions"]["querist"],
    )


def rank_panels(ranks: "pd.DataFrame", pairs: "pd.DataFrame") -> list[RankPanel]:
    """Return the diagram of each estimator of which at least one data set knows all strategies' heights."""
    panels = []
    for estimator, lines in ranks.groupby("estimator", sort=False):
        by_name = {str(line["strategy"]): float(line["average_rank"]) for line in records(lines)}
        if any(math.isnan(rank) for rank in by_name.values()):
            continue
        strategies = list(by_name)
        alike = not_told_apart(pairs[pairs["estimator"] == estimator], strategies)
        groups = [[strategies[place] for place in group] for group in cliques(list(by_name.values()), alike)]
        panels.append(RankPanel(f"{estimator}, {lines['n_data_sets'].iloc[0]} data sets", by_name, groups))
    return panels


def comparison_findings(tables: ComparisonTables) -> list[str]:
    """Return what was found, in words: do all rank alike, who beats random, what makes the difference."""
    said = []
    for estimator, lines in tables.ranks.groupby("estimator", sort=False):
        first, n_pairs = lines.iloc[0], len(lines) * (len(lines) - 1) // 2
        n_sets = int(first["n_data_sets"])
        if math.isnan(first["friedman_p"]):
            test = f"a test of all ranks at once takes at least {FEWEST_SETS} data sets and 3 strategies"
            said.append(f"{estimator}: {n_sets} data sets and {len(lines)} strategies; {test}.")
        else:
            said.append(
                f"{estimator}: Friedman p = {p_text(first['friedman_p'])} over {n_sets} data sets (that all "
                f"{len(lines)} strategies rank alike). Nemenyi's critical difference of average ranks, for those who "
                f"look for it: {first['critical_difference']:.2f}."
            )
        least = least_signed_rank_p(n_sets) * n_pairs
        if n_sets and least >= ALPHA:
            said.append(
                f"{estimator}: {n_sets} data sets cannot tell any pair of {len(lines)} strategies apart: the least p "
                f"that there can be, adjusted for {n_pairs} pairs, is {min(1.0, least):.2g}."
            )
    said += _too_few_repeats(tables.heights)
    said += [_told_against_random(line) for line in records(tables.against_random)]
    return [*said, *_told_variance(tables.variance)]


def _too_few_repeats(heights: "pd.DataFrame") -> list[str]:
    """Return where no strategy can be better or worse than random on a data set, whatever it does."""
    said = []
    for estimator, lines in heights.groupby("estimator", sort=False):
        n_rivals, repeats = lines["strategy"].nunique() - 1, int(lines["repeats"].max())
        if n_rivals and least_signed_rank_p(repeats) * n_rivals >= ALPHA:
            enough = next(n for n in range(repeats, 100) if least_signed_rank_p(n) * n_rivals < ALPHA)
            said.append(
                f"{estimator}: {repeats} repeats cannot tell any of {n_rivals} strategies from random on a single data "
                f"set, so that all is within the noise there; {enough} could."
            )
    return said


def _told_against_random(line: dict[str, Any]) -> str:
    n_sets = line["n_data_sets"]
    if not n_sets:
        return f"{_both(line)}: no data set on which it can be judged."
    tally = (
        f"better than random on {line['wins']} of {n_sets} data sets, worse on {line['losses']}, within the noise on"
    )
    told = "told apart from random" if line["p_holm"] < ALPHA else "not told apart from random"
    return (
        f"{_both(line)}: {tally} {line['ties']}. Its mean height is {line['difference']:+.4f} from random's on average "
        f"over them (95 % interval {_interval(line)}, Holm p {p_text(line['p_holm'])}): {told} over data sets."
    )


def _told_variance(variance: "pd.DataFrame") -> list[str]:
    shares = {line["source"]: line for line in records(variance)}
    if not shares or math.isnan(shares[REST]["share"]):
        return []
    whole = ", ".join(f"{name} {_percent(line['share'])}" for name, line in shares.items() if name in (*FACTORS, SPLIT))
    within = ", ".join(
        f"{name} {_percent(line['share_within'])}"
        for name, line in shares.items()
        if name != FACTORS[0] and name != SPLIT
    )
    return [
        f"What makes the mean heights of runs differ: {whole}; the rest is interactions and noise.",
        f"With data sets and splits set aside: {within}.",
    ]


def _described(panels: Sequence[RankPanel]) -> str:
    told = (
        f"{panel.title}: {', '.join(f'{name} {rank:.2f}' for name, rank in sorted(panel.ranks.items(), key=_rank))}."
        for panel in panels
    )
    return f"Critical-difference diagram of average ranks. {' '.join(told)}"


def _rank(item: tuple[str, float]) -> float:
    return item[1]


def _both(line: dict[str, Any]) -> str:
    return f"{line['estimator']}, {line['strategy']}"


def _against(line: dict[str, Any]) -> list[str]:
    tally = f"{line['wins']} / {line['ties']} / {line['losses']}"
    ahead = f"{line['ahead']} of {line['n_data_sets']}"
    return [
        _both(line), tally, ahead, _number(line["difference"], "+.4f"), _interval(line), p_text(line["p"]),
        p_text(line["p_holm"]),
    ]  # fmt: skip


def _pair(line: dict[str, Any]) -> list[str]:
    ahead = f"{line['ahead']} : {line['behind']}"
    return [f"{_both(line)} and {line['other']}", ahead, p_text(line["p"]), p_text(line["p_holm"])]


def _interval(line: dict[str, Any]) -> str:
    low, high = line["difference_low"], line["difference_high"]
    return "none from one data set" if math.isnan(low) else f"{low:+.4f} to {high:+.4f}"


def _heights(
    simulations: Sequence[Simulation], names: Sequence[str], metric: str, heights: "pd.DataFrame"
) -> list[list[str]]:
    """Return the mean heights, one line per estimator and strategy, and what always the largest class gives."""
    wide = heights.pivot(index=["estimator", "strategy"], columns="dataset", values="aulc")[list(names)]
    lines = [
        [", ".join(key), *(_number(value) for value in values)]
        for key, values in zip(wide.index.tolist(), wide.to_numpy().tolist(), strict=True)
    ]
    largest = [baseline_value(simulation.baseline, metric) for simulation in simulations]
    if any(value is not None for value in largest):
        told = ("" if value is None else f"{value:.4f}" for value in largest)
        lines.append([f"always the {METRICS[metric].constant}", *told])
    return lines


def _differences(names: Sequence[str], metric: str, heights: "pd.DataFrame") -> list[list[str]]:
    """Return the differences from random, one line per estimator and strategy; clear ones with a mark."""
    marks = {"better": " +", "worse": " -", "unclear": ""}
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for line in records(heights):
        if line["strategy"] != RANDOM:
            told = _number(line["difference"], "+.4f") + marks[verdict_of(line, metric)]
            cells.setdefault((line["estimator"], line["strategy"]), {})[line["dataset"]] = told
    return [[", ".join(key), *(by_set[name] for name in names)] for key, by_set in cells.items()]


def _source(line: dict[str, Any]) -> list[str]:
    figures = (_percent(line[name]) for name in ("share", "epsilon_squared", "share_within"))
    return [line["source"], str(line["df"]), *figures]


def _balanced(variance: "pd.DataFrame", n_names: int) -> str:
    if variance.empty:
        return ""
    n_sets, n_repeats = int(variance["n_data_sets"].iloc[0]), int(variance["n_repeats"].iloc[0])
    left_out = f" ({n_names - n_sets} data sets without a complete repeat are left out)" if n_sets < n_names else ""
    return f"{n_sets} data sets{left_out}, {n_repeats} repeats of each."


def _percent(share: float) -> str:
    return "" if math.isnan(share) else f"{100 * share:.1f} %"


def _number(value: float, form: str = ".4f") -> str:
    return "undefined" if math.isnan(value) else format(value, form)


def _data(name: str, simulation: Simulation) -> list[str]:
    data, protocol = simulation.experiment["data"], simulation.protocol
    counts = data["classes"].values()
    n_test = data["n_test"] if data["n_test"] is not None else protocol["test_size"]
    features = "" if data["n_features"] is None else f"{data['n_features']:,}"
    largest = _percent(max(counts) / sum(counts)) if counts else ""
    n_classes = str(len(counts)) if counts else ""
    return [
        name, f"{data['n_rows']:,}", features, n_classes, largest, str(n_test), str(protocol["budget"]),
        str(protocol["repeats"]), data["hash"][:12],
    ]  # fmt: skip


def _facts(simulations: Sequence[Simulation]) -> list[tuple[str, str]]:
    """Return how it was done; what is not the same on all data sets, with all that there is."""
    protocols = [simulation.protocol for simulation in simulations]

    def told(key: str) -> str:
        return ", ".join(dict.fromkeys(str(protocol[key]) for protocol in protocols))

    versions = dict.fromkeys(
        ", ".join(f"{name} {number}" for name, number in simulation.experiment["versions"].items())
        for simulation in simulations
    )
    return [
        ("Repeats", "each has one split, one initial set and one seed for all strategies and estimators"),
        ("Labels per round", told("batch_size")),
        ("Initial set", f"{told('initial')} labels, {told('initial_set')}"),
        ("Repeated rows", told("duplicates")),
        ("Seed", told("random_state")),
        *parts_facts(simulations[0].experiment),
        *(("Versions", each) for each in versions),
    ]
