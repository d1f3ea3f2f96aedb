"""Contracts that strategies, selections and candidate filters fulfil."""

from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext
from querist.base.memory import Memory
from querist.base.selection import Selection
from querist.base.strategy import QueryStrategy

__all__ = ["CandidateFilter", "Memory", "QueryContext", "QueryStrategy", "Selection"]
