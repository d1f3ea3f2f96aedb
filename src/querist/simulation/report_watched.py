"""The parts of a report that only an experiment with an audit or stopping rules has."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from querist.simulation import audit_figure
from querist.simulation.audit_table import signed_points, summarise_audit, worth_telling
from querist.simulation.curves import records
from querist.simulation.figure import render
from querist.simulation.page import inline_svg
from querist.simulation.rules import TO_THE_END
from querist.simulation.stopping_table import ENOUGH, LAST_ROUNDS, summarise_stopping

if TYPE_CHECKING:
    import pandas as pd


def audit_section(
    table: "pd.DataFrame", protocol: Mapping[str, Any], *, largest: float | None = None
) -> dict[str, Any]:
    """Return what the template says of the audit: pictures, and what it said beside what was true.

    `largest` is the accuracy of always answering the largest class, where that is known.
    """
    lines = records(summarise_audit(table))
    title, names = _names(lines)
    return {
        "caption": audit_figure.CAPTION,
        "pictures": [
            _picture(table, line, number, protocol["name"], largest) for number, line in enumerate(worth_telling(lines))
        ],
        "header": [title, "figures", "held", "mean interval", "figure less truth", "95 % interval", "test part itself"],
        "lines": [[name, *_audit_cells(line)] for name, line in zip(names, lines, strict=True)],
    }


def _names(lines: list[dict[str, Any]]) -> tuple[str, list[str]]:
    """Return the title of a table's first column, and what stands in it."""
    if len({line["estimator"] for line in lines}) > 1:
        return "estimator, strategy", [f"{line['estimator']}, {line['strategy']}" for line in lines]
    return "strategy", [line["strategy"] for line in lines]


def _picture(table: "pd.DataFrame", line: dict[str, Any], number: int, name: str, largest: float | None) -> str:
    estimator, strategy = line["estimator"], line["strategy"]
    part = table[(table["estimator"] == estimator) & (table["strategy"] == strategy)]
    means = audit_figure.audit_means(part)
    drawn = audit_figure.draw_audit(means, f"{strategy} with {estimator}, {name}", largest=largest)
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


def stopping_section(table: "pd.DataFrame", protocol: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the template says of the rules: when they would have stopped, and at what price, by strategy."""
    lines = records(summarise_stopping(table))
    tables: dict[str, list[list[str]]] = {}
    for name, line in zip(_names(lines)[1], lines, strict=True):
        tables.setdefault(name, []).append([line["rule"], *_stopping_cells(line)])
    return {"costs": protocol["costs"], "tables": tables, "last_rounds": LAST_ROUNDS, "enough": ENOUGH}


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
