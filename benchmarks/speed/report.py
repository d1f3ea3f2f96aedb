"""From the measurements to a page: medians, ratios, targets met and missed."""

import json
import os
import platform
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from selections import KINDS

QUERIST = ("querist_named", "querist", "querist_warm")
# How many times as fast the name is to be as modAL, and as careful plain code.
OF_THE_NAME = {"a": (4.0, 4.0), "b": (10.0, 8.0), "c": (12.0, 8.0)}
# Memory beyond X that the largest task may take, in MB.
MEMORY_LIMIT = 64.0
# How much slower two threads may look before it counts; repeated measurements differ by about as much.
NOISE = 1.05
SHOWN = {
    "querist_named": 'Querist, estimator="logistic_regression"',
    "querist": "Querist, scikit-learn's object",
    "querist_warm": "Querist, scikit-learn's object, warm_start=True",
    "plain": "plain code, arrays",
    "plain_by_number": "plain code, row numbers",
    "modal": "modAL 0.4.2.1",
    "small_text": "small-text 1.4.1",
    "scikit_activeml": "scikit-activeml 1.0.1",
}

HEAD = """\
# Speed

Written by `python benchmarks/speed/run.py all`, every line of it, favourable or not. Each figure is the median over
fresh processes, which took turns (A B C A B C ...); *ratio* is the figure divided by that of Querist with the
classifier that the name makes, so above 1 Querist is faster. Targets of Querist with scikit-learn's object are about
that row: with cold fits unless warm_start=True is named. Peers run in environments of their own, on the newest
scikit-learn that they work with; Querist is measured on both. Everything runs on one BLAS thread, which is best for the
peers too, except under *Threads*.

"""
TITLES = {
    "a": "Tutorial loop: 1,000 x 10, 20 queries, test accuracy after each",
    "b": "100,000 x 50, 9,000 labelled, 100 queries",
    "c": "1,000,000 x 50, 90,000 labelled, 20 queries",
}


@dataclass
class Series:
    """The repetitions of one measurement."""

    task: str
    library: str
    environment: str
    threads: int | None
    versions: dict[str, str]
    results: list[dict[str, Any]] = field(default_factory=list)

    def seconds(self, kind: str | None = None) -> float:
        """Return the median time."""
        times = [result if kind is None else result[kind] for result in self.results]
        return median(float(time["seconds"]) for time in times)

    @property
    def sklearn(self) -> str:
        """The version of scikit-learn."""
        return self.versions["scikit-learn"]

    @property
    def memory(self) -> float:
        """The highest peak beyond X, in MB."""
        return max(float(result["memory_mb"]) for result in self.results)

    @property
    def rows(self) -> list[int]:
        """The rows asked in the first repetition."""
        rows: list[int] = self.results[0]["rows"]
        return rows


@dataclass(frozen=True)
class Target:
    """A promise and what became of it."""

    words: str
    met: bool
    found: str


