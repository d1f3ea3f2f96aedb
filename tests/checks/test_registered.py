"""Every registered strategy keeps every law."""

import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import MultinomialNB

from querist.candidates import AllRows, NeighborsOfLabelled, RandomSubsample
from querist.checks import query_strategy_checks
from querist.registry import make_strategy, strategy_names
from querist.selections import PowerTopK, WeightedKMeansSelection
from querist.strategies import (
    CommitteeVariance,
    DensityWeighted,
    ImprovedGreedySampling,
    KCenter,
    LeastConfidence,
    MarginSampling,
    QueryByCommittee,
    RandomSampling,
    RelevanceSampling,
)

CHECKS = list(query_strategy_checks())

VARIANTS = {
    "kl": QueryByCommittee(method="kl"),
    "own_committee": QueryByCommittee(committee=[MultinomialNB(), LogisticRegression(C=0.1)]),
    "own_committee_kl": QueryByCommittee(committee=[MultinomialNB(), MultinomialNB(alpha=5.0)], method="kl"),
    "density_margin": DensityWeighted(uncertainty="margin", beta=2.0),
    "power_entropy": make_strategy("power", uncertainty="entropy", beta=2.0),
    "first_ties": LeastConfidence(ties="first"),
    "margin_power": MarginSampling(selection=PowerTopK(beta=2.0)),
    "density_k_means": DensityWeighted(selection=WeightedKMeansSelection(prefilter=3)),
    "random_subsampled": RandomSampling(candidates=RandomSubsample(size=9)),
    "margin_subsampled": MarginSampling(candidates=RandomSubsample(size=9)),
    "k_center_neighbors": KCenter(candidates=NeighborsOfLabelled(n_neighbors=3)),
    "k_means_all_rows": make_strategy("weighted_k_means", prefilter=2, candidates=AllRows()),
    "margin_class_balanced": make_strategy("margin", selection="class_balanced"),
    "margin_anchors": make_strategy("margin", candidates="anchors", candidates__n_neighbors=3),
    "ranks_without_model": make_strategy("rank_aggregation", members="k_center+max_herding"),
    "relevance_power": RelevanceSampling(selection=PowerTopK()),
    "own_regressors": CommitteeVariance(committee=[Ridge(), Ridge(alpha=9.0)]),
    "igs_power": ImprovedGreedySampling(selection=PowerTopK()),
    "ranks_of_numbers": make_strategy("rank_aggregation", members="igs+k_center"),
}

# Some hundred queries make a distribution; what they train is kept small.
SMALL = {"bald": {"n_members": 3}, "batch_bald": {"n_members": 3}, "epig": {"n_members": 3}}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", strategy_names())
def test_registered_strategy(name, check):
    check(make_strategy(name, **SMALL.get(name, {})))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", VARIANTS)
def test_variant(name, check):
    check(VARIANTS[name])
