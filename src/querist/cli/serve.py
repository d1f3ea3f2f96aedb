"""``querist serve LOCATION``: the page of a project that exists."""

from typing import Annotated

import typer

from querist.cli.friendly import friendly
from querist.cli.page import (
    AllowHost,
    Annotator,
    BasePath,
    Browser,
    Host,
    Port,
    PublicUrl,
    TrustProxy,
    entrance_of,
    serve_page,
)


@friendly
def serve(
    project: Annotated[str, typer.Argument(help="A .querist file, or postgresql://...")],
    host: Host = "127.0.0.1",
    port: Port = None,
    allow_host: AllowHost = None,
    trust_proxy: TrustProxy = None,
    base_path: BasePath = "",
    public_url: PublicUrl = "",
    browser: Browser = True,
    annotator: Annotator = None,
) -> None:
    """Serve the labelling page of a project (`querist label` creates one)."""
    entrance = entrance_of(host, allow_host, trust_proxy, base_path, public_url)
    serve_page(project, entrance=entrance, port=port, browser=browser, annotator=annotator)
