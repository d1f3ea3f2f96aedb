"""The looks of a report: one HTML page that needs nothing else."""

import re
from collections.abc import Sequence
from html import escape

from querist.simulation.figure import INK, MUTED
from querist.simulation.findings import Finding

_STYLE = """
:root { color-scheme: light dark; --ink: #24292f; --muted: #57606a; --line: #d0d7de; --ground: #ffffff; --card: #f6f8fa;
  --blue: #0072b2; --orange: #d55e00; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 66rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; text-wrap: balance; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
p.lead, p.caption, footer { color: var(--muted); }
p.lead { margin: 0 0 1.5rem; }
p.caption, footer { font-size: .875rem; }
ul.findings { list-style: none; margin: 0; padding: 0; display: grid; gap: .6rem; }
ul.findings li { background: var(--card); border-left: 4px solid var(--line); border-radius: 0 6px 6px 0;
  padding: .7rem 1rem; overflow-wrap: anywhere; }
ul.findings li.better { border-color: var(--blue); }
ul.findings li.worse { border-color: var(--orange); }
ul.findings b { display: block; font-size: .8125rem; color: var(--muted); }
.better b { color: var(--blue) !important; }
.worse b { color: var(--orange) !important; }
.scroll { overflow-x: auto; }
.figure svg { width: 100%; min-width: 34rem; height: auto; display: block; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; min-width: 100%; }
th, td { padding: .4rem .55rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { font-weight: 600; vertical-align: bottom; white-space: normal; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.25rem; margin: 0; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; }
@media (max-width: 36rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .6rem; }
  main { padding-top: 1.5rem; } }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --muted: #9198a1; --line: #3d444d; --ground: #0d1117; --card: #161b22;
    --blue: #4aa8e0; --orange: #f0824a; }
}
@media print { body { font-size: 11pt; } main { max-width: none; padding: 0; } .scroll { overflow: visible; }
  .figure svg { min-width: 0; } h2 { break-after: avoid; }
  .figure, tr, li { break-inside: avoid; } th, td { white-space: normal; } }
"""


# Colours of the pictures that follow the page from light to dark.
_FOLLOWING = {INK: "--ink", MUTED: "--muted", "#0072b2": "--blue", "#d55e00": "--orange"}
_VERDICTS = {
    "better": "Better than random", "worse": "Worse than random", "unclear": "No clear difference",
    "audit": "Accuracy told by the audit", "stopping": "When to stop",
}  # fmt: skip


def page(title: str, body: Sequence[str]) -> str:
    """Return a whole HTML page around some parts."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def inline_svg(svg: bytes, prefix: str, description: str) -> str:
    """Return an SVG file as a part of a page: its identifiers unlike those of other pictures, its meaning told."""
    text = svg.decode()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'(\bid=")', rf"\g<1>{prefix}-", text)
    text = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{prefix}-", text)
    for colour, variable in _FOLLOWING.items():
        text = re.sub(rf"\b(fill|stroke): {colour}", rf"\g<1>: var({variable})", text)
    label = f'<svg role="img" aria-label="{escape(description)}"'
    return f'<div class="figure scroll">{text.replace("<svg", label, 1)}</div>'


def html_table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a table of texts; the first column names the line."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>\n" for line in lines)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>'


def html_findings(found: Sequence[Finding]) -> str:
    """Return findings as a list, each under its verdict in words and colour."""
    items = [f'<li class="{verdict}"><b>{_VERDICTS[verdict]}</b>{escape(text)}</li>' for verdict, text in found]
    compared = any(verdict not in ("audit", "stopping") for verdict, _ in found)
    return f'<ul class="findings">{"" if compared else "<li>Only random was run.</li>"}{"".join(items)}</ul>'


def html_list(items: Sequence[str]) -> str:
    """Return a list of texts."""
    return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"


def html_facts(facts: Sequence[tuple[str, str]]) -> str:
    """Return names and values, side by side."""
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts) + "</dl>"
