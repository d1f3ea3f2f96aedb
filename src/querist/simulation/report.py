"""The report of a simulation: findings, curves, numbers, how it was done."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from querist.audit.design import MEASURE
from querist.session.audit_choice import audit_choice
from querist.simulation import figure as pictures
from querist.simulation.curves import LEVELS, Curves, records
from querist.simulation.findings import all_findings, p_text
from querist.simulation.metrics import METRICS
from querist.simulation.page import inline_svg, page
from querist.simulation.protocol import RANDOM
from querist.simulation.report_watched import audit_section, stopping_section

if TYPE_CHECKING:
    import pandas as pd


def report_html(
    experiment: Mapping[str, Any],
    summary: "pd.DataFrame",
    panels: Sequence[Curves],
    *,
    audit: "pd.DataFrame | None" = None,
    stopping: "pd.DataFrame | None" = None,
) -> str:
    """Return the report as one self-contained HTML page; a pure function of its arguments."""
    protocol = experiment["protocol"]
    findings = all_findings(experiment, summary, audit, stopping)
    return page(
        "report.html",
        title=f"Active learning on {protocol['name']}",
        protocol=protocol,
        data=experiment["data"],
        findings=findings,
        compared=any(finding.verdict not in ("rare", "baseline", "audit", "stopping") for finding in findings),
        pictures=[_picture(curves, number, protocol["name"]) for number, curves in enumerate(panels)],
        caption=pictures.caption(protocol["repeats"], METRICS[protocol["metrics"][0]].constant),
        numbers=[_numbers(summary, name) for name in protocol["metrics"]],
        audit=None if audit is None else audit_section(audit, protocol, largest=_largest(summary)),
        stopping=None if stopping is None else stopping_section(stopping, protocol),
        done=_facts(experiment),
        notes=_notes(experiment["notes"], panels),
        version=experiment["versions"]["querist"],
    )


def _largest(summary: "pd.DataFrame") -> float | None:
    """Return the accuracy of always answering the largest class, where accuracy is measured and that is known."""
    values = summary.loc[summary["metric"] == "accuracy", "largest_class"].dropna()
    return float(values.iloc[0]) if len(values) else None


def _picture(curves: Curves, number: int, name: str) -> str:
    svg = pictures.render(pictures.draw([curves], name=name), "svg")
    finals = ", ".join(
        f"{strategy} {values[:, -1].mean():.3f}" for strategy, values in curves.values.items() if values.size
    )
    quality = METRICS[curves.metric].label
    told = f"Learning curves of {curves.estimator}: {quality} by number of labels. At the end: {finals}."
    if curves.largest is not None:
        told += f" Always the {METRICS[curves.metric].constant}: {curves.largest:.3f}."
    return inline_svg(svg, f"p{number}", told)


def _numbers(summary: "pd.DataFrame", metric: str) -> dict[str, Any]:
    higher, shares = METRICS[metric].higher_is_better, METRICS[metric].has_shares
    summed = records(summary[summary["metric"] == metric])
    full = {line["estimator"]: line["full_data"] for line in summed}
    largest = summed[0]["largest_class"]

    def name(estimator: str, what: str) -> str:
        return what if len(full) == 1 else f"{estimator}, {what}"

    header = ["strategy" if len(full) == 1 else "estimator, strategy"]
    header += ["mean height", "difference", "95 % interval", "Holm p", "at the end"]
    if shares:
        header += [f"labels to {level} %" if higher else f"labels to {100 - level} % above" for level in LEVELS]
    lines = [
        [
            name(line["estimator"], line["strategy"]),
            _number(line["aulc"]),
            *_against_random(line),
            _number(line["final"]),
            *([_labels(line, level) for level in LEVELS] if shares else []),
        ]
        for line in summed
    ]
    blank = [""] * (len(header) - 6)
    lines += [
        [name(estimator, "all labels"), "", "", "", "", _number(value), *blank] for estimator, value in full.items()
    ]
    if not math.isnan(largest):
        lines.append([f"always the {METRICS[metric].constant}", "", "", "", "", _number(largest), *blank])
    better = "" if higher else " (lower is better)"
    return {"title": f"{METRICS[metric].label.capitalize()}{better}", "header": header, "lines": lines}


def _against_random(line: dict[str, Any]) -> list[str]:
    if line["strategy"] == RANDOM:
        return ["", "", ""]
    low, high = line["difference_low"], line["difference_high"]
    interval = "too few repeats" if math.isnan(low) else f"{low:+.4f} to {high:+.4f}"
    return [_number(line["difference"], "+.4f"), interval, p_text(line["p_holm"])]


def _number(value: Any, form: str = ".4f") -> str:
    return "undefined" if value is None or math.isnan(value) else format(value, form)


def _labels(line: dict[str, Any], level: int) -> str:
    if math.isnan(line["aulc"]):
        return "undefined"
    count = line[f"labels_{level}"]
    if not isinstance(count, int):
        return "not reached"
    saved = line[f"saved_percent_{level}"]
    if line["strategy"] == RANDOM or math.isnan(saved) or saved == 0:
        return f"{count}"
    return f"{count} ({abs(saved):.0f} % {'fewer' if saved > 0 else 'more'})"


def _facts(experiment: Mapping[str, Any]) -> list[tuple[str, str]]:
    protocol, data = experiment["protocol"], experiment["data"]
    test = (
        f"{data['n_test']} fixed rows"
        if data["n_test"] is not None
        else f"test_size {protocol['test_size']}, drawn anew in each repeat"
    )
    start = f"{protocol['initial']} labels, {protocol['initial_set']}" if protocol["initial"] else "none"
    versions = ", ".join(f"{name} {number}" for name, number in experiment["versions"].items())
    facts = [
        ("Repeats", f"{protocol['repeats']}; each has one split, one initial set and one seed for all strategies"),
        ("Labels", f"{protocol['budget']} in all, the initial set included, {protocol['batch_size']} per round"),
        ("Initial set", start),
        ("Test part", test),
        ("Repeated rows", "asked about once" if protocol["duplicates"] == "ask_once" else "kept"),
        ("Seed", str(protocol["random_state"])),
        *parts_facts(experiment),
        *_watched_facts(experiment),
        _truth_fact(data),
        ("Data", f"BLAKE2b {data['hash']}"),
        ("Versions", versions),
    ]
    if experiment["query_estimator"] is not None:
        facts.insert(4, ("Asked by", _short(experiment["query_estimator"])))
    return facts


def _truth_fact(data: Mapping[str, Any]) -> tuple[str, str]:
    if "targets" not in data:
        return "Classes", ", ".join(f"{name} ({count})" for name, count in data["classes"].items())
    told = data["targets"]
    return "Targets", f"{told['low']:g} to {told['high']:g}, mean {told['mean']:g}, deviation {told['deviation']:g}"


def parts_facts(experiment: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what each strategy and each estimator is, by its label."""
    named = {"strategy": experiment["strategies"], "estimator": experiment["estimators"]}
    return [(f"{what} {label}", _short(part)) for what, parts in named.items() for label, part in parts.items()]


