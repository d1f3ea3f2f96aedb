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

Host: TypeAlias = Annotated[
    str, typer.Option(help="Where to listen; 0.0.0.0 lets people of the network in, by invitation.")
]
AllowHost: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(help="A name that the page is opened by, such as label.example.org; repeat for several."),
]
TrustProxy: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(help="Address or network of a proxy whose forwarded headers are believed; repeat for several."),
]
BasePath: TypeAlias = Annotated[
    str, typer.Option(help="Path below which a proxy shows the page, such as /querist.", show_default=False)
]
PublicUrl: TypeAlias = Annotated[
    str, typer.Option(help="Address by which people open the page behind a proxy; links carry it.", show_default=False)
]
Port: TypeAlias = Annotated[
    int | None,
    typer.Option(min=1, max=65535, help="Default: the one of last time, else 8765; if it is taken, the next."),
]
Browser: TypeAlias = Annotated[bool, typer.Option(help="Open the page if there is a display.")]
Annotator: TypeAlias = Annotated[
    str | None, typer.Option(help="Your name in the answers; an owner, or a new name. Default: your login.")
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
            f"The link works once. It signs in {name} in the browser that opens it; from then on that browser needs "
            f"only {link.partition('#')[0]}"
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
