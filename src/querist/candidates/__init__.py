"""Candidate filters: where a strategy looks, so that slow models and huge pools stay affordable."""

from querist.candidates.all_rows import AllRows
from querist.candidates.anchors import ClassAnchors
from querist.candidates.neighbors import NeighborsOfLabelled
from querist.candidates.subsample import RandomSubsample

__all__ = ["AllRows", "ClassAnchors", "NeighborsOfLabelled", "RandomSubsample"]
