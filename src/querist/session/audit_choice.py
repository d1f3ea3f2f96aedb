"""The audit that a session is to have, as users write it."""

from typing import NamedTuple

from querist._validation import check_choice, check_number
from querist.audit.design import EXCHANGEABLE, MEASURE, Design
from querist.exceptions import InvalidParameterError
from querist.registry import parse_spec

_SHARE = 0.2


class AuditChoice(NamedTuple):
    """How many questions are the audit's, and whether their answers teach the model that asks.

    Attributes
    ----------
    share : float in [0, 1]
    design : Design
        "exchangeable": they do not, so figures hold; "measure": all answers teach, figures are approximate.
    """

    share: float
    design: Design

    @property
    def described(self) -> float | str:
        """What experiments are known by: earlier versions wrote the share alone, and all answers taught."""
        return self.share if not self.share or self.design == MEASURE else f"{self.design}:share={self.share:g}"

    @property
    def text(self) -> float | str:
        """The shortest way to write it."""
        if self.design == EXCHANGEABLE:
            return self.share
        return MEASURE if self.share == _SHARE else f"{MEASURE}:share={self.share:g}"


def audit_choice(audit: float | str) -> AuditChoice:
    """Return what ``audit=`` says.

    Parameters
    ----------
    audit : float in [0, 1] or str
        The share of the questions; or "measure", which takes a fifth, or "measure:share=0.1".

    Raises
    ------
    InvalidParameterError
        Naming what can be written.

    Examples
    --------
    >>> audit_choice(0.2)
    AuditChoice(share=0.2, design='exchangeable')
    >>> audit_choice("measure:share=0.1")
    AuditChoice(share=0.1, design='measure')
    """
    if not isinstance(audit, str):
        return AuditChoice(check_number(audit, "audit", low=0, high=1), EXCHANGEABLE)
    try:
        # From the command line a share comes as text.
        share: float | None = float(audit)
    except ValueError:
        share = None
    if share is not None:
        return audit_choice(share)
    name, params = parse_spec(audit)
    check_choice(name, "audit, if not a share such as 0.2,", (EXCHANGEABLE, MEASURE))
    unknown = sorted(set(params) - {"share"})
    if unknown:
        raise InvalidParameterError(f"audit={audit!r}: {unknown[0]} is no parameter of it; there is share only.")
    return AuditChoice(
        check_number(params.get("share", _SHARE), "audit's share", low=0, high=1),
        MEASURE if name == MEASURE else EXCHANGEABLE,
    )
