"""How large the page is: ``python benchmarks/page/size.py`` writes its part of README.md."""

import gzip
import re
from pathlib import Path

from figures import keep

import querist.web

STATIC = Path(querist.web.__file__).parent / "static"
# Of what labelling loads, and of all views together.
LIMIT_KB = 60
LIMIT_OF_ALL_KB = 90
# What the first view, labelling, loads; and what the insights with their chart load beyond it.
_FIRST = ("index", "LabelView")


def packed(path):
    """Return the size of a file as it is sent, in kB."""
    return len(gzip.compress(path.read_bytes(), mtime=0)) / 1000


def imported(path, found):
    """Add a script and all that it loads at once."""
    if path in found:
        return
    found.add(path)
    for name in re.findall(r'(?:from|import)"\./([^"]+)"', path.read_text(encoding="utf-8")):
        imported(path.parent / name, found)


def main():
    """Measure, and write."""
    assets = sorted((STATIC / "assets").iterdir())
    first = set()
    for path in [each for each in assets if each.suffix == ".js" and each.name.startswith(_FIRST)]:
        imported(path, first)
    insights = set(first)
    for path in [each for each in assets if each.suffix == ".js" and each.name.startswith("InsightsView")]:
        imported(path, insights)
    styles = {path for path in assets if path.suffix == ".css"}
    for view in (first, insights):
        names = {path.name.split("-")[0] for path in view}
        view |= {path for path in styles if path.name.split("-")[0] in names}
    html = packed(STATIC / "index.html")
    rows = []
    for what, files, limit in (
        ("what labelling loads", first, LIMIT_KB),
        ("labelling and the insights with their chart", insights, LIMIT_OF_ALL_KB),
        ("every view", set(assets), LIMIT_OF_ALL_KB),
    ):
        size = html + sum(packed(path) for path in files)
        rows.append((f"{what}, gzipped", f"{size:.1f} kB", f"{limit} kB", size <= limit))
        print(*rows[-1], sep="  ")
    maps = [path.name for path in assets if path.suffix == ".map"]
    rows.append(("source maps", len(maps), 0, not maps))
    keep("Size", rows, "What a browser fetches once; views are loaded when they are opened.")


if __name__ == "__main__":
    main()
