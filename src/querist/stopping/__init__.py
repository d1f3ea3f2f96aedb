"""When to stop: rules that propose, what more labels would bring, and replays of both over finished runs."""

from querist.stopping.advice import Advice, Advisor, Outlook, advise, default_rule, outlook, stop_set
from querist.stopping.agreement import cohen_kappa
from querist.stopping.certificate_reached import CertificateReached
from querist.stopping.classification_change import ClassificationChange
from querist.stopping.combine import AllOf, AnyOf, all_of, any_of
from querist.stopping.every_class_found import EveryClassFound
from querist.stopping.expected_error import MinimumExpectedError
from querist.stopping.limits import Budget, CostLimit, TimeLimit
from querist.stopping.observation import Observation, Proposal
from querist.stopping.overall_uncertainty import OverallUncertainty
from querist.stopping.performance_slope import PerformanceSlope
from querist.stopping.replay import Replayed, judge, replay, total_costs
from querist.stopping.rule import StoppingRule
from querist.stopping.settled_predictions import SettledPredictions
from querist.stopping.stabilising_predictions import StabilisingPredictions

__all__ = [
    "Advice",
    "Advisor",
    "AllOf",
    "AnyOf",
    "Budget",
    "CertificateReached",
    "ClassificationChange",
    "CostLimit",
    "EveryClassFound",
    "MinimumExpectedError",
    "Observation",
    "Outlook",
    "OverallUncertainty",
    "PerformanceSlope",
    "Proposal",
    "Replayed",
    "SettledPredictions",
    "StabilisingPredictions",
    "StoppingRule",
    "TimeLimit",
    "advise",
    "all_of",
    "any_of",
    "cohen_kappa",
    "default_rule",
    "judge",
    "outlook",
    "replay",
    "stop_set",
    "total_costs",
]
