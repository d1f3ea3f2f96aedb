"""Ways to choose a batch from utilities; the plain one, `TopK`, is the default of every strategy."""

from querist.base.selection import TopK
from querist.selections.auto import AutoSelection
from querist.selections.class_balanced import ClassBalancedSelection
from querist.selections.cluster_margin import ClusterMarginSelection
from querist.selections.power import PowerTopK
from querist.selections.weighted_k_means import WeightedKMeansSelection

__all__ = [
    "AutoSelection",
    "ClassBalancedSelection",
    "ClusterMarginSelection",
    "PowerTopK",
    "TopK",
    "WeightedKMeansSelection",
]
