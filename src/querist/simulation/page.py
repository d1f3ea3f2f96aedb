"""The looks of a report: one HTML page that needs nothing else, made from the templates beside this module."""

import re
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from querist.simulation.figure import INK, MUTED

if TYPE_CHECKING:
    import jinja2

# Colours of the pictures that follow the page from light to dark.
_FOLLOWING = {INK: "--ink", MUTED: "--muted", "#0072b2": "--blue", "#d55e00": "--orange"}


def page(template: str, **values: Any) -> str:
    """Return a whole HTML page; what is put into it is escaped.

    Parameters
    ----------
    template : str
        A file in ``templates/``.
    **values
        What it names.
    """
    return _environment().get_template(template).render(values)


@cache
def _environment() -> "jinja2.Environment":
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("querist.simulation"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
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
    return text.replace("<svg", label, 1)
