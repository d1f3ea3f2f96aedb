"""The figures of the labelling page: kept in figures.json, written out as README.md."""

import json
import os
import platform
from pathlib import Path

HERE = Path(__file__).parent
_KEPT = HERE / "figures.json"
_INTRODUCTION = """# The labelling page under the clock

Written by the scripts beside this file, each line as measured, favourable or not:

    python benchmarks/page/latency.py      # a person in Chromium, the model retraining in the background
    python benchmarks/page/key_to_paint.py # few and many classes, long texts, wide tables, desk and phone
    python benchmarks/page/load.py         # fifty people at once, on SQLite and PostgreSQL
    python benchmarks/page/load.py --exports --name "Load beside exports"
    python benchmarks/page/load.py --people 200 --rate 34 --seconds 600 --databases SQLite --name Streams
    python benchmarks/page/size.py         # what a browser fetches
    python benchmarks/page/door.py         # what strangers can do to the server

Machine: {cores} cores, {system}, Python {python}. Server, trainer, database, clients and browser share it.
"""


def percentile(values, share):
    """Return the smallest value that so large a share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 1).__int__() - 1)]


def keep(section, rows, note=""):
    """Keep the rows (quantity, found, target, met or None) of a section and write the page again."""
    kept = json.loads(_KEPT.read_text(encoding="utf-8")) if _KEPT.exists() else {}
    kept[section] = {"rows": rows, "note": note}
    _KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    parts = [_INTRODUCTION.format(cores=os.cpu_count(), system=platform.system(), python=platform.python_version())]
    for name, content in kept.items():
        parts.append(f"\n## {name}\n\n{content['note']}\n\n| | found | target | met |\n|---|---|---|---|\n")
        for quantity, found, target, met in content["rows"]:
            words = "" if met is None else "yes" if met else "**no**"
            parts.append(f"| {quantity} | {found} | {target} | {words} |\n")
    (HERE / "README.md").write_text("".join(parts), encoding="utf-8")
