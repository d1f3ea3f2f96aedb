"""Utilities as weights: what selections that draw or cluster in proportion to them need."""

from querist._typing import FloatArray
from querist.exceptions import InvalidParameterError


def check_weights(utilities: FloatArray, selection: str) -> None:
    """Refuse negative utilities.

    Raises
    ------
    InvalidParameterError
        If any is negative.
    """
    if utilities.min() < 0:
        raise InvalidParameterError(
            f"{selection} uses utilities as weights, and one of them is {utilities.min():.4g}. "
            "Use it with a strategy whose utilities are never negative (each says their range in its documentation), "
            "or use another selection."
        )