def _watched_facts(experiment: Mapping[str, Any]) -> list[tuple[str, str]]:
    protocol, facts = experiment["protocol"], []
    if "audit" in protocol:
        choice = audit_choice(protocol["audit"])
        share = f"{100 * choice.share:g} % of the questions of every strategy follow the audit's random order"
        # Earlier versions wrote the share alone, and all answers taught.
        teaches = choice.design == MEASURE or not isinstance(protocol["audit"], str)
        taught = "and all answers teach the model that asks" if teaches else "and do not teach the model that asks"
        facts.append(("Audit", f"{share}, {taught}"))
    if "costs" in protocol:
        costs = protocol["costs"]
        told = f"a label {costs['label_cost']:g}, a wrong prediction {costs['error_cost']:g}"
        facts.append(("Costs", f"{told}; {costs['n_future']:,.0f} rows to be predicted"))
    # Labels of rules may be long: they stand on the wide side.
    rules = experiment.get("stopping", {}).items()
    return [*facts, *(("Stopping rule", f"{label}: {_rule(part)}") for label, part in rules)]


def _rule(part: dict[str, Any]) -> str:
    """Return a stopping rule as text, those that it is made of in brackets."""
    rules = part["params"].get("rules")
    return _short(part) if rules is None else f"{part['class'].rpartition(':')[2]}({', '.join(map(_rule, rules))})"


def _short(part: Any) -> str:
    if isinstance(part, dict) and "class" in part:
        chosen = {key: value for key, value in part.get("params", {}).items() if value is not None}
        values = ", ".join(f"{key}={_short(value)}" for key, value in chosen.items())
        return f"{part['class'].rpartition(':')[2]}({values})"
    if isinstance(part, dict) and "code" in part:
        return str(part.get("function", part.get("type"))).rpartition(":")[2]
    return part if isinstance(part, str) else json.dumps(part, ensure_ascii=False)


def _notes(notes: list[str], panels: Sequence[Curves]) -> list[str]:
    notes = list(notes)
    for curves in panels:
        label = METRICS[curves.metric].label
        if curves.n_dropped:
            notes.append(f"{curves.estimator}: {label} is undefined in {curves.n_dropped} repeats, which are left out.")
    return notes
