"""Classifiers for few labels, and wrappers that make foreign ones fit in."""

from querist.learners.auto import AutoClassifier
from querist.learners.kernel_machine import KernelMachine
from querist.learners.label_encoded import LabelEncoded
from querist.learners.relevance_svc import RelevanceSVC

__all__ = ["AutoClassifier", "KernelMachine", "LabelEncoded", "RelevanceSVC"]
