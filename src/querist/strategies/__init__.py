"""Query strategies: one idea per module."""

from querist.strategies.badge import Badge
from querist.strategies.bait import Bait
from querist.strategies.bald import Bald
from querist.strategies.batch_bald import BatchBald
from querist.strategies.density_weighted import DensityWeighted
from querist.strategies.entropy import EntropySampling
from querist.strategies.epig import Epig
from querist.strategies.expected_error_reduction import ExpectedErrorReduction
from querist.strategies.expected_model_change import ExpectedModelChange
from querist.strategies.k_center import KCenter
from querist.strategies.least_confidence import LeastConfidence
from querist.strategies.margin import MarginSampling
from querist.strategies.max_herding import MaxHerding
from querist.strategies.prob_cover import ProbCover
from querist.strategies.query_by_committee import QueryByCommittee
from querist.strategies.random import RandomSampling
from querist.strategies.rank_aggregation import RankAggregation
from querist.strategies.relevance import RelevanceSampling
from querist.strategies.typiclust import TypiClust

__all__ = [
    "Badge",
    "Bait",
    "Bald",
    "BatchBald",
    "DensityWeighted",
    "EntropySampling",
    "Epig",
    "ExpectedErrorReduction",
    "ExpectedModelChange",
    "KCenter",
    "LeastConfidence",
    "MarginSampling",
    "MaxHerding",
    "ProbCover",
    "QueryByCommittee",
    "RandomSampling",
    "RankAggregation",
    "RelevanceSampling",
    "TypiClust",
]
