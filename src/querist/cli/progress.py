"""A progress bar with the time left; quiet where there is no terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from querist.cli.interrupts import check

if TYPE_CHECKING:
    from querist.data import Watch


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int, str], None]]:
    """Yield a function (done, total, label) that moves a bar on standard error."""
    console = Console(stderr=True)
    columns = (
        TextColumn("   {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("elapsed"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None)

        def move(done: int, total: int, label: str) -> None:
            check()
            bar.update(task, completed=done, total=total, description=label or title)

        yield move


@contextmanager
def watched(title: str) -> Iterator["Watch"]:
    """Yield who is told how far a sentence model is: a bar, and a line with the time that it will take."""
    from querist.cli.words import print_notes
    from querist.data import Watch

    with progress_bar(title) as progress:
        yield Watch(progress, lambda sentence: print_notes([sentence]))
