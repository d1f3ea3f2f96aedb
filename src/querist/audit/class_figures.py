"""The figures of one class."""

from dataclasses import dataclass

from querist._typing import Label
from querist.audit.estimate import Estimate


@dataclass(frozen=True)
class ClassFigures:
    """The figures of one class.

    Attributes
    ----------
    label : class label
    recall, precision : Estimate
        "Too few" below ten audit rows of the class (predicted as the class).
    prevalence : Estimate
        Its share of all rows.
    """

    label: Label
    recall: Estimate
    precision: Estimate
    prevalence: Estimate
