"""Ask and tell: the loop of active learning."""

from querist.session.events import Event
from querist.session.session import Session

__all__ = ["Event", "Session"]
