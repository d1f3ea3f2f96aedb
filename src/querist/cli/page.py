"""The labelling page from the command line: served, announced, opened in the browser."""

import contextlib
import getpass
import os
from typing import TYPE_CHECKING, Annotated, TypeAlias
from urllib.parse import urlsplit

import typer

from querist.cli.display import has_display, is_remote
from querist.cli.words import print_notes

if TYPE_CHECKING:
    from querist.web.entrance import Entrance

# Where `--help` lists these.
_PANEL = "Page and network"
Host: TypeAlias = Annotated[
    str,
    typer.Option(help="Address to listen on; 0.0.0.0 lets invited people on the network in.", rich_help_panel=_PANEL),
]
AllowHost: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        help="Host name that people open the page by, such as label.example.org. Can be repeated.",
        rich_help_panel=_PANEL,
    ),
]
TrustProxy: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        help="Address or network of a proxy whose forwarded headers can be trusted. Can be repeated.",
        rich_help_panel=_PANEL,
    ),
]
BasePath: TypeAlias = Annotated[
    str,
    typer.Option(
        help="Path under which a proxy serves the page, such as /querist.", show_default=False, rich_help_panel=_PANEL
    ),
]
PublicUrl: TypeAlias = Annotated[
    str,
    typer.Option(
        help="Address at which people open the page behind a proxy; links use it.",
        show_default=False,
        rich_help_panel=_PANEL,
    ),
]
Port: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=65535,
        help="Port to listen on. Default: the one used last time, or 8765; the next free one if it is taken.",
        rich_help_panel=_PANEL,
    ),
]
Browser: TypeAlias = Annotated[
    bool, typer.Option(help="Open the page in a browser if there is a display.", rich_help_panel=_PANEL)
]
Annotator: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="Name that your answers carry: an owner of the project, or a new name. Default: your login name.",
        rich_help_panel=_PANEL,
    ),
]


def serve_page(
    location: str,
    *,
    entrance: "Entrance",
    port: int | None,
    browser: bool,
    annotator: str | None,
    is_new: bool = False,
) -> None:
    """Serve a project until Ctrl-C; print the link, and open it where somebody sees it.

    Of a project that is not new, what it holds is printed first.
    """
    from querist.cli.browser import Launch
    from querist.web.serving import serve

    launch, name = Launch(), annotator or _login()

    def ready(link: str, notes: tuple[str, ...], standing: tuple[str, ...]) -> None:
        print_notes(notes)
        if not is_new:
            typer.echo("\n   ".join(standing))
        typer.echo(f"\nLabel at: {link}")
        typer.echo(
            f"The link works once. It signs {name} in on the browser that opens it; after that, this browser only "
            f"needs {link.partition('#')[0]}"
        )
        typer.echo("Stop with Ctrl-C. To go on later, run the same command again.")
        if entrance.public_url:
            return
        if is_remote():
            typer.echo(f"From your own machine: {_tunnel(link)}   and open the link there.")
        elif browser and has_display():
            launch.open(link)

    # Ctrl-C is how a server ends.
    with contextlib.suppress(KeyboardInterrupt), launch:
        serve(location, entrance=entrance, port=port, annotator=name, on_ready=ready)
    typer.echo("Stopped. Every answer is saved.")


def entrance_of(
    host: str, allow_host: list[str] | None, trust_proxy: list[str] | None, base_path: str, public_url: str
) -> "Entrance":
    """Return what the options say; told at once if they cannot be meant."""
    from querist.web.entrance import Entrance

    return Entrance(host, tuple(allow_host or ()), tuple(trust_proxy or ()), base_path, public_url)


def _tunnel(link: str) -> str:
    """Return the command that brings the page to the machine where the person sits."""
    port = urlsplit(link).port
    server = os.environ.get("SSH_CONNECTION", "").split()
    machine = server[2] if len(server) == 4 else "THIS_MACHINE"
    return f"ssh -L {port}:127.0.0.1:{port} {_login()}@{machine}"


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container whose user has no name
        return "me"
