"""Classifiers and regressors for few labels, and wrappers that make foreign ones fit in."""

from querist.learners.auto import AutoClassifier
from querist.learners.columns import StandardColumns
from querist.learners.few_labels import FewLabels
from querist.learners.gaussian_process import GaussianProcess
from querist.learners.in_context import InContextClassifier
from querist.learners.kernel_machine import KernelMachine
from querist.learners.label_encoded import LabelEncoded
from querist.learners.logistic import NewtonLogisticRegression
from querist.learners.neighbors import FewNeighborsRegressor, WeightedNeighbors
from querist.learners.relevance_svc import RelevanceSVC
from querist.learners.shared_variance import SharedVarianceNB

__all__ = [
    "AutoClassifier",
    "FewLabels",
    "FewNeighborsRegressor",
    "GaussianProcess",
    "InContextClassifier",
    "KernelMachine",
    "LabelEncoded",
    "NewtonLogisticRegression",
    "RelevanceSVC",
    "SharedVarianceNB",
    "StandardColumns",
    "WeightedNeighbors",
]