def read(folder: Path) -> list[Series]:
    """Return the series of one task."""
    series: dict[tuple[Any, ...], Series] = {}
    for path in sorted(folder.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        names = {name: content[name] for name in ("task", "library", "environment", "threads")}
        one = series.setdefault(tuple(names.values()), Series(**names, versions=content["versions"]))
        one.results.append(content["result"])
    return list(series.values())


def by_version(series: Iterable[Series]) -> dict[str, dict[str, Series]]:
    """Return series by version of scikit-learn and library."""
    groups: dict[str, dict[str, Series]] = defaultdict(dict)
    for one in series:
        groups[one.sklearn][one.library] = one
    return dict(sorted(groups.items(), reverse=True))


def loop_targets(task: str, version: str, group: dict[str, Series]) -> list[Target]:
    """Return the targets of a loop on one version of scikit-learn."""
    ours, where = group["querist"].seconds(), f"scikit-learn {version}"
    others = {name: one.seconds() / ours for name, one in group.items() if name not in QUERIST}
    targets = _of_the_name(task, where, group)
    if task == "a":
        targets += [_at_least(f"(a) not slower than plain code, {where}", others["plain"], 1.0)]
        if "scikit_activeml" in others:
            targets.append(_at_least("(a) twice as fast as scikit-activeml", others["scikit_activeml"], 2.0))
        rows = group["plain"].rows
        different = [SHOWN[name] for name, one in group.items() if one.rows != rows and name != "querist_named"]
        found = f"others from {', '.join(different)}" if different else "the same from all"
        return [*targets, Target(f"(a) the rows of plain code, {where}", group["querist"].rows == rows, found)]
    cold, warm = {"b": (1.2, 2.0), "c": (1.4, 4.0)}[task]
    # Judged twice: beside the libraries and the code of tutorials, and beside careful code that no tutorial shows.
    usual = {name: ratio for name, ratio in others.items() if name != "plain_by_number"}
    for rivals, what in ((usual, "the fastest of libraries and tutorial code"), (others, "the fastest of all")):
        fastest = min(rivals, key=lambda name: rivals[name])
        if rivals is others and fastest in usual:
            continue
        named = f"({task}) than {what} ({SHOWN[fastest]}), {where}"
        targets += [
            _at_least(f"{named}: cold fit", others[fastest], cold),
            _at_least(f"{named}: warm_start=True", others[fastest] * ours / group["querist_warm"].seconds(), warm),
        ]
    if task == "c":
        for name in QUERIST:
            memory = group[name].memory
            words = f"(c) {SHOWN[name]}: peak beyond X under {MEMORY_LIMIT:.0f} MB, {where}"
            targets.append(Target(words, memory < MEMORY_LIMIT, f"{memory:.0f} MB"))
    return targets


def _of_the_name(task: str, where: str, group: dict[str, Series]) -> list[Target]:
    """Return the targets of the classifier that the name makes."""
    ours, (beside_modal, beside_careful) = group["querist_named"].seconds(), OF_THE_NAME[task]
    wanted = {"modal": beside_modal, "plain_by_number": beside_careful}
    return [
        _at_least(f"({task}) the name, than {SHOWN[name]}, {where}", group[name].seconds() / ours, least)
        for name, least in wanted.items()
        if name in group
    ]


def loop_section(task: str, series: list[Series]) -> tuple[list[str], list[Target]]:
    """Return the lines of a loop's section, and its targets."""
    lines = [f"## ({task}) {TITLES[task]}", ""]
    targets = []
    for version, group in by_version(series).items():
        ours = group["querist_named"].seconds()
        lines += [
            f"scikit-learn {version}:",
            "",
            "| | seconds | ratio | test accuracy | peak beyond X, MB |",
            "|---|---|---|---|---|",
        ]
        for name, one in sorted(group.items(), key=lambda item: item[1].seconds()):
            memory = f"{one.memory:.0f}" if "memory_mb" in one.results[0] else ""
            accuracy = one.results[0]["scores"][-1]
            lines.append(
                f"| {SHOWN[name]} | {one.seconds():.4g} | {one.seconds() / ours:.2f} | {accuracy:.4f} | {memory} |"
            )
        lines.append("")
        targets += loop_targets(task, version, group)
    return lines, targets


def selection_section(series: list[Series]) -> list[str]:
    """Return the lines of the section on selection alone."""
    names = {one.library: one for one in series}
    lines = ["## (d) Selection alone: the top 100 of 1,000,000 x 10 probabilities, milliseconds", ""]
    lines += ["| | " + " | ".join(f"{kind.replace('_', ' ')} | ratio" for kind in KINDS) + " |", "|---" * 7 + "|"]
    for name, one in names.items():
        cells = [
            f"{one.seconds(kind) * 1e3:.1f} | {one.seconds(kind) / names['querist'].seconds(kind):.2f}"
            for kind in KINDS
        ]
        lines.append(f"| {SHOWN[name]} | " + " | ".join(cells) + " |")
    same = all(len({tuple(one.results[0][kind]["rows"]) for one in series}) == 1 for kind in KINDS)
    return [*lines, "", "All choose the same 100 rows." if same else "**Not all choose the same 100 rows.**", ""]


def thread_section(series: list[Series]) -> tuple[list[str], list[Target]]:
    """Return the lines on one thread and the default number, and the targets."""
    found = {(one.task, one.library, one.threads): one.seconds() for one in series}
    lines = ["## (e) Threads: one BLAS thread, and as many as BLAS takes by itself", ""]
    lines += ["| task | | one thread, s | default, s | default / one |", "|---|---|---|---|---|"]
    targets = []
    for task, library in sorted({(one.task, one.library) for one in series}):
        single, default = found[task, library, 1], found[task, library, None]
        lines.append(f"| ({task}) | {SHOWN[library]} | {single:.4g} | {default:.4g} | {default / single:.2f} |")
        if library in QUERIST:
            words = f"(e) {SHOWN[library]}, task ({task}): not slower with the default number of threads"
            targets.append(Target(words, default <= NOISE * single, f"{default / single:.2f} times"))
    return [*lines, ""], targets


def start_targets(folder: Path) -> list[Target]:
    """Return the targets of start-up."""
    results = [json.loads(path.read_text(encoding="utf-8"))["result"] for path in sorted(folder.glob("*.json"))]
    imported, helped = (median(result[key] for result in results) for key in ("import", "help"))
    return [
        Target("(f) `import querist`, after numpy, under 0.15 s", imported < 0.15, f"{imported:.3f} s"),
        Target("(f) `querist --help` under 0.5 s", helped < 0.5, f"{helped:.2f} s"),
    ]


def write_report(runs: Path, path: Path) -> str:
    """Write the page from the results that are there; return the targets as text."""
    sections: list[str] = []
    targets: list[Target] = []
    for task in ("a", "b", "c"):
        if series := read(runs / task):
            lines, found = loop_section(task, series)
            sections += lines
            targets += found
    if series := read(runs / "d"):
        sections += selection_section(series)
    if series := read(runs / "e"):
        lines, found = thread_section(series)
        sections += lines
        targets += found
    if any((runs / "f").glob("*.json")):
        targets += start_targets(runs / "f")
    met = sum(target.met for target in targets)
    table = ["## Targets", "", f"{met} of {len(targets)} met.", "", "| target | found | met |", "|---|---|---|"]
    table += [f"| {target.words} | {target.found} | {'yes' if target.met else '**no**'} |" for target in targets]
    path.write_text(HEAD + _machine(runs) + "\n".join([*table, "", *sections]), encoding="utf-8")
    return "\n".join(table[2:])


def _at_least(words: str, ratio: float, least: float) -> Target:
    return Target(f"{words}, at least {least:g} times as fast", ratio >= least, f"{ratio:.2f} times")


def _machine(runs: Path) -> str:
    versions: dict[str, set[str]] = defaultdict(set)
    for path in runs.glob("*/*.json"):
        for name, version in json.loads(path.read_text(encoding="utf-8")).get("versions", {}).items():
            versions[name].add(version)
    software = ", ".join(f"{name} {' and '.join(sorted(found))}" for name, found in sorted(versions.items()))
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        processor = platform.processor() or platform.machine()
    return f"Machine: {processor}, {os.cpu_count()} cores, {platform.system()}. Software: {software}.\n\n"
