"""What rows cost, beside how useful they are."""

from typing import Any, Literal

from querist._typing import FloatArray
from querist.exceptions import InvalidParameterError

# What becomes of a strategy where rows cost differently: its utilities are divided by the costs; it goes on as it is,
# since it draws at random; or it is refused, since its batch does not follow from utilities.
WithCosts = Literal["divided", "regardless", "refused"]


def per_cost(strategy: Any, utilities: FloatArray, costs: FloatArray) -> FloatArray:
    """Return the utility that is bought for each unit of cost.

    Parameters
    ----------
    strategy : QueryStrategy
        For the message.
    utilities, costs : ndarray of shape (n_candidates,)

    Raises
    ------
    InvalidParameterError
        If a utility is negative: then to cost more would make a row better.

    References
    ----------
    .. [1] B. Settles, M. Craven, L. Friedland, "Active learning with real annotation costs", NIPS Workshop on
       Cost-Sensitive Learning, 2008.
    .. [2] R. A. Haertel, K. D. Seppi, E. K. Ringger, J. L. Carroll, "Return on investment for active learning", NIPS
       Workshop on Cost-Sensitive Learning, 2008.
    """
    if utilities.min() < 0:
        raise InvalidParameterError(
            f"With costs, utilities are divided by them, and one of {type(strategy).__name__} is "
            f"{utilities.min():.4g}. Use a strategy whose utilities are never negative (each says their range in its "
            "documentation), or leave costs out."
        )
    return utilities / costs


def check_takes_costs(strategy: Any) -> None:
    """Refuse a strategy that cannot heed costs.

    Raises
    ------
    InvalidParameterError
        Naming it and others.
    """
    if strategy.with_costs == "refused":
        raise InvalidParameterError(
            f"{type(strategy).__name__} chooses its batch by distances, not by utilities that could be divided by "
            "costs. Use margin, entropy, density_weighted or another strategy with utilities, or leave costs out."
        )
