"""What a simulation found, in words that promise no more than the numbers do."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from querist.simulation.audit_table import audit_sentences, summarise_audit
from querist.simulation.baseline import baseline_sentence
from querist.simulation.curves import records
from querist.simulation.metrics import METRICS
from querist.simulation.protocol import RANDOM
from querist.simulation.rare_class import headline_metric, rare_class_sentence
from querist.simulation.stopping_table import stopping_sentences, summarise_stopping

if TYPE_CHECKING:
    import pandas as pd

ALPHA = 0.05
_LEVEL = 95
# With n pairs the signed-rank p is at least 2 / 2**n.
_FEWEST_PAIRS = 6


class Finding(NamedTuple):
    """What was found about one strategy with one estimator."""

    # "better" or "worse" than random, or "unclear": inside the noise; otherwise what it is about: "rare", "baseline",
    # "audit" or "stopping".
    verdict: str
    # One or two sentences.
    text: str


def all_findings(
    experiment: Mapping[str, Any],
    summary: "pd.DataFrame",
    audit: "pd.DataFrame | None",
    stopping: "pd.DataFrame | None",
) -> list[Finding]:
    """Return what was found on the main metric, then what the audit was worth, then what the stopping rules did.

    Where a class has few rows, that comes first, and another metric than accuracy is spoken of if there is one.

    Parameters
    ----------
    experiment : mapping
        As JSON takes it.
    summary : DataFrame
        From `Simulation.summary`.
    audit, stopping : DataFrame or None
        The tables of `Simulation`.
    """
    protocol, counts = experiment["protocol"], experiment["data"]["classes"]
    metric, rare = headline_metric(protocol["metrics"], counts), rare_class_sentence(protocol["metrics"], counts)
    found = [] if rare is None else [Finding("rare", rare)]
    found += findings(summary, metric, protocol["budget"])
    found += _without_a_model(summary, metric)
    if audit is not None:
        found += [Finding("audit", sentence) for sentence in audit_sentences(summarise_audit(audit))]
    if stopping is not None:
        sentences = stopping_sentences(summarise_stopping(stopping), protocol["budget"])
        found += [Finding("stopping", sentence) for sentence in sentences]
    return found


def findings(summary: "pd.DataFrame", metric: str, budget: int) -> list[Finding]:
    """Return what was found about each estimator and strategy, random excepted.

    Parameters
    ----------
    summary : DataFrame
        From `Simulation.summary`.
    metric : str
        The metric to speak of.
    budget : int
        Labels in total.
    """
    lines = records(summary[summary["metric"] == metric])
    several = len({line["estimator"] for line in lines}) > 1
    by_random = {line["estimator"]: line for line in lines if line["strategy"] == RANDOM}
    return [
        Finding(
            verdict_of(line, metric),
            f"{line['strategy']}{' with ' + line['estimator'] if several else ''} "
            f"{_reach(line, by_random[line['estimator']], metric, budget)}{_difference(line, metric)}",
        )
        for line in lines
        if line["strategy"] != RANDOM
    ]


def _without_a_model(summary: "pd.DataFrame", metric: str) -> list[Finding]:
    """Return what always answering the largest class gives, where it is known and the metric judges answers."""
    lines = records(summary[summary["metric"] == metric])
    value = lines[0]["largest_class"]
    if math.isnan(value):
        return []
    several = len({line["estimator"] for line in lines}) > 1
    ends = {
        f"{line['strategy']}{' with ' + line['estimator'] if several else ''}": line["final"]
        for line in lines
        if not math.isnan(line["final"])
    }
    return [Finding("baseline", baseline_sentence(value, metric, ends))]


def outside_noise(line: dict[str, Any]) -> bool:
    """Return whether both the signed-rank test (Holm) and the interval exclude no difference, at 5 %."""
    low, high = line["difference_low"], line["difference_high"]
    return bool(line["p_holm"] < ALPHA and (low > 0 or high < 0))


def verdict_of(line: dict[str, Any], metric: str) -> str:
    """Return whether a strategy is "better" or "worse" than random on these data, or "unclear": within the noise."""
    if not outside_noise(line):
        return "unclear"
    return "better" if (line["difference"] > 0) == METRICS[metric].higher_is_better else "worse"


def _reach(line: dict[str, Any], by_random: dict[str, Any], metric: str, budget: int) -> str:
    if math.isnan(line["aulc"]):
        return f"cannot be judged: {METRICS[metric].label} is undefined in these runs."
    one = METRICS[metric]
    if not one.has_shares:
        return f"ends at {one.with_article} of {line['final']:.3f}, random at {by_random['final']:.3f}."
    share = f"{_LEVEL} % of the full-data {one.label}"
    if not one.higher_is_better:
        share = f"{one.with_article} at most {100 - _LEVEL} % above that of all labels"
    return _labels_to(share, _count(line), _count(by_random), budget)


def _labels_to(share: str, mine: int | None, theirs: int | None, budget: int) -> str:
    if mine is None:
        other = "and neither does random" if theirs is None else f"random with {theirs}"
        return f"does not reach {share} within {budget} labels, {other}."
    if theirs is None:
        return f"reaches {share} with {mine} labels; random does not within {budget}."
    if mine == theirs:
        return f"reaches {share} with {mine} labels, and so does random."
    percent = f"{round(100 * abs(theirs - mine) / theirs)} % {'fewer' if mine < theirs else 'more'}"
    return f"reaches {share} with {mine} labels, random with {theirs}: {percent}."


def _count(line: dict[str, Any]) -> int | None:
    count = line[f"labels_{_LEVEL}"]
    return count if isinstance(count, int) else None


def _difference(line: dict[str, Any], metric: str) -> str:
    if math.isnan(line["aulc"]):
        return ""
    if line["repeats"] < 2:
        return " One repeat cannot tell a difference from noise."
    low, high = line["difference_low"], line["difference_high"]
    size = (
        f"Averaged over the curve its {METRICS[metric].label} is {abs(line['difference']):.4f} "
        f"{'higher' if line['difference'] >= 0 else 'lower'} than random's "
        f"(95 % interval of the difference {low:+.4f} to {high:+.4f}, Holm p {p_text(line['p_holm'])})"
    )
    verdict = verdict_of(line, metric)
    if verdict != "unclear":
        return f" {size}: {verdict} than random, outside the noise."
    few = f"; {line['repeats']} repeats are too few to tell" if line["repeats"] < _FEWEST_PAIRS else ""
    return f" {size}: within the noise{few}."


def p_text(p: float) -> str:
    """Return a p-value as people read it.

    Examples
    --------
    >>> p_text(0.0000123), p_text(0.0412)
    ('< 0.001', '0.041')
    """
    return "undefined" if math.isnan(p) else "< 0.001" if p < 0.001 else f"{p:.3f}"
