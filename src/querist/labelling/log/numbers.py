"""What is asked for where the answer to a row is a number: its name, its unit, what it may be."""

from dataclasses import dataclass

from querist.exceptions import InvalidParameterError

# Figures in the log are bounded, too, and beyond it floats no longer tell whole numbers apart.
MOST = 1e15
# What the figure is called that stands where the accuracy stands for classes.
TYPICAL_ERROR = "typical error (RMSE)"


@dataclass(frozen=True)
class NumberAsked:
    """The number that a project asks for; `lowest` and `highest` are included, null where there is no bound."""

    name: str
    unit: str
    lowest: float | None
    highest: float | None

    def why_not(self, value: float) -> str:
        """Return why a number is no answer; empty where it is one.

        Examples
        --------
        >>> NumberAsked("weight", "kg", 0, 100).why_not(120)
        '120 kg is above 100 kg, the highest value of weight.'
        """
        if not abs(value) < MOST:
            return f"{self.name} must be a number between {-MOST:g} and {MOST:g}."
        if self.lowest is not None and value < self.lowest:
            return f"{self.told(value)} is below {self.told(self.lowest)}, the lowest value of {self.name}."
        if self.highest is not None and value > self.highest:
            return f"{self.told(value)} is above {self.told(self.highest)}, the highest value of {self.name}."
        return ""

    def told(self, value: float) -> str:
        """Return a number with its unit."""
        return f"{number_in_words(value)} {self.unit}".strip()


def number_in_words(value: float) -> str:
    """Return a number as people write it, all its digits, without those that say nothing.

    Examples
    --------
    >>> number_in_words(3.0), number_in_words(0.1)
    ('3', '0.1')
    """
    return repr(float(value)).removesuffix(".0")


def refuse_classes(asked: NumberAsked | None, what: str) -> None:
    """Refuse what has a meaning for classes alone, in a project that asks for a number.

    Parameters
    ----------
    asked : NumberAsked or None
        None: the project asks for classes, and nothing is refused.
    what : str
        Begins the sentence, in the plural.

    Raises
    ------
    InvalidParameterError
    """
    if asked is not None:
        raise InvalidParameterError(
            f"{what} are for projects that ask for classes, and this one asks for a number ({asked.name}). "
            "Use a project with classes (--labels) for that."
        )
