"""The parts of a report that only an experiment with an audit or stopping rules has."""

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from querist.simulation import audit_figure
from querist.simulation.audit_table import signed_points, summarise_audit, worth_telling
from querist.simulation.curves import records
from querist.simulation.figure import render
from querist.simulation.page import html_facts, html_table, inline_svg
from querist.simulation.rules import TO_THE_END
from querist.simulation.stopping_table import ENOUGH, LAST_ROUNDS, summarise_stopping

if TYPE_CHECKING:
    import pandas as pd

_QUANTITIES = (
    (
        "Test accuracy",
        "Of the model at that moment on the test part. Only a simulation knows it: it is what the audit is checked by, "
        "as far as so many test rows can tell.",
    ),
    (
        "Model accuracy",
        "Of the model at that moment on a new row like those of the pool: the audit's figure, from its sample (the "
        "head of a random order of the pool), each row judged by models that have not seen its answer. Its 95 % "
        "intervals are checked by simulation, as here; no guarantee.",
    ),
    (
        "Running accuracy",
        "Another quantity: the average over the models of all audit draws, each scored before it learned the answer. "
        "Early, weaker models count in it, so it is not compared with the test accuracy here; it stands in audit.csv.",
    ),
)
_AUDIT_LEGEND = (
    "Held: intervals for the model accuracy that hold the test accuracy. The test part has an error of its own, which "
    "counts against the interval, and the moments of one run are not independent. Figure less truth: model accuracy "
    "less test accuracy, the mean over the repeats with its 95 % t interval. Both speak of the same rows only if the "
    "test part is drawn like the pool: a file or groups of their own, or repeated rows that are asked about once, make "
    "them differ by themselves."
)
_STOPPING_LEGEND = (
    "The rules were only listened to: every run went on to the end of the budget. Labels: median and quartiles of the "
    f"runs with a proposal. Of the final: accuracy there as a share of the final accuracy (the mean of the last "
    f"{LAST_ROUNDS} rounds). Too early: proposals below {100 * ENOUGH:.0f} % of it; where errors cost little, the best "
    "moment itself may be. Regret: what is spent more than at the best moment of the same run, a run without a "
    "proposal counting as the whole budget; mean with its 95 % t interval. The best moment is known only afterwards, "
    "and favoured by chance in the test accuracy: a regret of 0 takes luck."
)


def audit_section(table: "pd.DataFrame", protocol: Mapping[str, Any]) -> list[str]:
    """Return what the audit said and what was true: quantities, pictures, numbers."""
    lines = records(summarise_audit(table))
    title, names = _names(lines)
    header = [title, "figures", "held", "mean interval", "figure less truth", "95 % interval", "test part itself"]
    cells = [[name, *_audit_cells(line)] for name, line in zip(names, lines, strict=True)]
    return [
        "<h2>Accuracy told by the audit</h2>",
        html_facts(_QUANTITIES),
        f'<p class="caption">{audit_figure.CAPTION}</p>',
        *(_picture(table, line, number, protocol["name"]) for number, line in enumerate(worth_telling(lines))),
        html_table(header, cells),
        f'<p class="caption">{_AUDIT_LEGEND}</p>',
    ]


def _names(lines: list[dict[str, Any]]) -> tuple[str, list[str]]:
    """Return the title of a table's first column, and what stands in it."""
    if len({line["estimator"] for line in lines}) > 1:
        return "estimator, strategy", [f"{line['estimator']}, {line['strategy']}" for line in lines]
    return "strategy", [line["strategy"] for line in lines]


def _picture(table: "pd.DataFrame", line: dict[str, Any], number: int, name: str) -> str:
    estimator, strategy = line["estimator"], line["strategy"]
    part = table[(table["estimator"] == estimator) & (table["strategy"] == strategy)]
    means = audit_figure.audit_means(part)
    drawn = audit_figure.draw_audit(means, f"{strategy} with {estimator}, {name}")
    told = f"Accuracy of {strategy} with {estimator} by number of labels."
    known = means.dropna()
    if len(known):
        last = known.iloc[-1]
        told += (
            f" At {known.index[-1]} labels: test accuracy {last['test_accuracy']:.3f}, model accuracy "
            f"{last['model_accuracy']:.3f}, interval {last['model_low']:.3f} to {last['model_high']:.3f}."
        )
    return inline_svg(render(drawn, "svg"), f"a{number}", told)


def _audit_cells(line: dict[str, Any]) -> list[str]:
    if not line["checkpoints"]:
        return ["0", *["too few answers"] * 4, ""]
    low, high = line["bias_low"], line["bias_high"]
    return [
        f"{line['checkpoints']} in {line['repeats']} runs",
        f"{line['held']} ({100 * line['coverage']:.1f} %)",
        f"± {100 * line['half_width']:.1f} points",
        f"{signed_points(line['bias'])} points",
        "too few repeats" if np.isnan(low) else f"{signed_points(low)} to {signed_points(high)}",
        f"± {100 * line['test_half_width']:.1f} points",
    ]


def stopping_section(table: "pd.DataFrame", protocol: Mapping[str, Any]) -> list[str]:
    """Return when the rules would have stopped, and at what price: numbers for each estimator and strategy."""
    lines = records(summarise_stopping(table))
    costs = protocol["costs"]
    header = [
        "rule", "proposes in", "labels", "accuracy (of the final)", "too early", "best moment",
        "regret (95 % interval)",
    ]  # fmt: skip
    tables: dict[str, list[list[str]]] = {}
    for name, line in zip(_names(lines)[1], lines, strict=True):
        tables.setdefault(name, []).append([line["rule"], *_stopping_cells(line)])
    return [
        "<h2>When to stop</h2>",
        f"<p>A label costs {costs['label_cost']:g}, a wrong prediction {costs['error_cost']:g}, and the model is used "
        f"on {costs['n_future']:,.0f} rows.</p>",
        *(f"<h3>{escape(name)}</h3>{html_table(header, cells)}" for name, cells in tables.items()),
        f'<p class="caption">{_STOPPING_LEGEND}</p>',
    ]


def _stopping_cells(line: dict[str, Any]) -> list[str]:
    low, high = line["regret_low"], line["regret_high"]
    there = [""] * 3
    if line["proposed"]:
        there = [
            f"{line['labels']:.0f} ({line['labels_low']:.0f} to {line['labels_high']:.0f})",
            f"{line['accuracy']:.4f} ({100 * line['share_of_final']:.1f} %)",
            f"{line['too_early']}",
        ]
    return [
        "" if line["rule"] == TO_THE_END else f"{line['proposed']} of {line['runs']} runs",
        *there,
        f"{line['best_labels']:.0f} labels",
        f"{line['regret']:.1f} ({'too few runs' if np.isnan(low) else f'{low:.1f} to {high:.1f}'})",
    ]
