"""How commands end when something goes wrong: one message, no traceback, a status that is not 0."""

import errno
import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

import typer

from querist.cli.interrupts import remembered
from querist.exceptions import QueristError

P = ParamSpec("P")
R = TypeVar("R")

FAILED = 1
INTERRUPTED = 130


def friendly(command: Callable[P, R]) -> Callable[P, R]:
    """Turn expected errors of a command into one message on standard error."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except QueristError as error:
            raise _end(f"Error: {error}", FAILED) from error
        except KeyboardInterrupt as error:
            raise _end("Stopped.", INTERRUPTED) from error
        except BrokenPipeError as error:
            # The reader of our output has gone (`querist ... | head`): nobody is left to tell.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(FAILED) from error
        except OSError as error:
            raise _end(f"Error: {_told(error)}", FAILED) from error

    return wrapped


@contextmanager
def resumable(folder: Path) -> Iterator[None]:
    """Say of work that is interrupted that what is finished stays in its folder."""
    try:
        with remembered():
            yield
    except KeyboardInterrupt:
        told = f"\nStopped. Finished runs are kept in {folder}; run the same command again to go on."
        raise _end(told, INTERRUPTED) from None


def _end(message: str, status: int) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(status)


def _told(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"The disk is full{where}. Make room, then run the same command again: what is finished is kept."
    return f"{error.strerror or error}{where}."
