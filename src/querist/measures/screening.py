"""How soon the relevant records are found when records are read in some order: the figures of screening."""

import numpy as np
from numpy.typing import ArrayLike

from querist._typing import FloatArray, IntArray

# Shares such as 0.95 of 20 are not exact in binary.
_ROUNDING = 1e-9


def recall_curve(relevant: ArrayLike) -> FloatArray:
    """Return the share of the relevant records that are found after each record.

    Parameters
    ----------
    relevant : array-like of bool, shape (n_records,)
        In the order in which they are read; all records, read or not.

    Returns
    -------
    ndarray of shape (n_records,)

    Raises
    ------
    ValueError
        If no record is relevant.

    Examples
    --------
    >>> recall_curve([1, 0, 1, 0]).tolist()
    [0.5, 0.5, 1.0, 1.0]
    """
    found = np.cumsum(_checked(relevant))
    curve: FloatArray = found / found[-1]
    return curve


def average_time_to_discovery(relevant: ArrayLike) -> float:
    """Return the ATD: how many records are read until a relevant one is found, on average, as a share of all records.

    ``sum of positions of the relevant records / (number of relevant records * number of records)``.

    Parameters
    ----------
    relevant : array-like of bool, shape (n_records,)
        In the order in which they are read. Records that were known before the first question are left out.

    Returns
    -------
    float
        In (0, 1]; the lower the better, about 0.5 for records in random order.

    References
    ----------
    .. [1] G. Ferdinands et al., "Performance of active learning models for screening prioritization in systematic
       reviews: a simulation study into the Average Time to Discover relevant records", Systematic Reviews 12, 2023,
       doi:10.1186/s13643-023-02257-7.

    Examples
    --------
    >>> average_time_to_discovery([1, 0, 1, 0])
    0.5
    """
    held = _checked(relevant)
    return float((np.flatnonzero(held) + 1).mean() / held.size)


def work_saved_over_sampling(relevant: ArrayLike, recall: float = 0.95) -> float:
    """Return the WSS: the share of records that need not be read to find so many, beyond what random order saves.

    ``recall - (records read until that recall is reached) / (number of records)``.

    Parameters
    ----------
    relevant : array-like of bool, shape (n_records,)
        In the order in which they are read.
    recall : float, default=0.95
        Above 0, at most 1.

    References
    ----------
    .. [1] A. M. Cohen, W. R. Hersh, K. Peterson, P.-Y. Yen, "Reducing workload in systematic review preparation
       using automated citation classification", JAMIA 13(2), 2006, doi:10.1197/jamia.M1929.

    Examples
    --------
    >>> work_saved_over_sampling([1, 1, 0, 0], recall=1.0)
    0.5
    """
    curve = recall_curve(relevant)
    if not 0 < recall <= 1:
        raise ValueError(f"recall must be above 0 and at most 1, got {recall!r}.")
    return float(recall - records_until(curve, recall) / curve.size)


def records_until(curve: FloatArray, recall: float) -> int:
    """Return after how many records a recall is reached, from what `recall_curve` returns."""
    return int(np.searchsorted(curve, recall - _ROUNDING)) + 1


def relevant_records_found(relevant: ArrayLike, read: float = 0.1) -> float:
    """Return the RRF: the share of the relevant records that are found when a share of all records is read.

    Parameters
    ----------
    relevant : array-like of bool, shape (n_records,)
        In the order in which they are read.
    read : float, default=0.1
        From 0 to 1; of what is no whole number of records the part is left out.

    Examples
    --------
    >>> relevant_records_found([1, 0, 1, 0], read=0.25)
    0.5
    """
    curve = recall_curve(relevant)
    if not 0 <= read <= 1:
        raise ValueError(f"read must be from 0 to 1, got {read!r}.")
    n_read = int(read * curve.size + _ROUNDING)
    return float(curve[n_read - 1]) if n_read else 0.0


def _checked(relevant: ArrayLike) -> IntArray:
    held = np.asarray(relevant).astype(bool)
    if held.ndim != 1 or not held.any():
        raise ValueError("relevant must hold one value for each record, and at least one record must be relevant.")
    return held.astype(np.int64)
