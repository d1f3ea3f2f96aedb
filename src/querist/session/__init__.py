"""Ask and tell: the loop of active learning."""

from querist.session.events import Event
from querist.session.likely import rows_like
from querist.session.session import Session

__all__ = ["Event", "Session", "rows_like"]
