"""The parameters of a simulated experiment, checked once."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from querist._validation import check_choice, check_number, check_positive_int
from querist.exceptions import InvalidParameterError
from querist.session.audit_choice import audit_choice
from querist.simulation.metrics import check_metrics

RANDOM = "random"
FULL_DATA = "(full data)"
# JSON has no infinity.
_MOST = 1e15


@dataclass(frozen=True)
class Costs:
    """What stopping rules are judged by.

    Parameters
    ----------
    label_cost, error_cost : float
        What an answer and what a wrong prediction cost, in the same unit.
    n_future : float
        How many rows the model will be used on.

    Raises
    ------
    InvalidParameterError
        If one is not above 0.
    """

    label_cost: float
    error_cost: float
    n_future: float

    def __post_init__(self) -> None:
        for field in ("label_cost", "error_cost", "n_future"):
            number = check_number(getattr(self, field), field, low=0, high=_MOST, open_low=True)
            # As floats: 1 and 1.0 are one experiment, and must be spelled alike in its record.
            object.__setattr__(self, field, number)


@dataclass(frozen=True)
class Protocol:
    """How an experiment is run; what it is run on and with is kept apart.

    Parameters
    ----------
    repeats : int
        Paired repeats: each has one split, one initial set and one session seed for all strategies and estimators.
    budget : int
        Labels in total, the initial set included.
    batch_size : int
        Rows per round; the last round is smaller where the budget is no multiple of it.
    initial : int
        Labels given before the first question; 0 or 1 leaves the start to the session's cold start.
    initial_set : {"random", "stratified"}
        How the initial set is drawn.
    test_size : float or int
        Share of the rows held out for testing, or their number; of the groups, where groups are given.
    metrics : tuple of str
        Measured after each round; the first is the main one.
    duplicates : {"ask_once", "keep"}
        Whether, of pool rows with identical features, only the first may be asked about.
    warm_start : bool
        Passed to the session.
    random_state : int
        Every draw of the experiment derives from it.
    name : str
        What the data are called in tables.
    audit : float or str
        Share of the questions that are the audit's, or "measure"; see `Session`.
    costs : Costs or None
        None: there are no stopping rules.

    Raises
    ------
    InvalidParameterError
        If a value cannot be used.
    """

    repeats: int
    budget: int
    batch_size: int
    initial: int
    initial_set: Literal["random", "stratified"]
    test_size: float | int
    metrics: tuple[str, ...]
    duplicates: Literal["ask_once", "keep"]
    warm_start: bool
    random_state: int
    name: str
    audit: float | str = 0.0
    costs: Costs | None = None

    def __post_init__(self) -> None:
        for field in ("repeats", "budget", "batch_size"):
            check_positive_int(getattr(self, field), field)
        check_positive_int(self.initial, "initial", minimum=0)
        check_positive_int(self.random_state, "random_state", minimum=0)
        check_choice(self.initial_set, "initial_set", ("random", "stratified"))
        check_choice(self.duplicates, "duplicates", ("ask_once", "keep"))
        check_metrics(self.metrics)
        if not isinstance(self.warm_start, bool):
            raise InvalidParameterError(f"warm_start must be True or False, got {self.warm_start!r}.")
        if not isinstance(self.name, str) or not self.name:
            raise InvalidParameterError(f"name must be a non-empty string, got {self.name!r}.")
        if self.budget < max(self.initial, 1):
            raise InvalidParameterError(
                f"budget is {self.budget}, but the initial set alone takes {self.initial} labels. "
                "The budget counts all labels, the initial set included: raise budget or lower initial."
            )
        object.__setattr__(self, "audit", audit_choice(self.audit).text)
        _check_test_size(self.test_size)

    def to_dict(self) -> dict[str, Any]:
        """Return the parameters as JSON takes them."""
        values = dataclasses.asdict(self) | {"metrics": list(self.metrics), "audit": audit_choice(self.audit).described}
        # What is not used is not named: experiments without it are those of earlier versions.
        unused = [name for name in ("audit", "costs") if not values[name]]
        return {name: value for name, value in values.items() if name not in unused}

    def label_counts(self) -> list[int]:
        """Return the number of labels after each round that is measured.

        Examples
        --------
        >>> Protocol(repeats=1, budget=25, batch_size=10, initial=4, initial_set="random", test_size=0.25,
        ...          metrics=("accuracy",), duplicates="keep", warm_start=False, random_state=0, name="data"
        ...          ).label_counts()
        [4, 14, 24, 25]
        """
        first = [self.initial] if self.initial else []
        later = range(self.initial + self.batch_size, self.budget, self.batch_size)
        last = [self.budget] if self.budget > self.initial else []
        return [*first, *later, *last]


def _check_test_size(value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidParameterError(f"test_size must be a share in (0, 1) or a number of rows, got {value!r}.")
    if (isinstance(value, float) and not 0 < value < 1) or value <= 0:
        raise InvalidParameterError(
            f"test_size must be a share in (0, 1) or a number of rows of at least 1, got {value!r}."
        )
