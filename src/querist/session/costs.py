"""What the label of each row costs, as it is handed to a session."""

from typing import Any

from querist._amounts import as_amounts
from querist._typing import FloatArray, Pool
from querist._validation import n_rows
from querist.exceptions import InvalidParameterError


def row_costs(costs: Any, X: Pool, *, had: bool | None = None) -> FloatArray | None:
    """Return one cost above 0 for each row of a pool; None where there are none.

    Parameters
    ----------
    costs : array-like of shape (n_rows,) or None
    X : pool
        As `as_pool` returns it. A Series whose index names its rows is brought into their order.
    had : bool, default=None
        Of a session that goes on: whether it was made with costs. None: it is made now.

    Raises
    ------
    InvalidParameterError
        If there are costs where there were none before, or the other way round, or one is not above 0.
    """
    if had is not None and had != (costs is not None):
        how = "with costs: pass those of the whole new pool, costs=..." if had else "without costs: leave them out"
        raise InvalidParameterError(f"costs must be given as at first: the session was made {how}.")
    if costs is None:
        return None
    return as_amounts(costs, n_rows(X), "costs", pool=X, remedy="What costs nothing can be told without being asked.")
