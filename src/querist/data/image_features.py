"""`ImageFeatures`: the one recipe that turns images into numbers, the pixels of small copies of one size."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from querist._typing import AnyArray
from querist.data.pixels import form_of, pixels

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Pixels:
    """Pixels of images.

    Attributes
    ----------
    X : ndarray of shape (n_images, n_pixels), float32
        In [0, 1]; rows that could not be read look like the mean of those that the features were learned from.
    unread : dict of int to str
        Why a row could not be read.
    """

    X: npt.NDArray[np.float32]
    unread: dict[int, str]


class ImageFeatures(TransformerMixin, BaseEstimator):
    """Reads images and shrinks them to the same small size.

    The first hundred decide on it: at most 32 pixels wide and high, 16 from 20,000 images on, never larger than
    most of them are; grey if they are grey. Images of 16 bits and more are stretched over 8.

    Attributes
    ----------
    side_ : int
        Width and height of the small copies.
    grey_ : bool
    mean_ : ndarray of shape (n_pixels,), float32
        What an image that cannot be read looks like: the mean of those that could.
    n_features_in_ : int

    Notes
    -----
    Fitting reads every image once.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from PIL import Image
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for name, brightness in (("dark.png", 0), ("light.png", 255)):
    ...     Image.fromarray(np.full((2, 2), brightness, np.uint8)).save(folder / name)
    >>> ImageFeatures().fit_transform([folder / "dark.png", folder / "light.png", folder / "gone.png"]).tolist()
    [[0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0], [0.5, 0.5, 0.5, 0.5]]
    """

    def fit(self, X: Sequence[Path | None], y: Any = None) -> Self:
        """Learn from the paths of images; None: there is no file that can be read."""
        self.fit_read(X)
        return self

    def fit_transform(self, X: Sequence[Path | None], y: Any = None) -> npt.NDArray[np.float32]:
        """Learn from images, and return their pixels: an array of shape (n_images, n_pixels)."""
        return self.fit_read(X).X

    def transform(self, X: Sequence[Path | None]) -> npt.NDArray[np.float32]:
        """Return the pixels of images: an array of shape (n_images, n_pixels)."""
        return self.read(X).X

    def fit_read(self, paths: Sequence[Path | None], *, progress: Progress | None = None) -> Pixels:
        """Learn from images, and return their pixels and what could not be read.

        Parameters
        ----------
        paths : sequence of path or None
            None: there is no file that can be read.
        progress : callable, default=None
            Called with (images done, images in all).
        """
        self.side_, self.grey_ = form_of(paths)
        self.n_features_in_ = 1
        self.mean_ = np.zeros(self.side_ * self.side_ * (1 if self.grey_ else 3), np.float32)
        read = self.read(paths, progress=progress)
        if read.unread and len(read.unread) < len(paths):
            n_read = len(paths) - len(read.unread)
            self.mean_ = (read.X.sum(axis=0, dtype=np.float64) / n_read).astype(np.float32)
            read.X[list(read.unread)] = self.mean_
        elif len(paths):
            self.mean_ = read.X.mean(axis=0, dtype=np.float64).astype(np.float32)
        return read

    def read(self, paths: Sequence[Path | None], *, progress: Progress | None = None) -> Pixels:
        """Return the pixels of images, and what could not be read; parameters as of `fit_read`."""
        check_is_fitted(self, "mean_")
        X = np.empty((len(paths), self.mean_.size), np.float32)
        unread: dict[int, str] = {}
        for row, path in enumerate(paths):
            found = "there is no file to read" if path is None else pixels(path, self.side_, grey=self.grey_)
            if isinstance(found, str):
                unread[row] = found
                X[row] = self.mean_
            else:
                X[row] = found
            if progress is not None:
                progress(row + 1, len(paths))
        return Pixels(X, unread)

    def get_feature_names_out(self, input_features: Any = None) -> AnyArray:
        """Return the names of the pixels, line by line."""
        check_is_fitted(self, "mean_")
        colours = ("",) if self.grey_ else (" red", " green", " blue")
        places = range(1, self.side_ + 1)
        return np.array([f"pixel {y}, {x}{colour}" for y in places for x in places for colour in colours], object)
