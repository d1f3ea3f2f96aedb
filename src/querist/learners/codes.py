"""Labels as numbers of their classes."""

import numpy as np

from querist._typing import AnyArray, IntArray

# Classes up to which comparing all labels with each is faster than sorting them, and the fewest labels to try it.
_FEW_CLASSES, _MANY_LABELS = 16, 256


def classes_and_codes(labels: AnyArray, likely: AnyArray | None = None) -> tuple[AnyArray, IntArray]:
    """Return the distinct labels, sorted, and which of them each label is: what ``numpy.unique`` does.

    Parameters
    ----------
    labels : ndarray of shape (n,)
    likely : ndarray of shape (n_classes,), default=None
        What the classes probably are, sorted: a session has mostly the same as a moment ago. Then labels are not sorted
        but compared with each.

    Returns
    -------
    classes : ndarray of shape (n_classes,)
    codes : ndarray of shape (n,)
        O(n * n_classes) with up to 16 likely classes, else O(n log n).
    """
    codes = None if likely is None or labels.size < _MANY_LABELS else _codes_of(labels, likely)
    if likely is not None and codes is not None:
        return likely, codes
    classes, codes = np.unique(labels, return_inverse=True)
    return classes, codes


def _codes_of(labels: AnyArray, classes: AnyArray) -> IntArray | None:
    """Return which class each label is; None if there are other labels, or a class has none."""
    if classes.size > _FEW_CLASSES or labels.dtype.kind != classes.dtype.kind or labels.dtype.kind not in "biuU":
        return None
    codes, n_found = np.zeros(labels.size, np.int64), 0
    for code, label in enumerate(classes):
        places = np.flatnonzero(labels == label)
        if not places.size:
            return None
        codes[places] = code
        n_found += places.size
    return codes if n_found == labels.size else None
