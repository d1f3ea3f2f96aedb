"""``querist serve LOCATION``: the page of a project that exists."""

from typing import Annotated

import typer

from querist.cli.friendly import friendly
from querist.cli.page import Annotator, Browser, Host, Port, serve_page


@friendly
def serve(
    project: Annotated[str, typer.Argument(help="A .querist file, or postgresql://...")],
    host: Host = "127.0.0.1",
    port: Port = None,
    browser: Browser = True,
    annotator: Annotator = None,
) -> None:
    """Serve the labelling page of a project; `querist label` makes one."""
    serve_page(project, host=host, port=port, browser=browser, annotator=annotator)
