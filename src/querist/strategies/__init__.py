"""Query strategies: one idea per module."""

from querist.strategies.badge import Badge
from querist.strategies.bald import Bald
from querist.strategies.batch_bald import BatchBald
from querist.strategies.committee_variance import CommitteeVariance
from querist.strategies.density_weighted import DensityWeighted
from querist.strategies.entropy import EntropySampling
from querist.strategies.epig import Epig
from querist.strategies.expected_error_reduction import ExpectedErrorReduction
from querist.strategies.expected_model_change import ExpectedModelChange
from querist.strategies.igs import ImprovedGreedySampling
from querist.strategies.k_center import KCenter
from querist.strategies.lcmd import Lcmd
from querist.strategies.least_confidence import LeastConfidence
from querist.strategies.margin import MarginSampling
from querist.strategies.max_herding import MaxHerding
from querist.strategies.predictive_deviation import PredictiveDeviation
from querist.strategies.prob_cover import ProbCover
from querist.strategies.query_by_committee import QueryByCommittee
from querist.strategies.random import RandomSampling
from querist.strategies.rank_aggregation import RankAggregation
from querist.strategies.relevance import RelevanceSampling
from querist.strategies.typiclust import TypiClust

__all__ = [
    "Badge",
    "Bald",
    "BatchBald",
    "CommitteeVariance",
    "DensityWeighted",
    "EntropySampling",
    "Epig",
    "ExpectedErrorReduction",
    "ExpectedModelChange",
    "ImprovedGreedySampling",
    "KCenter",
    "Lcmd",
    "LeastConfidence",
    "MarginSampling",
    "MaxHerding",
    "PredictiveDeviation",
    "ProbCover",
    "QueryByCommittee",
    "RandomSampling",
    "RankAggregation",
    "RelevanceSampling",
    "TypiClust",
]
