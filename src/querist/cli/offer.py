"""The end of ``querist demo``: the labelling page, on images that ship with scikit-learn."""

import shutil
import sys
from pathlib import Path

import typer

from querist._words import command
from querist.cli.display import is_interactive
from querist.cli.label import label

# The keys 1 to 9 stand on the buttons in this order, so each digit but 0 has its own.
_DIGITS = "1,2,3,4,5,6,7,8,9,0"


def offer_page(folder: Path) -> None:
    """Write handwritten digits as images, say how to label them, and open the page if somebody says so."""
    _write_digits(folder)
    typer.echo("\n4. Your turn: label the same digits yourself, as images, while a model learns as you go.")
    typer.echo(f"   {_querist()} {command('label', folder, '--labels', _DIGITS)}")
    if is_interactive() and typer.confirm("\nOpen it now?", default=True):
        label([str(folder)], labels=_DIGITS)


def _write_digits(folder: Path) -> None:
    import numpy as np
    from PIL import Image
    from sklearn.datasets import load_digits

    folder.mkdir(parents=True, exist_ok=True)
    # Ink is 16 there and paper 0.
    images = (255 - 255 * load_digits().images / 16).round().astype(np.uint8)
    for number, image in enumerate(images, 1):
        Image.fromarray(image).save(folder / f"{number:04d}.png")


def _querist() -> str:
    """Return how to call this program from where the person stands."""
    if shutil.which("querist"):
        return "querist"
    python, here = Path(sys.executable), Path.cwd()
    return command(python.relative_to(here) if python.is_relative_to(here) else python, "-m", "querist")
