"""Images into features: the pixels of small copies, all of one size."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

# Larger copies cost memory and time, and a pixel says little about what an image shows anyway.
_SIDE, _SMALL_SIDE = 32, 16
_MANY = 20_000
# So many images decide on the size, and on whether there is colour.
_SAMPLE = 100
_GREY_MODES = ("1", "L", "LA")


@dataclass(frozen=True, eq=False)
class ImageFeatures:
    """Pixels of images.

    Attributes
    ----------
    X : ndarray of shape (n_images, n_pixels), float32
        In [0, 1]; rows that could not be read are the mean of the others.
    unread : dict of int to str
        Why a row could not be read.
    """

    X: npt.NDArray[np.float32]
    unread: dict[int, str]


def image_features(
    paths: Sequence[Path | None], *, progress: Callable[[int, int], None] | None = None
) -> ImageFeatures:
    """Read images and shrink them to the same small size.

    They are at most 32 pixels wide and high, 16 from 20,000 images on, never larger than
    most of them are; grey if the first hundred are grey.

    Parameters
    ----------
    paths : sequence of path or None
        None: there is no file that can be read.
    progress : callable, default=None
        Called with (images done, images in all).

    Returns
    -------
    ImageFeatures
    """
    side, grey = _form(paths)
    X = np.zeros((len(paths), side * side * (1 if grey else 3)), np.float32)
    unread: dict[int, str] = {}
    for row, path in enumerate(paths):
        pixels = "there is no file to read" if path is None else _pixels(path, side, grey=grey)
        if isinstance(pixels, str):
            unread[row] = pixels
        else:
            X[row] = pixels
        if progress is not None:
            progress(row + 1, len(paths))
    if unread and len(unread) < len(paths):
        rows = list(unread)
        X[rows] = X.sum(axis=0, dtype=np.float64) / (len(paths) - len(rows))
    return ImageFeatures(X, unread)


def _form(paths: Sequence[Path | None]) -> tuple[int, bool]:
    """Return the side of the small copies, and whether they are grey."""
    known = [path for path in paths if path is not None][:_SAMPLE]
    images = [image for image in (_opened(path) for path in known) if not isinstance(image, str)]
    most = _SMALL_SIDE if len(paths) > _MANY else _SIDE
    if not images:
        return most, True
    side = min(most, int(np.median([min(image.size) for image in images])))
    return max(side, 1), all(image.mode in _GREY_MODES for image in images)


def _pixels(path: Path, side: int, *, grey: bool) -> npt.NDArray[np.float32] | str:
    """Return the pixels of the small copy of an image, or why it cannot be read."""
    image = _opened(path, (side, side))
    if isinstance(image, str):
        return image
    small = image.convert("L" if grey else "RGB").resize((side, side))
    return np.asarray(small, np.float32).ravel() / np.float32(255)


def _opened(path: Path, size: tuple[int, int] | None = None) -> Any:
    """Return an image, whole and upright, or why it cannot be read; JPEG may come at a smaller scale."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings(), Image.open(path) as image:
            warnings.simplefilter("ignore")  # about large images and odd metadata
            if size is not None:
                image.draft(None, size)
            # Reads all pixels, so that a file that ends too early is found here.
            upright = ImageOps.exif_transpose(image)
            upright.load()
            return _of_eight_bits(upright)
    except Exception as error:  # Pillow raises nearly anything on damaged files
        return f"{path.name}: {error or type(error).__name__}"


def _of_eight_bits(image: Any) -> Any:
    """Return an image of 16 or more bits with its brightness stretched over 8 bits, others as they are."""
    from PIL import Image

    if image.mode not in ("I", "F") and not image.mode.startswith("I;"):
        return image
    values = np.asarray(image, np.float64)
    low, high = values.min(), values.max()
    return Image.fromarray(((values - low) / (high - low or 1) * 255).astype(np.uint8))
