"""Image files into pixels: small copies of one size, upright, of 8 bits."""

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from querist.exceptions import ImageError

if TYPE_CHECKING:
    from PIL import Image

# Larger copies cost memory and time, and a pixel says little about what an image shows anyway.
_SIDE, _SMALL_SIDE = 32, 16
_MANY = 20_000
# So many images decide on the size, and on whether there is colour.
_SAMPLE = 100
# The tag of EXIF that says how a camera was held.
_ORIENTATION = 274
# An image takes three or four bytes a pixel as it is decoded, whatever its file has.
MOST_PIXELS = 1 << 26
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "MPO")
_GREY_MODES = ("1", "L", "LA")


@contextlib.contextmanager
def opened_image(file: Path | IO[bytes]) -> "Iterator[Image.Image]":
    """Give an image that is read as it is used; what Pillow warns about is passed over.

    Raises
    ------
    Exception
        Nearly anything, on damaged files: so Pillow does. Files that end too early are found when all pixels are read.
    ImageError
        If it has too many pixels: a file of some kilobytes can have billions.
    """
    from PIL import Image

    with warnings.catch_warnings(), _open(Image, file) as image:
        warnings.simplefilter("ignore")  # about large images and odd metadata
        if image.width * image.height > MOST_PIXELS:
            raise ImageError(f"it has {image.width:,} x {image.height:,} pixels; at most {MOST_PIXELS:,} are read")
        yield image


def _open(library: Any, file: Path | IO[bytes]) -> Any:
    try:
        # No other: Pillow also reads formats for which it runs other programs.
        return library.open(file, formats=_FORMATS)
    except library.DecompressionBombError:
        raise ImageError(f"it has too many pixels; at most {MOST_PIXELS:,} are read") from None


def form_of(paths: Sequence[Path | None]) -> tuple[int, bool]:
    """Return the side of the small copies, and whether they are grey."""
    known = [path for path in paths if path is not None][:_SAMPLE]
    images = [image for image in (_opened(path) for path in known) if not isinstance(image, str)]
    most = _SMALL_SIDE if len(paths) > _MANY else _SIDE
    if not images:
        return most, True
    side = min(most, int(np.median([min(image.size) for image in images])))
    return max(side, 1), all(image.mode in _GREY_MODES for image in images)


def pixels(path: Path, side: int, *, grey: bool) -> npt.NDArray[np.float32] | str:
    """Return the pixels of the small copy of an image, or why it cannot be read."""
    image = _opened(path, (side, side))
    if isinstance(image, str):
        return image
    small = image.convert("L" if grey else "RGB").resize((side, side))
    return np.asarray(small, np.float32).ravel() / np.float32(255)


def upright_image(file: Path | IO[bytes], size: tuple[int, int] | None = None) -> "Image.Image":
    """Return an image as the model and the page see it: whole, upright and of 8 bits.

    Parameters
    ----------
    file : path or binary file
    size : (int, int), default=None
        JPEG may come at a smaller scale, as long as it is not smaller than this.

    Raises
    ------
    Exception
        See `opened_image`.
    """
    from PIL import ImageOps

    with opened_image(file) as image:
        if size is not None:
            image.draft(None, size)
        # Reads all pixels, so that a file that ends too early is found here.
        upright = ImageOps.exif_transpose(image)
        upright.load()
        return _of_eight_bits(upright)


def is_as_shown(image: "Image.Image") -> bool:
    """Whether a browser shows an opened image as `upright_image` returns it: not turned, and of 8 bits."""
    # Of a PNG that has no EXIF above its pixels, all of them would be read to look below.
    says = image.format != "PNG" or any("exif" in str(key).lower() for key in image.info)
    turned = says and image.getexif().get(_ORIENTATION, 1) not in (0, 1)
    # All browsers turn JPEG by what its EXIF says; WebP they do not.
    return not _is_of_more_bits(image) and (not turned or image.format in ("JPEG", "MPO"))


def _opened(path: Path, size: tuple[int, int] | None = None) -> "Image.Image | str":
    """Return an image, or why it cannot be read."""
    try:
        return upright_image(path, size)
    except Exception as error:  # Pillow raises nearly anything on damaged files
        return f"{path.name}: {error or type(error).__name__}"


def _is_of_more_bits(image: "Image.Image") -> bool:
    return image.mode in ("I", "F") or image.mode.startswith("I;")


def _of_eight_bits(image: "Image.Image") -> "Image.Image":
    """Return an image of 16 or more bits with its brightness stretched over 8 bits, others as they are."""
    from PIL import Image

    if not _is_of_more_bits(image):
        return image
    values = np.nan_to_num(np.asarray(image, np.float64), posinf=0.0, neginf=0.0)
    low, high = values.min(), values.max()
    return Image.fromarray(((values - low) / (high - low or 1) * 255).astype(np.uint8))
