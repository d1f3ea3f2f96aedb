"""What differs where the estimator is a regressor: how many answers it takes, and what is refused."""

from querist.exceptions import InvalidParameterError

# From so many answers on a regressor is trained: one says nothing of how answers differ.
FEWEST_TARGETS = 2


def only_for_classes(what: str, instead: str) -> InvalidParameterError:
    """Say that something has no meaning in a session whose estimator is a regressor.

    Parameters
    ----------
    what : str
    instead : str
        What to do: a sentence.
    """
    return InvalidParameterError(
        f"{what} is about classes, and the estimator of this session is a regressor. {instead}"
    )
